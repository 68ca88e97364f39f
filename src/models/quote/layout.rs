//! Where the words of a card stand: broken into lines, each line ordered as its writing runs.

use std::collections::HashMap;
use std::ops::Range;

use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;
use unicode_bidi::{BidiInfo, Level, ParagraphInfo};
use unicode_segmentation::UnicodeSegmentation as _;

use super::palette::Palette;
use super::svg::{self, Piece, Text};
use crate::media::svg::Fonts;

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
    lines: Vec<Line>,
    signature: Line,
    size: f32,
    width: f32,
    height: f32,
}

/// A line: its pieces from left to right, each with its width at the size 1.
#[derive(Debug, Default)]
struct Line {
    pieces: Vec<(Piece, f32)>,
    right_to_left: bool,
}

impl Line {
    fn width(&self) -> f32 {
        self.pieces.iter().map(|(_, width)| width).sum()
    }
}

/// A part of a text that stays in one line: where it stands, how wide it is, and the space behind it.
#[derive(Debug, Clone)]
struct Word {
    at: Range<usize>,
    width: f32,
    space: f32,
}

impl Layout {
    /// At the largest size at which the text fits; none when it fits at none. Every line of the text begins a new one, unless
    /// there are too many.
    pub(super) fn fit(
        text: &str,
        signature: &str,
        width: u32,
        height: u32,
        fonts: &Fonts,
    ) -> Option<Self> {
        let one = text.replace('\n', " ");
        [text, &one]
            .into_iter()
            .find_map(|text| Self::fit_lines(text, signature, width, height, fonts))
    }

    fn fit_lines(
        text: &str,
        signature: &str,
        width: u32,
        height: u32,
        fonts: &Fonts,
    ) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "a thousand pixels or so")]
        let (width, height) = (width as f32, height as f32);
        let mut measure = Measure {
            fonts,
            known: HashMap::new(),
        };
        let shorter = width.min(height);
        let longest = width * TEXT_WIDTH / (shorter * SIZES[SIZES.len() - 1]);
        let paragraphs: Vec<(&str, Vec<Word>)> = text
            .lines()
            .map(|paragraph| (paragraph, measure.words(paragraph, longest)))
            .collect();
        SIZES.iter().find_map(|share| {
            let size = shorter * share;
            let ranges = broken(&paragraphs, width * TEXT_WIDTH / size)?;
            #[expect(clippy::cast_precision_loss, reason = "a dozen lines or so")]
            let needed = ranges.iter().map(Vec::len).sum::<usize>() as f32 * size * LEADING;
            if needed > height * TEXT_HEIGHT {
                return None;
            }
            let lines = paragraphs
                .iter()
                .zip(&ranges)
                .flat_map(|((paragraph, _), ranges)| measure.lines(paragraph, ranges))
                .collect();
            let whole = Range {
                start: 0,
                end: signature.len(),
            };
            Some(Self {
                lines,
                signature: measure.lines(signature, &[whole]).pop().unwrap_or_default(),
                size,
                width,
                height,
            })
        })
    }

    pub(super) fn svg(&self, palette: &Palette<'_>) -> Result<String, minijinja::Error> {
        let (width, height, size) = (self.width, self.height, self.size);
        #[expect(clippy::cast_precision_loss, reason = "a dozen lines or so")]
        let block = self.lines.len() as f32 * size * LEADING;
        let mut y = (height - block) / 2.0 - height * 0.03 + size;
        let mut texts = Vec::new();
        for line in &self.lines {
            place(&mut texts, line, size, self.begin(line), y);
            y += size * LEADING;
        }
        let small = width.min(height) * 0.038;
        let x = (width - self.signature.width() * small) / 2.0;
        place(&mut texts, &self.signature, small, x, height * 0.93);
        svg::card(width, height, Some(palette), &texts)
    }

    /// Where a line begins on the left. Lines stand in the middle; where one runs from right to left, those that do end at
    /// the right edge of the text, and the others begin at the left.
    fn begin(&self, line: &Line) -> f32 {
        let middle = self.width / 2.0;
        let own = line.width() * self.size;
        if !self.lines.iter().any(|line| line.right_to_left) {
            return middle - own / 2.0;
        }
        let widest = self.lines.iter().map(Line::width).fold(0.0, f32::max) * self.size;
        if line.right_to_left {
            middle + widest / 2.0 - own
        } else {
            middle - widest / 2.0
        }
    }
}

fn place(texts: &mut Vec<Text>, line: &Line, size: f32, mut x: f32, y: f32) {
    for (piece, width) in &line.pieces {
        texts.push(Text::at(piece, size, x, y));
        x += width * size;
    }
}

/// Measures pieces of text, each once.
struct Measure<'a> {
    fonts: &'a Fonts,
    known: HashMap<Piece, f32>,
}

impl Measure<'_> {
    /// A paragraph in what stays together in a line. Where the language has no spaces, rules and a dictionary say where a line
    /// may end; what is longer than `longest` may end anywhere.
    fn words(&mut self, paragraph: &str, longest: f32) -> Vec<Word> {
        let segmenter = LineSegmenter::new_dictionary(LineBreakOptions::default());
        let ends: Vec<usize> = segmenter.segment_str(paragraph).collect();
        let bidi = BidiInfo::new(paragraph, None);
        let mut words = Vec::new();
        for pair in ends.windows(2) {
            let word = self.word(&bidi, paragraph, pair[0]..pair[1]);
            if word.width <= longest {
                words.push(word);
                continue;
            }
            let signs = paragraph[word.at].grapheme_indices(true);
            for (at, sign) in signs {
                let at = pair[0] + at;
                words.push(self.word(&bidi, paragraph, at..at + sign.len()));
            }
            if let Some(last) = words.last_mut() {
                last.space = word.space;
            }
        }
        words
    }

    /// The word at a place, which may end with spaces.
    fn word(&mut self, bidi: &BidiInfo<'_>, paragraph: &str, at: Range<usize>) -> Word {
        let end = at.start + paragraph[at.clone()].trim_end().len();
        let mut width = |at: Range<usize>| -> f32 {
            let pieces = self.pieces(bidi, paragraph, at);
            pieces.iter().map(|(_, width)| width).sum()
        };
        Word {
            width: width(at.start..end),
            space: width(end..at.end),
            at: at.start..end,
        }
    }

    fn lines(&mut self, paragraph: &str, ranges: &[Range<usize>]) -> Vec<Line> {
        let bidi = BidiInfo::new(paragraph, None);
        let right_to_left = base_level(&bidi).is_rtl();
        let line = |range: &Range<usize>| Line {
            pieces: self.pieces(&bidi, paragraph, range.clone()),
            right_to_left,
        };
        ranges.iter().map(line).collect()
    }

    /// A part of a paragraph as it stands in a line, from left to right.
    fn pieces(
        &mut self,
        bidi: &BidiInfo<'_>,
        paragraph: &str,
        part: Range<usize>,
    ) -> Vec<(Piece, f32)> {
        let Some(info) = paragraph_of(bidi).filter(|_| !part.is_empty()) else {
            return Vec::new();
        };
        let (levels, runs) = bidi.visual_runs(info, part);
        let mut line = Vec::new();
        for run in runs {
            let right_to_left = levels[run.start].is_rtl();
            let mut pieces = self.of_one_direction(&paragraph[run], right_to_left);
            if right_to_left {
                pieces.reverse();
            }
            line.extend(pieces);
        }
        line
    }

    /// A run of one direction in pieces of one font, in the order in which they are read.
    fn of_one_direction(&mut self, run: &str, right_to_left: bool) -> Vec<(Piece, f32)> {
        let mut pieces: Vec<Piece> = Vec::new();
        // What stands before the first letter looks like it.
        let mut letters = run.graphemes(true);
        let first = letters.find(|sign| sign.chars().any(char::is_alphanumeric));
        let first = first.and_then(|sign| self.fonts.of(sign, None));
        for sign in run.graphemes(true) {
            let before = pieces.last().map(|piece| piece.face).or(first);
            let face = self.fonts.of(sign, before).or(before).unwrap_or(0);
            match pieces.last_mut().filter(|piece| piece.face == face) {
                Some(piece) => piece.text.push_str(sign),
                None => pieces.push(Piece {
                    text: sign.to_owned(),
                    face,
                    right_to_left,
                }),
            }
        }
        let measured = pieces.into_iter().map(|piece| {
            let known = self.known.entry(piece.clone());
            let width = *known.or_insert_with(|| svg::width(&piece, self.fonts));
            (piece, width)
        });
        measured.collect()
    }
}

/// A text without a line break is one paragraph; an empty one is none.
fn paragraph_of<'a>(bidi: &'a BidiInfo<'_>) -> Option<&'a ParagraphInfo> {
    bidi.paragraphs.first()
}

fn base_level(bidi: &BidiInfo<'_>) -> Level {
    paragraph_of(bidi).map_or_else(Level::ltr, |paragraph| paragraph.level)
}

/// The lines of each paragraph, none wider than `most` and all about equally wide. None: a word alone is wider.
fn broken(paragraphs: &[(&str, Vec<Word>)], most: f32) -> Option<Vec<Vec<Range<usize>>>> {
    let words = || paragraphs.iter().flat_map(|(_, words)| words);
    let fits = |most: f32| words().all(|word| word.width <= most);
    let wrapped = |most: f32| -> Vec<Vec<Range<usize>>> {
        let wrap = |(_, words): &(&str, Vec<Word>)| wrap(words, most);
        paragraphs.iter().map(wrap).collect()
    };
    let count = |lines: &[Vec<Range<usize>>]| lines.iter().map(Vec::len).sum::<usize>();
    if !fits(most) {
        return None;
    }
    let mut best = wrapped(most);
    // The narrowest measure that needs no more lines: no last line of one word.
    for step in 1..=20_u8 {
        let tried = most * (1.0 - f32::from(step) * 0.025);
        let narrower = wrapped(tried);
        if !fits(tried) || count(&narrower) > count(&best) {
            break;
        }
        best = narrower;
    }
    Some(best)
}

fn wrap(words: &[Word], most: f32) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    // How wide the last line is with the space behind it.
    let mut used = f32::INFINITY;
    for word in words {
        match lines.last_mut() {
            Some(line) if used + word.width <= most => {
                line.end = word.at.end;
                used += word.width + word.space;
            }
            _ => {
                lines.push(word.at.clone());
                used = word.width + word.space;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, most: f32) -> Option<Vec<&str>> {
        let fonts = Fonts::for_text(text);
        let mut measure = Measure {
            fonts: &fonts,
            known: HashMap::new(),
        };
        let words = measure.words(text, 1_000.0);
        let broken = broken(&[(text, words)], most)?;
        Some(broken.concat().into_iter().map(|at| &text[at]).collect())
    }

    #[test]
    fn lines_are_about_equally_long_and_end_where_the_language_has_words() {
        let even = lines("one two three four five", 12.0).unwrap();
        assert_eq!(even.len(), 1, "{even:?}");
        let even = lines("one two three four five", 10.0).unwrap();
        assert_eq!(even, ["one two three", "four five"]);
        assert_eq!(lines("endless", 2.0), None);
        // Thai for "coffee shop opens": no line ends in the middle of a word.
        let thai =
            "\u{e23}\u{e49}\u{e32}\u{e19}\u{e01}\u{e32}\u{e41}\u{e1f}\u{e40}\u{e1b}\u{e34}\u{e14}";
        let ends: Vec<usize> = LineSegmenter::new_dictionary(LineBreakOptions::default())
            .segment_str(thai)
            .collect();
        assert!(ends.len() > 2, "{ends:?}");
    }

    #[test]
    fn the_direction_of_a_line_is_that_of_its_first_letter() {
        let order = |text: &str| -> (bool, Vec<String>) {
            let fonts = Fonts::for_text(text);
            let mut measure = Measure {
                fonts: &fonts,
                known: HashMap::new(),
            };
            let whole = Range {
                start: 0,
                end: text.len(),
            };
            let line = measure.lines(text, &[whole]).remove(0);
            let pieces = line.pieces.into_iter().map(|(piece, _)| piece.text);
            (line.right_to_left, pieces.collect())
        };
        let hebrew = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}";
        let (right_to_left, pieces) = order(&format!("{hebrew} Lumen."));
        assert!(right_to_left);
        assert_eq!(pieces.concat(), format!(".Lumen{hebrew} "));
        let (right_to_left, pieces) = order(&format!("Lumen {hebrew}."));
        assert!(!right_to_left);
        assert_eq!(pieces.concat(), format!("Lumen {hebrew}."));
    }
}
