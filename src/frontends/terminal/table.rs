//! Columns that line up. A table too wide for the window breaks its last column; where even that is too narrow, each
//! row becomes a few lines of `head: cell`.

use super::look::{Paint, Style};
use super::safe;
use super::wrap::{width, wrap};

/// Blanks between two columns.
const GAP: usize = 2;
/// A last column narrower than this reads worse than lines below each other.
const NARROWEST_LAST: usize = 16;

pub(super) fn lines(head: &[String], rows: &[Vec<String>], style: &Style, out: &mut Vec<String>) {
    let tidy = |cells: &[String]| {
        cells
            .iter()
            .map(|cell| style.words(&safe::line(cell)))
            .collect::<Vec<_>>()
    };
    let head = tidy(head);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| tidy(row)).collect();
    let count = rows.iter().chain([&head]).map(Vec::len).max().unwrap_or(0);
    if count == 0 {
        return;
    }
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            rows.iter()
                .chain([&head])
                .filter_map(|row| row.get(column))
                .map(|cell| width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let before_last: usize = widths[..count - 1].iter().map(|width| width + GAP).sum();
    let last = style.columns().saturating_sub(before_last);
    if last >= widths[count - 1].min(NARROWEST_LAST) {
        if head.iter().any(|cell| !cell.is_empty()) {
            lay_out(&head, &widths, last, Some(Paint::Dim), style, out);
        }
        for row in &rows {
            lay_out(row, &widths, last, None, style, out);
        }
    } else {
        for row in &rows {
            stack(&head, row, style, out);
        }
    }
}

fn lay_out(
    row: &[String],
    widths: &[usize],
    last: usize,
    paint: Option<Paint>,
    style: &Style,
    out: &mut Vec<String>,
) {
    let mut line = String::new();
    let mut used = 0;
    for (cell, columns) in row.iter().zip(&widths[..widths.len() - 1]) {
        line.push_str(cell);
        line.push_str(&" ".repeat(columns + GAP - width(cell)));
        used += columns + GAP;
    }
    let ending = row.get(widths.len() - 1).map_or("", String::as_str);
    for (number, piece) in wrap(ending, last).iter().enumerate() {
        let start = if number == 0 {
            std::mem::take(&mut line)
        } else {
            " ".repeat(used)
        };
        let whole = format!("{start}{piece}");
        let whole = whole.trim_end();
        out.push(paint.map_or_else(|| whole.to_owned(), |paint| style.paint(paint, whole)));
    }
}

fn stack(head: &[String], row: &[String], style: &Style, out: &mut Vec<String>) {
    for (column, cell) in row.iter().enumerate() {
        let named = match head.get(column).filter(|name| !name.is_empty()) {
            Some(name) if column > 0 => format!("{name}: {cell}"),
            _ => cell.clone(),
        };
        let indent = if column == 0 { "" } else { "  " };
        for line in wrap(&named, style.columns() - indent.len()) {
            out.push(format!("{indent}{line}"));
        }
    }
}
