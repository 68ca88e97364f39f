//! Every command, once. Help, Telegram's menu, Discord's registration and the terminal's completion are all made from
//! this list, and so is the check of roles.
//!
//! To add a command, name it in `commands!` and the compiler asks for the rest: its [`Spec`] here and its arm in
//! `chat/commands/mod.rs`.

use crate::domain::operator::Role;

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
    /// Composes an answer to a fetched post.
    Reply,
    Queue,
    Show,
    Why,
    Approve,
    Reject,
    Edit,
    Redo,
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
    /// Nothing leaves the house.
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

const fn must(name: &'static str, kind: Kind, help: &'static str) -> Opt {
    Opt {
        name,
        kind,
        required: true,
        help,
    }
}

const fn may(name: &'static str, kind: Kind, help: &'static str) -> Opt {
    Opt {
        name,
        kind,
        required: false,
        help,
    }
}

const DRAFT: Opt = must("draft", Kind::Draft, "the draft's number");
const TASK: Opt = must("name", Kind::Task, "the task's name");
const SOURCE: Opt = must("source", Kind::Source, "the source, as /source lists it");
const GUIDANCE: Opt = may("guidance", Kind::Text, "what it should say or change");
const WHEN: Opt = must("when", Kind::When, "a phrase, a cron line or a date");

/// `/schedule #N WHEN`.
pub const SCHEDULE_DRAFT: &Verb = &SCHEDULE[1];
/// `/schedule TASK WHEN`.
pub const SCHEDULE_TASK: &Verb = &SCHEDULE[2];

static SCHEDULE: [Verb; 3] = [
    Verb {
        name: "list",
        help: "what is coming",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "draft",
        help: "approve a draft for a time",
        role: Role::Reviewer,
        options: &[DRAFT, WHEN],
    },
    Verb {
        name: "task",
        help: "give a task its times",
        role: Role::Editor,
        options: &[TASK, WHEN],
    },
];

static TASKS: [Verb; 8] = [
    Verb {
        name: "list",
        help: "all tasks",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "new",
        help: "add one",
        role: Role::Editor,
        options: &[
            must("name", Kind::Word, "one word"),
            must("kind", Kind::Choice(&["post"]), "what it makes"),
            must("topic", Kind::Text, "what about"),
            WHEN,
        ],
    },
    Verb {
        name: "show",
        help: "one task with its next runs",
        role: Role::Viewer,
        options: &[TASK],
    },
    Verb {
        name: "edit",
        help: "change its topic",
        role: Role::Editor,
        options: &[TASK, must("topic", Kind::Text, "what about")],
    },
    Verb {
        name: "run",
        help: "run it now",
        role: Role::Editor,
        options: &[TASK],
    },
    Verb {
        name: "pause",
        help: "hold it",
        role: Role::Editor,
        options: &[TASK],
    },
    Verb {
        name: "resume",
        help: "let it run again",
        role: Role::Editor,
        options: &[TASK],
    },
    Verb {
        name: "delete",
        help: "remove it; its drafts stay",
        role: Role::Editor,
        options: &[TASK],
    },
];

static SOURCES: [Verb; 6] = [
    Verb {
        name: "list",
        help: "what is fetched",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "add",
        help: "follow an author, a tag, words, replies or all",
        role: Role::Editor,
        options: &[
            must("network", Kind::Choice(&["sandbox"]), "where"),
            must("what", Kind::Text, "@handle, #tag, words, replies or all"),
            may("when", Kind::When, "how often, such as: every hour"),
            may("own", Kind::Flag, "these posts are our own voice"),
        ],
    },
    Verb {
        name: "fetch",
        help: "fetch one source now, or all",
        role: Role::Editor,
        options: &[may("source", Kind::Source, "leave it out for all")],
    },
    Verb {
        name: "pause",
        help: "hold it",
        role: Role::Editor,
        options: &[SOURCE],
    },
    Verb {
        name: "resume",
        help: "fetch it again",
        role: Role::Editor,
        options: &[SOURCE],
    },
    Verb {
        name: "remove",
        help: "follow it no more; its posts stay",
        role: Role::Editor,
        options: &[SOURCE],
    },
];

static PERSONA: [Verb; 4] = [
    Verb {
        name: "show",
        help: "how we sound",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "tune",
        help: "change it by saying so",
        role: Role::Editor,
        options: &[must(
            "words",
            Kind::Text,
            "such as: shorter, no hashtags, allow link roastery.example",
        )],
    },
    Verb {
        name: "history",
        help: "earlier versions",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "undo",
        help: "back to the version before",
        role: Role::Editor,
        options: &[],
    },
];

static ACCOUNTS: [Verb; 3] = [
    Verb {
        name: "list",
        help: "where drafts go",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "default",
        help: "choose where they go",
        role: Role::Owner,
        options: &[must("account", Kind::Word, "as /account lists it")],
    },
    Verb {
        name: "check",
        help: "one real call to each",
        role: Role::Editor,
        options: &[],
    },
];

const ROLES: Kind = Kind::Choice(&["viewer", "reviewer", "editor", "owner"]);
const MEMBER: Opt = must(
    "member",
    Kind::Word,
    "the name, or an identity such as telegram:12345",
);

static MEMBERS: [Verb; 4] = [
    Verb {
        name: "list",
        help: "who may do what",
        role: Role::Viewer,
        options: &[],
    },
    Verb {
        name: "add",
        help: "let somebody in",
        role: Role::Owner,
        options: &[
            must("identity", Kind::Word, "such as telegram:12345"),
            must("role", ROLES, "what they may do"),
            may("name", Kind::Word, "how cards name them"),
        ],
    },
    Verb {
        name: "role",
        help: "change what somebody may do",
        role: Role::Owner,
        options: &[MEMBER, must("role", ROLES, "what they may do")],
    },
    Verb {
        name: "remove",
        help: "let somebody go",
        role: Role::Owner,
        options: &[MEMBER],
    },
];

static ROOMS: [Verb; 2] = [
    Verb {
        name: "on",
        help: "every card comes here",
        role: Role::Owner,
        options: &[],
    },
    Verb {
        name: "off",
        help: "only the cards asked for here",
        role: Role::Owner,
        options: &[],
    },
];

impl Command {
    /// The command's entry.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "a list with one entry a command reads best in one piece"
    )]
    pub const fn spec(self) -> Spec {
        match self {
            Self::Start => Spec {
                name: "start",
                help: "what Lumen does and how to begin",
                role: Role::Viewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Help => Spec {
                name: "help",
                help: "all commands, or one with its examples",
                role: Role::Viewer,
                options: const { &[may("command", Kind::Word, "the command to explain")] },
                verbs: &[],
                examples: &["/help task"],
            },
            Self::Status => Spec {
                name: "status",
                help: "what is going on",
                role: Role::Viewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Draft => Spec {
                name: "draft",
                help: "compose a post now",
                role: Role::Editor,
                options: const { &[must("topic", Kind::Text, "what the post is about")] },
                verbs: &[],
                examples: &["/draft our Friday tasting is at six"],
            },
            Self::Reply => Spec {
                name: "reply",
                help: "compose an answer to a fetched post",
                role: Role::Editor,
                options: const {
                    &[
                        must(
                            "post",
                            Kind::Word,
                            "the post's address or id, as /search shows it",
                        ),
                        GUIDANCE,
                    ]
                },
                verbs: &[],
                examples: &["/reply 42 thank them and invite them for Friday"],
            },
            Self::Queue => Spec {
                name: "queue",
                help: "drafts that wait or are on their way",
                role: Role::Viewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Show => Spec {
                name: "show",
                help: "one card",
                role: Role::Viewer,
                options: const { &[DRAFT] },
                verbs: &[],
                examples: &["/show #12"],
            },
            Self::Why => Spec {
                name: "why",
                help: "where a draft came from and what it cost",
                role: Role::Viewer,
                options: const { &[DRAFT] },
                verbs: &[],
                examples: &["/why #12"],
            },
            Self::Approve => Spec {
                name: "approve",
                help: "publish a draft now",
                role: Role::Reviewer,
                options: const { &[DRAFT] },
                verbs: &[],
                examples: &["/approve #12"],
            },
            Self::Reject => Spec {
                name: "reject",
                help: "end a draft",
                role: Role::Reviewer,
                options: const { &[DRAFT, may("reason", Kind::Text, "why")] },
                verbs: &[],
                examples: &["/reject #12 too salesy"],
            },
            Self::Edit => Spec {
                name: "edit",
                help: "put your own words in place of a draft's",
                role: Role::Reviewer,
                options: const { &[DRAFT, must("text", Kind::Text, "the whole new text")] },
                verbs: &[],
                examples: &["/edit #12 Friday, six o'clock. Bring your own opinion."],
            },
            Self::Redo => Spec {
                name: "redo",
                help: "have another version written",
                role: Role::Reviewer,
                options: const { &[DRAFT, GUIDANCE] },
                verbs: &[],
                examples: &["/redo #12 shorter, and name the time first"],
            },
            Self::Schedule => Spec {
                name: "schedule",
                help: "what is coming; put a draft or a task on a time",
                role: Role::Viewer,
                options: &[],
                verbs: &SCHEDULE,
                examples: &[
                    "/schedule #12 tomorrow 9am",
                    "/schedule morning every weekday at 9",
                ],
            },
            Self::Task => Spec {
                name: "task",
                help: "what is written again and again",
                role: Role::Viewer,
                options: &[],
                verbs: &TASKS,
                examples: &[
                    "/task new morning post what is on the roaster today every weekday at 9",
                ],
            },
            Self::Source => Spec {
                name: "source",
                help: "what is fetched",
                role: Role::Viewer,
                options: &[],
                verbs: &SOURCES,
                examples: &[
                    "/source add sandbox all every hour",
                    "/source add sandbox @handle --own",
                    "/source fetch",
                ],
            },
            Self::Search => Spec {
                name: "search",
                help: "find stored posts by meaning",
                role: Role::Viewer,
                options: const { &[must("words", Kind::Text, "what to look for")] },
                verbs: &[],
                examples: &["/search coffee and mornings"],
            },
            Self::Persona => Spec {
                name: "persona",
                help: "how we sound",
                role: Role::Viewer,
                options: &[],
                verbs: &PERSONA,
                examples: &[
                    "/persona tune shorter",
                    "/persona tune we are a small roastery in Leipzig",
                ],
            },
            Self::Account => Spec {
                name: "account",
                help: "where drafts go",
                role: Role::Viewer,
                options: &[],
                verbs: &ACCOUNTS,
                examples: &["/account check"],
            },
            Self::Log => Spec {
                name: "log",
                help: "who did what",
                role: Role::Viewer,
                options: const { &[may("lines", Kind::Number, "how many, up to 100")] },
                verbs: &[],
                examples: &["/log 30"],
            },
            Self::Budget => Spec {
                name: "budget",
                help: "what the models cost today",
                role: Role::Viewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Settings => Spec {
                name: "settings",
                help: "time zone, account, money, models",
                role: Role::Viewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Room => Spec {
                name: "room",
                help: "make this chat a standing control room",
                role: Role::Owner,
                options: &[],
                verbs: &ROOMS,
                examples: &["/room off"],
            },
            Self::Member => Spec {
                name: "member",
                help: "people and what they may do",
                role: Role::Viewer,
                options: &[],
                verbs: &MEMBERS,
                examples: &[
                    "/member add telegram:12345 editor mira",
                    "/member role @mira reviewer",
                ],
            },
            Self::Stop => Spec {
                name: "stop",
                help: "nothing leaves the house until /go",
                role: Role::Reviewer,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Go => Spec {
                name: "go",
                help: "publish again",
                role: Role::Owner,
                options: &[],
                verbs: &[],
                examples: &[],
            },
            Self::Forget => Spec {
                name: "forget",
                help: "delete an author's posts from store and index",
                role: Role::Owner,
                options: const { &[must("author", Kind::Word, "@handle")] },
                verbs: &[],
                examples: &["/forget @someone"],
            },
        }
    }

    /// The word behind the slash.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.spec().name
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
    /// How usage lines show it: `#N`, `TOPIC`, `[WHEN]`.
    #[must_use]
    pub fn shown(&self) -> String {
        let word = match self.kind {
            Kind::Draft => "#N".to_owned(),
            Kind::Flag => format!("--{}", self.name),
            Kind::Choice(words) => words.join("|"),
            _ => self.name.to_uppercase(),
        };
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
    words.extend(verb.map(|verb| verb.name.to_owned()));
    words.extend(
        verb.map_or(spec.options, |verb| verb.options)
            .iter()
            .map(Opt::shown),
    );
    words.join(" ")
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
            Kind::Flag => line.push_str(&format!("--{}", option.name)),
            // Words in the middle of a line are kept together.
            Kind::Text if value.contains(char::is_whitespace) && follows(command, verb, option) => {
                line.push_str(&format!("\u{201c}{value}\u{201d}"));
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

/// The names that completion offers, read from the store by the control room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Waiting and scheduled drafts: `#12`.
    pub drafts: Vec<String>,
    pub tasks: Vec<String>,
    pub sources: Vec<String>,
}

/// What the last word of `line` could become: commands, verbs, fixed words. Whole words, without the part before.
#[must_use]
pub fn completions(line: &str) -> Vec<String> {
    completions_with(line, &Names::default())
}

/// [`completions`] that also know drafts, tasks and sources.
#[must_use]
pub fn completions_with(line: &str, names: &Names) -> Vec<String> {
    let Some(typed) = line.strip_prefix('/') else {
        return Vec::new();
    };
    let words: Vec<&str> = typed.split_whitespace().collect();
    let fresh = typed.ends_with(char::is_whitespace);
    let (done, last) = match words.split_last() {
        Some((last, done)) if !fresh => (done, *last),
        _ => (words.as_slice(), ""),
    };
    let Some((first, behind)) = done.split_first() else {
        return starting(
            Command::ALL
                .iter()
                .map(|command| format!("/{}", command.name())),
            &format!("/{last}"),
        );
    };
    let Some(command) = Command::named(&first.to_lowercase()) else {
        return Vec::new();
    };
    let spec = command.spec();
    let verb = behind
        .first()
        .and_then(|word| spec.verbs.iter().find(|verb| verb.name == *word));
    let mut offered: Vec<String> = Vec::new();
    let (options, place) = match verb {
        Some(verb) => (verb.options, behind.len() - 1),
        None => (spec.options, behind.len()),
    };
    if verb.is_none() && behind.is_empty() {
        offered.extend(spec.verbs.iter().map(|verb| verb.name.to_owned()));
        if command == Command::Schedule {
            offered.extend(names.drafts.iter().chain(&names.tasks).cloned());
        }
        if command == Command::Help {
            offered.extend(Command::ALL.iter().map(|command| command.name().to_owned()));
        }
    }
    match options.get(place).map(|option| option.kind) {
        Some(Kind::Draft) => offered.extend(names.drafts.iter().cloned()),
        Some(Kind::Task) => offered.extend(names.tasks.iter().cloned()),
        Some(Kind::Source) => offered.extend(names.sources.iter().cloned()),
        Some(Kind::Choice(words)) => offered.extend(words.iter().map(|word| (*word).to_owned())),
        _ => {}
    }
    starting(offered.into_iter(), last)
}

fn starting(offered: impl Iterator<Item = String>, last: &str) -> Vec<String> {
    offered
        .filter(|word| word.starts_with(last) && word != last)
        .collect()
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
    fn completion_knows_commands_verbs_and_names() {
        let names = Names {
            drafts: vec!["#12".into(), "#14".into()],
            tasks: vec!["morning".into()],
            sources: vec!["sandbox all".into()],
        };
        assert_eq!(completions("/dr"), ["/draft"]);
        assert_eq!(completions("/task p"), ["pause"]);
        assert_eq!(completions("hello"), Vec::<String>::new());
        assert_eq!(completions_with("/approve ", &names), ["#12", "#14"]);
        assert_eq!(completions_with("/task run m", &names), ["morning"]);
        assert_eq!(completions_with("/schedule #", &names), ["#12", "#14"]);
        assert_eq!(completions("/member add telegram:1 ed"), ["editor"]);
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
    }
}
