//! Pieces of text as SVG.

use super::fonts;

/// A piece of text of one font and one direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    pub text: String,
    /// The number of its font.
    pub face: usize,
    pub right_to_left: bool,
}

/// One piece that begins at `x` on the base line `y`.
pub(super) fn text(piece: &Piece, size: f32, x: f32, y: f32, colour: &str) -> String {
    // The renderer takes every text for one that begins at the left. What runs the other way is marked as a whole, and a mark
    // behind it keeps a space at its end where it stands.
    let (open, close) = if piece.right_to_left {
        ("\u{202e}", "\u{202c}\u{200e}")
    } else {
        ("", "")
    };
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"{}\" font-size=\"{size:.1}\" fill=\"{colour}\" \
         xml:space=\"preserve\">{open}{}{close}</text>",
        fonts::family(piece.face),
        escaped(&piece.text)
    )
}

fn escaped(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() && !fonts::is_bidi_control(*letter))
        .fold(String::with_capacity(text.len()), |mut safe, letter| {
            match letter {
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '&' => safe.push_str("&amp;"),
                '"' => safe.push_str("&quot;"),
                letter => safe.push(letter),
            }
            safe
        })
}
