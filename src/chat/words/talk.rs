//! The questions of talks, and what is said when a talk ends.

use crate::chat::control_room::Form;
use crate::chat::dialogue::{Talk, Timed};
use crate::chat::house::House;
use crate::chat::press::{DraftVerb, Press, Reason, TalkPress};
use crate::chat::view::{Block, Button, View};
use crate::chat::words;
use crate::chat::words::house::Standing;
use crate::chat::words::models;
use crate::chat::words::time::Now;
use crate::domain::draft::Seen;
use crate::domain::ids::DraftNumber;

fn talk_button(label: &str, press: TalkPress) -> Button {
    Button {
        label: label.to_owned(),
        press: Press::Talk(press).code(),
    }
}

fn never_mind() -> Button {
    talk_button("Never mind", TalkPress::Cancel)
}

/// What the talk is about: `#12`, `task morning`.
#[must_use]
pub fn subject(talk: &Talk) -> String {
    match talk {
        Talk::Edit { number, .. }
        | Talk::Redo { number, .. }
        | Talk::Reject { number, .. }
        | Talk::Alt { number, .. } => number.to_string(),
        Talk::When { what, .. } => timed(what),
        Talk::Own { .. } => "your text".to_owned(),
        Talk::Account { .. } => "the account".to_owned(),
    }
}

#[must_use]
pub fn timed(what: &Timed) -> String {
    match what {
        Timed::Draft { number, .. } => number.to_string(),
        Timed::Task { name } => format!("task {name}"),
    }
}

/// The question.
#[must_use]
pub fn ask(talk: &Talk) -> View {
    match talk {
        Talk::Edit { number, .. } => {
            View::text(format!("Send the whole new text of {number}, or cancel."))
                .with_buttons(vec![never_mind()])
        }
        Talk::Redo { number, seen } => {
            let press = Press::Draft {
                verb: DraftVerb::RedoNow,
                number: *number,
                seen: *seen,
            };
            let another = Button {
                label: "Just another".to_owned(),
                press: press.code(),
            };
            View::text(format!("What should change in {number}?"))
                .with_buttons(vec![another, never_mind()])
        }
        Talk::Reject { number, .. } => View::text(format!("Why reject {number}? A few words."))
            .with_buttons(vec![never_mind()]),
        Talk::Alt { number, .. } => View::text(format!(
            "The picture is on {number}. What does it show, for people who cannot see it? A line."
        ))
        .with_buttons(vec![never_mind()]),
        Talk::When {
            what,
            suggestion: None,
        } => View::text(match what {
            Timed::Draft { number, .. } => {
                format!("When should {number} go out? Such as tomorrow 9am, or Friday 17:45.")
            }
            Timed::Task { name } => {
                format!("When should task {name} run? Such as every weekday at 9.")
            }
        })
        .with_buttons(vec![never_mind()]),
        Talk::When {
            suggestion: Some(phrase),
            ..
        } => View::text(format!("Did you mean {phrase}?")).with_buttons(yes_or_other()),
        Talk::Own { reply } => View::text(match reply {
            None => "Send the text of the post, as it is to go out.",
            Some(_) => "Send the text of the answer, as it is to go out.",
        })
        .with_buttons(vec![never_mind()]),
        Talk::Account { accounts, .. } => {
            let list = accounts
                .iter()
                .enumerate()
                .map(|(at, account)| format!("{} {account}", at + 1));
            let buttons = accounts
                .iter()
                .zip(0_u8..)
                .map(|(account, at)| talk_button(account, TalkPress::Choice(at)));
            View::text("Where should drafts go? I will keep to it; /account default changes it.")
                .with(Block::List(list.collect()))
                .with_buttons(buttons.collect())
        }
    }
}

/// The form of a button that asks for words, still empty. None: it asks for none.
#[must_use]
pub fn form(press: Press) -> Option<Form> {
    let (what, number, label, optional) = match press {
        Press::Draft { verb, number, .. } => match verb {
            DraftVerb::Edit => ("Edit", number, "The whole new text", false),
            DraftVerb::Redo => (
                "Redo",
                number,
                "What should change? Or leave it empty",
                true,
            ),
            DraftVerb::Schedule => ("Schedule", number, "When, such as tomorrow 9am", false),
            _ => return None,
        },
        Press::Reject {
            reason: Reason::Other,
            number,
            ..
        } => ("Reject", number, "Why, in a few words", false),
        _ => return None,
    };
    Some(Form {
        title: format!("{what} {number}"),
        label,
        text: String::new(),
        optional,
    })
}

/// The buttons under a suggested time.
#[must_use]
pub fn yes_or_other() -> Vec<Button> {
    vec![
        talk_button("Yes", TalkPress::Yes),
        talk_button("Other time", TalkPress::Other),
    ]
}

/// The reasons for a rejection.
#[must_use]
pub fn reasons(number: DraftNumber, seen: Seen) -> View {
    let button = |reason: Reason| Button {
        label: reason.label().to_owned(),
        press: Press::Reject {
            reason,
            number,
            seen,
        }
        .code(),
    };
    let (first, second) = Reason::ALL.split_at(3);
    View::text(format!(
        "Why reject {number}? Press a reason, or say it in your own words."
    ))
    .with_buttons(first.iter().copied().map(button).collect())
    .with_buttons(second.iter().copied().map(button).collect())
}

/// The person does not want to answer.
#[must_use]
pub fn dropped(talk: &Talk) -> View {
    match talk {
        Talk::Own { .. } => View::text("Nothing was written."),
        _ => View::text(format!("Left {} as it is.", subject(talk))),
    }
}

/// The answer came after the question was closed.
#[must_use]
pub fn late(talk: &Talk) -> View {
    View::text(format!(
        "The question about {} was closed after an hour, so I did not take this as its answer. Nothing has changed; ask again when you are ready.",
        subject(talk)
    ))
}

/// A button of a talk that is over.
#[must_use]
pub fn over() -> View {
    View::text("That question is closed already. Nothing has changed.")
}

/// Who this is and what to type.
#[must_use]
pub fn welcome(house: &House) -> View {
    View::text("I fetch posts, draft new ones in your voice, and publish what you approve. Nothing goes out without you.")
        .with(Block::List(vec![
            "/source add sandbox all, then /source fetch: something to read".to_owned(),
            "/search WORDS: what was said about it".to_owned(),
            "/draft TOPIC: a post to approve, edit or reject; /post TEXT takes your own".to_owned(),
        ]))
        .with(Block::Text(models::writer(&house.models, house.small_writer)))
        .with(Block::Note("/help lists everything else.".to_owned()))
}

/// How things stand, after a restart.
#[must_use]
pub fn back(standing: &Standing, now: &Now) -> View {
    View::text(words::house::standing(standing, now).join("\n")).with(Block::Note(
        "/queue shows the drafts, /help the commands.".to_owned(),
    ))
}

/// A line without a slash, and no question open.
#[must_use]
pub fn stray(line: &str) -> View {
    View::text(format!(
        "I did not understand {}. /draft TOPIC writes a post, /status says what is going on, /help lists the rest.",
        words::quoted(line, 60)
    ))
}
