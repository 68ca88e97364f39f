//! The outside of the control room: a chat program, a search, an account.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::house::{Accounts, Advice, Finder, Pictures};
use crate::chat::testing::{instant, plain};
use crate::chat::view::{Block, View};
use crate::chat::words::time::Now;
use crate::domain::action::Action;
use crate::domain::content::Attachment;
use crate::domain::error::UserError;
use crate::domain::ids::{PostId, WorkspaceId};
use crate::domain::network::Network;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::post::{Counts, FetchedPost, Post};
use crate::domain::progress::Step;
use crate::flow::recall::RecallError;

/// A chat program that remembers what it showed, in which chat.
pub struct FakeFrontend {
    surface: Surface,
    pub shown: Mutex<Vec<(String, String)>>,
    pub last: Mutex<HashMap<String, String>>,
    next: AtomicU64,
    failures: AtomicU64,
    panics: AtomicU64,
    /// It takes what is shown and never answers.
    pub hangs: AtomicBool,
    /// Chats that take nothing any more.
    pub closed: Mutex<Vec<String>>,
    /// The threads that were opened: the message, and the name.
    pub threads: Mutex<Vec<(String, String)>>,
    /// Why no thread is opened.
    pub no_threads: Mutex<Option<String>>,
}

impl FakeFrontend {
    pub fn new(surface: Surface) -> Arc<Self> {
        Arc::new(Self {
            surface,
            shown: Mutex::default(),
            last: Mutex::default(),
            next: AtomicU64::new(1),
            failures: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            hangs: AtomicBool::new(false),
            closed: Mutex::default(),
            threads: Mutex::default(),
            no_threads: Mutex::default(),
        })
    }

    pub fn fail_next(&self, times: u64) {
        self.failures.store(times, Ordering::SeqCst);
    }

    pub fn panic_next(&self, times: u64) {
        self.panics.store(times, Ordering::SeqCst);
    }

    /// What was shown in a chat since the last look.
    pub fn heard(&self, chat: &str) -> Vec<String> {
        let mut shown = self.shown.lock().unwrap();
        let (here, there) = shown.drain(..).partition(|(at, _)| at == chat);
        *shown = there;
        let here: Vec<(String, String)> = here;
        here.into_iter().map(|(_, text)| text).collect()
    }
}

#[async_trait]
impl Frontend for FakeFrontend {
    fn surface(&self) -> Surface {
        self.surface
    }

    async fn show(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        if self.closed.lock().unwrap().contains(&room.chat) {
            return Err(ShowError::Closed("the bot was blocked".into()));
        }
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.panics.load(Ordering::SeqCst) > 0 {
            self.panics.fetch_sub(1, Ordering::SeqCst);
            panic!("told to break off");
        }
        if self.failures.load(Ordering::SeqCst) > 0 {
            self.failures.fetch_sub(1, Ordering::SeqCst);
            return Err(ShowError::Later("the network is away".into()));
        }
        let text = match (replaces, view.blocks.first()) {
            (Some(_), Some(Block::Title(title))) if !self.edits_in_place() => title.clone(),
            (Some(MessageRef(message)), _) => format!("(in place of {message}) {}", plain(view)),
            (None, _) => plain(view),
        };
        self.shown.lock().unwrap().push((room.chat.clone(), text));
        if let Some(message) = replaces {
            return Ok(message.clone());
        }
        let message = format!("m{}", self.next.fetch_add(1, Ordering::SeqCst));
        self.last
            .lock()
            .unwrap()
            .insert(room.chat.clone(), message.clone());
        Ok(MessageRef(message))
    }

    fn has_threads(&self, _room: &RoomAddress) -> bool {
        self.surface == Surface::Discord
    }

    /// A thread is called as its message, with a `t` before it.
    async fn open_thread(
        &self,
        room: &RoomAddress,
        message: &MessageRef,
        name: &str,
    ) -> Result<RoomAddress, ShowError> {
        if let Some(why) = self.no_threads.lock().unwrap().clone() {
            return Err(ShowError::Closed(why));
        }
        let thread = (message.0.clone(), name.to_owned());
        self.threads.lock().unwrap().push(thread);
        Ok(RoomAddress {
            chat: format!("t{}", message.0),
            ..room.clone()
        })
    }

    fn start_link(&self, word: &str) -> Option<String> {
        (self.surface == Surface::Telegram).then(|| format!("https://chat.example/{word}"))
    }

    /// A file's name is its content here.
    async fn picture(&self, file: &str, _most: u64) -> Result<Vec<u8>, ShowError> {
        Ok(file.as_bytes().to_vec())
    }

    fn progress(&self, _room: &RoomAddress, _step: &Step) {}
}

/// Finds what it was given, breaks off, or takes its time.
#[derive(Default)]
pub struct FakeFinder {
    posts: Mutex<Vec<(Post, f32)>>,
    panics: AtomicU64,
    busy: tokio::sync::Mutex<()>,
}

impl FakeFinder {
    pub fn panic_next(&self) {
        self.panics.store(1, Ordering::SeqCst);
    }

    /// While the value lives, nothing is found.
    pub async fn busy(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.busy.lock().await
    }

    pub fn give(&self, text: &str) {
        let body = FetchedPost {
            network: Network::Sandbox,
            native_id: "p42".into(),
            author: "bean".into(),
            text: text.into(),
            created_at: instant(),
            edited_at: None,
            tags: Vec::new(),
            language: None,
            reply_to: None,
            quote_of: None,
            repost_of: None,
            url: None,
            counts: Counts::default(),
            media: Vec::new(),
            raw: None,
            own: false,
        };
        self.posts.lock().unwrap().push((
            Post {
                id: PostId(42),
                workspace: WorkspaceId::FIRST,
                fetched_at: instant(),
                body,
            },
            0.81,
        ));
    }
}

#[async_trait]
impl Finder for FakeFinder {
    async fn find(
        &self,
        _w: WorkspaceId,
        _words: &str,
        _limit: usize,
    ) -> Result<Vec<(Post, f32)>, RecallError> {
        assert!(
            self.panics.swap(0, Ordering::SeqCst) == 0,
            "told to break off"
        );
        drop(self.busy.lock().await);
        Ok(self.posts.lock().unwrap().clone())
    }

    async fn trouble(&self) -> Result<Option<String>, RecallError> {
        Ok(None)
    }
}

pub struct OneAccount;

/// Models of which nothing is to be said.
pub struct NoAdvice;

impl Advice for NoAdvice {
    fn lines(&self, _: &Now) -> Vec<String> {
        Vec::new()
    }
}

#[async_trait]
impl Accounts for OneAccount {
    fn list(&self) -> Vec<(Network, String)> {
        vec![(Network::Sandbox, "roastery".into())]
    }

    fn actions(&self, _network: Network) -> &'static [Action] {
        &Action::ALL
    }

    async fn knows(&self, _network: Network, author: &str) -> bool {
        author != "nobody_here"
    }

    async fn check(&self, _network: Network, _account: &str) -> Result<String, String> {
        Ok("it answers".into())
    }
}

/// A media folder that keeps nothing: what looks like a picture is one.
pub struct Album;

#[async_trait]
impl Pictures for Album {
    fn path(&self, picture: &Attachment) -> PathBuf {
        PathBuf::from(format!("media/{}.png", picture.sha256))
    }

    async fn keep(&self, bytes: Vec<u8>, _: Network) -> Result<Attachment, UserError> {
        let text = String::from_utf8(bytes).unwrap();
        if !text.starts_with("picture") {
            return Err(UserError::new("That is no picture.", "Send another one."));
        }
        Ok(Attachment {
            sha256: text,
            mime: "image/png".into(),
            alt: String::new(),
            quote_card: None,
        })
    }
}
