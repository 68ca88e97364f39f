//! Text with styles as Telegram's HTML. Pure.

use crate::frontends::text::{Style, Styled};

/// Telegram's HTML: every character that could be markup is escaped.
#[must_use]
pub fn html(text: &Styled) -> String {
    let mut html = String::new();
    for piece in &text.0 {
        let (open, close) = match piece.style {
            Style::Plain => ("", ""),
            Style::Bold => ("<b>", "</b>"),
            Style::Italic => ("<i>", "</i>"),
            Style::Quote => ("<blockquote>", "</blockquote>"),
        };
        html.push_str(open);
        escape(&piece.text, &mut html);
        html.push_str(close);
    }
    html
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::view::{Block, View};
    use insta::assert_snapshot;

    #[test]
    fn a_card_keeps_its_parts_apart_and_is_escaped() {
        let view = View::default()
            .with(Block::Title("#12 \u{b7} Sandbox".into()))
            .with(Block::Body("a < b && c > \"d\"\n<b>not bold</b>".into()))
            .with(Block::Note("98 of 300".into()))
            .with(Block::Text("! near to #9 by \u{202e}eve".into()));
        assert_snapshot!(html(&Styled::of(&view)), @r"
        <b>#12 · Sandbox</b>
        <blockquote>a &lt; b &amp;&amp; c &gt; &quot;d&quot;
        &lt;b&gt;not bold&lt;/b&gt;</blockquote>
        <i>98 of 300</i>
        ! near to #9 by eve
        ");
    }

    #[test]
    fn rows_are_lines_and_commands_can_be_pressed() {
        let view = View::default()
            .with(Block::Table {
                head: vec!["task".into(), "next".into()],
                rows: vec![vec!["morning".into(), "09:00".into()]],
            })
            .with(Block::Table {
                head: Vec::new(),
                rows: vec![vec!["/draft".into(), "compose a post".into()]],
            })
            .with(Block::List(vec!["one".into(), "two".into()]));
        assert_snapshot!(html(&Styled::of(&view)), @r"
        <i>task · next</i>
        <b>morning</b> · 09:00
        /draft · compose a post
        • one
        • two
        ");
    }
}
