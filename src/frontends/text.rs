//! A [`View`] as text with styles, for chats that show running text. Pure.
//!
//! Chats count a text without its markup, so the styles are kept beside the text until it is whole and cut, and become
//! markup last: each chat has its own.

use crate::chat::view::{Block, View};

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Italic,
    /// Text for publishing, set apart from Lumen's own words.
    Quote,
}

/// Text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub style: Style,
    pub text: String,
}

/// A text with its styles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Styled(pub Vec<Piece>);

/// UTF-16 units: how Telegram counts, and never fewer than Discord does.
#[must_use]
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl Styled {
    #[must_use]
    pub fn plain_text(text: &str) -> Self {
        let mut styled = Self::default();
        styled.line(Style::Plain, text);
        styled
    }

    /// The whole message but its pictures and buttons.
    #[must_use]
    pub fn of(view: &View) -> Self {
        let mut styled = Self::default();
        for block in &view.blocks {
            styled.block(block);
        }
        styled
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(text) => self.line(Style::Bold, &own(text)),
            Block::Text(text) => self.line(Style::Plain, &own(text)),
            Block::Note(text) => self.line(Style::Italic, &own(text)),
            Block::Body(text) => self.line(Style::Quote, &clean(text)),
            Block::List(items) => {
                for item in items {
                    self.line(Style::Plain, &format!("\u{2022} {}", own(item)));
                }
            }
            Block::Table { head, rows } => self.table(head, rows),
            Block::Picture { alt, .. } => {
                self.line(Style::Italic, &format!("picture: {}", own(alt)));
            }
        }
    }

    /// Columns do not line up on a telephone: a row is a line, its first cell stands out, or is a command to press.
    fn table(&mut self, head: &[String], rows: &[Vec<String>]) {
        if !head.is_empty() {
            self.line(Style::Italic, &own(&head.join(" \u{b7} ")));
        }
        for row in rows {
            let (first, rest) = row
                .split_first()
                .map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let style = if first.starts_with('/') {
                Style::Plain
            } else {
                Style::Bold
            };
            self.line(style, &own(first));
            let rest: Vec<&str> = rest
                .iter()
                .map(String::as_str)
                .filter(|cell| !cell.is_empty())
                .collect();
            if !rest.is_empty() {
                self.add(
                    Style::Plain,
                    &own(&format!(" \u{b7} {}", rest.join(" \u{b7} "))),
                );
            }
        }
    }

    /// A line of its own.
    pub fn line(&mut self, style: Style, text: &str) {
        if !self.0.is_empty() {
            self.add(Style::Plain, "\n");
        }
        self.add(style, text);
    }

    fn add(&mut self, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => self.0.push(Piece {
                style,
                text: text.to_owned(),
            }),
        }
    }

    /// How long a chat takes it for.
    #[must_use]
    pub fn units(&self) -> usize {
        self.0.iter().map(|piece| units(&piece.text)).sum()
    }

    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|piece| piece.text.trim().is_empty())
    }

    /// Both sides of byte `at` of the text.
    #[must_use]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let (mut head, mut tail, mut passed) = (Self::default(), Self::default(), 0);
        for piece in self.0 {
            let here = at.saturating_sub(passed).min(piece.text.len());
            passed += piece.text.len();
            let (left, right) = piece.text.split_at(here);
            head.add(piece.style, left);
            tail.add(piece.style, right);
        }
        (head, tail)
    }

    /// Without space at its ends: chats take it off, and count without it.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        while let Some(last) = self.0.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.is_empty() {
                break;
            }
            self.0.pop();
        }
        while let Some(first) = self.0.first_mut() {
            let text = first.text.trim_start();
            if !text.is_empty() {
                first.text = text.to_owned();
                break;
            }
            self.0.remove(0);
        }
        self
    }
}

/// Without control characters; newlines stay.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

/// [`clean`] for Lumen's own lines, which carry names and excerpts of others: without the marks that turn the direction
/// of what follows, so that nobody's name can rearrange them.
fn own(text: &str) -> String {
    clean(text)
        .chars()
        .filter(|c| !matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_utf16() {
        assert_eq!(units("a\u{e9}\u{1f600}"), 4);
        assert_eq!(Styled::plain_text("<&>").units(), 3);
    }
}
