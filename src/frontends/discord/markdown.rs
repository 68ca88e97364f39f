//! Text with styles as Discord's Markdown. Pure.

use crate::frontends::text::{Style, Styled};

/// The text as it is to be read: every character that could be markup is escaped, and nobody is mentioned.
#[must_use]
pub fn markdown(text: &Styled) -> String {
    let mut out = String::new();
    for piece in &text.0 {
        for (nth, line) in piece.text.split('\n').enumerate() {
            if nth > 0 {
                out.push('\n');
            }
            styled(piece.style, line, &mut out);
        }
    }
    out
}

fn styled(style: Style, line: &str, out: &mut String) {
    let mark = match style {
        Style::Plain => "",
        Style::Bold => "**",
        Style::Italic => "*",
        Style::Quote => {
            out.push_str("> ");
            ""
        }
    };
    let inside = line.trim();
    if mark.is_empty() || inside.is_empty() {
        return escape(line, out);
    }
    // Marks stand next to the words, or Discord shows them.
    let start = line.len() - line.trim_start().len();
    out.push_str(&line[..start]);
    out.push_str(mark);
    escape(inside, out);
    out.push_str(mark);
    out.push_str(&line[start + inside.len()..]);
}

/// One line, or a part of one.
fn escape(line: &str, out: &mut String) {
    let mut rest = line;
    let mut first = out.is_empty() || out.ends_with(['\n', ' ']);
    while let Some(c) = rest.chars().next() {
        if let Some(link) = link(rest) {
            out.push_str(link);
            rest = &rest[link.len()..];
            first = false;
            continue;
        }
        let special = matches!(
            c,
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '@'
        );
        let at_the_start = first && begins_a_line(rest);
        // `1.` begins a list.
        let list = c == '.' && out.ends_with(|before: char| before.is_ascii_digit());
        if special || at_the_start || list {
            out.push('\\');
        }
        out.push(c);
        first = first && c == ' ';
        rest = &rest[c.len_utf8()..];
    }
}

/// A title, a small line or an item of a list.
fn begins_a_line(text: &str) -> bool {
    let behind = text.trim_start_matches('#');
    (behind.len() < text.len() && behind.starts_with(' '))
        || ["- ", "+ ", "-# "]
            .iter()
            .any(|mark| text.starts_with(mark))
}

/// The address at the head of `text`: within it nothing is markup, and an escape would break it.
fn link(text: &str) -> Option<&str> {
    let bare = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let length = bare
        .find(|c: char| {
            !(c.is_ascii_alphanumeric()
                || matches!(c, '/' | '.' | '-' | '_' | '?' | '=' | '&' | '%' | '#'))
        })
        .unwrap_or(bare.len());
    (length > 0).then(|| &text[..text.len() - bare.len() + length])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::view::{Block, View};
    use insta::assert_snapshot;

    fn shown(view: &View) -> String {
        markdown(&Styled::of(view))
    }

    #[test]
    fn a_card_keeps_its_parts_apart_and_is_escaped() {
        let view = View::default()
            .with(Block::Title("#12 \u{b7} Sandbox".into()))
            .with(Block::Body(
                "a *b* <@7> @everyone\n# no title\n1. no list".into(),
            ))
            .with(Block::Note("98 of 300".into()))
            .with(Block::Text(
                "! near to [x](https://x.example/a_b) ||c||".into(),
            ));
        assert_snapshot!(shown(&view), @r"
        **#12 · Sandbox**
        > a \*b\* \<\@7\> \@everyone
        > \# no title
        > 1\. no list
        *98 of 300*
        ! near to \[x\](https://x.example/a_b) \|\|c\|\|
        ");
    }

    #[test]
    fn an_address_stays_whole() {
        assert_eq!(
            shown(&View::text("https://x.example/a_b_c?d=1, then *e*")),
            "https://x.example/a_b_c?d=1, then \\*e\\*"
        );
    }
}
