//! The fonts of a text: the one built in, and those of the system for signs that it lacks.
//!
//! Every sign gets one font, chosen here. The renderer's own fallback would draw a box for what it does not find, and
//! mixes fonts of one line in a way that loses letters.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source, Stretch, Style};
use resvg::usvg::{FontFamily, FontResolver, Options, Tree};
use unicode_segmentation::UnicodeSegmentation as _;

/// Open Sans Semibold; its licence lies beside it.
const EMBEDDED: &[u8] = include_bytes!("OpenSans-Semibold.ttf");

/// The weight of the embedded font: others should look alike.
const WEIGHT: u16 = 600;

/// What families are called that hold a box for every sign.
const LAST_RESORTS: [&str; 4] = ["last resort", "lastresort", "adobe blank", "unifont"];

/// The fonts of the system, the most fitting first. Read when a sign is met that the built-in font does not have.
static SYSTEM: LazyLock<Vec<SystemFont>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let mut found: Vec<SystemFont> = fonts.faces().filter_map(SystemFont::of).collect();
    found.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.file.cmp(&b.file)));
    found
});

/// A font file of the system.
#[derive(Debug)]
struct SystemFont {
    file: PathBuf,
    index: u32,
    emoji: bool,
    /// The lower, the nearer to the built-in font.
    rank: (bool, bool, bool, bool, u16),
}

impl SystemFont {
    fn of(face: &FaceInfo) -> Option<Self> {
        let Source::File(file) = &face.source else {
            return None;
        };
        let family = face.families.first()?.0.to_lowercase();
        if LAST_RESORTS.iter().any(|name| family.contains(name)) {
            return None;
        }
        Some(Self {
            file: file.clone(),
            index: face.index,
            emoji: family.contains("emoji"),
            rank: (
                face.style != Style::Normal,
                face.monospaced,
                face.stretch != Stretch::Normal,
                !family.contains("sans"),
                face.weight.0.abs_diff(WEIGHT),
            ),
        })
    }
}

/// A font in use, and which characters of the text it has.
struct Face {
    id: ID,
    has: HashSet<char>,
    emoji: bool,
}

impl Face {
    /// Whether it has the whole sign.
    fn has(&self, sign: &str) -> bool {
        sign.chars()
            .all(|part| is_invisible(part) || self.has.contains(&part))
    }
}

/// Fonts for one text.
pub struct Fonts {
    options: Options<'static>,
    /// The built-in one first.
    faces: Vec<Face>,
}

impl Fonts {
    /// Fonts that have between them as many signs of the text as this machine can draw.
    #[must_use]
    pub fn for_text(text: &str) -> Self {
        let mut fonts = Loaded {
            letters: text.chars().collect(),
            database: Database::new(),
            faces: Vec::new(),
        };
        fonts.add(EMBEDDED.to_vec(), 0, false, |_| true);
        let signs: BTreeSet<&str> = text.graphemes(true).collect();
        // Pictographs are taken from a font of pictographs where there is one, letters from one of letters.
        let (emoji, letters) = signs.into_iter().partition(|sign| is_emoji(sign));
        fonts.add_for(emoji, [true, false]);
        fonts.add_for(letters, [false, true]);
        let ids: Vec<ID> = fonts.faces.iter().map(|face| face.id).collect();
        Self {
            options: options(fonts.database, ids),
            faces: fonts.faces,
        }
    }

    /// The font of a sign; `before` is that of the sign before it, which is kept for spaces and punctuation. None: no font
    /// has it.
    #[must_use]
    pub fn of(&self, sign: &str, before: Option<usize>) -> Option<usize> {
        let neutral = !sign.chars().any(char::is_alphanumeric);
        before
            .filter(|_| neutral)
            .filter(|face| !self.faces[*face].emoji && self.faces[*face].has(sign))
            .or_else(|| self.faces.iter().position(|face| face.has(sign)))
    }

    pub(super) const fn options(&self) -> &Options<'static> {
        &self.options
    }

    /// How wide that is what a document shows, in its own units; 0 for one that cannot be read.
    #[must_use]
    pub fn width(&self, svg: &str) -> f32 {
        Tree::from_str(svg, &self.options)
            .map_or(0.0, |tree| tree.root().abs_bounding_box().width())
    }
}

/// Fonts while they are chosen.
struct Loaded {
    /// The characters of the text.
    letters: HashSet<char>,
    database: Database,
    faces: Vec<Face>,
}

impl Loaded {
    /// Adds fonts of the system until every one of the signs has one, emoji fonts first or last.
    fn add_for(&mut self, mut signs: Vec<&str>, emoji_fonts: [bool; 2]) {
        for emoji in emoji_fonts {
            self.without_font(&mut signs);
            // The list of fonts is read only where one is needed.
            if signs.is_empty() {
                return;
            }
            for font in SYSTEM.iter().filter(|font| font.emoji == emoji) {
                if signs.is_empty() {
                    return;
                }
                // A font that cannot be read has nothing.
                if let Ok(bytes) = std::fs::read(&font.file) {
                    let useful = |face: &Face| signs.iter().any(|sign| face.has(sign));
                    self.add(bytes, font.index, font.emoji, useful);
                    self.without_font(&mut signs);
                }
            }
        }
    }

    fn without_font(&self, signs: &mut Vec<&str>) {
        signs.retain(|sign| !self.faces.iter().any(|face| face.has(sign)));
    }

    /// Adds a font, if it is one and `useful`.
    fn add(&mut self, bytes: Vec<u8>, index: u32, emoji: bool, useful: impl FnOnce(&Face) -> bool) {
        let Ok(parsed) = ttf_parser::Face::parse(&bytes, index) else {
            return;
        };
        let letters = self.letters.iter().copied();
        let has = letters.filter(|letter| parsed.glyph_index(*letter).is_some());
        let face = Face {
            id: ID::dummy(),
            has: has.collect(),
            emoji,
        };
        if !useful(&face) {
            return;
        }
        // A collection brings several fonts, of which one is meant.
        let ids = self
            .database
            .load_font_source(Source::Binary(Arc::new(bytes)));
        let id = ids.into_iter().find(|id| {
            let info = self.database.face(*id);
            info.is_some_and(|info| info.index == index)
        });
        self.faces.extend(id.map(|id| Face { id, ..face }));
    }
}

/// What a piece of text names as its font.
#[must_use]
pub fn family(face: usize) -> String {
    format!("face-{face}")
}

fn options(database: Database, ids: Vec<ID>) -> Options<'static> {
    let chosen = move |families: &[FontFamily]| {
        let named = families.iter().find_map(|family| match family {
            FontFamily::Named(name) => name.strip_prefix("face-")?.parse::<usize>().ok(),
            _ => None,
        });
        ids.get(named?).copied()
    };
    Options {
        font_family: family(0),
        fontdb: Arc::new(database),
        font_resolver: FontResolver {
            select_font: Box::new(move |font, _| chosen(font.families())),
            // Which font has a sign is settled before it is drawn.
            select_fallback: Box::new(|_, _, _| None),
        },
        ..Options::default()
    }
}

/// Characters that shape others and have no look of their own.
const fn is_invisible(part: char) -> bool {
    matches!(
        part,
        '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e01ef}'
    ) || is_bidi_control(part)
}

/// Marks that only say in which direction text runs. Directions are settled before text is drawn.
#[must_use]
pub const fn is_bidi_control(part: char) -> bool {
    matches!(
        part,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether a sign is a pictograph, which a font of pictographs draws best.
#[must_use]
pub fn is_emoji(sign: &str) -> bool {
    sign.chars().any(|part| {
        matches!(
            part,
            '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{20e3}'
        )
    })
}
