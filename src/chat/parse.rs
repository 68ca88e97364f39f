//! From a typed line to a call of a command. Never panics, whatever is typed.

use crate::chat::catalogue::{self, Command, Verb};
use crate::domain::error::{UserError, shortened};
use crate::domain::ids::DraftNumber;

/// What a line turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing but space.
    Empty,
    /// Words without a slash: part of a talk, or a stray line.
    Plain(String),
    Call(Call),
    /// A command or verb that is not there, with what to say about it.
    Unknown(UserError),
}

/// A command with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub command: Command,
    /// For commands that have verbs; the first one where none was typed.
    pub verb: Option<&'static Verb>,
    /// The rest of the line, as it was typed.
    pub rest: String,
}

/// Reads one line.
#[must_use]
pub fn line(text: &str) -> Line {
    let text = text.trim();
    // Some keyboards write the slash as wide as their letters.
    let Some(after) = text.strip_prefix(['/', '\u{ff0f}']) else {
        return if text.is_empty() {
            Line::Empty
        } else {
            Line::Plain(text.to_owned())
        };
    };
    let (word, rest) = split_word(after);
    // Telegram writes `/draft@botname` in groups.
    let name = word.split('@').next().unwrap_or_default().to_lowercase();
    match Command::named(&name) {
        Some(command) => call(command, rest),
        None => Line::Unknown(unknown_command(&name)),
    }
}

fn call(command: Command, rest: &str) -> Line {
    let spec = command.spec();
    let Some(default) = spec.verbs.first() else {
        return Line::Call(Call {
            command,
            verb: None,
            rest: rest.to_owned(),
        });
    };
    let (word, after) = split_word(rest);
    let lower = word.to_lowercase();
    let found = spec.verbs.iter().find(|verb| verb.name == lower);
    let (verb, rest) = match (found, command) {
        (Some(verb), _) => (verb, after),
        (None, _) if word.is_empty() => (default, ""),
        // `/schedule #12 WHEN` and `/schedule TASK WHEN` are told apart by their first word.
        (None, Command::Schedule) if is_about_a_draft(rest) => (catalogue::SCHEDULE_DRAFT, rest),
        (None, Command::Schedule) => (catalogue::SCHEDULE_TASK, rest),
        (None, _) => return Line::Unknown(unknown_verb(command, word)),
    };
    Line::Call(Call {
        command,
        verb: Some(verb),
        rest: rest.to_owned(),
    })
}

fn unknown_command(name: &str) -> UserError {
    // What leaves a program is read by the terminal, where it stands alone.
    if matches!(name, "quit" | "exit") {
        return UserError::new(
            format!("/{name} takes nothing after it, and works in the terminal only."),
            "/stop holds all publishing, /help lists the rest.",
        );
    }
    let what = format!("I do not know /{}.", shortened(name, 30));
    let near = nearest(name, Command::ALL.iter().map(|command| command.name()));
    match near {
        Some(near) => UserError::new(what, format!("Did you mean /{near}?")),
        None => UserError::new(what, "/help lists what I know."),
    }
}

fn unknown_verb(command: Command, word: &str) -> UserError {
    let spec = command.spec();
    let what = format!("I do not know /{} {}.", spec.name, shortened(word, 30));
    let verbs = spec.verbs.iter().map(|verb| verb.name);
    let lower = word.to_lowercase();
    match meant(&lower, &verbs).or_else(|| nearest(&lower, verbs.clone())) {
        Some(near) => UserError::new(what, format!("Did you mean /{} {near}?", spec.name)),
        None => UserError::new(
            what,
            format!(
                "/{} knows {}.",
                spec.name,
                verbs.collect::<Vec<_>>().join(", ")
            ),
        ),
    }
}

/// Words that people use for the same thing; each command has its own of them.
const SYNONYMS: [&[&str]; 11] = [
    &[
        "add",
        "new",
        "create",
        "make",
        "follow",
        "invite",
        "subscribe",
        "on",
    ],
    &[
        "remove",
        "delete",
        "del",
        "rm",
        "drop",
        "unfollow",
        "unsubscribe",
        "kick",
        "erase",
        "revoke",
    ],
    &["list", "ls", "all", "show"],
    &["show", "view", "open", "get", "see", "list"],
    &[
        "edit", "change", "set", "update", "rename", "modify", "tune", "default", "role",
    ],
    &["pause", "stop", "hold", "off", "disable", "suspend"],
    &[
        "resume", "start", "unpause", "go", "on", "enable", "continue",
    ],
    &["run", "now", "execute", "trigger", "try"],
    &["history", "log", "versions", "past"],
    &["undo", "back", "revert", "restore", "reset"],
    &["fetch", "pull", "refresh", "load", "sync"],
];

/// The verb that another word for the same thing means.
fn meant<'a>(word: &str, known: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'a str> {
    let groups = SYNONYMS.iter().filter(|group| group.contains(&word));
    groups
        .flat_map(|group| group.iter())
        .find_map(|synonym| known.clone().find(|name| name == synonym))
}

/// The known word nearest to `word`, when it is near enough to be a slip.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    nearest_by(word, known, 0.5)
}

/// [`nearest`] where `word` was perhaps not meant to be one of them: only with a likeness of at least this, 1 for the same.
pub fn nearest_by<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
    least: f64,
) -> Option<&'a str> {
    // Longer input is no slip of the fingers, and comparing it would only cost time.
    if word.is_empty() || word.chars().count() > 40 {
        return None;
    }
    // A word that was not written to its end is nearer than one with slips in it.
    let begun = |name: &str| word.len() > 1 && name.starts_with(word);
    let likeness = |name: &str| {
        let likeness = strsim::normalized_damerau_levenshtein(word, name);
        if begun(name) {
            likeness.max(0.75)
        } else {
            likeness
        }
    };
    known
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The first word of `text` and the rest, without the space around them. Quotes are left alone.
#[must_use]
pub fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

/// The first argument of `text` and the rest: a word, or what stands between quotes of any kind.
#[must_use]
pub fn split_argument(text: &str) -> (&str, &str) {
    let text = text.trim();
    let Some(first) = text.chars().next() else {
        return ("", "");
    };
    let closing: &[char] = match first {
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => &['"', '\u{201c}', '\u{201d}'],
        '\u{ab}' => &['\u{bb}'],
        '\'' | '\u{2018}' => &['\'', '\u{2019}'],
        _ => return split_word(text),
    };
    let inside = &text[first.len_utf8()..];
    // A closing quote ends the argument only at the end of a word: `'it's six'` is one argument.
    for (at, mark) in inside.match_indices(closing) {
        let after = &inside[at + mark.len()..];
        if after.is_empty() || after.starts_with(char::is_whitespace) {
            return (&inside[..at], after.trim_start());
        }
    }
    split_word(text)
}

/// `text` without one pair of quotes around it.
#[must_use]
pub fn unquoted(text: &str) -> &str {
    match split_argument(text) {
        (whole, "") => whole,
        _ => text.trim(),
    }
}

/// The draft's number at the head of `text` as it was typed, and the rest: `#12 …`, `12 …`, `# 12 …`.
#[must_use]
pub fn split_number(text: &str) -> (&str, &str) {
    let (word, rest) = split_word(text);
    if !matches!(word, "#" | "\u{ff03}") {
        return (word, rest);
    }
    split_word(rest)
}

/// Reads `#12` or `12`.
#[must_use]
pub fn draft_number(word: &str) -> Option<DraftNumber> {
    word.parse().ok()
}

/// Whether `text` begins with what should be a draft's number.
fn is_about_a_draft(text: &str) -> bool {
    let (word, _) = split_word(text);
    let all_figures = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    all_figures || word.starts_with(['#', '\u{ff03}']) || draft_number(word).is_some()
}

/// Whether `word` is the flag `name`: `--own`, `-own`, and what phones make of two dashes.
#[must_use]
pub fn is_flag(word: &str, name: &str) -> bool {
    let bare = word.trim_start_matches([
        '-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}',
    ]);
    bare.len() < word.len() && bare.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn called(text: &str) -> (&'static str, Option<&'static str>, String) {
        match line(text) {
            Line::Call(call) => (
                call.command.name(),
                call.verb.map(|verb| verb.name),
                call.rest,
            ),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn refused(text: &str) -> String {
        match line(text) {
            Line::Unknown(error) => error.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn commands_verbs_and_forms() {
        assert_eq!(
            called("/draft@lumen_bot Friday  at six "),
            ("draft", None, "Friday  at six".into())
        );
        assert_eq!(called("/DRAFT x"), ("draft", None, "x".into()));
        assert_eq!(
            called("/source add sandbox all"),
            ("source", Some("add"), "sandbox all".into())
        );
        assert_eq!(called("/task"), ("task", Some("list"), String::new()));
        assert_eq!(
            called("/schedule"),
            ("schedule", Some("list"), String::new())
        );
        assert_eq!(
            called("/schedule #12 tomorrow 9am"),
            ("schedule", Some("draft"), "#12 tomorrow 9am".into())
        );
        assert_eq!(
            called("/schedule 12 tomorrow"),
            ("schedule", Some("draft"), "12 tomorrow".into())
        );
        for typed in ["# 12 tomorrow", "\u{ff03}\u{ff11}\u{ff12} tomorrow", "#x"] {
            assert_eq!(
                called(&format!("/schedule {typed}")),
                ("schedule", Some("draft"), typed.into())
            );
        }
        assert_eq!(called("\u{ff0f}status"), ("status", None, String::new()));
        assert_eq!(
            called("/schedule morning every day at 9"),
            ("schedule", Some("task"), "morning every day at 9".into())
        );
    }

    #[test]
    fn what_is_not_known_gets_the_nearest() {
        assert_eq!(
            refused("/drft x"),
            "I do not know /drft. Did you mean /draft?"
        );
        assert_eq!(
            refused("/app #1"),
            "I do not know /app. Did you mean /approve?"
        );
        assert_eq!(
            refused("/xyzzy"),
            "I do not know /xyzzy. /help lists what I know."
        );
        assert_eq!(
            refused("/source ad x"),
            "I do not know /source ad. Did you mean /source add?"
        );
        for (typed, near) in [
            ("/task add lunch post soup every day at 9", "/task new"),
            ("/task remove lunch", "/task delete"),
            ("/task stop lunch", "/task pause"),
            ("/task start lunch", "/task resume"),
            ("/task ls", "/task list"),
            ("/source new sandbox all", "/source add"),
            ("/source delete @bean", "/source remove"),
            ("/source refresh", "/source fetch"),
            ("/member invite editor mira", "/member add"),
            ("/member kick mira", "/member remove"),
            ("/persona change shorter", "/persona tune"),
            ("/persona revert", "/persona undo"),
            ("/account set sandbox:x", "/account default"),
        ] {
            let said = refused(typed);
            assert!(said.ends_with(&format!("Did you mean {near}?")), "{said}");
        }
        assert_eq!(
            refused("/quit now"),
            "/quit takes nothing after it, and works in the terminal only. /stop holds all publishing, /help lists the rest."
        );
        assert_eq!(refused("/"), "I do not know /. /help lists what I know.");
    }

    #[test]
    fn arguments_in_quotes() {
        assert_eq!(
            split_argument("\u{201c}cold brew\u{201d} every hour"),
            ("cold brew", "every hour")
        );
        assert_eq!(split_argument("'it's six' now"), ("it's six", "now"));
        assert_eq!(split_argument("\"open end"), ("\"open", "end"));
        assert!(is_flag("\u{2014}own", "own") && is_flag("--OWN", "own") && !is_flag("own", "own"));
    }

    proptest! {
        #[test]
        fn any_line_can_be_read(text in "\\PC*|/[a-z]{1,9}[ @]\\PC*") {
            let _ = line(&text);
            let _ = split_argument(&text);
            let _ = unquoted(&text);
            let _ = split_number(&text);
        }
    }
}
