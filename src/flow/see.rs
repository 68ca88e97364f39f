//! Looks at the pictures of fetched posts, each once: what was seen goes into the store under the picture's hash, and from
//! there into prompts and the index.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::PostId;
use crate::domain::picture::PictureNote;
use crate::domain::post::Post;
use crate::flow::recall;
use crate::media::{Caps, MediaFolder, for_eyes};
use crate::models::ModelError;
use crate::models::in_order::InOrder;
use crate::models::prompt::{DESCRIPTION, Prompts};
use crate::models::see::{Sight, SightRequest, VisionModel};
use crate::store::{Store, StoreError, StoredMedia};

/// How long looking may hold up the draft that it is for. What is not seen by then is left out.
const PATIENCE: Duration = Duration::from_secs(20);

/// With less time than this no model is asked.
const LEAST: Duration = Duration::from_secs(2);

/// How many new pictures are looked at for one draft.
const MOST: usize = 3;

/// The longest description, words and alt text that are kept, in characters.
const MOST_CHARS: [usize; 3] = [600, 400, 200];

/// Looks at pictures.
#[derive(Clone)]
pub struct Eyes {
    pub store: Store,
    pub folder: MediaFolder,
    pub vision: InOrder<dyn VisionModel>,
    pub prompts: Arc<Prompts>,
    pub caps: Caps,
}

/// What the pictures of some posts show.
#[derive(Debug, Default)]
pub struct Seen {
    /// One line for each post that has any.
    pub lines: HashMap<PostId, String>,
    /// What a person should know.
    pub remarks: Vec<Finding>,
}

impl Eyes {
    /// What the pictures of `posts` show. New ones are looked at, the first posts first, as far as the time allows.
    pub async fn look_at(
        &self,
        posts: &[&Post],
        cancel: &CancellationToken,
    ) -> anyhow::Result<Seen> {
        let posts: Vec<&Post> = posts
            .iter()
            .copied()
            .filter(|post| !post.body.media.is_empty())
            .collect();
        if posts.is_empty() {
            return Ok(Seen::default());
        }
        let mut remarks = Vec::new();
        if !self.vision.is_empty() {
            remarks = self.look_at_new(&posts, cancel).await?;
        }
        let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
        let notes = self.store.notes_of_posts(&ids).await?;
        let lines = notes.into_iter().map(|(post, notes)| {
            let lines: Vec<String> = notes.iter().map(PictureNote::line).collect();
            (post, lines.join(" "))
        });
        Ok(Seen {
            lines: lines.collect(),
            remarks,
        })
    }

    /// Looks at what nobody has looked at. The first failure ends it: the others would fail alike. A picture that is refused
    /// counts as looked at, or every draft would ask, and pay, again.
    async fn look_at_new(
        &self,
        posts: &[&Post],
        cancel: &CancellationToken,
    ) -> anyhow::Result<Vec<Finding>> {
        let until = Instant::now() + PATIENCE;
        let mut looked = 0;
        for post in posts {
            for picture in self.store.unseen_pictures(post.id).await? {
                if looked == MOST {
                    return Ok(Vec::new());
                }
                looked += 1;
                let left = until.saturating_duration_since(Instant::now());
                if left < LEAST {
                    return Ok(vec![unseen("looking took too long")]);
                }
                match self.describe(&picture, left, cancel).await? {
                    Ok(note) => self.keep(&note).await?,
                    Err(ModelError::Refused { provider, .. }) => {
                        self.keep(&undescribed(&picture, provider)).await?;
                    }
                    // Nobody at a card can set this right: `/status` tells the owners.
                    Err(ModelError::Unusable { .. }) => return Ok(Vec::new()),
                    Err(error) => return Ok(vec![unseen(&error.to_string())]),
                }
            }
        }
        Ok(Vec::new())
    }

    /// What one picture shows.
    async fn describe(
        &self,
        picture: &StoredMedia,
        left: Duration,
        cancel: &CancellationToken,
    ) -> anyhow::Result<Result<PictureNote, ModelError>> {
        let bytes = self.folder.read(&picture.sha256, &picture.mime).await?;
        let question = self.prompts.describe(picture.alt.as_deref());
        let asked = match (question, self.small(bytes).await) {
            (Ok(question), Ok(small)) => SightRequest {
                picture: small,
                mime: "image/jpeg",
                question,
                shape: &DESCRIPTION,
                purpose: "describe",
                // Each provider has its share, so that the second one still comes to look.
                patience: left / u32::try_from(self.vision.all().count()).unwrap_or(1),
            },
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        Ok(self
            .look(&asked, cancel)
            .await
            .map(|sight| note(picture, &sight)))
    }

    /// A copy that is small enough to be sent.
    pub(super) async fn small(&self, bytes: Vec<u8>) -> Result<Vec<u8>, ModelError> {
        let caps = self.caps;
        let refused = |why: String| ModelError::Refused {
            provider: "the decoder".to_owned(),
            why,
        };
        match tokio::task::spawn_blocking(move || for_eyes(&bytes, &caps)).await {
            Ok(Ok(small)) => Ok(small),
            Ok(Err(refusal)) => Err(refused(refusal.to_string())),
            Err(_) => Err(refused("it broke".to_owned())),
        }
    }

    /// Asks the first model that answers.
    pub(super) async fn look(
        &self,
        request: &SightRequest,
        cancel: &CancellationToken,
    ) -> Result<Sight, ModelError> {
        let missing = || ModelError::Missing("nobody looks at pictures".to_owned());
        let seen = self
            .vision
            .ask(missing, |model| {
                let (request, cancel) = (request.clone(), cancel.clone());
                async move { model.look(&request, &cancel).await }.boxed()
            })
            .await?;
        Ok(seen.answer)
    }

    async fn keep(&self, note: &PictureNote) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.keep_picture_note(note).await?;
        recall::request(&mut tx, None).await?;
        tx.commit().await
    }
}

fn note(picture: &StoredMedia, sight: &Sight) -> PictureNote {
    let [description, words, alt] = ["description", "words", "alt"].map(|name| sight.text(name));
    let cut = |text: &str, most: usize| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        crate::domain::error::shortened(&line, most)
    };
    PictureNote {
        sha256: picture.sha256.clone(),
        description: cut(description, MOST_CHARS[0]),
        words: cut(words, MOST_CHARS[1]),
        alt: cut(alt, MOST_CHARS[2]),
        provider: sight.provider.clone(),
        model: sight.model.clone(),
    }
}

/// Stands for a picture that nobody will describe.
fn undescribed(picture: &StoredMedia, provider: String) -> PictureNote {
    PictureNote {
        sha256: picture.sha256.clone(),
        description: "a picture that could not be described".to_owned(),
        words: String::new(),
        alt: String::new(),
        provider,
        model: String::new(),
    }
}

fn unseen(why: &str) -> Finding {
    Finding {
        kind: FindingKind::Unseen,
        blocks: false,
        detail: format!("a picture was not looked at: {why}"),
    }
}
