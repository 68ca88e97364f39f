//! Whether some bytes are a picture, and one that can be decoded without harm.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};

/// How large a picture may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    pub bytes: u64,
    /// Width times height: what decoding costs. 40 million is a large camera's picture.
    pub pixels: u64,
    /// The longest side: a picture of 3 by 60,000 is no picture.
    pub side: u32,
    /// Memory the decoder may take.
    pub memory: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            bytes: 10_000_000,
            pixels: 40_000_000,
            side: 16_384,
            memory: 256 << 20,
        }
    }
}

/// A picture that was decoded once, from the first byte to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub mime: &'static str,
    /// As it is meant to be seen: turned the way its EXIF block says.
    pub width: u32,
    pub height: u32,
    /// Lower-case hex, of the bytes as they came.
    pub sha256: String,
    pub bytes: u64,
}

/// Why it is not kept, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The file is empty.")]
    Empty,
    #[error("It has {bytes} bytes; at most {most} are taken.")]
    TooManyBytes { bytes: u64, most: u64 },
    #[error("It is not a picture.")]
    NotAPicture,
    #[error("{0} pictures are not taken; PNG, JPEG, WebP, GIF and BMP are.")]
    OtherKind(String),
    #[error("It is {width} by {height} pixels, more than can be handled.")]
    TooLarge { width: u32, height: u32 },
    #[error("It unfolds to more memory than a picture may take.")]
    TooHeavy,
    #[error("The picture is broken: {0}.")]
    Broken(String),
    #[error("It cannot be made smaller than {most} bytes without being spoiled.")]
    CannotShrink { most: u64 },
    #[error("It moves, and only stills can be made to fit; at most {most} bytes are taken.")]
    Moving { most: u64 },
}

impl Refusal {
    pub(super) fn broken(error: &ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooHeavy,
            ImageError::Unsupported(_) => {
                Self::Broken("it uses something no picture on the web needs".to_owned())
            }
            other => {
                let why = other.to_string();
                Self::Broken(crate::domain::error::shortened(
                    why.trim_end_matches('.'),
                    120,
                ))
            }
        }
    }
}

/// The kinds that are taken, with their names on the web.
const KINDS: [(ImageFormat, &str); 5] = [
    (ImageFormat::Png, "image/png"),
    (ImageFormat::Jpeg, "image/jpeg"),
    (ImageFormat::WebP, "image/webp"),
    (ImageFormat::Gif, "image/gif"),
    (ImageFormat::Bmp, "image/bmp"),
];

/// Looks at `bytes` and decodes them once. Takes as long as decoding does: call it off the async threads.
pub fn preflight(bytes: &[u8], caps: &Caps) -> Result<Picture, Refusal> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if size > caps.bytes {
        return Err(Refusal::TooManyBytes {
            bytes: size,
            most: caps.bytes,
        });
    }
    let (format, mime) = kind(bytes)?;
    let (width, height) = decode(bytes, format, caps)?;
    if format == ImageFormat::Jpeg && !ends_as_jpeg(bytes) {
        return Err(Refusal::Broken("its end is missing".to_owned()));
    }
    Ok(Picture {
        mime,
        width,
        height,
        sha256: hex(&Sha256::digest(bytes)),
        bytes: size,
    })
}

pub(super) fn kind(bytes: &[u8]) -> Result<(ImageFormat, &'static str), Refusal> {
    let format = image::guess_format(bytes).map_err(|_| Refusal::NotAPicture)?;
    KINDS
        .into_iter()
        .find(|(known, _)| *known == format)
        .ok_or_else(|| {
            let name = format.extensions_str().first().unwrap_or(&"Such");
            Refusal::OtherKind(name.to_uppercase())
        })
}

/// Decodes the picture (of an animation the first frame) and says how large it is when it stands upright.
fn decode(bytes: &[u8], format: ImageFormat, caps: &Caps) -> Result<(u32, u32), Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(caps.memory);
    reader.limits(limits);
    let mut decoder = reader
        .into_decoder()
        .map_err(|error| Refusal::broken(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > caps.pixels || width.max(height) > caps.side {
        return Err(Refusal::TooLarge { width, height });
    }
    if pixels == 0 {
        return Err(Refusal::Broken("it has no pixels".to_owned()));
    }
    if decoder.total_bytes() > caps.memory {
        return Err(Refusal::TooHeavy);
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    DynamicImage::from_decoder(decoder).map_err(|error| Refusal::broken(&error))?;
    Ok(match turned {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    })
}

/// The decoder fills the missing end of a JPEG with grey and says nothing: the marker at its end tells.
fn ends_as_jpeg(bytes: &[u8]) -> bool {
    bytes.windows(2).rev().any(|pair| pair == [0xff, 0xd9])
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::Value;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_taken_for_what_its_bytes_are() {
        let bytes = png(30, 20);
        let picture = preflight(&bytes, &Caps::default()).unwrap();
        assert_eq!((picture.width, picture.height), (30, 20));
        assert_eq!(picture.mime, "image/png");
        assert_eq!(picture.sha256.len(), 64);
        assert_eq!(picture.bytes, u64::try_from(bytes.len()).unwrap());
    }

    #[test]
    fn what_is_no_picture_too_much_or_broken_is_refused_in_words() {
        let small = Caps {
            bytes: 1_000,
            pixels: 1_000,
            ..Caps::default()
        };
        let mut cut = png(20, 20);
        cut.truncate(cut.len() / 2);
        for (bytes, words) in [
            (Vec::new(), "The file is empty."),
            (vec![0; 1_001], "It has 1001 bytes; at most 1000 are taken."),
            (b"<html>".to_vec(), "It is not a picture."),
            (
                b"II*\0rest".to_vec(),
                "TIFF pictures are not taken; PNG, JPEG, WebP, GIF and BMP are.",
            ),
            (
                png(40, 40),
                "It is 40 by 40 pixels, more than can be handled.",
            ),
        ] {
            assert_eq!(preflight(&bytes, &small).unwrap_err().to_string(), words);
        }
        let error = preflight(&cut, &small).unwrap_err();
        assert!(matches!(error, Refusal::Broken(_)), "{error:?}");
        let thin = Caps {
            side: 100,
            ..Caps::default()
        };
        let error = preflight(&png(1, 101), &thin).unwrap_err();
        assert!(matches!(error, Refusal::TooLarge { .. }));
    }

    /// What each of the collected pictures must do here, where it is not simply what the list says.
    fn expected(entry: &Value) -> Option<bool> {
        let file = entry["file"].as_str()?;
        match file {
            // Formats that no network takes.
            _ if [".tif", ".ico"].iter().any(|ending| file.ends_with(ending)) => Some(false),
            // Damaged only after the last pixel, or so slightly that readers differ: either answer is right, hanging or
            // taking a gigabyte is not.
            "truncated_app14.jpg"
            | "truncated_end_chunk.png"
            | "truncated_exif_dpi.jpg"
            | "broken_data_stream.png"
            | "decompression_bomb_extents.gif"
            | "image-rs_panic.webp" => None,
            _ => Some(entry["decodes"] == Value::Bool(true)),
        }
    }

    #[test]
    fn every_collected_picture_is_taken_or_refused_as_it_should_be() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/images");
        let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.jsonl")) else {
            eprintln!("SKIPPED: no pictures in {}", folder.display());
            return;
        };
        let mut wrong = Vec::new();
        for line in manifest.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            let file = entry["file"].as_str().unwrap();
            let bytes = std::fs::read(folder.join(file)).unwrap();
            let answer = preflight(&bytes, &Caps::default());
            match (&answer, expected(&entry)) {
                (Ok(picture), _) if picture.sha256 != entry["sha256"] => {
                    wrong.push(format!("{file}: hash {}", picture.sha256));
                }
                (answer, Some(taken)) if answer.is_ok() != taken => {
                    wrong.push(format!("{file}: {answer:?}"));
                }
                (Ok(picture), _) => {
                    let sides = [entry["width"].as_u64(), entry["height"].as_u64()];
                    let seen = [u64::from(picture.width), u64::from(picture.height)].map(Some);
                    let turned = [seen[1], seen[0]];
                    if sides != seen && sides != turned {
                        wrong.push(format!("{file}: {seen:?} for {sides:?}"));
                    }
                }
                _ => {}
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_turned_picture_is_measured_upright() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/images");
        let Ok(bytes) = std::fs::read(folder.join("exiforient_Landscape_6.jpg")) else {
            eprintln!("SKIPPED: no pictures in {}", folder.display());
            return;
        };
        let picture = preflight(&bytes, &Caps::default()).unwrap();
        assert_eq!((picture.width, picture.height), (1_800, 1_200));
    }
}
