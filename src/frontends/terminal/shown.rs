//! What stands on the screen: enough of it to say only what is new when a message changes, and to know which button
//! somebody means.

use std::collections::VecDeque;

use super::buttons;
use crate::chat::incoming::Said;
use crate::chat::view::{Block, View};

/// Messages further back are forgotten; when one of them changes it is shown whole.
const REMEMBERED: usize = 200;

#[derive(Debug)]
struct Message {
    id: String,
    view: View,
}

/// The messages of this run, the newest last.
#[derive(Debug, Default)]
pub(super) struct Shown {
    messages: VecDeque<Message>,
    /// Counts up with everything shown.
    serial: u64,
    /// The newest serial that put buttons on the screen or took some away.
    buttons_changed: u64,
}

/// What a typed line means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Words,
    Press(Said),
    /// It would press a button, but the buttons changed while it was typed.
    Changed,
}

impl Shown {
    pub(super) fn view(&self, id: &str) -> Option<&View> {
        self.messages
            .iter()
            .find(|message| message.id == id)
            .map(|message| &message.view)
    }

    /// The serial of what is shown next.
    pub(super) const fn next(&self) -> u64 {
        self.serial + 1
    }

    /// Notes that `view` is on the screen now. Gives its serial.
    pub(super) fn note(&mut self, id: &str, view: &View) -> u64 {
        self.serial += 1;
        let before = self.messages.len();
        self.messages.retain(|message| message.id != id);
        if self.messages.len() < before || !view.buttons.is_empty() {
            self.buttons_changed = self.serial;
        }
        self.messages.push_back(Message {
            id: id.to_owned(),
            view: view.clone(),
        });
        if self.messages.len() > REMEMBERED {
            self.messages.pop_front();
        }
        self.serial
    }

    /// The message `id` has nothing to say any more: what it said stands further down.
    pub(super) fn forget(&mut self, id: &str) {
        self.serial += 1;
        self.buttons_changed = self.serial;
        self.messages.retain(|message| message.id != id);
    }

    /// What `typed` means to somebody who began to type when `seen` was the newest on the screen. A key or a word presses a
    /// button of the newest card or of what stands below it, the newest first; with a question open (`asked`) only of that
    /// question. The buttons of a question that is closed press nothing.
    pub(super) fn meaning(&self, typed: &str, seen: Option<u64>, asked: bool) -> Meaning {
        let newest = self.messages.iter().rev();
        let in_reach: Vec<&Message> = if asked {
            newest.filter(|message| message.view.asks).take(1).collect()
        } else {
            let mut above_card = false;
            newest
                .take_while(|message| !std::mem::replace(&mut above_card, is_card(&message.view)))
                .filter(|message| !message.view.asks)
                .collect()
        };
        let seen = seen.unwrap_or(self.serial);
        let pressed = |message: &Message| {
            buttons::pressed(&message.view, typed).map(|button| Said::Press {
                code: button.press.clone(),
                message: Some(message.id.clone()),
            })
        };
        if self.buttons_changed > seen {
            // Whatever it would have pressed then, and whatever it would press now, was not what the person looked at.
            let meant = self
                .messages
                .iter()
                .any(|message| pressed(message).is_some());
            return if meant || is_key(typed) {
                Meaning::Changed
            } else {
                Meaning::Words
            };
        }
        let press = in_reach.into_iter().find_map(pressed);
        press.map_or(Meaning::Words, Meaning::Press)
    }
}

/// Whether it is the card of a draft: its number at the head, and the text that would go out.
fn is_card(view: &View) -> bool {
    let mut blocks = view.blocks.iter();
    matches!(blocks.next(), Some(Block::Title(title)) if title.starts_with('#'))
        && blocks.any(|block| matches!(block, Block::Body(_)))
}

fn is_key(typed: &str) -> bool {
    typed.trim().chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Shown};
    use crate::chat::incoming::Said;
    use crate::chat::view::{Block, Button, View};

    fn buttons(text: &str, labels: &[&str]) -> Vec<Button> {
        let button = |label: &&str| Button {
            label: (*label).to_owned(),
            press: format!("{text} {label}"),
        };
        labels.iter().map(button).collect()
    }

    fn view(text: &str, labels: &[&str]) -> View {
        View::default()
            .with(Block::Title(format!("#1 {text}")))
            .with(Block::Body("Friday.".to_owned()))
            .with_buttons(buttons(text, labels))
    }

    fn line(text: &str, labels: &[&str]) -> View {
        View::text(text).with_buttons(buttons(text, labels))
    }

    fn question(text: &str, labels: &[&str]) -> View {
        View {
            asks: true,
            ..line(text, labels)
        }
    }

    fn press(code: &str, message: &str) -> Meaning {
        Meaning::Press(Said::Press {
            code: code.to_owned(),
            message: Some(message.to_owned()),
        })
    }

    #[test]
    fn a_key_presses_the_newest_message_that_has_buttons() {
        let mut shown = Shown::default();
        assert_eq!(shown.meaning("a", None, false), Meaning::Words);
        shown.note("1", &view("card", &["Approve", "Why"]));
        shown.note("2", &View::text("the reason"));
        assert_eq!(shown.meaning("a", None, false), press("card Approve", "1"));
        assert_eq!(shown.meaning("why", None, false), press("card Why", "1"));
        assert_eq!(shown.meaning("/why #1", None, false), Meaning::Words);
    }

    #[test]
    fn the_answer_to_a_question_is_not_taken_for_a_button_further_up() {
        let mut shown = Shown::default();
        shown.note("1", &view("card", &["Approve"]));
        shown.note("2", &question("What is the new text?", &[]));
        assert_eq!(shown.meaning("approve", None, true), Meaning::Words);
        shown.note("3", &question("When?", &["Tomorrow 9:00"]));
        // What else is said meanwhile leaves the question's buttons as they are.
        shown.note("4", &line("41 new", &["Try again"]));
        assert_eq!(
            shown.meaning("tomorrow 9:00", None, true),
            press("When? Tomorrow 9:00", "3")
        );
    }

    #[test]
    fn the_letters_of_a_card_hold_until_another_card_comes() {
        let mut shown = Shown::default();
        shown.note("1", &view("old", &["Approve", "Take back"]));
        shown.note("2", &view("card", &["Change", "Take back", "Why"]));
        shown.note("3", &question("When?", &["Never mind", "Wrong tone"]));
        shown.note("4", &View::text("Left #1 as it is."));
        shown.note("5", &line("It did not come.", &["Yes"]));
        let press_of = |typed| shown.meaning(typed, None, false);
        assert_eq!(press_of("t"), press("card Take back", "2"));
        // A question that is closed presses nothing, though its letters stand on the screen.
        assert_eq!(press_of("w"), press("card Why", "2"));
        assert_eq!(press_of("n"), Meaning::Words);
        assert_eq!(press_of("y"), press("It did not come. Yes", "5"));
        assert_eq!(press_of("a"), Meaning::Words, "that card is an older one");
    }

    #[test]
    fn what_came_while_somebody_typed_is_not_pressed() {
        let mut shown = Shown::default();
        let seen = shown.note("1", &view("card", &["Approve"]));
        shown.note("2", &View::text("41 new"));
        assert_eq!(
            shown.meaning("a", Some(seen), false),
            press("card Approve", "1")
        );
        shown.note("3", &view("other card", &["Approve"]));
        assert_eq!(shown.meaning("a", Some(seen), false), Meaning::Changed);
        assert_eq!(shown.meaning("/queue", Some(seen), false), Meaning::Words);
        assert_eq!(
            shown.meaning("a", None, false),
            press("other card Approve", "3")
        );
    }

    #[test]
    fn a_card_that_lost_its_buttons_does_not_hand_the_key_to_the_one_above() {
        let mut shown = Shown::default();
        shown.note("1", &view("first", &["Approve"]));
        let seen = shown.note("2", &view("second", &["Approve"]));
        shown.note("2", &view("second", &["Why"]));
        assert_eq!(shown.meaning("a", None, false), Meaning::Words);
        shown.note("2", &View::text("second"));
        assert_eq!(shown.meaning("a", Some(seen), false), Meaning::Changed);
    }

    #[test]
    fn it_remembers_so_many_and_no_more() {
        let mut shown = Shown::default();
        for id in 0..300 {
            shown.note(&id.to_string(), &View::text("x"));
        }
        assert!(shown.view("0").is_none() && shown.view("299").is_some());
        assert_eq!(shown.messages.len(), super::REMEMBERED);
    }
}
