//! Logged in as a manager of the account: tokens are kept, refreshed before they end, and once more when Lens does not
//! take them any longer; when that does not help either, the key logs in again.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::client::{Acted, Client};
use super::error::{LensError, said};
use super::key::Key;
use super::operations::{self, Operation};
use super::rights;
use super::tokens::{Holder, TokenFile, Tokens};
use crate::domain::clock::SharedClock;

/// How often a login is renewed by its own token when Lens fails at it. Then the key logs in again.
const REFRESHES: usize = 2;

/// Who logs in, and the tokens there are.
pub(super) struct Session {
    client: Client,
    key: Key,
    holder: Holder,
    file: TokenFile,
    clock: SharedClock,
    tokens: Mutex<Option<Tokens>>,
}

#[derive(Deserialize)]
struct Challenged {
    challenge: Challenge,
}

#[derive(Deserialize)]
struct Challenge {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Authenticated {
    #[serde(alias = "refresh")]
    authenticate: Outcome,
}

/// What a login or a refresh ends in.
#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Outcome {
    #[serde(rename_all = "camelCase")]
    AuthenticationTokens {
        access_token: String,
        refresh_token: String,
        id_token: String,
    },
    WrongSignerError {
        reason: String,
    },
    ExpiredChallengeError {
        reason: String,
    },
    ForbiddenError {
        reason: String,
    },
    #[serde(other)]
    Unknown,
}

impl Session {
    pub fn new(
        client: Client,
        key: Key,
        account: &str,
        app: &str,
        file: TokenFile,
        clock: SharedClock,
    ) -> Self {
        let holder = Holder {
            api: client.api.clone(),
            app: app.to_owned(),
            account: account.to_owned(),
            signer: key.address(),
        };
        Self {
            client,
            key,
            holder,
            file,
            clock,
            tokens: Mutex::new(None),
        }
    }

    pub fn account(&self) -> &str {
        &self.holder.account
    }

    /// Asks as the account.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
    ) -> Result<T, LensError> {
        let token = self.token().await?;
        match self.client.ask(operation, variables, Some(&token)).await {
            Err(LensError::Unauthenticated) => {
                let token = self.renewed(&token).await?;
                self.client.ask(operation, variables, Some(&token)).await
            }
            settled => settled,
        }
    }

    /// Does something as the account that must not be done twice. An answer that wants a new login did nothing.
    pub async fn act<T: DeserializeOwned>(
        &self,
        operation: Operation,
        variables: &Value,
    ) -> Result<Acted<T>, LensError> {
        let token = self.token().await?;
        match self.client.act(operation, variables, Some(&token)).await {
            Err(LensError::Unauthenticated) => {
                let token = self.renewed(&token).await?;
                self.client.act(operation, variables, Some(&token)).await
            }
            settled => settled,
        }
    }

    /// What the key may do with the account, by what Lens says to anybody. Refuses the owner's key.
    pub async fn rights(&self) -> Result<rights::Standing, LensError> {
        rights::ask(&self.client, &self.holder.account, &self.holder.signer).await
    }

    /// A token that lasts.
    pub async fn token(&self) -> Result<SecretString, LensError> {
        let mut tokens = self.tokens.lock().await;
        if tokens.is_none() {
            *tokens = self.kept();
        }
        match &*tokens {
            Some(fresh) if fresh.last(self.clock.now()) => Ok(fresh.access.clone()),
            _ => self.renew(&mut tokens).await,
        }
    }

    /// Another token than `spent`, which Lens does not take any more.
    async fn renewed(&self, spent: &SecretString) -> Result<SecretString, LensError> {
        let mut tokens = self.tokens.lock().await;
        match &*tokens {
            // Somebody else was faster.
            Some(other) if !other.same_access(spent) => Ok(other.access.clone()),
            _ => self.renew(&mut tokens).await,
        }
    }

    /// Refreshes, or logs in where that does not do.
    async fn renew(&self, tokens: &mut Option<Tokens>) -> Result<SecretString, LensError> {
        // Another process on the same data may have refreshed: then the old refresh token is spent, and the file knows better.
        let kept = self.kept();
        let current = match (&kept, &*tokens) {
            (Some(kept), Some(ours)) if !ours.same_access(&kept.access) => {
                if kept.last(self.clock.now()) {
                    let access = kept.access.clone();
                    *tokens = Some(kept.clone());
                    return Ok(access);
                }
                Some(kept)
            }
            (_, Some(ours)) => Some(ours),
            (Some(kept), None) => Some(kept),
            (None, None) => None,
        };
        let refreshed = match current {
            Some(current) => self.refresh(current).await?,
            None => None,
        };
        let new = match refreshed {
            Some(new) => new,
            None => self.log_in().await?,
        };
        self.keep(&new);
        let access = new.access.clone();
        *tokens = Some(new);
        Ok(access)
    }

    /// New tokens for the old ones; none when the old ones are not taken.
    async fn refresh(&self, old: &Tokens) -> Result<Option<Tokens>, LensError> {
        use secrecy::ExposeSecret as _;
        let variables = json!({"request": {"refreshToken": old.refresh.expose_secret()}});
        for _ in 0..REFRESHES {
            match self.client.act(operations::REFRESH, &variables, None).await {
                Ok(Acted {
                    data: Authenticated { authenticate },
                    ..
                }) => return Ok(self.tokens_of(authenticate).ok()),
                // A refresh token works once: what was lost on the way is made up for by the key.
                Err(LensError::Unauthenticated | LensError::Refused(_)) => return Ok(None),
                Err(LensError::Send(failed)) if failed.may_have_arrived => return Ok(None),
                Err(error @ (LensError::Broken(_) | LensError::Garbled(_))) => {
                    tracing::info!(%error, "a login on Lens was not renewed");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn log_in(&self) -> Result<Tokens, LensError> {
        self.rights().await?;
        let Holder {
            app,
            account,
            signer,
            ..
        } = &self.holder;
        let manager = json!({"app": app, "account": account, "manager": signer});
        let variables = json!({"request": {"accountManager": manager}});
        let Challenged { challenge } = self
            .client
            .ask(operations::CHALLENGE, &variables, None)
            .await?;
        let signature = self.key.sign(&challenge.text);
        let variables = json!({"request": {"id": challenge.id, "signature": signature}});
        let Acted {
            data: Authenticated { authenticate },
            ..
        } = self
            .client
            .act(operations::AUTHENTICATE, &variables, None)
            .await?;
        tracing::info!(lens.account = %account, lens.signer = %signer, "logged in to Lens");
        self.tokens_of(authenticate)
    }

    fn tokens_of(&self, outcome: Outcome) -> Result<Tokens, LensError> {
        let now: Timestamp = self.clock.now();
        match outcome {
            Outcome::AuthenticationTokens {
                access_token,
                refresh_token,
                id_token,
            } => Ok(Tokens::new(access_token, refresh_token, id_token, now)),
            Outcome::WrongSignerError { reason } => Err(LensError::refused(format!(
                "it does not take the signature of LENS_PRIVATE_KEY ({}). Give the key of a manager of the account {}",
                said(&reason),
                self.holder.account
            ))),
            Outcome::ForbiddenError { reason } => Err(LensError::refused(format!(
                "the key {} may not log in for the account {} through the app {} ({}). LENS_APP and LENS_ORIGIN must belong together, and the key must be one of the account's managers",
                self.holder.signer,
                self.holder.account,
                self.holder.app,
                said(&reason)
            ))),
            Outcome::ExpiredChallengeError { reason } => Err(LensError::Broken(format!(
                "the login took too long ({})",
                said(&reason)
            ))),
            Outcome::Unknown => Err(LensError::Garbled(
                "the login ended in something unknown".to_owned(),
            )),
        }
    }

    fn kept(&self) -> Option<Tokens> {
        self.file.read(&self.holder)
    }

    fn keep(&self, tokens: &Tokens) {
        if let Err(error) = self.file.write(&self.holder, tokens) {
            // Good until the next start, which logs in again.
            tracing::warn!(%error, "the tokens of Lens could not be kept");
        }
    }
}
