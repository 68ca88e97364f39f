//! The list itself: what every command is called, takes, and asks of a role.

use super::{Command, Kind, Opt, Spec, Verb};
use crate::domain::operator::Role;

impl Spec {
    const fn of(
        name: &'static str,
        help: &'static str,
        role: Role,
        examples: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            help,
            role,
            options: &[],
            verbs: &[],
            examples,
        }
    }

    const fn with(self, options: &'static [Opt]) -> Self {
        Self { options, ..self }
    }

    const fn with_verbs(self, verbs: &'static [Verb]) -> Self {
        Self { verbs, ..self }
    }
}

const fn verb(name: &'static str, help: &'static str, role: Role, options: &'static [Opt]) -> Verb {
    Verb {
        name,
        help,
        role,
        options,
    }
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
const WISH: Opt = may(
    "guidance",
    Kind::Text,
    "what it should show; a number for an earlier one; none for none",
);
const WHEN: Opt = must(
    "when",
    Kind::When,
    "such as tomorrow 9am, or every weekday at 9",
);

/// `/schedule #N WHEN`.
pub const SCHEDULE_DRAFT: &Verb = &SCHEDULE[1];
/// `/schedule TASK WHEN`.
pub const SCHEDULE_TASK: &Verb = &SCHEDULE[2];

static SCHEDULE: [Verb; 3] = [
    verb("list", "what is coming", Role::Viewer, &[]),
    verb(
        "draft",
        "approve a draft for a time",
        Role::Reviewer,
        &[DRAFT, WHEN],
    ),
    verb("task", "give a task its times", Role::Editor, &[TASK, WHEN]),
];

static TASKS: [Verb; 8] = [
    verb("list", "all tasks", Role::Viewer, &[]),
    verb(
        "new",
        "add one",
        Role::Editor,
        &[
            must("name", Kind::Word, "one word"),
            must("kind", Kind::Choice(&["post"]), "what it makes"),
            must("topic", Kind::Text, "what about"),
            WHEN,
        ],
    ),
    verb("show", "one task with its next runs", Role::Viewer, &[TASK]),
    verb(
        "edit",
        "change its topic, or its times",
        Role::Editor,
        &[TASK, must("topic", Kind::Text, "what about")],
    ),
    verb("run", "run it now", Role::Editor, &[TASK]),
    verb("pause", "hold it", Role::Editor, &[TASK]),
    verb("resume", "let it run again", Role::Editor, &[TASK]),
    verb(
        "delete",
        "remove it; its drafts stay",
        Role::Editor,
        &[TASK],
    ),
];

static SOURCES: [Verb; 6] = [
    verb("list", "what is fetched", Role::Viewer, &[]),
    verb(
        "add",
        "follow an author, a tag, words, replies or all",
        Role::Editor,
        &[
            must("network", Kind::Choice(&["lens", "sandbox"]), "where"),
            must(
                "what",
                Kind::Text,
                "@handle, #tag, words, replies, all, feed:ADDRESS or post:ID",
            ),
            may("when", Kind::When, "how often, such as: every hour"),
            may("own", Kind::Flag, "these posts are our own voice"),
        ],
    ),
    verb(
        "fetch",
        "fetch one source now, or all",
        Role::Editor,
        &[may("source", Kind::Source, "leave it out for all")],
    ),
    verb("pause", "hold it", Role::Editor, &[SOURCE]),
    verb("resume", "fetch it again", Role::Editor, &[SOURCE]),
    verb(
        "remove",
        "follow it no more; its posts stay",
        Role::Editor,
        &[SOURCE],
    ),
];

static PERSONA: [Verb; 4] = [
    verb(
        "show",
        "how we sound",
        Role::Viewer,
        &[may("version", Kind::Version, "an earlier one, such as v2")],
    ),
    verb(
        "tune",
        "change it by saying so",
        Role::Editor,
        &[must(
            "words",
            Kind::Text,
            "such as: shorter, no hashtags, allow link roastery.example",
        )],
    ),
    verb("history", "earlier versions", Role::Viewer, &[]),
    verb(
        "undo",
        "back to the version before, or to one",
        Role::Editor,
        &[may("version", Kind::Version, "such as v2")],
    ),
];

static ACCOUNTS: [Verb; 3] = [
    verb("list", "where drafts go", Role::Viewer, &[]),
    verb(
        "default",
        "choose where they go",
        Role::Owner,
        &[must("account", Kind::Word, "as /account lists it")],
    ),
    verb("check", "one real call to each", Role::Editor, &[]),
];

const ROLES: Kind = Kind::Choice(&["viewer", "reviewer", "editor", "owner"]);
const MEMBER: Opt = must(
    "member",
    Kind::Member,
    "the name, an identity such as telegram:12345, or a Discord role",
);

static MEMBERS: [Verb; 7] = [
    verb("list", "who may do what", Role::Viewer, &[]),
    verb(
        "add",
        "let somebody in, by their id or by a link",
        Role::Owner,
        &[
            may(
                "identity",
                Kind::Word,
                "such as telegram:12345; left out, they get a link",
            ),
            may("role", ROLES, "what they may do"),
            may("name", Kind::Word, "how cards name them"),
        ],
    ),
    verb(
        "role",
        "change what somebody, or a Discord role, may do",
        Role::Owner,
        &[MEMBER, must("role", ROLES, "what they may do")],
    ),
    verb("remove", "let somebody go", Role::Owner, &[MEMBER]),
    verb(
        "revoke",
        "end an invitation",
        Role::Owner,
        &[must(
            "invitation",
            Kind::Word,
            "its number, as /member lists it",
        )],
    ),
    verb(
        "link",
        "be the same person in another chat",
        Role::Viewer,
        &[may(
            "code",
            Kind::Word,
            "from your other chat; left out, you get one for there",
        )],
    ),
    verb(
        "unlink",
        "undo that",
        Role::Viewer,
        &[may(
            "identity",
            Kind::Word,
            "such as discord:12345; left out, the one you write with",
        )],
    ),
];

static ROOMS: [Verb; 3] = [
    verb("on", "every card comes here", Role::Owner, &[]),
    verb("off", "only the cards asked for here", Role::Owner, &[]),
    verb(
        "threads",
        "a thread under each card, on Discord",
        Role::Owner,
        &[may("state", Kind::Choice(&["on", "off"]), "off ends it")],
    ),
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
            Self::Start => Spec::of(
                "start",
                "what Lumen does and how to begin",
                Role::Viewer,
                &[],
            )
            .with(
                const {
                    &[may(
                        "code",
                        Kind::Word,
                        "of an invitation, or from your other chat",
                    )]
                },
            ),
            Self::Help => Spec::of(
                "help",
                "all commands, or one with its examples",
                Role::Viewer,
                &["/help task"],
            )
            .with(const { &[may("command", Kind::Word, "the command to explain")] }),
            Self::Status => Spec::of("status", "what is going on", Role::Viewer, &[]),
            Self::Draft => Spec::of(
                "draft",
                "compose a post now",
                Role::Editor,
                &["/draft our Friday tasting is at six"],
            )
            .with(const { &[must("topic", Kind::Text, "what the post is about")] }),
            Self::Post => Spec::of(
                "post",
                "post a text of your own: it comes as a card at once",
                Role::Editor,
                &["/post Closed on Monday. Back on Tuesday at eight."],
            )
            .with(const { &[may("text", Kind::Text, "the text as it is to go out")] }),
            Self::Reply => Spec::of(
                "reply",
                "compose an answer to a fetched post",
                Role::Editor,
                &["/reply s42 thank them and invite them for Friday"],
            )
            .with(
                const {
                    &[
                        must(
                            "post",
                            Kind::Word,
                            "the post's address or id, as /search shows it",
                        ),
                        GUIDANCE,
                    ]
                },
            ),
            Self::Queue => Spec::of(
                "queue",
                "drafts that wait or are on their way",
                Role::Viewer,
                &[],
            ),
            Self::Show => Spec::of(
                "show",
                "one card, of a draft or a fetched post; an earlier version",
                Role::Viewer,
                &["/show #12", "/show #12 2"],
            )
            .with(
                const {
                    &[
                        DRAFT,
                        may("version", Kind::Number, "an earlier version of the draft"),
                    ]
                },
            ),
            Self::Why => Spec::of(
                "why",
                "where a draft came from and what it cost",
                Role::Viewer,
                &["/why #12", "/why #12 all"],
            )
            .with(
                const {
                    &[
                        DRAFT,
                        may("all", Kind::Choice(&["all"]), "every post it leans on"),
                    ]
                },
            ),
            Self::Approve => Spec::of(
                "approve",
                "publish a draft now",
                Role::Reviewer,
                &["/approve #12"],
            )
            .with(const { &[DRAFT] }),
            Self::Reject => Spec::of(
                "reject",
                "end a draft",
                Role::Reviewer,
                &["/reject #12 too salesy"],
            )
            .with(const { &[DRAFT, may("reason", Kind::Text, "why")] }),
            Self::Edit => Spec::of(
                "edit",
                "put your own words in place of a draft's",
                Role::Reviewer,
                &["/edit #12 Friday, six o'clock. Bring your own opinion."],
            )
            .with(const { &[DRAFT, must("text", Kind::Text, "the whole new text")] }),
            Self::Redo => Spec::of(
                "redo",
                "have another version written",
                Role::Reviewer,
                &["/redo #12 shorter, and name the time first"],
            )
            .with(const { &[DRAFT, GUIDANCE] }),
            Self::Image => Spec::of(
                "image",
                "put a picture on a draft; again, another one",
                Role::Reviewer,
                &[
                    "/image #12 a blue cup by the window",
                    "/image #12 1",
                    "/image #12 none",
                ],
            )
            .with(const { &[DRAFT, WISH] }),
            Self::Schedule => Spec::of(
                "schedule",
                "what is coming; put a draft or a task on a time",
                Role::Viewer,
                &[
                    "/schedule #12 tomorrow 9am",
                    "/schedule morning every weekday at 9",
                ],
            )
            .with_verbs(&SCHEDULE),
            Self::Task => Spec::of(
                "task",
                "what is written again and again",
                Role::Viewer,
                &[
                    "/task new morning post what is on the roaster today every weekday at 9",
                    "/task edit morning every day at 8:30",
                    "/task pause morning",
                ],
            )
            .with_verbs(&TASKS),
            Self::Source => Spec::of(
                "source",
                "what is fetched",
                Role::Viewer,
                &[
                    "/source add sandbox all every hour",
                    "/source add sandbox @handle --own",
                    "/source fetch",
                ],
            )
            .with_verbs(&SOURCES),
            Self::Search => Spec::of(
                "search",
                "find stored posts by meaning",
                Role::Viewer,
                &["/search coffee and mornings"],
            )
            .with(const { &[must("words", Kind::Text, "what to look for")] }),
            Self::Persona => Spec::of(
                "persona",
                "how we sound",
                Role::Viewer,
                &[
                    "/persona tune shorter, no emojis",
                    "/persona undo",
                    "/persona tune we are a small roastery in Leipzig",
                ],
            )
            .with_verbs(&PERSONA),
            Self::Account => Spec::of(
                "account",
                "where drafts go",
                Role::Viewer,
                &["/account", "/account check"],
            )
            .with_verbs(&ACCOUNTS),
            Self::Log => Spec::of("log", "who did what", Role::Viewer, &["/log 30"])
                .with(const { &[may("lines", Kind::Number, "how many, up to 100")] }),
            Self::Budget => Spec::of(
                "budget",
                "what the models cost today",
                Role::Viewer,
                &["/budget all"],
            )
            .with(
                const {
                    &[may(
                        "all",
                        Kind::Choice(&["all"]),
                        "each model and what it was asked for",
                    )]
                },
            ),
            Self::Settings => Spec::of(
                "settings",
                "time zone, account, money, models",
                Role::Viewer,
                &[],
            ),
            Self::Room => Spec::of(
                "room",
                "make this chat a standing control room",
                Role::Owner,
                &["/room off", "/room threads on"],
            )
            .with_verbs(&ROOMS),
            Self::Member => Spec::of(
                "member",
                "people and what they may do",
                Role::Viewer,
                &[
                    "/member add editor mira",
                    "/member add telegram:12345 editor mira",
                    "/member role @mira reviewer",
                    "/member role discord-role:12345 editor",
                    "/member link",
                ],
            )
            .with_verbs(&MEMBERS),
            Self::Claim => Spec::of(
                "claim",
                "become an owner with the one-time code",
                Role::Viewer,
                &[],
            )
            .with(const { &[must("code", Kind::Word, "as printed at the start")] }),
            Self::Stop => Spec::of("stop", "nothing goes out until /go", Role::Reviewer, &[]),
            Self::Go => Spec::of("go", "publish again", Role::Owner, &[]),
            Self::Forget => Spec::of(
                "forget",
                "delete an author's posts from store and index",
                Role::Owner,
                &["/forget @someone"],
            )
            .with(const { &[must("author", Kind::Word, "@handle")] }),
        }
    }
}
