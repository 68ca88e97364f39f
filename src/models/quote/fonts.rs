//! The fonts of a card: the one built in, and those of the system where it lacks letters.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, Options, Tree};

/// Open Sans Semibold; its licence lies beside it.
const EMBEDDED: &[u8] = include_bytes!("OpenSans-Semibold.ttf");

/// Its name.
pub(super) const FAMILY: &str = "Open Sans";

static BUILT_IN: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(EMBEDDED.to_vec());
    Arc::new(fonts)
});

/// Read when a script is met that the built-in font does not have.
static WITH_SYSTEM: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::clone(&BUILT_IN);
    fonts.load_system_fonts();
    Arc::new(fonts)
});

/// Fonts that have every letter of a text.
pub(super) struct Fonts {
    options: Options<'static>,
}

impl Fonts {
    /// # Errors
    /// The letters that neither the built-in font nor the system's have.
    pub(super) fn for_text(text: &str) -> Result<Self, String> {
        Self::with(&BUILT_IN, text).or_else(|_| Self::with(&WITH_SYSTEM, text))
    }

    fn with(fonts: &Arc<Database>, text: &str) -> Result<Self, String> {
        let missing = Arc::new(Mutex::new(String::new()));
        let fonts = Self {
            options: options(fonts, &missing),
        };
        // Laying the text out asks for a font for every letter that the first one lacks.
        fonts.width(text, 10.0);
        let missing = std::mem::take(&mut *missing.lock().unwrap_or_else(PoisonError::into_inner));
        if missing.is_empty() {
            Ok(fonts)
        } else {
            Err(missing)
        }
    }

    pub(super) const fn options(&self) -> &Options<'static> {
        &self.options
    }

    /// How wide a line of text is at this size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let sample = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">{}</svg>",
            line(text, size, 0.0, 0.0, "#000")
        );
        Tree::from_str(&sample, &self.options)
            .map_or(0.0, |tree| tree.root().abs_bounding_box().width())
    }
}

fn options(fonts: &Arc<Database>, missing: &Arc<Mutex<String>>) -> Options<'static> {
    let fallback = FontResolver::default_fallback_selector();
    let missing = missing.clone();
    Options {
        font_family: FAMILY.to_owned(),
        fontdb: fonts.clone(),
        font_resolver: FontResolver {
            select_font: FontResolver::default_font_selector(),
            select_fallback: Box::new(move |letter, used, fonts| {
                let found = fallback(letter, used, fonts);
                if found.is_none() && !letter.is_whitespace() {
                    let mut missing = missing.lock().unwrap_or_else(PoisonError::into_inner);
                    if missing.chars().count() < 8 && !missing.contains(letter) {
                        missing.push(letter);
                    }
                }
                found
            }),
        },
        ..Options::default()
    }
}

/// One line of text, centred at `x`, on the base line `y`.
pub(super) fn line(text: &str, size: f32, x: f32, y: f32, colour: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"{FAMILY}\" font-weight=\"600\" font-size=\"{size:.1}\" \
         text-anchor=\"middle\" fill=\"{colour}\">{}</text>",
        escaped(text)
    )
}

fn escaped(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).fold(
        String::with_capacity(text.len()),
        |mut safe, letter| {
            match letter {
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '&' => safe.push_str("&amp;"),
                '"' => safe.push_str("&quot;"),
                letter => safe.push(letter),
            }
            safe
        },
    )
}
