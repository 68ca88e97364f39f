//! SVG documents as PNG pictures, and the fonts that their text is drawn with.
//!
//! Documents are Lumen's own: `resvg` would read a file that a document links to, so nothing from outside may be markup here.

mod fonts;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

pub use fonts::{Fonts, family, is_bidi_control, is_emoji};

/// A document that could not be drawn: broken markup, or no memory for its size.
#[derive(Debug, thiserror::Error)]
#[error("a picture could not be drawn: {0}")]
pub struct RenderError(String);

/// Draws a document at the size that it names. Takes some tens of milliseconds for a large one with text: call it off the
/// async threads.
pub fn render(svg: &str, fonts: &Fonts) -> Result<Vec<u8>, RenderError> {
    let tree =
        Tree::from_str(svg, fonts.options()).map_err(|error| RenderError(error.to_string()))?;
    let size = tree.size().to_int_size();
    let mut canvas = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| RenderError("there is no canvas".to_owned()))?;
    resvg::render(&tree, Transform::identity(), &mut canvas.as_mut());
    canvas
        .encode_png()
        .map_err(|error| RenderError(error.to_string()))
}
