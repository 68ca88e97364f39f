//! A quote card: the post's own words as a picture, drawn here. It needs no key, no network and no luck.
//!
//! One open font lies in the program, with the letters of Latin, Greek and Cyrillic. Other scripts take a font of the
//! system; where there is none, the card is refused in words, since empty boxes are no picture.

mod fonts;
mod layout;
mod palette;

use async_trait::async_trait;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;
use tokio_util::sync::CancellationToken;

use crate::models::paint::{Aspect, ImageModel, PaintRequest, Painted};
use crate::models::{ModelError, Took};
use fonts::Fonts;
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

/// Draws one card as a PNG. Takes some tens of milliseconds: call it off the async threads.
fn draw(request: &PaintRequest) -> Result<Painted, ModelError> {
    let refused = |why: String| ModelError::Refused {
        provider: NAME.to_owned(),
        why,
    };
    let text = layout::words_of(&request.text);
    if text.is_empty() {
        return Err(refused("there are no words to draw".to_owned()));
    }
    let signature = format!("@{}", request.signature.trim_start_matches('@'));
    let fonts = Fonts::for_text(&format!("{text} {signature}")).map_err(|letters| {
        refused(format!(
            "no font on this machine has the letters \u{201c}{letters}\u{201d}; a package such as fonts-noto-core brings them"
        ))
    })?;
    let (width, height) = request.aspect.pixels();
    let layout = Layout::fit(&text, width, height, &fonts)
        .ok_or_else(|| refused("the text is too long for a card".to_owned()))?;
    let palette =
        Palette::own(&request.colours).unwrap_or_else(|| Palette::by_turns(&text, &request.key));
    let svg = layout.svg(&signature, &palette);
    let broken = |why: String| ModelError::Unavailable {
        provider: NAME.to_owned(),
        why,
    };
    let tree = Tree::from_str(&svg, fonts.options()).map_err(|error| broken(error.to_string()))?;
    let mut canvas =
        Pixmap::new(width, height).ok_or_else(|| broken("there is no canvas".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
    let bytes = canvas
        .encode_png()
        .map_err(|error| broken(error.to_string()))?;
    Ok(Painted {
        bytes,
        alt: Some(format!("A card with the words: {text}")),
        took: Took::default(),
        provider: NAME.to_owned(),
        model: MODEL.to_owned(),
    })
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

    /// A letter that no font has; a private-use character stands for one.
    #[test]
    fn letters_that_no_font_has_are_named() {
        let error = draw(&request("Here: \u{10fff0}")).unwrap_err();
        assert!(error.to_string().contains("no font"), "{error}");
    }
}
