//! Where the words of a card stand.

use unicode_segmentation::UnicodeSegmentation as _;

use super::fonts::{Fonts, line};
use super::palette::Palette;

/// The longest text on a card, in characters; a longer one ends with its last whole sentence before that.
const MOST_CHARS: usize = 320;

/// The sizes that are tried, as shares of the shorter side.
const SIZES: [f32; 7] = [0.105, 0.09, 0.078, 0.068, 0.06, 0.052, 0.045];

/// Base line to base line.
const LEADING: f32 = 1.36;

/// The share of the width, and of the height, that the text may take.
const TEXT_WIDTH: f32 = 0.8;
const TEXT_HEIGHT: f32 = 0.62;

/// A text in lines, at a size at which it fits.
#[derive(Debug)]
pub(super) struct Layout {
    lines: Vec<String>,
    size: f32,
    width: f32,
    height: f32,
}

/// The words of a post that belong on a card: no addresses, no pictographs, not more than can be read.
pub(super) fn words_of(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|letter| !is_pictograph(*letter))
        .collect();
    let words = plain
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .collect::<Vec<_>>()
        .join(" ");
    if words.chars().count() <= MOST_CHARS {
        return words;
    }
    let mut kept = String::new();
    for sentence in words.unicode_sentences() {
        if kept.chars().count() + sentence.chars().count() > MOST_CHARS {
            break;
        }
        kept.push_str(sentence);
    }
    if kept.trim().is_empty() {
        return crate::domain::error::shortened(&words, MOST_CHARS);
    }
    kept.trim_end().to_owned()
}

const fn is_pictograph(letter: char) -> bool {
    matches!(
        letter,
        '\u{1f000}'..='\u{1faff}'
            | '\u{2600}'..='\u{27bf}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{200d}'
            | '\u{20e3}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

impl Layout {
    /// At the largest size at which the text fits; none when it fits at none.
    pub(super) fn fit(text: &str, width: u32, height: u32, fonts: &Fonts) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "a thousand pixels or so")]
        let (width, height) = (width as f32, height as f32);
        let widths: Vec<Piece<'_>> = pieces(text)
            .into_iter()
            .map(|(text, space)| Piece {
                text,
                width: fonts.width(text, 100.0) / 100.0,
                space,
            })
            .collect();
        SIZES.iter().find_map(|share| {
            let size = width.min(height) * share;
            let lines = lines(&widths, width * TEXT_WIDTH / size)?;
            #[expect(clippy::cast_precision_loss, reason = "a dozen lines or so")]
            let needed = lines.len() as f32 * size * LEADING;
            (needed <= height * TEXT_HEIGHT).then_some(Self {
                lines,
                size,
                width,
                height,
            })
        })
    }

    pub(super) fn svg(&self, signature: &str, palette: &Palette<'_>) -> String {
        let Palette {
            ground,
            letters,
            accent,
        } = palette;
        let (width, height, size) = (self.width, self.height, self.size);
        let middle = width / 2.0;
        #[expect(clippy::cast_precision_loss, reason = "a dozen lines or so")]
        let block = self.lines.len() as f32 * size * LEADING;
        let top = (height - block) / 2.0 - height * 0.03;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\
             <rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{:.1}\" fill=\"{accent}\"/>\
             <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{accent}\"/>",
            height * 0.018,
            middle - width * 0.04,
            height * 0.855,
            width * 0.08,
            height * 0.006,
        );
        let mut y = top + size;
        for text in &self.lines {
            svg.push_str(&line(text, size, middle, y, letters));
            y += size * LEADING;
        }
        let small = width.min(height) * 0.038;
        svg.push_str(&line(signature, small, middle, height * 0.93, letters));
        svg.push_str("</svg>");
        svg
    }
}

/// A piece of text that stays in one line, its width, and the space before it.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    width: f32,
    space: f32,
}

/// A space in the built-in font, as a share of the size.
const SPACE: f32 = 0.26;

/// Words; of scripts that put no spaces between them, every character.
fn pieces(text: &str) -> Vec<(&str, f32)> {
    let mut pieces = Vec::new();
    for word in text.split(' ') {
        let spaceless = word
            .chars()
            .any(|letter| matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'));
        if spaceless {
            let mut space = SPACE;
            for character in word.graphemes(true) {
                pieces.push((character, space));
                space = 0.0;
            }
        } else {
            pieces.push((word, SPACE));
        }
    }
    pieces
}

/// Pieces in lines of at most `most`, all about equally long; none when a piece alone is longer.
fn lines(pieces: &[Piece<'_>], most: f32) -> Option<Vec<String>> {
    let too_narrow = |most: f32| pieces.iter().any(|piece| piece.width > most);
    if too_narrow(most) {
        return None;
    }
    let count = wrapped(pieces, most).len();
    // The narrowest measure that needs no more lines: no last line of one word.
    let mut narrow = most;
    for step in 1..=20_u8 {
        let tried = most * (1.0 - f32::from(step) * 0.025);
        if too_narrow(tried) || wrapped(pieces, tried).len() > count {
            break;
        }
        narrow = tried;
    }
    Some(wrapped(pieces, narrow))
}

fn wrapped(pieces: &[Piece<'_>], most: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = f32::INFINITY;
    for piece in pieces {
        if used + piece.space + piece.width > most {
            lines.push(piece.text.to_owned());
            used = piece.width;
        } else if let Some(last) = lines.last_mut() {
            if piece.space > 0.0 {
                last.push(' ');
            }
            last.push_str(piece.text);
            used += piece.space + piece.width;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_pictographs_stay_out_and_a_long_text_ends_with_a_sentence() {
        assert_eq!(
            words_of("Friday at six \u{2615}\u{fe0f} see https://example.org/x \u{1f389}"),
            "Friday at six see"
        );
        let long = "This sentence is here again and again. ".repeat(20);
        let kept = words_of(&long);
        assert!(kept.chars().count() <= MOST_CHARS && kept.ends_with("again."));
    }

    #[test]
    fn lines_are_about_equally_long() {
        let piece = |text, width| Piece {
            text,
            width,
            space: SPACE,
        };
        let words = ["one", "two", "three", "four", "five"].map(|word| piece(word, 2.0));
        let lines = lines(&words, 9.0).unwrap();
        assert_eq!(lines, ["one two three", "four five"]);
        assert_eq!(super::lines(&[piece("endless", 12.0)], 9.0), None);
        let spaceless: Vec<&str> = pieces("\u{65e5}\u{672c} a")
            .iter()
            .map(|piece| piece.0)
            .collect();
        assert_eq!(spaceless, ["\u{65e5}", "\u{672c}", "a"]);
    }
}
