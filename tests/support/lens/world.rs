//! What is on the fake network: accounts, posts, transactions, and how it is to fail.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

pub const APP: &str = "0x8A5Cc31180c37078e1EbA2A23c861Acf351a97cE";
pub const FEED: &str = "0xfeed000000000000000000000000000000000001";

/// Somebody on the network.
#[derive(Debug, Clone)]
pub struct Account {
    pub address: String,
    pub owner: String,
    pub name: Option<String>,
    /// Addresses of managers, and whether each may post.
    pub managers: HashMap<String, bool>,
    pub signless: bool,
    pub sponsored: bool,
}

/// What a post is made of.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: u64,
    pub author: String,
    pub at: Timestamp,
    /// Of one of the sixteen kinds, or of one nobody knows; null for a repost.
    pub metadata: Value,
    pub comment_on: Option<u64>,
    pub quote_of: Option<u64>,
    pub repost_of: Option<u64>,
    pub mentions: Value,
    pub deleted: bool,
    pub edited: bool,
    pub feed: String,
    pub content_uri: String,
    /// When the index shows it.
    pub shown: Instant,
}

/// How the next publishing call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostFault {
    /// Taken, and the connection breaks off before the answer.
    AcceptThenDrop,
    /// Taken, and the answer is an internal error.
    ServerErrorAfterAccept,
    /// Not taken, and the connection breaks off.
    Drop,
    /// Not taken, and the answer is an internal error of the API (not of HTTP).
    InternalError,
    /// Taken, and shown after this long.
    Slow(Duration),
    /// Taken, shown after this long, and the connection breaks off before the answer.
    SlowAndDrop(Duration),
    /// The transaction fails.
    TransactionFails,
    /// Answered after this long.
    Late(Duration),
    /// The access token is not taken from now on.
    TokenSpent,
    /// Another member of the union than the one that is hoped for.
    Answers(Value),
    /// `429` with so many seconds to wait.
    SlowDown(u64),
    /// The body is no JSON.
    Garbled,
    /// Taken, and the answer says so beside an error.
    AcceptWithErrors,
    /// Taken, and the answer is a member of the union that says no, beside an error.
    RefuseWithErrors,
}

#[derive(Debug, Clone)]
pub struct Transaction {
    pub post: Option<u64>,
    pub done: Instant,
    pub failed: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Challenge {
    pub text: String,
    pub account: String,
    pub signer: String,
}

#[derive(Debug, Clone)]
pub struct Login {
    pub account: String,
    pub signer: String,
    pub ends: i64,
}

#[derive(Debug, Clone)]
pub struct Stored {
    pub mime: String,
    pub bytes: Vec<u8>,
    pub ready: Instant,
}

/// Everything.
pub struct World {
    pub base: String,
    pub accounts: Vec<Account>,
    pub posts: Vec<Post>,
    pub transactions: HashMap<String, Transaction>,
    pub challenges: HashMap<String, Challenge>,
    pub access: HashMap<String, Login>,
    pub refresh: HashMap<String, Login>,
    pub storage: HashMap<String, Stored>,
    pub faults: VecDeque<PostFault>,
    pub api_down: bool,
    /// Fields at the root that end in an internal error; where it is set, the rest of the answer stays.
    pub failing: HashMap<&'static str, bool>,
    pub storage_down: bool,
    /// Seconds that an access token is good for.
    pub token_life: i64,
    /// Until an upload can be read.
    pub upload_takes: Duration,
    pub index_takes: Duration,
    /// Operations and their variables, in order.
    pub calls: Vec<(String, Value)>,
    /// What the schemas found wrong with what was sent, and with what was to be answered.
    pub complaints: Vec<String>,
    pub reactions: Vec<(String, String, u64)>,
    pub next: u64,
}

impl World {
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            accounts: Vec::new(),
            posts: Vec::new(),
            transactions: HashMap::new(),
            challenges: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            storage: HashMap::new(),
            faults: VecDeque::new(),
            api_down: false,
            failing: HashMap::new(),
            storage_down: false,
            token_life: 600,
            upload_takes: Duration::ZERO,
            index_takes: Duration::ZERO,
            calls: Vec::new(),
            complaints: Vec::new(),
            reactions: Vec::new(),
            next: 1,
        }
    }

    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn account(&self, address: &str) -> Option<&Account> {
        let same = |account: &&Account| account.address.eq_ignore_ascii_case(address);
        self.accounts.iter().find(same)
    }

    pub fn account_mut(&mut self, address: &str) -> &mut Account {
        let mut all = self.accounts.iter_mut();
        all.find(|account| account.address.eq_ignore_ascii_case(address))
            .expect("there is such an account")
    }

    /// Adds somebody with a name; says the address.
    pub fn add(&mut self, name: &str) -> String {
        let number = self.number();
        let address = format!("0x{number:040x}");
        self.accounts.push(Account {
            address: address.clone(),
            owner: format!("0x{:040x}", number + 1_000_000),
            name: Some(name.to_owned()),
            managers: HashMap::new(),
            signless: true,
            sponsored: true,
        });
        address
    }

    /// Adds a post of words alone.
    pub fn write(&mut self, author: &str, words: &str, at: Timestamp) -> u64 {
        let id = self.number();
        let tags: Vec<&str> = words
            .split_whitespace()
            .filter_map(|word| word.strip_prefix('#'))
            .collect();
        let metadata = json!({
            "__typename": "TextOnlyMetadata", "id": format!("m{id}"), "content": words, "tags": tags,
            "locale": "en", "contentWarning": null, "mainContentFocus": "TEXT_ONLY",
        });
        self.posts.push(Post {
            id,
            author: author.to_owned(),
            at,
            metadata,
            comment_on: None,
            quote_of: None,
            repost_of: None,
            mentions: json!([]),
            deleted: false,
            edited: false,
            feed: FEED.to_owned(),
            content_uri: format!("lens://{id}"),
            shown: Instant::now(),
        });
        id
    }

    pub fn post_mut(&mut self, id: u64) -> &mut Post {
        let mut all = self.posts.iter_mut();
        all.find(|post| post.id == id)
            .expect("there is such a post")
    }

    pub fn post(&self, id: u64) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == id)
    }

    /// The post that an id or a slug means.
    pub fn named(&self, id: &str) -> Option<&Post> {
        let number: u64 = id.strip_prefix("slug").unwrap_or(id).parse().ok()?;
        self.post(number)
    }

    /// What an author has published, oldest first.
    pub fn of(&self, author: &str) -> Vec<&Post> {
        let same = |post: &&Post| post.author.eq_ignore_ascii_case(author);
        self.posts.iter().filter(same).collect()
    }

    pub fn calls_of(&self, operation: &str) -> usize {
        self.calls
            .iter()
            .filter(|(name, _)| name == operation)
            .count()
    }
}
