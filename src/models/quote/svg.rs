//! Pieces of text as SVG.

use crate::media::svg::{Fonts, family, is_bidi_control};

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
        family(piece.face),
        escaped(&piece.text)
    )
}

/// How wide a piece is at the size 1.
pub(super) fn width(piece: &Piece, fonts: &Fonts) -> f32 {
    const SIZE: f32 = 100.0;
    let sample = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">{}</svg>",
        text(piece, SIZE, 0.0, 0.0, "#000")
    );
    fonts.width(&sample) / SIZE
}

fn escaped(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control() && !is_bidi_control(*letter))
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
