//! What hangs on a button: a short code of at most 64 bytes of ASCII, with the version of the code in front.
//!
//! To change what a code means, count [`VERSION`] up: buttons of older messages are then answered kindly
//! instead of doing something else than they say.

use crate::domain::action::Action;
use crate::domain::draft::Seen;
use crate::domain::ids::{DraftNumber, InboxId, PostId, TaskId};

/// The version of the codes written now.
const VERSION: &str = "1";

/// The longest code that every chat network takes.
pub const LONGEST: usize = 64;

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Something with the version of a draft that the person saw.
    Draft {
        verb: DraftVerb,
        number: DraftNumber,
        seen: Seen,
    },
    Reject {
        reason: Reason,
        number: DraftNumber,
        seen: Seen,
    },
    /// Something with a fetched post: asks, or does it when one is `sure`.
    Act {
        action: Action,
        post: PostId,
        sure: bool,
    },
    /// Brings an earlier version back as a new one.
    Restore {
        number: DraftNumber,
        version: i64,
        seen: Seen,
    },
    /// Run again what was asked in this row of the inbox.
    Again(InboxId),
    /// [`Press::Again`], with the person's own text in place of a model's.
    WriteMyself(InboxId),
    /// [`Press::Again`], although the post that is answered gives orders, sells or insults.
    WriteDespite(InboxId),
    /// Uses the text of the edit in this row, which came second, in place of the version that is seen now.
    UseText { inbox: InboxId, seen: Seen },
    /// Do what was asked in this row of the inbox, after the question whether it is meant.
    Confirm(InboxId),
    /// Brings a deleted task back.
    UndeleteTask(TaskId),
    /// How to get a better model.
    BetterModel,
    /// Stops the work on a draft.
    Stop(DraftNumber),
    /// An answer within a talk.
    Talk(TalkPress),
}

/// The buttons of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftVerb {
    Approve,
    /// Asks for the new text.
    Edit,
    /// Asks what should change.
    Redo,
    /// Another version without a word.
    RedoNow,
    /// A picture, or another one.
    Image,
    /// The picture before this one, again.
    EarlierImage,
    /// The version before this one, to look at.
    EarlierVersion,
    /// Asks when.
    Schedule,
    /// Asks why.
    Reject,
    Why,
    /// The current card as a new message; an expired draft comes back.
    Show,
    TakeBack,
    PublishAgain,
    ItIsThere,
    /// Takes the picture off.
    NoPicture,
    /// Has the rest of a thread sent.
    SendRest,
    /// Leaves what is public of a thread as it is.
    LeaveIt,
    /// Ends a draft that missed its time.
    Drop,
}

impl DraftVerb {
    pub const ALL: [Self; 18] = [
        Self::Approve,
        Self::Edit,
        Self::Redo,
        Self::RedoNow,
        Self::Image,
        Self::EarlierImage,
        Self::EarlierVersion,
        Self::Schedule,
        Self::Reject,
        Self::Why,
        Self::Show,
        Self::TakeBack,
        Self::PublishAgain,
        Self::ItIsThere,
        Self::NoPicture,
        Self::SendRest,
        Self::LeaveIt,
        Self::Drop,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Approve => "ok",
            Self::Edit => "edit",
            Self::Redo => "redo",
            Self::RedoNow => "redo!",
            Self::Image => "image",
            Self::EarlierImage => "image-",
            Self::EarlierVersion => "version-",
            Self::Schedule => "when",
            Self::Reject => "no",
            Self::Why => "why",
            Self::Show => "show",
            Self::TakeBack => "back",
            Self::PublishAgain => "again",
            Self::ItIsThere => "there",
            Self::NoPicture => "nopic",
            Self::SendRest => "rest",
            Self::LeaveIt => "leave",
            Self::Drop => "drop",
        }
    }
}

/// Why a draft is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    OffTopic,
    WrongTone,
    NotTrue,
    TooSalesy,
    /// Asks for words.
    Other,
}

impl Reason {
    pub const ALL: [Self; 5] = [
        Self::OffTopic,
        Self::WrongTone,
        Self::NotTrue,
        Self::TooSalesy,
        Self::Other,
    ];

    /// The word on the button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::OffTopic => "Off topic",
            Self::WrongTone => "Wrong tone",
            Self::NotTrue => "Not true",
            Self::TooSalesy => "Too salesy",
            Self::Other => "Other",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::OffTopic => "off",
            Self::WrongTone => "tone",
            Self::NotTrue => "untrue",
            Self::TooSalesy => "salesy",
            Self::Other => "other",
        }
    }
}

/// The buttons of a talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TalkPress {
    Yes,
    /// Not that one: ask again.
    Other,
    Cancel,
    /// One of several, from 0.
    Choice(u8),
}

/// A code that means nothing (any more).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is from another version of Lumen.
    OtherVersion,
    Garbled,
}

impl Press {
    /// The code for a button.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Draft { verb, number, seen } => {
                format!("{VERSION}.d.{}.{}.{seen}", verb.code(), number.0)
            }
            Self::Reject {
                reason,
                number,
                seen,
            } => {
                format!("{VERSION}.r.{}.{}.{seen}", reason.code(), number.0)
            }
            Self::Act { action, post, sure } => {
                let kind = if sure { "y" } else { "p" };
                format!("{VERSION}.{kind}.{}.{post}", action.name())
            }
            Self::Restore {
                number,
                version,
                seen,
            } => format!("{VERSION}.v.{}.{version}.{seen}", number.0),
            Self::Again(inbox) => format!("{VERSION}.a.{inbox}"),
            Self::WriteMyself(inbox) => format!("{VERSION}.m.{inbox}"),
            Self::WriteDespite(inbox) => format!("{VERSION}.w.{inbox}"),
            Self::UseText { inbox, seen } => format!("{VERSION}.u.{inbox}.{seen}"),
            Self::Confirm(inbox) => format!("{VERSION}.c.{inbox}"),
            Self::UndeleteTask(task) => format!("{VERSION}.t.{task}"),
            Self::BetterModel => format!("{VERSION}.b"),
            Self::Stop(number) => format!("{VERSION}.s.{}", number.0),
            Self::Talk(TalkPress::Yes) => format!("{VERSION}.q.yes"),
            Self::Talk(TalkPress::Other) => format!("{VERSION}.q.other"),
            Self::Talk(TalkPress::Cancel) => format!("{VERSION}.q.cancel"),
            Self::Talk(TalkPress::Choice(which)) => format!("{VERSION}.q.{which}"),
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// When it is of another version, or no code at all.
    pub fn read(code: &str) -> Result<Self, Unreadable> {
        if code.len() > LONGEST {
            return Err(Unreadable::Garbled);
        }
        let parts: Vec<&str> = code.split('.').collect();
        let Some((version, rest)) = parts.split_first() else {
            return Err(Unreadable::Garbled);
        };
        if *version != VERSION {
            let a_version =
                !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
            return Err(if a_version {
                Unreadable::OtherVersion
            } else {
                Unreadable::Garbled
            });
        }
        Self::body(rest).ok_or(Unreadable::Garbled)
    }

    fn body(parts: &[&str]) -> Option<Self> {
        let number = |text: &str| {
            text.parse()
                .ok()
                .filter(|number| *number > 0)
                .map(DraftNumber)
        };
        let seen = |text: &str| text.parse::<Seen>().ok();
        Some(match *parts {
            ["d", verb, n, r] => Self::Draft {
                verb: DraftVerb::ALL
                    .into_iter()
                    .find(|known| known.code() == verb)?,
                number: number(n)?,
                seen: seen(r)?,
            },
            ["r", reason, n, r] => Self::Reject {
                reason: Reason::ALL
                    .into_iter()
                    .find(|known| known.code() == reason)?,
                number: number(n)?,
                seen: seen(r)?,
            },
            [kind @ ("p" | "y"), action, post] => Self::Act {
                action: Action::ALL
                    .into_iter()
                    .find(|known| known.name() == action)?,
                post: PostId(post.parse().ok()?),
                sure: kind == "y",
            },
            ["v", n, version, r] => Self::Restore {
                number: number(n)?,
                version: version.parse().ok()?,
                seen: seen(r)?,
            },
            ["a", inbox] => Self::Again(InboxId(inbox.parse().ok()?)),
            ["m", inbox] => Self::WriteMyself(InboxId(inbox.parse().ok()?)),
            ["w", inbox] => Self::WriteDespite(InboxId(inbox.parse().ok()?)),
            ["u", inbox, r] => Self::UseText {
                inbox: InboxId(inbox.parse().ok()?),
                seen: seen(r)?,
            },
            ["c", inbox] => Self::Confirm(InboxId(inbox.parse().ok()?)),
            ["t", task] => Self::UndeleteTask(TaskId(task.parse().ok()?)),
            ["b"] => Self::BetterModel,
            ["s", n] => Self::Stop(number(n)?),
            ["q", "yes"] => Self::Talk(TalkPress::Yes),
            ["q", "other"] => Self::Talk(TalkPress::Other),
            ["q", "cancel"] => Self::Talk(TalkPress::Cancel),
            ["q", which] => Self::Talk(TalkPress::Choice(which.parse().ok()?)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_press() -> impl Strategy<Value = Press> {
        let target = || {
            let seen = (any::<i64>(), any::<bool>());
            (
                1..=i64::MAX,
                seen.prop_map(|(revision, decided)| Seen { revision, decided }),
            )
        };
        prop_oneof![
            (proptest::sample::select(DraftVerb::ALL.to_vec()), target()).prop_map(
                |(verb, (n, seen))| Press::Draft {
                    verb,
                    number: DraftNumber(n),
                    seen
                }
            ),
            (proptest::sample::select(Reason::ALL.to_vec()), target()).prop_map(
                |(reason, (n, seen))| Press::Reject {
                    reason,
                    number: DraftNumber(n),
                    seen
                }
            ),
            (
                proptest::sample::select(Action::ALL.to_vec()),
                any::<i64>(),
                any::<bool>()
            )
                .prop_map(|(action, post, sure)| Press::Act {
                    action,
                    post: PostId(post),
                    sure
                }),
            (target(), 1..=1_000_000_i64).prop_map(|((n, seen), version)| Press::Restore {
                number: DraftNumber(n),
                version,
                seen
            }),
            any::<i64>().prop_map(|id| Press::Again(InboxId(id))),
            any::<i64>().prop_map(|id| Press::WriteMyself(InboxId(id))),
            any::<i64>().prop_map(|id| Press::WriteDespite(InboxId(id))),
            (any::<i64>(), target()).prop_map(|(id, (_, seen))| Press::UseText {
                inbox: InboxId(id),
                seen
            }),
            any::<i64>().prop_map(|id| Press::Confirm(InboxId(id))),
            any::<i64>().prop_map(|id| Press::UndeleteTask(TaskId(id))),
            Just(Press::BetterModel),
            (1..=i64::MAX).prop_map(|n| Press::Stop(DraftNumber(n))),
            any::<u8>().prop_map(|which| Press::Talk(TalkPress::Choice(which))),
            Just(Press::Talk(TalkPress::Yes)),
            Just(Press::Talk(TalkPress::Other)),
            Just(Press::Talk(TalkPress::Cancel)),
        ]
    }

    proptest! {
        #[test]
        fn a_code_is_short_and_reads_back(press in any_press()) {
            let code = press.code();
            prop_assert!(code.len() <= LONGEST && code.is_ascii(), "{code}");
            prop_assert_eq!(Press::read(&code), Ok(press));
        }

        #[test]
        fn nothing_that_arrives_is_fatal(code in "\\PC*|1\\.[abcdmpqrstuvwy]\\.[a-z0-9.!-]*") {
            let _ = Press::read(&code);
        }
    }

    #[test]
    fn codes_of_another_version_are_told_apart() {
        assert_eq!(Press::read("7.d.ok.12.4"), Err(Unreadable::OtherVersion));
        assert_eq!(Press::read("approve:12"), Err(Unreadable::Garbled));
        assert_eq!(Press::read("1.d.ok.0.4"), Err(Unreadable::Garbled));
        assert_eq!(
            Press::Draft {
                verb: DraftVerb::Approve,
                number: DraftNumber(12),
                seen: Seen::waiting(4)
            }
            .code(),
            "1.d.ok.12.4"
        );
    }
}
