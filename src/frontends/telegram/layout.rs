//! A [`View`] as the messages it takes: one where it fits, else a picture with the text below it, parts, or a file.

use std::path::PathBuf;

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};

use crate::chat::press::LONGEST;
use crate::chat::view::{Block, View};
use crate::domain::error::shortened;
use crate::frontends::split::parts;
use crate::frontends::text::{Style, Styled};

/// The longest text of a message, in UTF-16 units without markup.
pub const TEXT: usize = 4_096;
/// The longest text under a picture.
pub const CAPTION: usize = 1_024;
/// An album has at most so many pictures.
const ALBUM: usize = 10;
/// A text of more parts is a file.
const MOST_PARTS: usize = 4;
/// A longer label is cut by every client anyway.
const LABEL: usize = 60;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    Text(Styled),
    Photo {
        path: PathBuf,
        caption: Styled,
    },
    /// Two pictures or more. It carries no buttons, so it is never the last.
    Album(Vec<PathBuf>),
    /// The whole text, for saving.
    File(String),
}

/// What a view becomes. The last message carries the buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub messages: Vec<Message>,
    pub buttons: InlineKeyboardMarkup,
}

impl Layout {
    /// `note` is said below the rest.
    #[must_use]
    pub fn of(view: &View, note: Option<&str>) -> Self {
        let mut text = Styled::of(view);
        if let Some(note) = note {
            text.line(Style::Italic, note);
        }
        let text = text.trimmed();
        let pictures: Vec<PathBuf> = view
            .blocks
            .iter()
            .filter_map(|block| match block {
                Block::Picture { path, .. } => Some(path.clone()),
                _ => None,
            })
            .take(ALBUM)
            .collect();
        Self {
            messages: messages(pictures, text, view),
            buttons: buttons(view),
        }
    }
}

fn messages(mut pictures: Vec<PathBuf>, text: Styled, view: &View) -> Vec<Message> {
    if pictures.len() == 1 && text.units() <= CAPTION {
        let path = pictures.remove(0);
        return vec![Message::Photo {
            path,
            caption: text,
        }];
    }
    let mut messages = match pictures.len() {
        0 => Vec::new(),
        1 => vec![Message::Photo {
            path: pictures.remove(0),
            caption: Styled::default(),
        }],
        _ => vec![Message::Album(pictures)],
    };
    let whole = text.text();
    let cut = parts(text, TEXT);
    if cut.len() > MOST_PARTS {
        messages.push(Message::File(whole));
        messages.push(Message::Text(Styled::of(&in_file(view))));
    } else if cut.is_empty() {
        // Telegram takes no message without a character.
        messages.push(Message::Text(Styled::plain_text("\u{2013}")));
    } else {
        messages.extend(cut.into_iter().map(Message::Text));
    }
    messages
}

/// What stands below the file: the title, and where the rest is.
fn in_file(view: &View) -> View {
    let title = view.blocks.iter().find_map(|block| match block {
        Block::Title(title) => Some(shortened(title, 1_000)),
        _ => None,
    });
    let note =
        Block::Note("The text is too long for a message; it is in the file above.".to_owned());
    match title {
        Some(title) => View::default().with(Block::Title(title)).with(note),
        None => View::default().with(note),
    }
}

fn buttons(view: &View) -> InlineKeyboardMarkup {
    let rows = view.buttons.iter().map(|row| {
        row.iter()
            .filter(|button| {
                let fits = button.press.len() <= LONGEST;
                if !fits {
                    tracing::error!(button.label, "a button's code is too long and was left out");
                }
                fits
            })
            .map(|button| {
                InlineKeyboardButton::callback(
                    shortened(&button.label, LABEL),
                    button.press.clone(),
                )
            })
            .collect::<Vec<_>>()
    });
    InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::view::Button;

    fn picture(name: &str) -> Block {
        Block::Picture {
            path: name.into(),
            alt: "a cup".into(),
        }
    }

    fn kinds(view: &View) -> String {
        let layout = Layout::of(view, None);
        let kind = |message: &Message| match message {
            Message::Text(text) => format!("text {}", text.units()),
            Message::Photo { caption, .. } => format!("photo {}", caption.units()),
            Message::Album(pictures) => format!("album {}", pictures.len()),
            Message::File(text) => format!("file {}", text.len()),
        };
        let kinds: Vec<String> = layout.messages.iter().map(kind).collect();
        kinds.join(", ")
    }

    #[test]
    fn what_fits_is_one_message() {
        assert_eq!(kinds(&View::text("short")), "text 5");
        assert_eq!(kinds(&View::text("short").with(picture("a"))), "photo 20");
        assert_eq!(kinds(&View::default()), "text 1");
    }

    #[test]
    fn what_does_not_fit_is_several() {
        let long = "word ".repeat(300);
        assert_eq!(
            kinds(&View::text(long.trim()).with(picture("a"))),
            "photo 0, text 1514"
        );
        assert_eq!(
            kinds(&View::text("two").with(picture("a")).with(picture("b"))),
            "album 2, text 33"
        );
        assert_eq!(kinds(&View::text("x".repeat(5_000))), "text 4096, text 904");
        assert_eq!(
            kinds(&View::text("x".repeat(20_000)).with(Block::Title("#1".into()))),
            "file 20003, text 63"
        );
    }

    #[test]
    fn buttons_stand_as_they_stood_and_one_that_cannot_be_pressed_is_left_out() {
        let button = |label: &str, press: &str| Button {
            label: label.into(),
            press: press.into(),
        };
        let view = View::text("x")
            .with_buttons(vec![button("Approve", "1.d.ok.1.1"), button("Edit", "e")])
            .with_buttons(vec![button("Never", &"x".repeat(65))]);
        let rows = Layout::of(&view, None).buttons.inline_keyboard;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][0].text, "Approve");
    }
}
