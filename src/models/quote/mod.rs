//! A quote card: the post's own words as a picture, drawn by [`render`]. It needs no key, no network and no luck.
//!
//! One open font lies in the program ([`Fonts`]), with the letters of Latin, Greek and Cyrillic. Other signs take a font of the system;
//! where there is none, signs are left out and named, and a text with such letters is refused in words.

mod layout;
mod palette;
mod svg;
mod words;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::limits::Aspect;
use crate::media::svg::{Fonts, is_emoji, render};
use crate::models::paint::{DrawnCard, ImageModel, PaintRequest, Painted};
use crate::models::{ModelError, Took};
use layout::Layout;
use palette::Palette;

pub const NAME: &str = "quote";

/// The ledger's name for what draws.
const MODEL: &str = "card";

/// Draws cards in a brand's colours.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quote;

impl Aspect {
    /// Pixels of a card.
    const fn pixels(self) -> (u32, u32) {
        match self {
            Self::Square => (1_080, 1_080),
            Self::Wide => (1_200, 800),
            Self::Tall => (800, 1_200),
        }
    }
}

/// Whether a card can be as somebody wishes: in another colour, and in nothing else.
#[must_use]
pub fn can_meet(wish: &str) -> bool {
    palette::wished(wish).is_some()
}

/// Draws one card as a PNG. Takes some tens of milliseconds: call it off the async threads.
fn draw(request: &PaintRequest) -> Result<Painted, ModelError> {
    let refused = |why: String| ModelError::Refused {
        provider: NAME.to_owned(),
        why,
    };
    let broken = |why: String| ModelError::Unavailable {
        provider: NAME.to_owned(),
        why,
    };
    let all = words::words_of(&request.text);
    if all.is_empty() {
        return Err(refused("there are no words to draw".to_owned()));
    }
    let signature = format!("@{}", request.signature.trim_start_matches('@'));
    let fonts = Fonts::for_text(&format!("{all} {signature}"));
    let drawn = |sign: &str| fonts.of(sign, None).is_some();
    let (text, left_out) = words::without(&all, drawn);
    // A sentence without some of its letters is another one; without its pictographs it is the same.
    if text.is_empty() || left_out.iter().any(|sign| is_letter(sign)) {
        let letters = left_out.iter().take(8).map(String::as_str);
        return Err(refused(format!(
            "no font on this machine has \u{201c}{}\u{201d}; a package such as fonts-noto-core or fonts-noto-cjk brings more",
            letters.collect::<String>()
        )));
    }
    let (signature, _) = words::without(&words::words_of(&signature), drawn);
    let (width, height) = request.aspect.pixels();
    let layout = Layout::fit(&text, &signature, width, height, &fonts)
        .ok_or_else(|| refused("the text is too long for a card".to_owned()))?;
    let (palette, number) = colours(request);
    let svg = layout.svg(&palette);
    let svg = svg.map_err(|error| broken(error.to_string()))?;
    let bytes = render(&svg, &fonts).map_err(|error| broken(error.to_string()))?;
    Ok(Painted {
        bytes,
        alt: Some(format!(
            "A card with the words: {}",
            text.replace('\n', " ")
        )),
        took: Took::default(),
        provider: NAME.to_owned(),
        model: MODEL.to_owned(),
        card: Some(DrawnCard {
            palette: number,
            left_out,
        }),
    })
}

/// The colours, and the number of the palette that they are: those of the card before it, what is wished, the brand's own,
/// or one after the other.
fn colours(request: &PaintRequest) -> (Palette<'_>, Option<u8>) {
    let wished = request.wish.as_deref().and_then(palette::wished);
    let number = request.palette.filter(|_| wished.is_none());
    if let Some(palette) = number.and_then(Palette::numbered) {
        return (palette, number);
    }
    if let (None, Some(own)) = (&wished, Palette::own(&request.colours)) {
        return (own, None);
    }
    let among = wished.unwrap_or_else(|| palette::EVERY.to_vec());
    let number = palette::by_turns(&among, &request.text, &request.key);
    let palette = Palette::numbered(number).unwrap_or_else(Palette::first);
    (palette, Some(number))
}

fn is_letter(sign: &str) -> bool {
    !is_emoji(sign) && sign.chars().any(char::is_alphanumeric)
}

#[async_trait]
impl ImageModel for Quote {
    fn name(&self) -> (String, String) {
        (NAME.to_owned(), MODEL.to_owned())
    }

    async fn paint(
        &self,
        request: &PaintRequest,
        _: &CancellationToken,
    ) -> Result<Painted, ModelError> {
        let request = request.clone();
        tokio::task::spawn_blocking(move || draw(&request))
            .await
            .unwrap_or_else(|_| {
                Err(ModelError::Unavailable {
                    provider: NAME.to_owned(),
                    why: "the card could not be drawn".to_owned(),
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> PaintRequest {
        PaintRequest {
            prompt: String::new(),
            text: text.to_owned(),
            signature: "roastery".to_owned(),
            aspect: Aspect::Wide,
            colours: Vec::new(),
            wish: None,
            palette: None,
            purpose: "image",
            key: "1".to_owned(),
            patience: std::time::Duration::from_secs(1),
        }
    }

    fn pixels(painted: &Painted) -> image::RgbaImage {
        image::load_from_memory(&painted.bytes).unwrap().to_rgba8()
    }

    /// How many pixels differ from the corner, which is the background.
    fn ink(painted: &Painted) -> usize {
        let picture = pixels(painted);
        let ground = *picture.get_pixel(picture.width() - 1, picture.height() - 1);
        // The stripe along the top is no ink.
        let below = picture.enumerate_pixels().filter(|(_, y, _)| *y > 20);
        below.filter(|(_, _, pixel)| **pixel != ground).count()
    }

    #[test]
    fn words_in_three_scripts_become_a_picture_of_the_right_size() {
        for text in [
            "Friday, six o'clock: three Ethiopians on the table.",
            "Η αυριανή δοκιμή καφέ αρχίζει στις έξι.",
            "Пятничная дегустация начинается в шесть.",
        ] {
            let painted = draw(&request(text)).unwrap();
            let picture = pixels(&painted);
            assert_eq!((picture.width(), picture.height()), (1_200, 800));
            assert!(ink(&painted) > 8_000, "{text}: {}", ink(&painted));
            assert!(painted.alt.unwrap().contains(text));
        }
    }

    #[test]
    fn another_key_gives_another_picture_and_the_same_key_the_same() {
        let first = draw(&request("Friday at six.")).unwrap();
        assert_eq!(first.bytes, draw(&request("Friday at six.")).unwrap().bytes);
        let mut other = request("Friday at six.");
        other.key = "2".to_owned();
        assert_ne!(first.bytes, draw(&other).unwrap().bytes);
    }

    #[test]
    fn no_words_are_no_card_and_markup_is_text() {
        let error = draw(&request("https://example.org/x")).unwrap_err();
        assert!(error.to_string().contains("no words"), "{error}");
        let painted = draw(&request("a < b & \"c\" </text><rect/>")).unwrap();
        assert!(ink(&painted) > 4_000);
    }

    /// Columns of ink between columns without any, from left to right: where each begins, and the height of its ink. Only of
    /// the words, not of the signature.
    fn marks(painted: &Painted) -> Vec<(u32, u32)> {
        let picture = pixels(painted);
        let ground = *picture.get_pixel(0, 400);
        let height = |x: u32| {
            let rows: Vec<u32> = (60..640)
                .filter(|y| *picture.get_pixel(x, *y) != ground)
                .collect();
            rows.last().map_or(0, |last| last - rows[0] + 1)
        };
        let mut marks: Vec<(u32, u32)> = Vec::new();
        let mut open = false;
        for x in 0..picture.width() {
            let here = height(x);
            match marks.last_mut().filter(|_| open) {
                Some(mark) if here > 0 => mark.1 = mark.1.max(here),
                None if here > 0 => marks.push((x, here)),
                _ => {}
            }
            open = here > 0;
        }
        marks
    }

    /// Whether this machine has a font with these letters; without one there is nothing to look at.
    fn can_draw(text: &str) -> bool {
        let fonts = Fonts::for_text(text);
        text.chars()
            .all(|letter| fonts.of(&letter.to_string(), None).is_some())
    }

    #[test]
    fn a_full_stop_stands_on_the_side_where_the_writing_ends() {
        let small = |mark: (u32, u32)| mark.1 < 30;
        for (text, ends_left) in [
            ("Hello Lumen.", false),
            (
                "\u{645}\u{631}\u{62d}\u{628}\u{627} \u{628}\u{643}\u{645}.",
                true,
            ),
            (
                "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5db}\u{5d5}\u{5dc}\u{5dd}.",
                true,
            ),
            // A space before a figure stays where it is.
            ("\u{5e9}\u{5dc}\u{5d5}\u{5dd} 18:00.", true),
            // The first letter says how the paragraph runs, not the last.
            ("\u{5e9}\u{5dc}\u{5d5}\u{5dd} Lumen.", true),
            ("Lumen \u{5e9}\u{5dc}\u{5d5}\u{5dd}.", false),
        ] {
            if !can_draw(text) {
                continue;
            }
            let marks = marks(&draw(&request(text)).unwrap());
            let (first, last) = (marks[0], marks[marks.len() - 1]);
            assert_eq!(
                (small(first), small(last)),
                (ends_left, !ends_left),
                "{text}: {marks:?}"
            );
        }
    }

    #[test]
    fn lines_from_right_to_left_end_at_one_edge() {
        let text = "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 18:00\n\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{5e9}\u{5dc}\u{5d5}\u{5dd}";
        if !can_draw(text) {
            return;
        }
        let picture = pixels(&draw(&request(text)).unwrap());
        let ground = *picture.get_pixel(0, 400);
        let edges: Vec<u32> = (60..640)
            .filter_map(|y| {
                (0..picture.width())
                    .rev()
                    .find(|x| *picture.get_pixel(*x, y) != ground)
            })
            .collect();
        let far = edges.iter().max().unwrap();
        let lines = edges.iter().filter(|edge| **edge + 20 > *far).count();
        assert!(
            lines * 2 > edges.len(),
            "two lines end near {far}: {edges:?}"
        );
    }

    /// A character that no font has; a private-use one stands for it.
    const NOWHERE: &str = "\u{10fff0}";

    #[test]
    fn single_signs_that_no_font_has_are_left_out_and_named() {
        let painted = draw(&request(&format!("Friday at six {NOWHERE}. Come."))).unwrap();
        let without = draw(&request("Friday at six. Come.")).unwrap();
        assert_eq!(painted.card.unwrap().left_out, [NOWHERE]);
        assert_eq!(painted.alt, without.alt);
        assert_eq!(without.card.unwrap().left_out, Vec::<String>::new());
    }

    #[test]
    fn a_text_with_letters_that_no_font_has_is_refused() {
        // A sign of cuneiform.
        let text = "The city of \u{12000}.".to_owned();
        if can_draw(&text) {
            return;
        }
        for text in [text.as_str(), NOWHERE] {
            let error = draw(&request(text)).unwrap_err();
            assert!(error.to_string().contains("no font"), "{error}");
        }
    }

    #[test]
    fn a_card_keeps_its_palette_and_is_as_wished() {
        let with = |wish: Option<&str>, palette: Option<u8>| {
            let mut request = request("Friday at six.");
            request.wish = wish.map(str::to_owned);
            request.palette = palette;
            draw(&request).unwrap()
        };
        let ground = |painted: &Painted| pixels(painted).get_pixel(0, 400).0;
        let blue = with(Some("on dark blue"), None);
        assert_eq!(ground(&blue)[..3], [0x1e, 0x2a, 0x44]);
        assert_eq!(blue.card.as_ref().unwrap().palette, Some(2));
        assert_eq!(with(None, Some(2)).bytes, blue.bytes);
        assert!(can_meet("dark") && !can_meet("a tired oven"));
    }
}
