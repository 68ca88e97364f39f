//! Every command, once. Help, Telegram's menu, Discord's registration and the terminal's completion are all made from
//! this list, and so is the check of roles.
//!
//! To add a command, name it in `commands!` and the compiler asks for the rest: its [`Spec`] in
//! `entries.rs` and its arm in `chat/commands/mod.rs`.

mod complete;
mod entries;

use std::fmt::Write as _;

use crate::domain::operator::Role;

pub use complete::{Names, completes, completions, completions_with, offers};
pub use entries::{SCHEDULE_DRAFT, SCHEDULE_TASK};

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What an operator can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command { $($(#[$doc])* $name),+ }

        impl Command {
            /// In the order in which help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

commands! {
    /// First words for somebody new.
    Start,
    Help,
    Status,
    /// Composes a post.
    Draft,
    /// A person's own text, straight to a card.
    Post,
    /// Composes an answer to a fetched post.
    Reply,
    Queue,
    Show,
    Why,
    Approve,
    Reject,
    Edit,
    Redo,
    Image,
    /// What is coming; a draft or a task on a time.
    Schedule,
    Task,
    Source,
    Search,
    Persona,
    Account,
    Log,
    Budget,
    Settings,
    Room,
    Member,
    /// Makes whoever knows the one-time code an owner.
    Claim,
    /// Nothing goes out.
    Stop,
    Go,
    /// Deletes an author's posts.
    Forget,
}

/// What help, menus and registrations say of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    pub name: &'static str,
    /// One line.
    pub help: &'static str,
    /// The least role that may use it; a verb may ask for more.
    pub role: Role,
    /// What may stand behind it. Empty where there are verbs.
    pub options: &'static [Opt],
    /// Subcommands; the first is meant where none is typed.
    pub verbs: &'static [Verb],
    /// Lines that work as they stand.
    pub examples: &'static [&'static str],
}

/// A subcommand.
#[derive(Debug, PartialEq, Eq)]
pub struct Verb {
    pub name: &'static str,
    pub help: &'static str,
    pub role: Role,
    pub options: &'static [Opt],
}

/// Something that stands behind a command, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opt {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub help: &'static str,
}

/// What an option takes, for completion and for typed registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A draft's number.
    Draft,
    /// A task's name.
    Task,
    /// A source's name.
    Source,
    /// Somebody with a role, or a role of a network that stands for one.
    Member,
    /// A version of the voice.
    Version,
    /// A time or a rhythm.
    When,
    /// Words to the end of the line.
    Text,
    /// One word.
    Word,
    Number,
    Choice(&'static [&'static str]),
    /// Given as `--name`, or left out.
    Flag,
}

impl Command {
    /// The word behind the slash.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// Whether its answer is for nobody but who asked, where a chat can do that.
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(
            self,
            Self::Start | Self::Help | Self::Log | Self::Member | Self::Claim
        )
    }

    /// The command of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|command| command.name() == name)
    }
}

impl Opt {
    /// What stands for it: `#N`, `TOPIC`, `all`.
    #[must_use]
    pub fn word(&self) -> String {
        match self.kind {
            Kind::Draft => "#N".to_owned(),
            Kind::Flag => format!("--{}", self.name),
            Kind::Choice(words) => words.join("|"),
            _ => self.name.to_uppercase(),
        }
    }

    /// How usage lines show it: `#N`, `TOPIC`, `[WHEN]`.
    #[must_use]
    pub fn shown(&self) -> String {
        let word = self.word();
        if self.required {
            word
        } else {
            format!("[{word}]")
        }
    }
}

/// `/reject #N [REASON]`
#[must_use]
pub fn usage(command: Command, verb: Option<&Verb>) -> String {
    let spec = command.spec();
    let mut words = vec![format!("/{}", spec.name)];
    // A draft's number or a task's name says enough behind `/schedule`.
    let said = verb.filter(|_| command != Command::Schedule);
    words.extend(said.map(|verb| verb.name.to_owned()));
    words.extend(
        verb.map_or(spec.options, |verb| verb.options)
            .iter()
            .map(Opt::shown),
    );
    words.join(" ")
}

/// [`usage`] with what an optional word of its own adds: `/why #N [all]; all adds every post it is based on`.
#[must_use]
pub fn usage_explained(command: Command, verb: Option<&Verb>) -> String {
    let mut usage = usage(command, verb);
    let options = verb.map_or(command.spec().options, |verb| verb.options);
    for option in options {
        if let (Kind::Choice([word]), false) = (option.kind, option.required) {
            let _ = write!(usage, "; {word} adds {}", option.help);
        }
    }
    usage
}

/// The line that a command with these options would be, typed: what a front end with filled-in forms hands over.
#[must_use]
pub fn written(command: Command, verb: Option<&Verb>, options: &[(&str, String)]) -> String {
    let mut line = format!("/{}", command.name());
    if let Some(verb) = verb {
        line.push(' ');
        line.push_str(verb.name);
    }
    for option in verb.map_or(command.spec().options, |verb| verb.options) {
        let Some((_, value)) = options.iter().find(|(name, _)| *name == option.name) else {
            continue;
        };
        line.push(' ');
        match option.kind {
            Kind::Flag => {
                let _ = write!(line, "--{}", option.name);
            }
            // Words in the middle of a line are kept together.
            Kind::Text if value.contains(char::is_whitespace) && follows(command, verb, option) => {
                let _ = write!(line, "\u{201c}{value}\u{201d}");
            }
            _ => line.push_str(value),
        }
    }
    line
}

fn follows(command: Command, verb: Option<&Verb>, option: &Opt) -> bool {
    let options = verb.map_or(command.spec().options, |verb| verb.options);
    options.last() != Some(option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_says_what_it_is() {
        let mut seen = std::collections::HashSet::new();
        for command in Command::ALL {
            let spec = command.spec();
            assert!(seen.insert(spec.name), "{} is there twice", spec.name);
            assert!(
                !spec.help.is_empty() && spec.help.len() <= 100,
                "{}",
                spec.name
            );
            assert!(
                spec.verbs.is_empty() || spec.options.is_empty(),
                "{}",
                spec.name
            );
            assert!(spec.name.chars().all(|c| c.is_ascii_lowercase()));
            for verb in spec.verbs {
                assert!(verb.role >= spec.role, "{} {}", spec.name, verb.name);
            }
            for example in spec.examples {
                assert!(
                    matches!(crate::chat::parse::line(example), crate::chat::parse::Line::Call(call) if call.command == *command),
                    "{example}"
                );
            }
        }
        assert_eq!((SCHEDULE_DRAFT.name, SCHEDULE_TASK.name), ("draft", "task"));
    }

    #[test]
    fn optional_things_come_last() {
        for command in Command::ALL {
            let spec = command.spec();
            for options in spec
                .verbs
                .iter()
                .map(|verb| verb.options)
                .chain([spec.options])
            {
                assert!(
                    options.is_sorted_by_key(|option| !option.required),
                    "{}",
                    spec.name
                );
            }
        }
    }

    #[test]
    fn a_filled_in_form_becomes_the_line_that_would_be_typed() {
        let verb = Command::Task
            .spec()
            .verbs
            .iter()
            .find(|verb| verb.name == "new");
        let options = [
            ("when", "every day at 9".to_owned()),
            ("topic", "what is on the roaster".to_owned()),
            ("name", "morning".to_owned()),
            ("kind", "post".to_owned()),
        ];
        assert_eq!(
            written(Command::Task, verb, &options),
            "/task new morning post \u{201c}what is on the roaster\u{201d} every day at 9"
        );
        assert_eq!(usage(Command::Reject, None), "/reject #N [REASON]");
        assert_eq!(
            usage(Command::Schedule, Some(SCHEDULE_DRAFT)),
            "/schedule #N WHEN"
        );
    }
}
