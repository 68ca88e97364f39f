//! A [`View`] as text. Pure: the same view and style always give the same lines.
//!
//! All that is not our own frame or colour goes through [`safe`] first. Text for publishing stands behind a bar on
//! every line, so that nothing in it can pass for Lumen's own words, and is never cut.
//!
//! A picture is shown as its words and its path. `viuer` draws them only onto stdout itself, where the input line stands, and
//! asks the terminal what it can do, whose answer would be taken for typed keys.

use super::buttons::keyed;
use super::look::{Paint, Style};
use super::wrap::{cut, width, wrap};
use super::{safe, table};
use crate::chat::view::{Block, View};

/// How long a line around a text is at least.
const SHORTEST_RULE: usize = 24;
/// Of a typed line this much is repeated: enough to recognise it, also when somebody pastes a book.
const ECHOED: usize = 400;

/// The whole message, without a newline at its end.
#[must_use]
pub fn render(view: &View, style: &Style) -> String {
    let mut lines = Vec::new();
    for block in &view.blocks {
        block_lines(block, style, &mut lines);
    }
    button_lines(view, style, &mut lines);
    lines.join("\n")
}

/// What is new in `now` for somebody who has `before` on the screen: the title, what was not said there yet, the
/// buttons. `None` when nothing is new, everything when the text for publishing is another one.
#[must_use]
pub fn render_change(before: &View, now: &View, style: &Style) -> Option<String> {
    if before.blocks == now.blocks && before.buttons == now.buttons {
        return None;
    }
    if shown_text(before).ne(shown_text(now)) {
        return Some(render(now, style));
    }
    let said = |block: &Block| !matches!(block, Block::Title(_)) && before.blocks.contains(block);
    let news = View {
        blocks: now
            .blocks
            .iter()
            .filter(|block| !said(block))
            .cloned()
            .collect(),
        buttons: now.buttons.clone(),
        private: now.private,
        asks: now.asks,
    };
    Some(render(&news, style))
}

/// A message that only points to its newer copy. A terminal shows that one further down anyway.
#[must_use]
pub fn only_points_on(before: &View, now: &View) -> bool {
    now.buttons.is_empty()
        && matches!(now.blocks.as_slice(), [Block::Title(_)])
        && before.blocks.len() > 1
}

/// What goes out if it is approved.
fn shown_text(view: &View) -> impl Iterator<Item = &Block> {
    view.blocks
        .iter()
        .filter(|block| matches!(block, Block::Body(_) | Block::Picture { .. }))
}

/// A typed line, repeated where the terminal does not show what is typed.
#[must_use]
pub fn echo(typed: &str, style: &Style) -> String {
    let typed = safe::line(typed);
    let mark = if style.unicode { "\u{2026}" } else { "..." };
    format!("> {}", cut(&typed, ECHOED, mark))
}

fn block_lines(block: &Block, style: &Style, out: &mut Vec<String>) {
    match block {
        Block::Title(text) => paragraph(&safe::line(text), style, Some(Paint::Bold), out),
        Block::Text(text) => paragraph(&safe::lines(text), style, warning(text), out),
        Block::Note(text) => paragraph(
            &safe::lines(text),
            style,
            warning(text).or(Some(Paint::Dim)),
            out,
        ),
        Block::Body(text) => body(text, style, out),
        Block::List(items) => items.iter().for_each(|item| list_item(item, style, out)),
        Block::Table { head, rows } => table::lines(head, rows, style, out),
        Block::Picture { path, alt } => {
            let text = format!(
                "picture: {} ({})",
                safe::line(alt),
                safe::line(&path.to_string_lossy())
            );
            paragraph(&text, style, Some(Paint::Dim), out);
        }
    }
}

/// Findings begin with a `!`.
fn warning(text: &str) -> Option<Paint> {
    text.starts_with('!').then_some(Paint::Warn)
}

fn paragraph(safe_text: &str, style: &Style, paint: Option<Paint>, out: &mut Vec<String>) {
    for line in wrap(&style.words(safe_text), style.columns()) {
        out.push(paint.map_or_else(|| line.clone(), |paint| style.paint(paint, &line)));
    }
}

fn body(text: &str, style: &Style, out: &mut Vec<String>) {
    let lines = wrap(&safe::lines(text), style.columns() - 2);
    let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let rule = (longest + 1).max(SHORTEST_RULE).min(style.columns() - 1);
    let (top, side, bottom, dash) = if style.unicode {
        ("\u{250c}", "\u{2502}", "\u{2514}", "\u{2500}")
    } else {
        ("+", "|", "+", "-")
    };
    out.push(style.paint(Paint::Dim, &format!("{top}{}", dash.repeat(rule))));
    let side = style.paint(Paint::Dim, side);
    out.extend(
        lines
            .iter()
            .map(|line| format!("{side} {line}").trim_end().to_owned()),
    );
    out.push(style.paint(Paint::Dim, &format!("{bottom}{}", dash.repeat(rule))));
}

fn list_item(item: &str, style: &Style, out: &mut Vec<String>) {
    let dot = if style.unicode { "\u{b7} " } else { "- " };
    let lines = wrap(&style.words(&safe::line(item)), style.columns() - 2);
    for (number, line) in lines.iter().enumerate() {
        out.push(format!("{}{line}", if number == 0 { dot } else { "  " }));
    }
}

/// Each row of buttons on a line of its own, broken between buttons only.
fn button_lines(view: &View, style: &Style, out: &mut Vec<String>) {
    for row in keyed(view) {
        let (mut line, mut used) = (String::new(), 0);
        for keyed in row {
            let label = safe::line(&keyed.button.label);
            let label = cut(&style.words(&label), style.columns().saturating_sub(4), "");
            let needed = 4 + width(&label);
            if used > 0 && used + 3 + needed > style.columns() {
                out.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push_str("   ");
                used += 3;
            }
            line.push_str(&style.paint(Paint::Key, &format!("[{}]", keyed.key)));
            line.push(' ');
            line.push_str(&label);
            used += needed;
        }
        if used > 0 {
            out.push(line);
        }
    }
}

#[cfg(test)]
mod tests;
