//! A thread: each post answers the one before it, each goes out once.
//!
//! Every post of it has a key of its own, made of the first call's key, and with it the notes that any single post has. What
//! is there already is not sent again. A call under a new key with the very same content goes on with the thread that an
//! earlier call began and did not end; which one that is, is noted before anything is sent.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::Lens;
use super::error::LensError;
use super::publishing::{Note, refused, unclear};
use crate::domain::content::Content;
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::thread::{self, Parts};
use crate::platforms::{LookUp, OutgoingPicture, PlatformError, Published};

/// More is a mistake.
const MOST: usize = 25;

/// Looks for a post whose call was not answered, before the thread is given up for now.
const LOOKS: u32 = 5;

/// Where a call's thread began: under whose key, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Thread {
    key: String,
    since: Timestamp,
    /// All of it is there: the same content once more is another thread.
    ended: bool,
}

impl Thread {
    fn key_of(&self, nth: usize) -> String {
        match nth {
            0 => self.key.clone(),
            _ => format!("{}-{}", self.key, nth + 1),
        }
    }
}

/// Of the thread that this content was last published as.
fn by_content(content: &Content) -> String {
    format!("thread:{}", content.hash())
}

/// Of the thread that this call goes on with.
fn by_call(key: &str) -> String {
    format!("thread of:{key}")
}

/// The posts of a thread; none where it is a single one.
pub(super) fn posts(content: &Content) -> Option<Vec<Content>> {
    let parts = thread::parts(Network::Lens, &content.text);
    if parts.len() == 1 {
        return None;
    }
    let post = |(nth, text)| match nth {
        0 => Content {
            text,
            ..content.clone()
        },
        _ => Content {
            text,
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
            ..content.clone()
        },
    };
    Some(parts.into_iter().enumerate().map(post).collect())
}

impl Lens {
    /// Publishes what is not there yet; says where the first post is.
    pub(super) async fn publish_thread(
        &self,
        content: &Content,
        posts: Vec<Content>,
        pictures: Vec<OutgoingPicture>,
        key: &str,
        lease: &Lease,
    ) -> Result<Published, PlatformError> {
        let count = posts.len();
        if count > MOST {
            return Err(refused(format!("a thread has {MOST} posts at most")));
        }
        let thread = self
            .begun(content, key, lease)
            .await
            .map_err(LensError::before_the_call)?;
        let mut pictures = Some(pictures);
        let mut there: Vec<Published> = Vec::with_capacity(count);
        for (nth, mut post) in posts.into_iter().enumerate() {
            if let Some(before) = there.last() {
                post.reply_to = Some(before.native_id.clone());
            }
            let published = self
                .publish_post(
                    &thread,
                    nth,
                    &post,
                    pictures.take().unwrap_or_default(),
                    lease,
                )
                .await
                .map_err(|error| in_the_middle(error, nth, count, there.first()))?;
            there.push(published);
        }
        let ended = self.end(content, thread, lease).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "that a thread on Lens is whole could not be noted");
        }
        there
            .into_iter()
            .next()
            .ok_or_else(|| refused("the post is empty"))
    }

    /// The thread to go on with: one that this very content began and did not end, else a new one.
    async fn begun(
        &self,
        content: &Content,
        key: &str,
        lease: &Lease,
    ) -> Result<Thread, LensError> {
        let by_content = by_content(content);
        let known: Option<Thread> = self.kept(&by_content).await?;
        let thread = match known.filter(|thread| !thread.ended) {
            Some(thread) => thread,
            None => Thread {
                key: key.to_owned(),
                since: self.clock.now(),
                ended: false,
            },
        };
        self.keep(&by_call(key), &thread, lease).await?;
        self.keep(&by_content, &thread, lease).await?;
        Ok(thread)
    }

    async fn end(&self, content: &Content, thread: Thread, lease: &Lease) -> Result<(), LensError> {
        let ended = Thread {
            ended: true,
            ..thread
        };
        self.keep(&by_content(content), &ended, lease).await
    }

    async fn publish_post(
        &self,
        thread: &Thread,
        nth: usize,
        post: &Content,
        pictures: Vec<OutgoingPicture>,
        lease: &Lease,
    ) -> Result<Published, PlatformError> {
        let key = thread.key_of(nth);
        let noted: Option<Note> = self.noted(&key).await.map_err(LensError::before_the_call)?;
        if matches!(noted, Some(Note::Sent | Note::Taken { .. })) {
            let found = self.find(&key, thread.since).await;
            match found.map_err(LensError::before_the_call)? {
                LookUp::There(published) => return Ok(published),
                // A transaction that is on its way comes to its end; a call that nobody knows of was asked about.
                LookUp::Unsettled if matches!(noted, Some(Note::Taken { .. })) => {
                    return Err(unclear("a post of the thread is on its way"));
                }
                LookUp::Unsettled | LookUp::Absent | LookUp::Partly { .. } => {}
            }
        }
        match self.publish_once(post, pictures, &key, lease).await {
            Err(error @ PlatformError::Unclear { .. }) => {
                self.found_late(&key, thread.since).await.ok_or(error)
            }
            settled => settled,
        }
    }

    /// The post of a call that was not answered, if it shows up in a moment.
    async fn found_late(&self, key: &str, since: Timestamp) -> Option<Published> {
        let began = Instant::now();
        for look in 1..=LOOKS {
            if let Ok(LookUp::There(published)) = self.find(key, since).await {
                return Some(published);
            }
            tokio::time::sleep_until(began + self.pace * look).await;
        }
        None
    }

    /// What is there of the thread that the call with this key went on with.
    pub(super) async fn find_thread(
        &self,
        content: &Content,
        count: usize,
        key: &str,
        lease: &Lease,
    ) -> Result<LookUp, LensError> {
        // Written before anything is sent.
        let Some(thread) = self.kept::<Thread>(&by_call(key)).await? else {
            return Ok(LookUp::Absent);
        };
        let mut first = None;
        for nth in 0..count {
            match self.find(&thread.key_of(nth), thread.since).await? {
                LookUp::There(published) => {
                    first.get_or_insert(published);
                }
                LookUp::Absent => {
                    let parts = |first: Published| Parts {
                        there: nth,
                        of: count,
                        url: first.url,
                    };
                    return Ok(first.map_or(LookUp::Absent, |first| LookUp::Partly {
                        parts: parts(first),
                    }));
                }
                other => return Ok(other),
            }
        }
        self.end(content, thread, lease).await?;
        Ok(first.map_or(LookUp::Absent, LookUp::There))
    }
}

/// How long to wait with the rest of a thread when Lens does not say it.
const WAIT: Duration = Duration::from_secs(5);

/// What an error means once the first posts are there: that nothing went out would not be true.
fn in_the_middle(
    error: PlatformError,
    nth: usize,
    count: usize,
    first: Option<&Published>,
) -> PlatformError {
    let Some(first) = first else {
        return error;
    };
    let (why, wait) = match error {
        PlatformError::Refused { why, .. } => (why, None),
        PlatformError::SlowDown { wait, .. } => {
            ("it asked to wait".to_owned(), wait.or(Some(WAIT)))
        }
        PlatformError::Unreachable { why, .. } => (why, Some(WAIT)),
        other => return other,
    };
    PlatformError::Partly {
        network: Network::Lens,
        why,
        parts: Parts {
            there: nth,
            of: count,
            url: first.url.clone(),
        },
        wait,
    }
}
