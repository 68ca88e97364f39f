//! Short talks: a question that Lumen asked and the next thing the person says. Pure: `(state, event) -> (state, effect)`;
//! the control room keeps the state in the `dialogues` table and carries the effect out.
//!
//! To add a talk: a variant of [`Talk`], its question in `words/talk.rs`, its line in [`step`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chat::press::TalkPress;
use crate::domain::draft::Seen;
use crate::domain::ids::{DraftNumber, InboxId, PostId};

/// A question left open for longer than this is closed: what is said then was not meant for it.
const PATIENCE_SECONDS: i64 = 3_600;

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "talk", rename_all = "snake_case")]
pub enum Talk {
    /// What is the new text?
    Edit {
        number: DraftNumber,
        #[serde(flatten)]
        seen: Seen,
    },
    /// What should change?
    Redo {
        number: DraftNumber,
        #[serde(flatten)]
        seen: Seen,
    },
    /// Why is it rejected, in words?
    Reject {
        number: DraftNumber,
        #[serde(flatten)]
        seen: Seen,
    },
    /// What does the picture show, for people who cannot see it?
    Alt {
        number: DraftNumber,
        #[serde(flatten)]
        seen: Seen,
    },
    /// When? With a suggestion it was: did you mean that?
    When {
        what: Timed,
        suggestion: Option<String>,
    },
    /// What is the text, in the person's own words: of a post, or of the answer to this one?
    Own { reply: Option<PostId> },
    /// Where do drafts go? Then what was asked in that row of the inbox is done.
    Account {
        accounts: Vec<String>,
        then: InboxId,
    },
}

impl Talk {
    /// The draft it is about.
    #[must_use]
    pub const fn draft(&self) -> Option<DraftNumber> {
        match self {
            Self::Edit { number, .. }
            | Self::Redo { number, .. }
            | Self::Reject { number, .. }
            | Self::Alt { number, .. }
            | Self::When {
                what: Timed::Draft { number, .. },
                ..
            } => Some(*number),
            Self::When {
                what: Timed::Task { .. },
                ..
            }
            | Self::Own { .. }
            | Self::Account { .. } => None,
        }
    }
}

/// What gets a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    Draft {
        number: DraftNumber,
        #[serde(flatten)]
        seen: Seen,
    },
    Task {
        name: String,
    },
}

/// A talk as it is kept between two messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    #[serde(flatten)]
    pub talk: Talk,
    pub since: Timestamp,
}

/// What a person did while a question was open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Line(String),
    Press(TalkPress),
}

/// What is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Edit {
        number: DraftNumber,
        seen: Seen,
        text: String,
    },
    Redo {
        number: DraftNumber,
        seen: Seen,
        guidance: String,
    },
    Reject {
        number: DraftNumber,
        seen: Seen,
        reason: String,
    },
    Describe {
        number: DraftNumber,
        seen: Seen,
        alt: String,
    },
    Schedule {
        what: Timed,
        phrase: String,
    },
    /// The person's own text.
    Own {
        reply: Option<PostId>,
        text: String,
    },
    UseAccount {
        account: String,
        then: InboxId,
    },
    /// Put the question that is open now (again).
    Ask,
    /// The person does not want to answer.
    Dropped(Talk),
    /// The question was closed meanwhile: the line is not taken as its answer.
    Late(Talk),
    /// A button of a talk that is over.
    Nothing,
}

/// One step of a talk.
#[must_use]
pub fn step(kept: Option<Kept>, event: Event, now: Timestamp) -> (Option<Talk>, Effect) {
    let Some(Kept { talk, since }) = kept else {
        return (None, Effect::Nothing);
    };
    if now.as_second() - since.as_second() > PATIENCE_SECONDS {
        return (None, Effect::Late(talk));
    }
    match meaning(&talk, event) {
        Meaning::Cancel => (None, Effect::Dropped(talk)),
        Meaning::Unclear => (Some(talk), Effect::Ask),
        Meaning::Other => (Some(asked_anew(talk)), Effect::Ask),
        Meaning::Choice(which) => chosen(talk, which),
        Meaning::Words(text) => (None, answered(talk, text)),
    }
}

enum Meaning {
    Cancel,
    Other,
    Unclear,
    Choice(usize),
    Words(String),
}

fn meaning(talk: &Talk, event: Event) -> Meaning {
    let suggestion = match talk {
        Talk::When { suggestion, .. } => suggestion.as_ref(),
        _ => None,
    };
    let line = match event {
        Event::Press(TalkPress::Cancel) => return Meaning::Cancel,
        Event::Press(TalkPress::Other) => return Meaning::Other,
        Event::Press(TalkPress::Choice(which)) => return Meaning::Choice(usize::from(which)),
        Event::Press(TalkPress::Yes) => {
            return suggestion.map_or(Meaning::Unclear, |phrase| Meaning::Words(phrase.clone()));
        }
        Event::Line(line) => line.trim().to_owned(),
    };
    let lower = line.to_lowercase();
    match (lower.as_str(), suggestion) {
        ("", _) => Meaning::Unclear,
        ("cancel" | "/cancel" | "never mind", _) => Meaning::Cancel,
        ("yes" | "y" | "ok", Some(phrase)) => Meaning::Words(phrase.clone()),
        ("no" | "n" | "other", Some(_)) => Meaning::Other,
        _ => match talk {
            Talk::Account { accounts, .. } => accounts
                .iter()
                .position(|account| *account == line)
                .or_else(|| {
                    line.parse::<usize>()
                        .ok()
                        .and_then(|number| number.checked_sub(1))
                })
                .map_or(Meaning::Unclear, Meaning::Choice),
            // The letter of a button that stands elsewhere is no reason.
            Talk::Reject { .. } if line.chars().count() == 1 => Meaning::Unclear,
            _ => Meaning::Words(line),
        },
    }
}

fn asked_anew(talk: Talk) -> Talk {
    match talk {
        Talk::When { what, .. } => Talk::When {
            what,
            suggestion: None,
        },
        other => other,
    }
}

fn chosen(talk: Talk, which: usize) -> (Option<Talk>, Effect) {
    match &talk {
        Talk::Account { accounts, then } => match accounts.get(which) {
            Some(account) => (
                None,
                Effect::UseAccount {
                    account: account.clone(),
                    then: *then,
                },
            ),
            None => (Some(talk), Effect::Ask),
        },
        _ => (Some(talk), Effect::Ask),
    }
}

fn answered(talk: Talk, words: String) -> Effect {
    match talk {
        Talk::Edit { number, seen } => Effect::Edit {
            number,
            seen,
            text: words,
        },
        Talk::Redo { number, seen } => Effect::Redo {
            number,
            seen,
            guidance: words,
        },
        Talk::Reject { number, seen } => Effect::Reject {
            number,
            seen,
            reason: words,
        },
        Talk::Alt { number, seen } => Effect::Describe {
            number,
            seen,
            alt: words,
        },
        Talk::When { what, .. } => Effect::Schedule {
            what,
            phrase: words,
        },
        Talk::Own { reply } => Effect::Own { reply, text: words },
        Talk::Account { .. } => Effect::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: DraftNumber = DraftNumber(12);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn said(talk: &Talk, event: Event) -> (Option<Talk>, Effect) {
        step(
            Some(Kept {
                talk: talk.clone(),
                since: at(0),
            }),
            event,
            at(60),
        )
    }

    fn line(text: &str) -> Event {
        Event::Line(text.into())
    }

    #[test]
    fn the_next_line_is_the_answer() {
        let (number, seen) = (NUMBER, Seen::waiting(4));
        let table = [
            (
                Talk::Edit { number, seen },
                Effect::Edit {
                    number,
                    seen,
                    text: "so be it".into(),
                },
            ),
            (
                Talk::Redo { number, seen },
                Effect::Redo {
                    number,
                    seen,
                    guidance: "so be it".into(),
                },
            ),
            (
                Talk::Reject { number, seen },
                Effect::Reject {
                    number,
                    seen,
                    reason: "so be it".into(),
                },
            ),
            (
                Talk::Alt { number, seen },
                Effect::Describe {
                    number,
                    seen,
                    alt: "so be it".into(),
                },
            ),
            (
                Talk::When {
                    what: Timed::Task {
                        name: "noon".into(),
                    },
                    suggestion: None,
                },
                Effect::Schedule {
                    what: Timed::Task {
                        name: "noon".into(),
                    },
                    phrase: "so be it".into(),
                },
            ),
        ];
        for (talk, effect) in table.into_iter().chain([(
            Talk::Own {
                reply: Some(PostId(3)),
            },
            Effect::Own {
                reply: Some(PostId(3)),
                text: "so be it".into(),
            },
        )]) {
            assert_eq!(said(&talk, line(" so be it ")), (None, effect));
            assert_eq!(
                said(&talk, line("Cancel")),
                (None, Effect::Dropped(talk.clone()))
            );
            assert_eq!(
                said(&talk, Event::Press(TalkPress::Cancel)),
                (None, Effect::Dropped(talk.clone()))
            );
            assert_eq!(said(&talk, line("  ")), (Some(talk.clone()), Effect::Ask));
        }
    }

    #[test]
    fn a_suggested_time_is_taken_or_asked_for_again() {
        let what = Timed::Draft {
            number: NUMBER,
            seen: Seen::waiting(4),
        };
        let open = Talk::When {
            what: what.clone(),
            suggestion: None,
        };
        let talk = Talk::When {
            what: what.clone(),
            suggestion: Some("tomorrow 9:00".into()),
        };
        let taken = Effect::Schedule {
            what: what.clone(),
            phrase: "tomorrow 9:00".into(),
        };
        assert_eq!(
            said(&talk, Event::Press(TalkPress::Yes)),
            (None, taken.clone())
        );
        assert_eq!(said(&talk, line("yes")), (None, taken));
        assert_eq!(
            said(&talk, Event::Press(TalkPress::Other)),
            (Some(open.clone()), Effect::Ask)
        );
        assert_eq!(said(&talk, line("no")), (Some(open.clone()), Effect::Ask));
        assert_eq!(
            said(&talk, line("friday")),
            (
                None,
                Effect::Schedule {
                    what,
                    phrase: "friday".into()
                }
            )
        );
        assert_eq!(
            said(&open, Event::Press(TalkPress::Yes)),
            (Some(open.clone()), Effect::Ask)
        );
    }

    #[test]
    fn an_account_is_chosen_by_button_number_or_name() {
        let then = InboxId(5);
        let talk = Talk::Account {
            accounts: vec!["lens:a".into(), "lens:b".into()],
            then,
        };
        let chosen = |account: &str| {
            (
                None,
                Effect::UseAccount {
                    account: account.into(),
                    then,
                },
            )
        };
        assert_eq!(
            said(&talk, Event::Press(TalkPress::Choice(1))),
            chosen("lens:b")
        );
        assert_eq!(said(&talk, line("1")), chosen("lens:a"));
        assert_eq!(said(&talk, line("lens:b")), chosen("lens:b"));
        for wrong in [
            line("0"),
            line("3"),
            line("lens"),
            Event::Press(TalkPress::Choice(9)),
        ] {
            assert_eq!(said(&talk, wrong), (Some(talk.clone()), Effect::Ask));
        }
    }

    #[test]
    fn after_an_hour_a_line_is_not_swallowed() {
        let talk = Talk::Edit {
            number: NUMBER,
            seen: Seen::waiting(1),
        };
        let kept = Kept {
            talk: talk.clone(),
            since: at(0),
        };
        assert_eq!(
            step(Some(kept), line("hello"), at(3_601)),
            (None, Effect::Late(talk))
        );
        assert_eq!(
            step(None, Event::Press(TalkPress::Yes), at(0)),
            (None, Effect::Nothing)
        );
    }

    #[test]
    fn a_talk_is_kept_as_json() {
        let kept = Kept {
            talk: Talk::When {
                what: Timed::Task {
                    name: "noon".into(),
                },
                suggestion: None,
            },
            since: at(0),
        };
        let json = serde_json::to_value(&kept).unwrap();
        assert_eq!(serde_json::from_value::<Kept>(json).unwrap(), kept);
    }
}
