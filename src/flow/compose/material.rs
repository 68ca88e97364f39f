//! What a version is written from.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;

use crate::domain::draft::{Draft, Purpose, Revision};
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::habits::Habits;
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::persona::Persona;
use crate::domain::post::Post;
use crate::domain::post_kind;
use crate::domain::wish::Wish;
use crate::flow::checks::{self, Allowance, CommonWords};
use crate::flow::recall::SearchQuery;
use crate::models::prompt::Ask;

use super::{ComposeJob, ComposeRequest, Composer, NotWritten, allowance};

/// How many relevant posts a draft leans on at most. A prompt that has no room for them takes the best.
const POSTS: usize = 8;

/// How many own posts show the voice.
const EXAMPLES: usize = 5;

/// How many own posts, the newest, show the habits and count as given.
const OWN: u32 = 60;

/// From how many stored posts it is counted which words are common.
const COUNTED: u32 = 2_000;

/// A purpose, the version before, and the guidance.
type Asked = (Purpose, Option<(Draft, Revision)>, Option<String>);

/// Everything a version is written from.
pub(super) struct Material {
    pub purpose: Purpose,
    pub persona: Persona,
    pub network: Network,
    pub account: String,
    pub answered: Option<Post>,
    /// Its text, and what its pictures show.
    answered_text: String,
    /// What the pictures of the posts show, each in a line.
    pictures: HashMap<PostId, String>,
    /// What a person should know of how it came about.
    pub remarks: Vec<Finding>,
    /// What stands now, when it is to be written anew.
    pub before: Option<(Draft, Revision)>,
    pub guidance: Option<String>,
    pub posts: Vec<(Post, f32)>,
    pub examples: Vec<Post>,
    /// The newest own posts.
    own: Vec<String>,
    pub habits: Habits,
    pub common: CommonWords,
    pub allowance: Allowance,
}

impl Material {
    /// What it is about, in a line.
    pub fn topic(&self) -> String {
        match (&self.purpose, &self.answered) {
            (Purpose::Post { topic }, _) => topic.clone(),
            (_, Some(post)) => format!("answer to @{}: {}", post.body.author, post.body.text),
            _ => String::new(),
        }
    }

    /// What was typed: the topic, or what the answer should say, and what a redo asks for.
    pub fn words(&self) -> String {
        let purpose = match &self.purpose {
            Purpose::Post { topic } => topic.clone(),
            Purpose::Reply { guidance, .. } => guidance.clone().unwrap_or_default(),
        };
        format!("{purpose} {}", self.guidance.clone().unwrap_or_default())
    }

    /// The topic, read. Of a reply, what it should say.
    pub fn wish(&self) -> Wish {
        match &self.purpose {
            Purpose::Post { topic } => Wish::read(topic),
            Purpose::Reply { guidance, .. } => {
                Wish::read_answer(guidance.as_deref().unwrap_or_default())
            }
        }
    }

    /// The own posts that stand for the habits, where there are enough of them to show any.
    pub fn shown_habits(&self) -> Vec<PostId> {
        if self.habits == Habits::of(&[], &self.persona.voice) {
            return Vec::new();
        }
        self.examples.iter().map(|post| post.id).collect()
    }

    /// All that a text may take its facts from.
    pub fn given(&self) -> Vec<String> {
        let voice = &self.persona.voice;
        let mut given = vec![self.words(), voice.identity.clone(), voice.tone.join(" ")];
        given.extend(self.own.iter().cloned());
        given.extend(self.examples.iter().map(|post| post.body.text.clone()));
        given.extend(
            self.answered
                .iter()
                .map(|post| format!("{} {}", post.body.author, self.answered_text)),
        );
        given.extend(self.before.iter().map(|(_, old)| old.content.text.clone()));
        given
    }

    /// What of the post's orders `text` follows, and a warning that the post gives orders, sells or insults.
    pub fn obeyed(&self, text: &str) -> Vec<Finding> {
        let Some(post) = &self.answered else {
            return Vec::new();
        };
        let warned = post_kind::warning(&post.body.text).map(|warning| Finding {
            kind: FindingKind::HostilePost,
            blocks: false,
            detail: format!("the post answered {}", warning.words()),
        });
        warned
            .into_iter()
            .chain(checks::obeys(text, &post.body.text))
            .collect()
    }

    /// What the model is asked for.
    pub fn ask(&self) -> Ask<'_> {
        match (&self.before, &self.purpose, &self.answered) {
            (Some((_, old)), Purpose::Post { topic }, _) => Ask::Again {
                topic,
                before: &old.content.text,
            },
            (Some((_, old)), _, Some(post)) => Ask::AnswerAgain {
                author: &post.body.author,
                text: &self.answered_text,
                before: &old.content.text,
            },
            (None, Purpose::Post { topic }, _) => Ask::Post { topic },
            (_, _, Some(post)) => Ask::Answer {
                author: &post.body.author,
                text: &self.answered_text,
            },
            (Some((_, old)), _, None) => Ask::Again {
                topic: "",
                before: &old.content.text,
            },
            (None, Purpose::Reply { .. }, None) => Ask::Post { topic: "" },
        }
    }

    /// A post's text for a prompt, with what its pictures show.
    pub fn told(&self, post: &Post) -> String {
        match self.pictures.get(&post.id) {
            Some(picture) => format!("{} [picture: {picture}]", post.body.text),
            None => post.body.text.clone(),
        }
    }

    /// Whose words lie in the prompt, with a name for each: none of them may come out as our own.
    pub fn others(&self) -> Vec<(String, String)> {
        let fetched = self
            .posts
            .iter()
            .map(|(post, _)| (format!("@{}", post.body.author), post.body.text.clone()));
        let own = self
            .examples
            .iter()
            .map(|post| ("an own post".to_owned(), post.body.text.clone()));
        let answered = self
            .answered
            .iter()
            .map(|post| ("the post it answers".to_owned(), post.body.text.clone()));
        fetched.chain(own).chain(answered).collect()
    }
}

impl Composer {
    /// Collects what the version is written from, or says why it cannot be written.
    pub(super) async fn gather(
        &self,
        work: &ComposeJob,
        cancel: &CancellationToken,
    ) -> anyhow::Result<Result<Material, NotWritten>> {
        let persona = self.store.persona(work.workspace).await?;
        let (purpose, before, guidance) = match self.asked(work).await? {
            Ok(asked) => asked,
            Err(not) => return Ok(Err(not)),
        };
        let answered = match &purpose {
            Purpose::Reply { post, .. } => self.store.post(*post).await?,
            Purpose::Post { .. } => None,
        };
        if let (Some(post), ComposeRequest::Reply { despite: false, .. }) =
            (&answered, &work.request)
            && let Some(warning) = post_kind::warning(&post.body.text)
        {
            return Ok(Err(NotWritten::hostile(post, warning)));
        }
        if answered.is_none() && matches!(purpose, Purpose::Reply { .. }) {
            let why =
                "The post to answer was deleted at its network. Nothing was written.".to_owned();
            return Ok(Err(NotWritten {
                why,
                offers: Vec::new(),
            }));
        }
        let Some((network, account)) = self
            .destination(work.workspace, before.as_ref(), answered.as_ref())
            .await?
        else {
            let why = "There is no account on that network to answer from.".to_owned();
            return Ok(Err(NotWritten {
                why,
                offers: Vec::new(),
            }));
        };
        let mut tx = self.store.begin().await?;
        let mut allowance = allowance(&mut tx, &persona.voice, &purpose).await?;
        drop(tx);
        if let Some(guidance) = &guidance {
            allowance = allowance.and_named_in(guidance);
        }
        let words = match (&purpose, &answered) {
            (Purpose::Post { topic }, _) => topic.clone(),
            (_, Some(post)) => post.body.text.clone(),
            _ => String::new(),
        };
        let own: Vec<String> = self
            .store
            .own_posts(work.workspace, OWN)
            .await?
            .into_iter()
            .map(|post| post.body.text)
            .collect();
        let texts: Vec<&str> = own.iter().map(String::as_str).collect();
        let habits = Habits::of(&texts, &persona.voice);
        let stored = self.store.latest_texts(work.workspace, COUNTED).await?;
        let common = CommonWords::among(stored.iter().map(String::as_str));
        let posts = self
            .relevant(work.workspace, &words, answered.as_ref())
            .await?;
        let examples = self.examples(work.workspace, &words).await?;
        let mut looked_at: Vec<&Post> = answered.iter().collect();
        looked_at.extend(posts.iter().map(|(post, _)| post));
        let seen = self.eyes.look_at(&looked_at, cancel).await?;
        let mut material = Material {
            purpose,
            persona,
            network,
            account,
            answered_text: String::new(),
            answered,
            pictures: seen.lines,
            remarks: seen.remarks,
            before,
            guidance,
            posts,
            examples,
            own,
            habits,
            common,
            allowance,
        };
        if let Some(post) = &material.answered {
            material.answered_text = material.told(post);
        }
        Ok(Ok(material))
    }

    /// What is to be written: its purpose, the version it takes the place of, and what the person said beside it.
    async fn asked(&self, work: &ComposeJob) -> anyhow::Result<Result<Asked, NotWritten>> {
        Ok(Ok(match &work.request {
            ComposeRequest::Post { topic } => (
                Purpose::Post {
                    topic: topic.clone(),
                },
                None,
                None,
            ),
            ComposeRequest::Reply { post, guidance, .. } => (
                Purpose::Reply {
                    post: *post,
                    guidance: guidance.clone(),
                },
                None,
                guidance.clone(),
            ),
            ComposeRequest::Redo {
                draft,
                seen,
                guidance,
            } => {
                let Some(found) = self.store.draft(*draft).await? else {
                    return Ok(Err(NotWritten {
                        why: "That draft is gone.".to_owned(),
                        offers: Vec::new(),
                    }));
                };
                let Some(old) = self.store.revision(*draft, seen.revision).await? else {
                    anyhow::bail!("{} has no revision {}", found.number, seen.revision);
                };
                (found.purpose.clone(), Some((found, old)), guidance.clone())
            }
        }))
    }

    /// Where the draft goes: a reply to the network of what it answers, else the default account, else the only one.
    async fn destination(
        &self,
        w: WorkspaceId,
        before: Option<&(Draft, Revision)>,
        answered: Option<&Post>,
    ) -> anyhow::Result<Option<(Network, String)>> {
        if let Some((_, revision)) = before {
            return Ok(Some((
                revision.content.network,
                revision.content.account.clone(),
            )));
        }
        let mut all = self.outlets.iter().flat_map(|outlet| {
            let network = outlet.network();
            outlet
                .accounts()
                .into_iter()
                .map(move |account| (network, account))
        });
        if let Some(post) = answered {
            return Ok(all.find(|(network, _)| *network == post.body.network));
        }
        let wanted = self.store.workspace(w).await?.default_account;
        let mut all: Vec<_> = all.collect();
        // The sandbox is for where nothing else is set up.
        if all.iter().any(|(network, _)| *network != Network::Sandbox) {
            all.retain(|(network, _)| *network != Network::Sandbox);
        }
        let chosen = wanted.and_then(|wanted| {
            all.iter()
                .find(|(network, account)| format!("{network}:{account}") == wanted)
        });
        Ok(chosen.or_else(|| all.first()).cloned())
    }

    async fn relevant(
        &self,
        w: WorkspaceId,
        words: &str,
        answered: Option<&Post>,
    ) -> anyhow::Result<Vec<(Post, f32)>> {
        let query = SearchQuery {
            own: Some(false),
            limit: POSTS + 1,
            spread: true,
            ..SearchQuery::new(w, words)
        };
        let hits = self.recall.search(&query).await?;
        let itself = answered.map(|post| post.id);
        Ok(hits
            .into_iter()
            .filter(|hit| Some(hit.post.id) != itself)
            .take(POSTS)
            .map(|hit| (hit.post, hit.score))
            .collect())
    }

    /// Own posts near to the topic show the voice best.
    async fn examples(&self, w: WorkspaceId, words: &str) -> anyhow::Result<Vec<Post>> {
        let query = SearchQuery {
            own: Some(true),
            limit: EXAMPLES,
            spread: true,
            ..SearchQuery::new(w, words)
        };
        let near = self.recall.search(&query).await?;
        if near.len() == EXAMPLES {
            return Ok(near.into_iter().map(|hit| hit.post).collect());
        }
        Ok(self.store.own_posts(w, u32::try_from(EXAMPLES)?).await?)
    }
}
