//! A [`View`] as the messages it takes: one embed where it fits, else several, or a file. The last has the buttons.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::markdown::markdown;
use crate::chat::press::{LONGEST, Press, Reason};
use crate::chat::view::{Block, Button, View};
use crate::domain::error::shortened;
use crate::frontends::split::parts;
use crate::frontends::text::{Style, Styled, units};

/// The longest title and text of an embed.
const TITLE: usize = 256;
const TEXT: usize = 4_096;
/// How much of a text goes into one message, before its markup: the first of these that fits.
const CUTS: [usize; 3] = [3_900, 2_000, 1_000];
/// A text of more parts is a file.
const MOST_PARTS: usize = 4;
/// A message has at most so many embeds, and each has one picture.
const PICTURES: usize = 10;
const LABEL: usize = 80;
const ROWS: usize = 5;
const BUTTONS_A_ROW: usize = 5;
/// So many reasons or times are a list to choose from.
const CHOICES: usize = 3;
const MOST_CHOICES: usize = 25;

/// A picture in the media folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub path: PathBuf,
    pub alt: String,
}

/// One message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    pub title: Option<String>,
    /// Markdown.
    pub text: String,
    pub pictures: Vec<Picture>,
    /// The whole text, for saving.
    pub file: Option<String>,
    /// Rows of buttons and choices, as Discord takes them.
    pub rows: Vec<Value>,
}

/// The messages of a view, from the top. `note` is said below the rest.
#[must_use]
pub fn messages(view: &View, note: Option<&str>) -> Vec<Message> {
    let (title, rest) = title(view);
    let mut text = Styled::of(&rest);
    if let Some(note) = note {
        text.line(Style::Italic, note);
    }
    let mut messages = texts(title, &text, view);
    if let Some(last) = messages.last_mut() {
        last.pictures = pictures(view);
        last.rows = rows(view);
    }
    messages
}

/// The title where it fits an embed's, and the view without it.
fn title(view: &View) -> (Option<String>, View) {
    let mut rest = view.clone();
    let Some(Block::Title(title)) = view.blocks.first() else {
        return (None, rest);
    };
    let title = markdown(&Styled::plain_text(title));
    if title.trim().is_empty() || units(&title) > TITLE {
        return (None, rest);
    }
    rest.blocks.remove(0);
    (Some(title), rest)
}

fn texts(title: Option<String>, text: &Styled, view: &View) -> Vec<Message> {
    let whole = text.text();
    let mut cut: Vec<String> = Vec::new();
    for limit in CUTS {
        cut = parts(text.clone(), limit).iter().map(markdown).collect();
        if cut.iter().all(|part| units(part) <= TEXT) {
            break;
        }
    }
    if cut.len() > MOST_PARTS || cut.iter().any(|part| units(part) > TEXT) {
        return vec![Message {
            title,
            text: "The text is too long for a message; it is in the file.".to_owned(),
            file: Some(whole_file(view, &whole)),
            ..Message::default()
        }];
    }
    if cut.is_empty() {
        // Discord takes no message without a character.
        let text = if title.is_some() { "" } else { "\u{2013}" };
        cut.push(text.to_owned());
    }
    let mut messages: Vec<Message> = cut
        .into_iter()
        .map(|text| Message {
            text,
            ..Message::default()
        })
        .collect();
    if let Some(first) = messages.first_mut() {
        first.title = title;
    }
    messages
}

fn whole_file(view: &View, text: &str) -> String {
    match view.blocks.first() {
        Some(Block::Title(title)) if !text.starts_with(title.as_str()) => {
            format!("{title}\n\n{text}\n")
        }
        _ => format!("{text}\n"),
    }
}

fn pictures(view: &View) -> Vec<Picture> {
    view.blocks
        .iter()
        .filter_map(|block| match block {
            Block::Picture { path, alt } => Some(Picture {
                path: path.clone(),
                alt: alt.clone(),
            }),
            _ => None,
        })
        .take(PICTURES)
        .collect()
}

fn rows(view: &View) -> Vec<Value> {
    let fits = |button: &&Button| {
        let fits = button.press.len() <= LONGEST && !button.label.trim().is_empty();
        if !fits {
            tracing::error!(button.label, "a button cannot be shown and was left out");
        }
        fits
    };
    let all = || view.buttons.iter().flatten().filter(fits);
    let chosen: Vec<&Button> = all().filter(|button| is_choice(&button.press)).collect();
    if chosen.len() >= CHOICES {
        let others = all().filter(|button| !is_choice(&button.press));
        let others: Vec<Value> = others.map(button).collect();
        return std::iter::once(choices(&chosen))
            .chain(others.chunks(BUTTONS_A_ROW).map(row))
            .take(ROWS)
            .collect();
    }
    let wide = view.buttons.iter().any(|row| row.len() > BUTTONS_A_ROW);
    if wide || view.buttons.len() > ROWS {
        let buttons: Vec<Value> = all().map(button).collect();
        return buttons.chunks(BUTTONS_A_ROW).map(row).take(ROWS).collect();
    }
    view.buttons
        .iter()
        .map(|row| row.iter().filter(fits).map(button).collect::<Vec<_>>())
        .filter(|buttons| !buttons.is_empty())
        .map(|buttons| row(&buttons))
        .collect()
}

/// One of several answers to the same question.
fn is_choice(code: &str) -> bool {
    matches!(Press::read(code), Ok(Press::Reject { .. }))
}

/// `Other` asks for words in a form, which a choice may bring up as a button does.
fn choices(buttons: &[&Button]) -> Value {
    let options: Vec<Value> = buttons
        .iter()
        .take(MOST_CHOICES)
        .map(|button| json!({"label": shortened(&button.label, LABEL), "value": button.press}))
        .collect();
    row(&[json!({"type": 3, "custom_id": "choose", "options": options})])
}

fn row(components: &[Value]) -> Value {
    json!({"type": 1, "components": components})
}

fn button(button: &Button) -> Value {
    json!({
        "type": 2,
        "style": style(&button.press),
        "label": shortened(&button.label, LABEL),
        "custom_id": button.press,
    })
}

/// Green for what goes out, red for what ends a draft.
fn style(code: &str) -> u8 {
    use crate::chat::press::DraftVerb as V;
    match Press::read(code) {
        Ok(Press::Draft {
            verb: V::Approve | V::PublishAgain,
            ..
        }) => 3,
        Ok(Press::Draft {
            verb: V::Reject, ..
        }) => 4,
        Ok(Press::Reject { reason, .. }) if reason != Reason::Other => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn button(label: &str, press: &str) -> Button {
        Button {
            label: label.into(),
            press: press.into(),
        }
    }

    fn kinds(view: &View) -> String {
        let kind = |message: &Message| match &message.file {
            Some(file) => format!("file {}", file.len()),
            None => format!("text {}", units(&message.text)),
        };
        let kinds: Vec<String> = messages(view, None).iter().map(kind).collect();
        kinds.join(", ")
    }

    #[test]
    fn what_fits_is_one_message_and_what_does_not_is_several_or_a_file() {
        assert_eq!(kinds(&View::text("short")), "text 5");
        assert_eq!(kinds(&View::default()), "text 1");
        assert_eq!(
            kinds(&View::text("x".repeat(5_000))),
            "text 3900, text 1100"
        );
        // A text of marks alone is twice as long with its escapes.
        assert_eq!(
            kinds(&View::text("*".repeat(3_000))),
            "text 4000, text 2000"
        );
        assert_eq!(kinds(&View::text("x".repeat(20_000))), "file 20001");
    }

    #[test]
    fn the_title_stands_on_the_first_and_the_buttons_on_the_last() {
        let view = View {
            blocks: vec![
                Block::Title("#12".into()),
                Block::Body("word ".repeat(1_500)),
                Block::Picture {
                    path: "cup.png".into(),
                    alt: "a cup".into(),
                },
            ],
            ..View::default()
        }
        .with_buttons(vec![button("Approve", "1.d.ok.12.1")]);
        let messages = messages(&view, None);
        assert!(messages.len() > 1);
        assert_eq!(messages[0].title.as_deref(), Some("#12"));
        assert!(messages[0].rows.is_empty() && messages[0].pictures.is_empty());
        let last = messages.last().unwrap();
        assert_eq!((last.rows.len(), last.pictures.len()), (1, 1));
        assert_eq!(last.rows[0]["components"][0]["style"], 3);
    }

    #[test]
    fn reasons_are_a_list_to_choose_from() {
        let view = crate::chat::words::talk::reasons(
            crate::domain::ids::DraftNumber(12),
            crate::domain::draft::Seen::waiting(4),
        );
        let rows = rows(&view);
        assert_eq!(rows.len(), 1);
        let menu = &rows[0]["components"][0];
        assert_eq!(menu["options"].as_array().unwrap().len(), 5);
        assert_eq!(menu["options"][4]["value"], "1.r.other.12.4");
    }

    proptest! {
        #[test]
        fn every_message_is_one_that_discord_takes(text in "[a-z*_\n \u{1f600}]{0,9000}", labels in proptest::collection::vec("[a-zA-Z ]{0,90}", 0..30)) {
            let view = labels.iter().enumerate().fold(
                View::default().with(Block::Title("#1".into())).with(Block::Body(text)),
                |view, (nth, label)| view.with_buttons(vec![button(label, &format!("1.a.{nth}"))]),
            );
            for message in messages(&view, Some("a note")) {
                prop_assert!(units(&message.text) <= TEXT);
                prop_assert!(message.rows.len() <= ROWS);
                for row in &message.rows {
                    let buttons = row["components"].as_array().unwrap();
                    prop_assert!((1..=BUTTONS_A_ROW).contains(&buttons.len()));
                }
            }
        }
    }
}
