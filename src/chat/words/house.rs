//! The words of the house: how it stands, what it costs, stop and go.

use crate::chat::incoming::Said;
use crate::chat::press::Press;
use crate::chat::view::{Block, Button, View};
use crate::chat::words::press::pressed;
use crate::chat::words::time::Now;
use crate::chat::words::{listed, many, network, person, quoted};
use crate::domain::error::UserError;
use crate::domain::ids::{DraftNumber, InboxId};
use crate::domain::ledger::MicroUsd;
use crate::domain::network::Network;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::source::Source;
use crate::store::backup::RESTORE;

/// How the drafts stand, and what comes next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who stopped publishing.
    pub stopped: Option<String>,
    pub waiting: usize,
    pub scheduled: usize,
    /// Approved drafts that `/stop` holds back, or that are on their way.
    pub approved: usize,
    /// Drafts that want a person: failed, or not known.
    pub stuck: Vec<String>,
    /// The next draft that goes out, or task that writes.
    pub next: Option<(jiff::Timestamp, Next)>,
}

/// What has a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Draft(DraftNumber),
    /// By its name.
    Task(String),
}

/// What `/status` says.
#[derive(Debug)]
pub struct Status<'a> {
    pub standing: &'a Standing,
    pub sources: &'a [Source],
    pub posts: u64,
    /// What is wrong with the chats: one that cannot be reached, a room that is closed to Lumen.
    pub chats: Vec<String>,
    /// What is wrong with the index.
    pub index: Option<String>,
    /// Which model writes.
    pub writer: String,
    pub spent: MicroUsd,
    pub budget: MicroUsd,
    pub now: &'a Now,
}

/// `The Telegram chat -100123 cannot be written to (bot was kicked). …`
#[must_use]
pub fn paused(address: &RoomAddress, why: &str) -> String {
    let why = why.trim_end_matches('.');
    let thread = address
        .thread
        .as_deref()
        .map(|thread| format!(", topic {thread}"))
        .unwrap_or_default();
    format!(
        "The {} chat {}{thread} cannot be written to ({why}). Nothing is sent there until somebody writes there again.",
        chat(address.surface),
        address.chat,
    )
}

/// Somebody wants threads where there are none.
#[must_use]
pub fn threads_not_here(surface: Surface) -> UserError {
    match surface {
        Surface::Discord => UserError::new(
            "A private chat has no threads.",
            "Type it in a channel of your server.",
        ),
        Surface::Telegram | Surface::Terminal => UserError::new(
            format!(
                "{} has no threads under messages; Discord has.",
                match surface {
                    Surface::Terminal => "The terminal",
                    other => chat(other),
                }
            ),
            "Answer a card, and I know which draft you mean.",
        ),
    }
}

/// `I cannot open threads here: the bot may not create public threads in #drafts. …`
#[must_use]
pub fn no_threads(why: &str) -> String {
    let why = why.trim_end_matches('.');
    format!(
        "I cannot open threads here: {why}. Cards go on without; once that has changed, /room threads tries again."
    )
}

/// How people write the chat program's name.
#[must_use]
pub const fn chat(surface: Surface) -> &'static str {
    match surface {
        Surface::Terminal => "terminal",
        Surface::Telegram => "Telegram",
        Surface::Discord => "Discord",
    }
}

#[must_use]
pub fn status(status: &Status<'_>) -> View {
    let mut lines = standing(status.standing, status.now);
    lines.extend(sources(status));
    lines.extend(status.chats.iter().cloned());
    lines.extend(
        status
            .index
            .as_ref()
            .map(|trouble| format!("Search index: {}.", trouble.trim_end_matches('.'))),
    );
    lines.push(status.writer.clone());
    lines.push(money(status.spent, status.budget));
    View::default().with(Block::Text(lines.join("\n")))
}

fn wants(stuck: &[String]) -> String {
    let verb = if stuck.len() == 1 { "needs" } else { "need" };
    format!("{} {verb}", listed(stuck))
}

/// `Working. 3 drafts wait, 2 posts scheduled, next: #7 goes out Fri 27 Nov, 17:45 Berlin.`, and what needs a look.
#[must_use]
pub fn standing(standing: &Standing, now: &Now) -> Vec<String> {
    let mut lines = vec![first_line(standing, now)];
    if !standing.stuck.is_empty() {
        lines.push(format!(
            "{} a look: /queue shows why.",
            wants(&standing.stuck)
        ));
    }
    lines
}

fn first_line(status: &Standing, now: &Now) -> String {
    let drafts = match status.waiting {
        0 => "no draft waits".to_owned(),
        count => many(count, "draft waits", "drafts wait"),
    };
    let mut parts = vec![drafts];
    if status.approved > 0 {
        parts.push(many(status.approved, "post approved", "posts approved"));
    }
    if status.scheduled > 0 {
        parts.push(many(status.scheduled, "post scheduled", "posts scheduled"));
    }
    parts.extend(status.next.as_ref().map(|(at, what)| {
        let what = match what {
            Next::Draft(number) => format!("{number} goes out"),
            Next::Task(name) => format!("task {name} writes"),
        };
        format!("next: {what} {}", now.moment(*at))
    }));
    let parts = capitalised(&parts.join(", "));
    match &status.stopped {
        Some(by) => format!("{} {parts}.", stopped(by)),
        None => format!("Working. {parts}."),
    }
}

/// `text` with a capital first letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn sources(status: &Status<'_>) -> Vec<String> {
    if status.sources.is_empty() && status.posts == 0 {
        return vec!["Nothing is fetched yet: /source add sandbox all.".to_owned()];
    }
    let posts = many(
        usize::try_from(status.posts).unwrap_or(usize::MAX),
        "post",
        "posts",
    );
    let mut lines: Vec<String> = status
        .sources
        .iter()
        .map(|source| source_line(source, status.now))
        .collect();
    lines.push(format!("{posts} stored."));
    lines
}

fn source_line(source: &Source, now: &Now) -> String {
    let name = capitalised(&source.name());
    let fetched = source.last_fetched_at.map_or_else(
        || "not fetched yet".to_owned(),
        |at| format!("fetched {}", now.clock(at)),
    );
    match (source.paused, &source.last_error) {
        (true, Some(error)) => format!("{name}: paused, {}", ended(error)),
        (true, None) => format!("{name}: paused."),
        (false, Some(error)) => format!("{name}: {fetched}; the last try failed: {}", ended(error)),
        (false, None) => format!("{name}: {fetched}."),
    }
}

fn ended(text: &str) -> String {
    let text = text.trim();
    if text.ends_with('.') {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `Today 0.38 of 5.00 USD.`
#[must_use]
pub fn money(spent: MicroUsd, budget: MicroUsd) -> String {
    format!("Today {} of {} USD.", cents(spent), cents(budget))
}

/// `5.00 USD`
#[must_use]
pub fn dollars(money: MicroUsd) -> String {
    format!("{} USD", cents(money))
}

fn cents(money: MicroUsd) -> String {
    let cents = (money.0.max(0) + 5_000) / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `Lens asked to wait: it goes out at 21:30.`
#[must_use]
pub fn waits_for(on: Network, until: jiff::Timestamp, now: &Now) -> String {
    format!(
        "{} asked to wait: it goes out at {}.",
        network(on),
        now.moment(until)
    )
}

/// `2 others are before it; it follows when they are done.`
#[must_use]
pub fn comes_first(before: u64) -> String {
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    format!(
        "{} before it; it follows when they are done.",
        many(before, "other is", "others are")
    )
}

/// `This came at 09:14 and was not done then: “/approve #1”. Do it now?`
#[must_use]
pub fn do_it_now(asked: &Said, at: jiff::Timestamp, inbox: InboxId, now: &Now) -> View {
    let what = match asked {
        Said::Text { text } | Said::Reply { text, .. } | Said::Changed { text } => quoted(text, 60),
        Said::Filled { code, text, .. } => match Press::read(code) {
            Ok(press) => format!("{}: {}", pressed(press), quoted(text, 60)),
            Err(_) => quoted(text, 60),
        },
        Said::Press { code, .. } => {
            Press::read(code).map_or_else(|_| "a button".to_owned(), pressed)
        }
        Said::Picture { .. } => "a picture".to_owned(),
    };
    let line = format!(
        "This came at {} and was not done then: {what}. Do it now?",
        now.moment(at)
    );
    View::text(line).with_buttons(vec![Button {
        label: "Do it now".to_owned(),
        press: Press::Again(inbox).code(),
    }])
}

/// `/stop` was given, or a backup was restored.
#[must_use]
pub fn stopped(by: &str) -> String {
    format!("{}: nothing goes out until /go.", stopped_by(by))
}

fn stopped_by(by: &str) -> String {
    if by == RESTORE {
        "Stopped after the restore".to_owned()
    } else {
        format!("Stopped by {}", person(by))
    }
}

/// Whether an author's posts are to be deleted.
#[must_use]
pub fn forget_question(author: &str, posts: usize) -> String {
    format!(
        "Delete {} by {author} from the store and from search? That cannot be undone.",
        many(posts, "post", "posts")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::{now, plain};
    use crate::domain::ids::SourceId;
    use crate::domain::network::Network;
    use crate::domain::source::Selector;
    use insta::assert_snapshot;

    fn source(selector: Selector, error: Option<&str>, paused: bool) -> Source {
        Source {
            id: SourceId(1),
            network: Network::Sandbox,
            selector,
            own: false,
            schedule: None,
            next_run_at: None,
            paused,
            cursor: None,
            last_fetched_at: Some("2026-11-22T08:02:00Z".parse().unwrap()),
            last_error: error.map(str::to_owned),
        }
    }

    #[test]
    fn status_is_for_people() {
        let now = now();
        let sources = [
            source(Selector::All, None, false),
            source(
                Selector::Author("bean".into()),
                Some("it could not be reached"),
                false,
            ),
            source(Selector::Tag("coffee".into()), None, true),
        ];
        let mut standing = Standing {
            waiting: 3,
            scheduled: 2,
            stuck: vec!["#4".into()],
            next: Some((
                "2026-11-27T16:45:00Z".parse().unwrap(),
                Next::Draft(DraftNumber(7)),
            )),
            ..Standing::default()
        };
        let mut full = Status {
            standing: &standing.clone(),
            sources: &sources,
            posts: 1_234,
            chats: vec!["Telegram: it cannot be reached.".into()],
            index: Some("building, 40 to go".into()),
            writer: "gpt-4o writes.".into(),
            spent: MicroUsd(380_000),
            budget: MicroUsd(5_000_000),
            now: &now,
        };
        assert_snapshot!(plain(&status(&full)), @r"
        Working. 3 drafts wait, 2 posts scheduled, next: #7 goes out Fri 27 Nov, 17:45 Berlin.
        #4 needs a look: /queue shows why.
        Sandbox all: fetched 09:02.
        Sandbox @bean: fetched 09:02; the last try failed: it could not be reached.
        Sandbox #coffee: paused.
        1,234 posts stored.
        Telegram: it cannot be reached.
        Search index: building, 40 to go.
        gpt-4o writes.
        Today 0.38 of 5.00 USD.
        ");
        standing = Standing {
            stopped: Some("mira".into()),
            ..Standing::default()
        };
        full = Status {
            standing: &standing,
            sources: &[],
            posts: 0,
            chats: Vec::new(),
            index: None,
            ..full
        };
        assert_snapshot!(plain(&status(&full)), @r"
        Stopped by @mira: nothing goes out until /go. No draft waits.
        Nothing is fetched yet: /source add sandbox all.
        gpt-4o writes.
        Today 0.38 of 5.00 USD.
        ");
        full.posts = 12_821;
        let imported = plain(&status(&full));
        assert!(imported.contains("12,821 posts stored."), "{imported}");
        full.index = Some("without vectors: no model is there.".into());
        let poor = plain(&status(&full));
        assert!(poor.contains("no model is there.\n"), "{poor}");
    }
}
