//! The words of a draft: its states, what it leans on, where it came from.

use jiff::Timestamp;

use crate::chat::words::time::Now;
use crate::chat::words::{listed, many, network, person, quoted};
use crate::domain::content::Attachment;
use crate::domain::draft::{Draft, DraftState, Lean, Purpose, Revision, Writer};
use crate::domain::error::shortened;
use crate::domain::ids::DraftNumber;
use crate::domain::ledger::MicroUsd;
use crate::domain::limits::Limits;
use crate::domain::operator::Role;
use crate::domain::post::Post;
use crate::domain::thread::{self, Parts};
use crate::flow::in_progress::Making;

/// The first line of a card: what it is while it waits, and who, when, what next after a decision.
#[must_use]
pub fn head(
    draft: &Draft,
    revision: &Revision,
    approved_at: Option<Timestamp>,
    stopped: bool,
    now: &Now,
) -> String {
    let number = draft.number;
    // The state says when it was last touched by the publisher; people ask when it was approved.
    let approved = |by: &str| {
        let at = approved_at.map_or_else(String::new, |at| format!(" {}", now.clock(at)));
        format!("approved by {}{at}", person(by))
    };
    let place = network(revision.content.network);
    match &draft.state {
        DraftState::Waiting => {
            let account = person(&revision.content.account);
            let version = if draft.revision > 1 {
                format!(" · version {}", draft.revision)
            } else {
                String::new()
            };
            format!("{number} · {place} · {account}{version}")
        }
        DraftState::Approved { by, at, .. } => {
            let next = if stopped {
                "held until /go"
            } else {
                "goes out now"
            };
            let at = now.clock(approved_at.unwrap_or(*at));
            format!("{number} approved · {} {at} · {next}", person(by))
        }
        DraftState::Scheduled { by, due, .. } => {
            let held = if stopped { " · held until /go" } else { "" };
            format!(
                "{number} scheduled for {} · {}{held}",
                now.moment(*due),
                person(by)
            )
        }
        DraftState::Overdue { by, due } => {
            let (due, by) = (now.moment(*due), approved(by));
            format!("{number} missed its time, {due} · {by} · what now?")
        }
        DraftState::Publishing { by, .. } => format!("{number} publishing · {}", approved(by)),
        DraftState::Published {
            by,
            at,
            url,
            native_id,
        } => {
            let at = now.clock(*at);
            let place = place_of(url.as_deref(), native_id, place);
            format!("{number} published {at} · {} · {place}", approved(by))
        }
        DraftState::Failed { why, .. } => format!("{number} failed · {}", sentence(why)),
        DraftState::Partly {
            parts,
            next,
            left_by,
            ..
        } => {
            let url = place_of(parts.url.as_deref(), "", place);
            let next = match (left_by, next) {
                (Some(by), _) => format!("left so by {}", person(by)),
                (None, Some(_)) if stopped => "the rest is held until /go".to_owned(),
                (None, Some(next)) => format!("the rest follows {}", now.clock(*next)),
                (None, None) => "the rest waits for you".to_owned(),
            };
            format!(
                "{number} partly published · {} of {} posts are public · {next} · {url}",
                parts.there, parts.of
            )
        }
        DraftState::Unknown {
            asked, restored, ..
        } => unknown(number, place, *asked, *restored),
        DraftState::Rejected { by, at, reason } => {
            let reason = reason
                .as_deref()
                .map(|reason| format!(" · {reason}"))
                .unwrap_or_default();
            format!(
                "{number} rejected · {} {}{reason}",
                person(by),
                now.clock(*at)
            )
        }
        DraftState::Expired { at } => {
            format!("{number} expired {} · nobody decided", now.clock(*at))
        }
    }
}

/// A draft of which it is not known whether it is public.
fn unknown(number: DraftNumber, place: &str, asked: bool, restored: bool) -> String {
    match (asked, restored) {
        (false, _) => {
            format!("{number} unknown · {place} did not say whether it took it; I am asking again")
        }
        (true, false) => format!(
            "{number} unknown · {place} did not say whether it took it. Please look there: is it published?"
        ),
        (true, true) => format!(
            "{number} may be out already · the backup is older than what {place} may show. Please look there: is it published?"
        ),
    }
}

/// `@mira approved #12.`: what is said in the other rooms that show its card.
#[must_use]
pub fn decision(draft: &Draft, by: &str, taken_back: bool, now: &Now) -> String {
    let (by, number) = (person(by), draft.number);
    match &draft.state {
        DraftState::Approved { .. } => format!("{by} approved {number}."),
        DraftState::Scheduled { due, .. } => {
            format!("{by} scheduled {number} for {}.", now.moment(*due))
        }
        DraftState::Rejected {
            reason: Some(reason),
            ..
        } => format!("{by} rejected {number}: {reason}"),
        DraftState::Rejected { .. } => format!("{by} rejected {number}."),
        DraftState::Waiting if taken_back => format!("{by} took {number} back; it waits again."),
        DraftState::Waiting => format!("{by} changed {number}: version {} waits.", draft.revision),
        DraftState::Published { .. } => format!("{by} says that {number} is published."),
        DraftState::Unknown { .. } => format!("{by} has {number} published again."),
        DraftState::Partly {
            left_by: Some(_), ..
        } => format!("{by} left {number} as it is."),
        DraftState::Partly { .. } => format!("{by} has the rest of {number} sent."),
        state => format!("{by}: {number} is {}.", state.word()),
    }
}

/// The first line of an earlier version.
#[must_use]
pub fn version_head(draft: &Draft, revision: &Revision) -> String {
    format!(
        "{} · {} · {} · version {} of {}",
        draft.number,
        network(revision.content.network),
        person(&revision.content.account),
        revision.number,
        draft.revision
    )
}

fn place_of(url: Option<&str>, native_id: &str, place: &str) -> String {
    match url {
        Some(url) => url.trim_start_matches("https://").to_owned(),
        None if native_id.is_empty() => place.to_owned(),
        None => format!("{place} {native_id}"),
    }
}

/// What is public of a thread and what is not, with why: `Public: post 1. Not sent: posts 2 and 3, Lens asked to wait.`
#[must_use]
pub fn public_parts(parts: &Parts, why: &str) -> String {
    let posts = |from: usize, to: usize| {
        let numbers: Vec<String> = (from..=to).map(|nth| nth.to_string()).collect();
        let noun = if numbers.len() == 1 { "post" } else { "posts" };
        format!("{noun} {}", listed(&numbers))
    };
    format!(
        "Public: {}. Not sent: {}, {}",
        posts(1, parts.there),
        posts(parts.there + 1, parts.of),
        sentence(why)
    )
}

/// `text` ending in a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!', '\u{2026}']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `98 of 300 · leans on 4 posts · gpt-4o, 0.0041 USD`
#[must_use]
pub fn facts(revision: &Revision) -> String {
    let mut facts = vec![
        Limits::of(revision.content.network)
            .measure(&revision.content.text)
            .to_string(),
    ];
    let posts = thread::parts(revision.content.network, &revision.content.text).len();
    if posts > 1 {
        facts.push(format!("a thread of {posts} posts"));
    }
    if !revision.leans_on.is_empty() {
        facts.push(format!(
            "leans on {}",
            many(revision.leans_on.len(), "post", "posts")
        ));
    }
    match &revision.writer {
        Writer::Model {
            model, micro_usd, ..
        } => facts.push(format!("{model}, {}", MicroUsd(*micro_usd))),
        Writer::Person { name } => facts.push(format!("text by {}", person(name))),
    }
    facts.join(" · ")
}

/// What stands for a picture where it cannot be seen.
#[must_use]
pub fn alt(picture: &Attachment) -> String {
    match picture.alt.trim() {
        "" => "no description yet".to_owned(),
        alt => alt.to_owned(),
    }
}

/// `image: 1 of 2`, when there is one to choose or to have again.
#[must_use]
pub fn which_picture(revision: &Revision, all: &[Attachment]) -> Option<String> {
    let shown = revision.content.media.first();
    let place = shown.and_then(|shown| all.iter().position(|one| one.sha256 == shown.sha256));
    match (place, all.len()) {
        (_, 0) => None,
        (Some(place), count) => Some(format!("image: {} of {count}", place + 1)),
        (None, count) => Some(format!("no image of {count}")),
    }
}

/// `answers @bean.lens “cupping at six”`
#[must_use]
pub fn answers(post: &Post) -> String {
    format!(
        "answers {} {}",
        person(&post.body.author),
        quoted(&post.body.text, 120)
    )
}

/// One line for a list: `#12 waiting · Sandbox · “Friday, six o'clock…”`
#[must_use]
pub fn line(draft: &Draft, revision: &Revision, now: &Now) -> String {
    let state = match &draft.state {
        DraftState::Scheduled { due, .. } => format!("scheduled for {}", now.moment(*due)),
        DraftState::Failed { why, .. } => {
            format!("failed, {}", shortened(why, 80).trim_end_matches('.'))
        }
        DraftState::Overdue { due, .. } => {
            format!(
                "missed its time, {}: now, or another time?",
                now.moment(*due)
            )
        }
        DraftState::Unknown {
            asked: true,
            restored: true,
            ..
        } => "may be out already, is it published?".to_owned(),
        DraftState::Unknown { asked: true, .. } => "unknown, is it published?".to_owned(),
        DraftState::Partly { parts, .. } => {
            format!("partly, {} of {} posts are public", parts.there, parts.of)
        }
        state => state.word().to_owned(),
    };
    let place = network(revision.content.network);
    format!(
        "{} {state} · {place} · {}",
        draft.number,
        quoted(&revision.content.text, 60)
    )
}

/// A line of a list, with what is being made for the draft.
#[must_use]
pub fn with_work(line: &str, making: Option<&Making>) -> String {
    match making {
        None | Some(Making::Draft(_)) => line.to_owned(),
        Some(Making::Version { .. }) => format!("{line} · being written anew"),
        Some(Making::Picture) => format!("{line} · a picture is being made"),
    }
}

/// One line for a list: `#13 is being written · “our Friday tasting”`
#[must_use]
pub fn unwritten(number: DraftNumber, purpose: &Purpose, answered: Option<&Post>) -> String {
    let what = match (purpose, answered) {
        (Purpose::Post { topic }, _) => quoted(topic, 60),
        (Purpose::Reply { .. }, Some(post)) => answers(post),
        (Purpose::Reply { .. }, None) => "answers a post that is gone".to_owned(),
    };
    format!("{number} is being written · {what}")
}

/// `#12 Friday, six o'clock: three Ethiopians…`: the name of a draft's thread.
#[must_use]
pub fn thread_name(number: DraftNumber, text: &str) -> String {
    const LONGEST: usize = 60;
    format!("{number} {}", shortened(text, LONGEST))
        .trim_end()
        .to_owned()
}

/// The first line of `/why`.
#[must_use]
pub fn origin(
    draft: &Draft,
    task: Option<&str>,
    answered: Option<&Post>,
    own_of: Option<&str>,
    now: &Now,
) -> String {
    let when = now.moment(draft.created_at);
    let number = draft.number;
    if let Some(name) = own_of {
        let to = match (&draft.purpose, answered) {
            (Purpose::Reply { .. }, Some(post)) => {
                format!(" for an answer to {}", person(&post.body.author))
            }
            _ => String::new(),
        };
        return format!("{number} is {}'s own text{to}, {when}", person(name));
    }
    match (task, &draft.purpose) {
        (Some(task), _) => format!("{number} came from task {task}, run {when}"),
        (None, Purpose::Post { topic }) => {
            format!("{number} came from the topic {}, {when}", quoted(topic, 80))
        }
        (None, Purpose::Reply { guidance, .. }) => {
            let to = answered.map_or_else(
                || "a post that is gone".to_owned(),
                |post| person(&post.body.author),
            );
            let asked = guidance
                .as_deref()
                .map(|guidance| format!(", asked to {}", quoted(guidance, 60)))
                .unwrap_or_default();
            format!("{number} answers {to}{asked}, {when}")
        }
    }
}

/// `@bean.lens “cupping at six” 0.81`
#[must_use]
pub fn lean(lean: &Lean) -> String {
    format!(
        "{} {} {:.2}",
        person(&lean.author),
        quoted(&lean.excerpt, 40),
        lean.score
    )
}

/// The fourth line of `/why`.
#[must_use]
pub fn made_by(revision: &Revision) -> String {
    match &revision.writer {
        Writer::Person { name } => format!(
            "made by   {} · checked: length, links, mentions",
            person(name)
        ),
        Writer::Model {
            model,
            tokens_in,
            tokens_out,
            micro_usd,
            millis,
            ..
        } => format!(
            "made by   {model}, {} + {} tokens, {}, {} · checked: length, links, mentions, prompt, near-copies",
            crate::chat::words::thousands(u64::try_from(*tokens_in).unwrap_or_default()),
            crate::chat::words::thousands(u64::try_from(*tokens_out).unwrap_or_default()),
            MicroUsd(*micro_usd),
            seconds(*millis),
        ),
    }
}

/// `2.1 s`
#[must_use]
pub fn seconds(millis: i64) -> String {
    let tenths = (millis.max(0) + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// Who may do what they tried.
#[must_use]
pub fn needs_role(what: &str, needed: Role, has: Role) -> (String, String) {
    let article = |role: Role| {
        if matches!(role, Role::Editor | Role::Owner) {
            "an"
        } else {
            "a"
        }
    };
    (
        format!(
            "{what} needs {} {}; you are {} {}.",
            article(needed),
            needed.name(),
            article(has),
            has.name()
        ),
        "An owner can change that with /member role.".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::revision;
    use crate::domain::network::Network;

    #[test]
    fn a_card_says_that_a_text_goes_out_as_a_thread() {
        let mut revision = revision();
        revision.content.text = "One.\n---\nTwo.\n---\nThree.".to_owned();
        assert!(!facts(&revision).contains("thread"), "the sandbox has none");
        revision.content.network = Network::Lens;
        let said = facts(&revision);
        assert!(said.contains("a thread of 3 posts"), "{said}");
        revision.content.text = "One.".to_owned();
        assert!(!facts(&revision).contains("thread"));
    }
}
