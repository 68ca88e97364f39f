//! The card as SVG: `card.svg` filled with the pieces of text at their places.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Value, context};
use serde::Serialize;

use super::palette::Palette;
use crate::media::svg::{Fonts, family, is_bidi_control};

const TEMPLATE: &str = include_str!("card.svg");

/// A piece of text of one font and one direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    pub text: String,
    /// The number of its font.
    pub face: usize,
    pub right_to_left: bool,
}

/// A piece in pixels: where it begins on the left, its base line, and how large it is.
#[derive(Debug, Serialize)]
pub(super) struct Text {
    x: f32,
    y: f32,
    size: f32,
    family: String,
    letters: String,
    right_to_left: bool,
}

impl Text {
    pub(super) fn at(piece: &Piece, size: f32, x: f32, y: f32) -> Self {
        let letters = piece.text.chars();
        Self {
            x,
            y,
            size,
            family: family(piece.face),
            letters: letters
                .filter(|letter| !letter.is_control() && !is_bidi_control(*letter))
                .collect(),
            right_to_left: piece.right_to_left,
        }
    }
}

/// The whole card; without a palette only the texts.
pub(super) fn card(
    width: f32,
    height: f32,
    palette: Option<&Palette<'_>>,
    texts: &[Text],
) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let (palette, texts) = (Value::from(Serde(palette)), Value::from(Serde(texts)));
    environment.render_str(TEMPLATE, context! { width, height, palette, texts })
}

/// How wide a piece is at the size 1.
pub(super) fn width(piece: &Piece, fonts: &Fonts) -> f32 {
    const SIZE: f32 = 100.0;
    let sample = card(SIZE, SIZE, None, &[Text::at(piece, SIZE, 0.0, 0.0)]);
    sample.map_or(0.0, |sample| fonts.width(&sample) / SIZE)
}
