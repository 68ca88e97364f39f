//! The pictures of the feed: SVG files of 320 by 200 pixels, drawn as PNG when one is asked for.
//!
//! To add a picture, put its file into `pictures/` and its name into [`DRAWINGS`].

use crate::media::svg::{Fonts, RenderError, render};

/// The scheme of the network's own picture addresses.
pub(super) const SCHEME: &str = "sandbox:";

/// The name of each picture, and its drawing.
const DRAWINGS: [(&str, &str); 7] = [
    ("beans.png", include_str!("pictures/beans.svg")),
    ("bicycle.png", include_str!("pictures/bicycle.svg")),
    ("cup.png", include_str!("pictures/cup.svg")),
    ("eink_clock.png", include_str!("pictures/eink_clock.svg")),
    ("loaf.png", include_str!("pictures/loaf.svg")),
    ("sunrise.png", include_str!("pictures/sunrise.svg")),
    ("tomatoes.png", include_str!("pictures/tomatoes.svg")),
];

/// The PNG called `name`, if the feed has it.
pub(super) fn draw(name: &str) -> Result<Option<Vec<u8>>, RenderError> {
    let drawing = DRAWINGS.iter().find(|(known, _)| *known == name);
    // The drawings hold no text.
    drawing
        .map(|(_, svg)| render(svg, &Fonts::for_text("")))
        .transpose()
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    #[test]
    fn pictures_are_small_pngs_and_the_same_every_time() {
        for (name, _) in DRAWINGS {
            let png = draw(name).unwrap().unwrap();
            assert!(png.len() < 60_000, "{name}: {}", png.len());
            assert_eq!(draw(name).unwrap().unwrap(), png);
            let decoded = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (320, 200), "{name}");
        }
        assert!(draw("../secret.png").unwrap().is_none());
    }
}
