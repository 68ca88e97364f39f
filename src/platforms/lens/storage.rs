//! The storage that Lens reads from: pictures and metadata go there first, under addresses of their own (`lens://…`).

use std::time::Duration;

use serde::Deserialize;

use super::error::LensError;
use crate::net::HttpClient;
use crate::net::request::Request;

/// The scheme of its addresses.
pub(super) const SCHEME: &str = "lens://";

/// An upload of eight megabytes over a slow line.
const UPLOAD_LIMIT: Duration = Duration::from_secs(30);
const ASK_LIMIT: Duration = Duration::from_secs(5);
/// How often it is asked whether an upload is through.
const LOOKS: u32 = 20;

#[derive(Clone)]
pub(super) struct Storage {
    pub http: HttpClient,
    /// Without a slash at the end.
    pub base: String,
    pub chain: u32,
    /// Between two looks.
    pub pace: Duration,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Many(Vec<Item>),
    One(Item),
}

#[derive(Deserialize)]
struct Item {
    storage_key: String,
    #[serde(default)]
    uri: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

impl Storage {
    /// Puts `bytes` there and says their address once they can be read. Twice does no harm: it only takes room.
    pub async fn put(&self, bytes: Vec<u8>, mime: &str) -> Result<String, LensError> {
        let url = format!("{}/?chain_id={}", self.base, self.chain);
        let answer = self
            .http
            .settled(&Request {
                body: Some((mime, bytes)),
                ..Request::get(&url, 100_000, UPLOAD_LIMIT)
            })
            .await?;
        match answer.status {
            200..=299 => {}
            413 => return Err(LensError::refused("its storage finds a picture too large")),
            status => {
                return Err(LensError::refused(format!("its storage answered {status}")));
            }
        }
        let garbled = || LensError::Garbled("its storage did not say where it put it".to_owned());
        let stored = serde_json::from_slice(&answer.body).map_err(|_| garbled())?;
        let item = match stored {
            Stored::Many(items) => items.into_iter().next().ok_or_else(garbled)?,
            Stored::One(item) => item,
        };
        self.settled(&item.storage_key).await?;
        Ok(item
            .uri
            .unwrap_or_else(|| format!("{SCHEME}{}", item.storage_key)))
    }

    /// Waits until the upload can be read.
    async fn settled(&self, key: &str) -> Result<(), LensError> {
        for _ in 0..LOOKS {
            match self.status(key).await.as_deref() {
                Some("done" | "available") => return Ok(()),
                Some(failed) if failed.starts_with("error") || failed == "unauthorized" => {
                    return Err(LensError::Broken(format!("its storage failed: {failed}")));
                }
                _ => tokio::time::sleep(self.pace).await,
            }
        }
        Err(LensError::Broken(
            "its storage does not come to an end with an upload".to_owned(),
        ))
    }

    /// None while it cannot be told.
    async fn status(&self, key: &str) -> Option<String> {
        let url = format!("{}/status/{key}", self.base);
        let asked = Request::get(&url, 10_000, ASK_LIMIT);
        let answer = self.http.settled(&asked).await.ok()?;
        let status: Status = serde_json::from_slice(&answer.body).ok()?;
        Some(status.status)
    }

    /// The web address of something it holds; none for an address of another kind.
    pub fn web_address(&self, uri: &str) -> Option<String> {
        let key = uri.strip_prefix(SCHEME)?;
        let plain = !key.is_empty()
            && !key.contains("..")
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
        plain.then(|| format!("{}/{key}", self.base))
    }
}
