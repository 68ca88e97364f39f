//! One GraphQL call: the operation and its variables out, the data or a clear error back.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::{LensError, said};
use super::operations::Operation;
use crate::net::HttpClient;
use crate::net::send::{Answer, Outgoing, Twice};

/// A page of fifty long posts has about 300 KB.
const CAP: u64 = 16_000_000;
const LIMIT: Duration = Duration::from_secs(15);

/// The API of Lens.
#[derive(Clone)]
pub(super) struct Client {
    pub http: HttpClient,
    pub api: String,
    /// The app's web address: a login without it is refused.
    pub origin: String,
    /// The app's server key: higher limits.
    pub app_key: Option<SecretString>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    errors: Option<Vec<GraphError>>,
}

#[derive(Deserialize)]
struct GraphError {
    message: Option<String>,
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl Client {
    /// Asks something, or does what may be done twice.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
        token: Option<&SecretString>,
    ) -> Result<T, LensError> {
        self.call(operation, variables, token, Twice::Harmless)
            .await
    }

    /// Does what must not be done twice.
    pub async fn act<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
        token: Option<&SecretString>,
    ) -> Result<T, LensError> {
        self.call(operation, variables, token, Twice::Never).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
        token: Option<&SecretString>,
        twice: Twice,
    ) -> Result<T, LensError> {
        let body = json!({
            "operationName": operation.name,
            "query": operation.text,
            "variables": variables,
        });
        let answer = self
            .http
            .send(&Outgoing {
                url: &self.api,
                body: Some(("application/json", body.to_string().into_bytes())),
                headers: self.headers(token),
                twice,
                cap: CAP,
                limit: LIMIT,
            })
            .await;
        metrics::counter!("lumen_lens_calls_total", "operation" => operation.name).increment(1);
        read(operation, &answer?)
    }

    fn headers(&self, token: Option<&SecretString>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("origin", self.origin.clone()),
        ];
        if let Some(key) = &self.app_key {
            headers.push(("x-lens-app", key.expose_secret().to_owned()));
        }
        if let Some(token) = token {
            headers.push(("authorization", format!("Bearer {}", token.expose_secret())));
        }
        headers
    }
}

fn read<T: DeserializeOwned>(operation: Operation, answer: &Answer) -> Result<T, LensError> {
    let envelope: Envelope<T> = match serde_json::from_slice(&answer.body) {
        Ok(envelope) => envelope,
        // Errors come with `data: null`; what else it is, a body that can be read for its errors says more.
        Err(error) => match serde_json::from_slice::<Envelope<Value>>(&answer.body) {
            Ok(Envelope {
                errors: Some(errors),
                ..
            }) if !errors.is_empty() => return Err(meant(&errors)),
            _ if answer.status == 401 => return Err(LensError::Unauthenticated),
            _ if (400..500).contains(&answer.status) => {
                return Err(LensError::refused(format!("it answered {}", answer.status)));
            }
            _ => {
                return Err(LensError::Garbled(format!(
                    "{} brought something else than asked for (at line {}, column {})",
                    operation.name,
                    error.line(),
                    error.column()
                )));
            }
        },
    };
    if let Some(errors) = envelope.errors.filter(|errors| !errors.is_empty()) {
        return Err(meant(&errors));
    }
    envelope
        .data
        .ok_or_else(|| LensError::Garbled(format!("{} brought nothing", operation.name)))
}

/// The error that decides: one that asks for a new login comes before all others.
fn meant(errors: &[GraphError]) -> LensError {
    let code = |error: &GraphError| {
        let extensions = error.extensions.as_ref();
        extensions
            .and_then(|found| found.code.clone())
            .unwrap_or_default()
    };
    if errors.iter().any(|error| code(error) == "UNAUTHENTICATED") {
        return LensError::Unauthenticated;
    }
    let Some(first) = errors.first() else {
        return LensError::Garbled("an error without words".to_owned());
    };
    let words = match said(first.message.as_deref().unwrap_or_default()) {
        words if words.is_empty() => "it did not say why".to_owned(),
        words => words,
    };
    match code(first).as_str() {
        "FORBIDDEN" => LensError::refused(format!("that is not allowed: {words}")),
        "BAD_USER_INPUT" | "BAD_REQUEST" | "GRAPHQL_VALIDATION_FAILED" => LensError::Refused(words),
        _ => LensError::Broken(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platforms::lens::operations;

    fn read_of(status: u16, body: &str) -> Result<Value, LensError> {
        read(
            operations::HEALTH,
            &Answer {
                status,
                body: body.as_bytes().to_vec(),
            },
        )
    }

    #[test]
    fn errors_are_told_apart_by_their_code() {
        let with = |code: &str| {
            read_of(
                200,
                &json!({"data": null, "errors": [{"message": "no", "extensions": {"code": code}}]})
                    .to_string(),
            )
            .unwrap_err()
        };
        assert_eq!(with("UNAUTHENTICATED"), LensError::Unauthenticated);
        assert!(matches!(with("FORBIDDEN"), LensError::Refused(_)));
        assert!(matches!(with("BAD_USER_INPUT"), LensError::Refused(_)));
        assert!(matches!(
            with("INTERNAL_SERVER_ERROR"),
            LensError::Broken(_)
        ));
        assert!(matches!(with("TEAPOT"), LensError::Broken(_)));
        assert!(matches!(read_of(200, "<html>"), Err(LensError::Garbled(_))));
        assert!(matches!(read_of(403, "<html>"), Err(LensError::Refused(_))));
        assert_eq!(read_of(401, ""), Err(LensError::Unauthenticated));
        assert_eq!(
            read_of(200, r#"{"data":{"health":true}}"#).unwrap(),
            json!({"health": true})
        );
        // Errors without `data` at all, and with a message that is missing.
        assert!(matches!(
            read_of(400, r#"{"errors":[{}]}"#),
            Err(LensError::Broken(_))
        ));
    }
}
