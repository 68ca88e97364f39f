//! Pictures as escape sequences, for terminals that show them. They are part of the message's text, so that they reach
//! the screen above an open input line like everything else.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, GenericImageView, ImageFormat, ImageReader, Limits};

/// A picture gets at most this many columns and rows.
const COLUMNS: u32 = 48;
const ROWS: u32 = 16;
/// A cell is about twice as high as wide, and this wide on most screens.
const CELL_PIXELS: u32 = 10;
/// Decoding stops at this size; the picture is then only described.
const LARGEST_SIDE: u32 = 10_000;
const LARGEST_BYTES: u64 = 256 * 1024 * 1024;
/// What kitty takes in one piece.
const KITTY_CHUNK: usize = 4096;

/// How the terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graphics {
    /// It does not.
    None,
    /// Half blocks in 24-bit colours.
    Blocks,
    Kitty,
    Iterm,
}

impl Graphics {
    /// From what the terminal says of itself in the environment.
    pub(super) fn detect(env: &impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, words: &[&str]| {
            env(name).is_some_and(|value| {
                words
                    .iter()
                    .any(|word| value.to_ascii_lowercase().contains(word))
            })
        };
        // Behind a multiplexer the protocols do not arrive unless it was told to let them through.
        let multiplexed = env("TMUX").is_some() || is("TERM", &["screen", "tmux"]);
        if !multiplexed {
            if env("KITTY_WINDOW_ID").is_some()
                || is("TERM", &["kitty", "ghostty"])
                || is("TERM_PROGRAM", &["ghostty"])
            {
                return Self::Kitty;
            }
            if is("TERM_PROGRAM", &["iterm", "wezterm", "mintty"]) || is("LC_TERMINAL", &["iterm"])
            {
                return Self::Iterm;
            }
        }
        if is("COLORTERM", &["truecolor", "24bit"]) {
            Self::Blocks
        } else {
            Self::None
        }
    }
}

/// The picture at `path` as escape sequences, or `None` where it cannot be shown: it is described anyway.
pub(super) fn draw(path: &Path, graphics: Graphics, columns: usize) -> Option<String> {
    if graphics == Graphics::None {
        return None;
    }
    match decode(path) {
        Ok(picture) => encode(&picture, graphics, columns),
        Err(error) => {
            tracing::debug!(terminal.picture = %path.display(), %error, "picture cannot be shown");
            None
        }
    }
}

fn decode(path: &Path) -> Result<DynamicImage, image::ImageError> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(LARGEST_BYTES);
    reader.limits(limits);
    reader.decode()
}

fn encode(picture: &DynamicImage, graphics: Graphics, columns: usize) -> Option<String> {
    let (columns, rows) = cells(
        picture,
        u32::try_from(columns).unwrap_or(COLUMNS).min(COLUMNS),
    );
    match graphics {
        Graphics::None => None,
        Graphics::Blocks => Some(blocks(picture, columns, rows)),
        Graphics::Kitty => Some(kitty(&png(picture, columns, rows)?, columns, rows)),
        Graphics::Iterm => {
            let data = STANDARD.encode(png(picture, columns, rows)?);
            Some(format!(
                "\x1b]1337;File=inline=1;width={columns};height={rows};preserveAspectRatio=1:{data}\x07"
            ))
        }
    }
}

/// The cells that the picture fills with its proportions kept.
fn cells(picture: &DynamicImage, columns: u32) -> (u32, u32) {
    let (wide, high) = (picture.width().max(1), picture.height().max(1));
    let rows = (u64::from(columns) * u64::from(high)).div_ceil(u64::from(wide) * 2);
    let rows = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
    if rows <= ROWS {
        return (columns, rows);
    }
    let narrower = (u64::from(ROWS) * 2 * u64::from(wide)).div_ceil(u64::from(high));
    (
        u32::try_from(narrower).unwrap_or(columns).clamp(1, columns),
        ROWS,
    )
}

fn png(picture: &DynamicImage, columns: u32, rows: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    picture
        .thumbnail(columns * CELL_PIXELS, rows * 2 * CELL_PIXELS)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .ok()?;
    Some(bytes)
}

fn kitty(png: &[u8], columns: u32, rows: u32) -> String {
    let data = STANDARD.encode(png);
    let mut out = String::new();
    let mut rest = data.as_str();
    // q=2: the terminal must not answer, the answer would land in the input line.
    let mut head = format!("a=T,f=100,q=2,c={columns},r={rows},");
    loop {
        let (piece, behind) = rest.split_at(rest.len().min(KITTY_CHUNK));
        let more = u8::from(!behind.is_empty());
        // Writing to a String cannot fail.
        let _ = write!(out, "\x1b_G{head}m={more};{piece}\x1b\\");
        if behind.is_empty() {
            return out;
        }
        head.clear();
        rest = behind;
    }
}

/// Two pixels in a cell: the upper one as colour of the sign, the lower one behind it.
fn blocks(picture: &DynamicImage, columns: u32, rows: u32) -> String {
    let small = picture
        .resize_exact(columns, rows * 2, image::imageops::FilterType::Triangle)
        .to_rgb8();
    let small = DynamicImage::ImageRgb8(small);
    let mut lines = Vec::new();
    for row in 0..rows {
        let mut line = String::new();
        for column in 0..columns {
            let [r, g, b, _] = small.get_pixel(column, row * 2).0;
            let [under_r, under_g, under_b, _] = small.get_pixel(column, row * 2 + 1).0;
            let _ = write!(
                line,
                "\x1b[38;2;{r};{g};{b};48;2;{under_r};{under_g};{under_b}m\u{2580}"
            );
        }
        line.push_str("\x1b[0m");
        lines.push(line);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb, RgbImage};

    use super::{Graphics, cells, draw, encode};

    fn red(wide: u32, high: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(wide, high, Rgb([250, 10, 20])))
    }

    fn detect(pairs: &[(&str, &str)]) -> Graphics {
        Graphics::detect(&|name: &str| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_terminal_says_what_it_is() {
        assert_eq!(detect(&[("TERM", "xterm-kitty")]), Graphics::Kitty);
        assert_eq!(detect(&[("TERM_PROGRAM", "iTerm.app")]), Graphics::Iterm);
        assert_eq!(
            detect(&[("COLORTERM", "truecolor"), ("TERM", "xterm")]),
            Graphics::Blocks
        );
        assert_eq!(
            detect(&[("TERM", "screen"), ("KITTY_WINDOW_ID", "1"), ("TMUX", "x")]),
            Graphics::None
        );
        assert_eq!(detect(&[]), Graphics::None);
    }

    #[test]
    fn proportions_are_kept_within_the_room() {
        assert_eq!(cells(&red(100, 50), 40), (40, 10));
        assert_eq!(cells(&red(50, 5_000), 40), (1, 16));
        assert_eq!(cells(&red(5_000, 1), 40), (40, 1));
    }

    #[test]
    fn each_terminal_gets_its_own_sequences() {
        let blocks = encode(&red(8, 8), Graphics::Blocks, 4).unwrap();
        assert_eq!(blocks.lines().count(), 2);
        assert!(
            blocks.starts_with("\x1b[38;2;250;10;20;48;2;250;10;20m\u{2580}"),
            "{blocks:?}"
        );
        let kitty = encode(&red(8, 8), Graphics::Kitty, 4).unwrap();
        assert!(
            kitty.starts_with("\x1b_Ga=T,f=100,q=2,c=4,r=2,m=0;") && kitty.ends_with("\x1b\\"),
            "{kitty:?}"
        );
        let iterm = encode(&red(8, 8), Graphics::Iterm, 4).unwrap();
        assert!(
            iterm.starts_with("\x1b]1337;File=inline=1;width=4;height=2;"),
            "{iterm:?}"
        );
    }

    #[test]
    fn what_is_no_picture_is_only_described() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        std::fs::write(&path, b"\x1b[2J not a picture").unwrap();
        assert_eq!(draw(&path, Graphics::Blocks, 40), None);
        assert_eq!(
            draw(&dir.path().join("none.png"), Graphics::Blocks, 40),
            None
        );
    }
}
