//! One GraphQL call: the operation and its variables out, the data or a clear error back.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::error::{LensError, said};
use super::operations::Operation;
use crate::net::HttpClient;
use crate::net::request::{Request, Response, Twice};

/// A page of fifty long posts has about 300 KB.
const CAP: u64 = 16_000_000;
const LIMIT: Duration = Duration::from_secs(15);

/// Parts of an answer that only adorn it: without them it is used all the same.
const DECORATIONS: [&str; 1] = ["accountStats"];

/// What came of something that must not be done twice. Where it came with errors, a yes in it is one, and a no is not.
#[derive(Debug)]
pub(super) struct Acted<T> {
    pub data: T,
    pub with_errors: bool,
}

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
        let answer = self
            .call(operation, variables, token, Twice::Harmless)
            .await?;
        read(operation, &answer)
    }

    /// Does what must not be done twice.
    pub async fn act<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
        token: Option<&SecretString>,
    ) -> Result<Acted<T>, LensError> {
        let answer = self.call(operation, variables, token, Twice::Never).await?;
        read_act(operation, &answer)
    }

    async fn call(
        &self,
        operation: Operation,
        variables: &Value,
        token: Option<&SecretString>,
        twice: Twice,
    ) -> Result<Response, LensError> {
        let body = json!({
            "operationName": operation.name,
            "query": operation.text,
            "variables": variables,
        });
        let answer = self
            .http
            .settled(&Request {
                body: Some(("application/json", body.to_string().into_bytes())),
                headers: self.headers(token),
                twice,
                ..Request::get(&self.api, CAP, LIMIT)
            })
            .await;
        metrics::counter!("lumen_lens_calls_total", "operation" => operation.name).increment(1);
        Ok(answer?)
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

fn read<T: DeserializeOwned>(operation: Operation, answer: &Response) -> Result<T, LensError> {
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
        let meant = meant(&errors);
        return match envelope.data {
            Some(data) if meant != LensError::Unauthenticated && is_whole(&answer.body) => {
                tracing::info!(lens.operation = operation.name, error = %meant, "an answer came with errors and is used");
                Ok(data)
            }
            _ => Err(meant),
        };
    }
    envelope
        .data
        .ok_or_else(|| LensError::Garbled(format!("{} brought nothing", operation.name)))
}

/// Whether all that was asked for is there, but for what only adorns it.
fn is_whole(body: &[u8]) -> bool {
    let needed =
        |(name, value): (&String, &Value)| !value.is_null() || DECORATIONS.contains(&name.as_str());
    fields(body).is_some_and(|fields| fields.iter().all(needed))
}

/// Whether anything of what was asked for is there.
fn has_any(body: &[u8]) -> bool {
    fields(body).is_some_and(|fields| fields.values().any(|value| !value.is_null()))
}

fn fields(body: &[u8]) -> Option<Map<String, Value>> {
    let envelope: Envelope<Map<String, Value>> = serde_json::from_slice(body).ok()?;
    envelope.data
}

/// Reads the answer to something that must not be done twice: with data in it, it may have been done, whatever the errors
/// say.
fn read_act<T: DeserializeOwned>(
    operation: Operation,
    answer: &Response,
) -> Result<Acted<T>, LensError> {
    let envelope: Option<Envelope<T>> = serde_json::from_slice(&answer.body).ok();
    let with_errors = match serde_json::from_slice::<Envelope<Value>>(&answer.body) {
        Ok(Envelope { errors, .. }) => errors.is_some_and(|errors| !errors.is_empty()),
        Err(_) => false,
    };
    if !with_errors || !has_any(&answer.body) {
        let data = read(operation, answer)?;
        return Ok(Acted {
            data,
            with_errors: false,
        });
    }
    match envelope.and_then(|envelope| envelope.data) {
        Some(data) => Ok(Acted { data, with_errors }),
        None => Err(LensError::Broken(
            "it answered with a part of a result and with errors".to_owned(),
        )),
    }
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
            &Response {
                status,
                body: body.as_bytes().to_vec(),
                ..Response::default()
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

    fn answer(body: &Value) -> Response {
        Response {
            status: 200,
            body: body.to_string().into_bytes(),
            ..Response::default()
        }
    }

    fn errors(code: &str) -> Value {
        json!([{"message": "no", "extensions": {"code": code}}])
    }

    #[test]
    fn an_answer_with_errors_is_used_where_what_is_needed_is_there() {
        let read = |data: Value, code: &str| {
            let answer = answer(&json!({"data": data, "errors": errors(code)}));
            read::<Value>(operations::AUTHOR_POSTS, &answer)
        };
        let whole = json!({"posts": {"items": []}, "accountStats": null});
        assert_eq!(read(whole.clone(), "INTERNAL_SERVER_ERROR").unwrap(), whole);
        assert_eq!(read(whole.clone(), "FORBIDDEN").unwrap(), whole);
        assert!(matches!(
            read(whole, "UNAUTHENTICATED"),
            Err(LensError::Unauthenticated)
        ));
        for lacking in [
            json!({"posts": null, "accountStats": {}}),
            json!({"post": null}),
            json!(null),
        ] {
            let error = read(lacking.clone(), "INTERNAL_SERVER_ERROR").unwrap_err();
            assert!(matches!(error, LensError::Broken(_)), "{lacking}: {error}");
        }
    }

    #[test]
    fn an_act_that_is_answered_with_data_and_errors_is_no_certain_no() {
        #[derive(Debug, serde::Deserialize)]
        struct Taken {
            taken: String,
        }
        let act = |data: Value, code: &str| {
            let answer = answer(&json!({"data": data, "errors": errors(code)}));
            read_act::<Taken>(operations::CREATE_POST, &answer)
        };
        for code in [
            "FORBIDDEN",
            "BAD_USER_INPUT",
            "INTERNAL_SERVER_ERROR",
            "UNAUTHENTICATED",
        ] {
            let acted = act(json!({"taken": "0x1"}), code).unwrap();
            assert_eq!(
                (acted.data.taken.as_str(), acted.with_errors),
                ("0x1", true)
            );
            let part = act(json!({"taken": {"hash": 7}}), code).unwrap_err();
            assert!(matches!(part, LensError::Broken(_)), "{code}: {part}");
        }
        let refused = act(json!(null), "FORBIDDEN").unwrap_err();
        assert!(matches!(refused, LensError::Refused(_)), "{refused}");
        let refused = act(json!({"taken": null}), "BAD_USER_INPUT").unwrap_err();
        assert!(matches!(refused, LensError::Refused(_)), "{refused}");
    }
}
