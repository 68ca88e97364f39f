//! Moderation: free, of text and pictures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::NAME;
use super::wire::Moderations;
use crate::models::moderate::Moderator;
use crate::models::service::{Asked, Failed, Service, TEXT_CAP};
use crate::models::{ModelError, Took};
use crate::net::request::Twice;

const MODEL: &str = "omni-moderation-latest";
const LIMIT: Duration = Duration::from_secs(10);

/// Asks the service's own moderation, where it has one.
#[derive(Clone)]
pub struct OpenAiModerator {
    service: Service,
    /// It turned out to have none: compatible services often do not.
    absent: Arc<AtomicBool>,
}

impl OpenAiModerator {
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self {
            service,
            absent: Arc::default(),
        }
    }
}

/// The crate's type for a picture has an address where the service wants an object with one, so this is written by hand.
fn question(text: &str, picture: Option<(&[u8], &str)>) -> Value {
    let mut parts = vec![json!({"type": "text", "text": text})];
    if let Some((bytes, mime)) = picture {
        let url = format!("data:{mime};base64,{}", BASE64.encode(bytes));
        parts.push(json!({"type": "image_url", "image_url": {"url": url}}));
    }
    json!({"model": MODEL, "input": parts})
}

#[async_trait]
impl Moderator for OpenAiModerator {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), MODEL.to_owned())
    }

    async fn judge(
        &self,
        text: &str,
        picture: Option<(&[u8], &str)>,
    ) -> Result<Vec<String>, ModelError> {
        let missing = || ModelError::Missing("The service offers no moderation.".to_owned());
        if self.absent.load(Ordering::Relaxed) {
            return Err(missing());
        }
        let asked = Asked {
            path: "moderations",
            body: &question(text, picture),
            model: ("OPENAI_BASE_URL", MODEL),
            worst: Took::default(),
            key: "",
            limit: LIMIT,
            cap: TEXT_CAP,
            twice: Twice::AfterFault,
            heard: None,
        };
        let answered = match self.service.ask(&asked, &CancellationToken::new()).await {
            Ok(answered) => answered,
            Err(Failed::Said(404 | 405 | 501, _)) => {
                self.absent.store(true, Ordering::Relaxed);
                return Err(missing());
            }
            Err(Failed::Said(status, complaint)) => {
                return Err(self.service.in_words(status, &complaint, asked.model));
            }
            Err(Failed::Other(error)) => return Err(error.parted().0),
        };
        let answer: Moderations = serde_json::from_slice(&answered.body)
            .map_err(|_| self.service.unavailable("its answer is unreadable"))?;
        let flagged = answer.results.into_iter().filter(|result| result.flagged);
        let mut categories: Vec<String> = flagged
            .flat_map(|result| {
                let mut named: Vec<String> = result
                    .categories
                    .into_iter()
                    .filter(|(_, applies)| *applies == Some(true))
                    .map(|(name, _)| name)
                    .collect();
                if named.is_empty() {
                    named.push("unfit".to_owned());
                }
                named
            })
            .collect();
        categories.sort();
        categories.dedup();
        Ok(categories)
    }
}
