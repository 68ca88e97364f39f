//! Pictures on their way out: made to fit what they go to, and no more changed than they have to be.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{
    AnimationDecoder as _, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader,
    Limits, Rgb, RgbImage,
};

use crate::domain::network::Network;

use super::preflight::{Caps, Picture, Refusal, kind, preflight};

/// What a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub mimes: &'static [&'static str],
    pub bytes: u64,
    /// The longest side.
    pub side: u32,
}

impl Rules {
    /// What `network` takes as a picture.
    #[must_use]
    pub const fn of(network: Network) -> Self {
        Self {
            mimes: &["image/png", "image/jpeg", "image/webp", "image/gif"],
            bytes: crate::domain::limits::Limits::of(network).picture_bytes,
            side: 4_096,
        }
    }
}

/// A picture that fits, with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    pub picture: Picture,
    pub bytes: Vec<u8>,
}

/// JPEG qualities, tried in turn. Below the last one people see what was lost.
const QUALITIES: [u8; 4] = [92, 86, 80, 72];

/// A picture is not made smaller than this, long side, to get below a size in bytes.
const SMALLEST_SIDE: u32 = 640;

/// The longest side of a picture for a model's eyes.
const EYES_SIDE: u32 = 1_024;

/// Makes `bytes` fit: looked at as [`preflight`] does, cleared of what a camera wrote into it (where, when, with what), turned
/// upright, and made smaller where it must be. One that fits and carries nothing stays as it is, byte for byte.
///
/// # Errors
/// When it is no picture, or cannot be made to fit without being spoiled.
pub fn fit(bytes: Vec<u8>, caps: &Caps, rules: &Rules) -> Result<Fitted, Refusal> {
    let picture = preflight(&bytes, caps)?;
    let fits = rules.mimes.contains(&picture.mime)
        && picture.bytes <= rules.bytes
        && picture.width.max(picture.height) <= rules.side;
    if fits && !carries_more(&bytes)? {
        return Ok(Fitted { picture, bytes });
    }
    if is_animated(&bytes, picture.mime) {
        // A still of it would be another picture.
        return Err(Refusal::Moving { most: rules.bytes });
    }
    let Opened { image, icc } = open(&bytes, caps)?;
    drop(bytes);
    let encoded = encode(image, icc.as_deref(), picture.mime, rules)?;
    let picture = preflight(&encoded, caps)?;
    Ok(Fitted {
        picture,
        bytes: encoded,
    })
}

/// A small copy for a model that looks at it: upright, on white where it is transparent, as a JPEG.
///
/// # Errors
/// When it cannot be decoded.
pub fn for_eyes(bytes: &[u8], caps: &Caps) -> Result<Vec<u8>, Refusal> {
    let image = open(bytes, caps)?.image;
    let small = within(image, EYES_SIDE);
    jpeg(&on_white(&small), None, 85)
}

struct Opened {
    image: DynamicImage,
    icc: Option<Vec<u8>>,
}

/// Decodes and turns upright.
fn open(bytes: &[u8], caps: &Caps) -> Result<Opened, Refusal> {
    let mut decoder = decoder(bytes, *caps)?;
    let icc = decoder.icc_profile().ok().flatten();
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| Refusal::broken(&error))?;
    image.apply_orientation(turned);
    Ok(Opened { image, icc })
}

fn decoder(bytes: &[u8], caps: Caps) -> Result<impl ImageDecoder, Refusal> {
    let (format, _) = kind(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(caps.memory);
    reader.limits(limits);
    reader
        .into_decoder()
        .map_err(|error| Refusal::broken(&error))
}

/// Whether it carries more than the picture: a camera's notes, a place, words of a program.
fn carries_more(bytes: &[u8]) -> Result<bool, Refusal> {
    let mut decoder = decoder(bytes, Caps::default())?;
    let has = |part: image::ImageResult<Option<Vec<u8>>>| part.ok().flatten().is_some();
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(turned != Orientation::NoTransforms
        || has(decoder.exif_metadata())
        || has(decoder.xmp_metadata())
        || has(decoder.iptc_metadata()))
}

fn is_animated(bytes: &[u8], mime: &str) -> bool {
    match mime {
        "image/gif" => image::codecs::gif::GifDecoder::new(Cursor::new(bytes))
            .is_ok_and(|decoder| decoder.into_frames().take(2).count() > 1),
        "image/webp" => image::codecs::webp::WebPDecoder::new(Cursor::new(bytes))
            .is_ok_and(|decoder| decoder.has_animation()),
        _ => false,
    }
}

/// Encodes below the rules' size: losslessly where the picture came so and that is enough, else as a JPEG of falling
/// quality, then of falling size.
fn encode(
    image: DynamicImage,
    icc: Option<&[u8]>,
    came_as: &str,
    rules: &Rules,
) -> Result<Vec<u8>, Refusal> {
    let fits = |bytes: &[u8]| u64::try_from(bytes.len()).is_ok_and(|size| size <= rules.bytes);
    let mut image = within(image, rules.side);
    let lossless = came_as != "image/jpeg" && rules.mimes.contains(&"image/png");
    if lossless {
        let bytes = png(&image, icc)?;
        if fits(&bytes) {
            return Ok(bytes);
        }
    }
    if !rules.mimes.contains(&"image/jpeg") {
        return Err(Refusal::CannotShrink { most: rules.bytes });
    }
    loop {
        let flat = on_white(&image);
        for quality in QUALITIES {
            let bytes = jpeg(&flat, icc, quality)?;
            if fits(&bytes) {
                return Ok(bytes);
            }
        }
        let side = image.width().max(image.height());
        let smaller = side / 4 * 3;
        if smaller < SMALLEST_SIDE {
            return Err(Refusal::CannotShrink { most: rules.bytes });
        }
        image = within(image, smaller);
    }
}

fn within(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= side {
        return image;
    }
    image.resize(side, side, FilterType::CatmullRom)
}

fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let see_through = image.to_rgba8();
    RgbImage::from_fn(see_through.width(), see_through.height(), |x, y| {
        let [r, g, b, a] = see_through.get_pixel(x, y).0;
        let mixed = |channel: u8| {
            let (channel, a) = (u16::from(channel), u16::from(a));
            u8::try_from((channel * a + 255 * (255 - a)) / 255).unwrap_or(255)
        };
        Rgb([mixed(r), mixed(g), mixed(b)])
    })
}

fn jpeg(image: &RgbImage, icc: Option<&[u8]>, quality: u8) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    keep_colours(&mut encoder, icc);
    encoder
        .encode_image(image)
        .map_err(|error| Refusal::broken(&error))?;
    Ok(bytes)
}

fn png(image: &DynamicImage, icc: Option<&[u8]>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = PngEncoder::new(&mut bytes);
    keep_colours(&mut encoder, icc);
    let eight_bit = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.to_rgb8())
    };
    eight_bit
        .write_with_encoder(encoder)
        .map_err(|error| Refusal::broken(&error))?;
    Ok(bytes.into_inner())
}

/// The profile says which colours the numbers mean; a picture without one looks paler, and is better than none.
fn keep_colours(encoder: &mut impl ImageEncoder, icc: Option<&[u8]>) {
    if let Some(icc) = icc {
        let _ = encoder.set_icc_profile(icc.to_vec());
    }
}

/// A picture of 16 by 16 pixels with a red and a blue half: what a model's eyes are tried with.
///
/// # Errors
/// Never in practice: it is drawn here.
pub fn trial() -> Result<Vec<u8>, Refusal> {
    let picture = RgbImage::from_fn(16, 16, |x, _| {
        if x < 8 {
            Rgb([220, 30, 30])
        } else {
            Rgb([30, 60, 220])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|error| Refusal::broken(&error))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const RULES: Rules = Rules {
        mimes: &["image/png", "image/jpeg", "image/webp", "image/gif"],
        bytes: 1_000_000,
        side: 4_096,
    };

    fn collected(file: &str) -> Option<Vec<u8>> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/images");
        let bytes = std::fs::read(folder.join(file)).ok();
        if bytes.is_none() {
            eprintln!("SKIPPED: no {file} in {}", folder.display());
        }
        bytes
    }

    fn noise(side: u32) -> DynamicImage {
        let mut state = 1_u32;
        DynamicImage::ImageRgb8(RgbImage::from_fn(side, side, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [r, g, b, _] = state.to_be_bytes();
            Rgb([r, g, b])
        }))
    }

    #[test]
    fn a_picture_that_fits_stays_byte_for_byte_and_one_with_notes_loses_them() {
        let plain = png(&DynamicImage::new_rgb8(40, 30), None).unwrap();
        let fitted = fit(plain.clone(), &Caps::default(), &RULES).unwrap();
        assert_eq!(fitted.bytes, plain);
        let Some(with_gps) = collected("exif_gps.jpg") else {
            return;
        };
        assert!(carries_more(&with_gps).unwrap());
        let fitted = fit(with_gps, &Caps::default(), &RULES).unwrap();
        assert!(!carries_more(&fitted.bytes).unwrap());
        assert!(!fitted.bytes.windows(4).any(|piece| piece == b"Exif"));
    }

    #[test]
    fn a_turned_picture_comes_out_upright_as_its_unturned_twin() {
        let (Some(upright), Some(turned)) = (
            collected("exiforient_Landscape_1.jpg"),
            collected("exiforient_Landscape_6.jpg"),
        ) else {
            return;
        };
        let small = |bytes: Vec<u8>| {
            let fitted = fit(bytes, &Caps::default(), &RULES).unwrap();
            let image = image::load_from_memory(&fitted.bytes).unwrap();
            image.resize_exact(32, 32, FilterType::Triangle).to_luma8()
        };
        let (upright, turned) = (small(upright), small(turned));
        // The digit printed in the picture differs; all else is the same landscape.
        let apart: u32 = upright
            .pixels()
            .zip(turned.pixels())
            .map(|(a, b)| u32::from(a.0[0].abs_diff(b.0[0])))
            .sum();
        assert!(apart / 1_024 < 12, "{}", apart / 1_024);
    }

    #[test]
    fn what_is_too_large_is_made_smaller_down_to_a_floor() {
        let large = png(&noise(1_200), None).unwrap();
        assert!(large.len() > 4_000_000);
        let fitted = fit(large.clone(), &Caps::default(), &RULES).unwrap();
        assert_eq!(fitted.picture.mime, "image/jpeg");
        assert!(fitted.bytes.len() <= 1_000_000 && fitted.picture.width >= SMALLEST_SIDE);
        let tiny = Rules {
            bytes: 20_000,
            ..RULES
        };
        let error = fit(large, &Caps::default(), &tiny).unwrap_err();
        assert_eq!(error, Refusal::CannotShrink { most: 20_000 });
    }

    #[test]
    fn a_moving_picture_that_is_too_large_is_not_frozen() {
        let Some(moving) = collected("dispose_bgnd.gif") else {
            return;
        };
        let tiny = Rules {
            bytes: 100,
            ..RULES
        };
        let error = fit(moving, &Caps::default(), &tiny).unwrap_err();
        assert_eq!(error, Refusal::Moving { most: 100 });
    }

    #[test]
    fn eyes_get_a_small_picture_on_white() {
        let clear = png(&DynamicImage::new_rgba8(3_000, 10), None).unwrap();
        let small = image::load_from_memory(&for_eyes(&clear, &Caps::default()).unwrap()).unwrap();
        assert_eq!(small.width(), EYES_SIDE);
        assert!(small.to_luma8().pixels().all(|pixel| pixel.0[0] > 250));
        let trial = image::load_from_memory(&trial().unwrap()).unwrap();
        assert!(trial.width() <= 32 && trial.height() <= 32);
    }

    /// The most memory that this process has had, in megabytes; nextest gives every test a process of its own.
    fn peak_megabytes() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_024)
    }

    #[test]
    fn every_collected_picture_fits_or_is_refused_in_words_and_in_little_memory() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/images");
        let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.jsonl")) else {
            eprintln!("SKIPPED: no pictures in {}", folder.display());
            return;
        };
        let (mut fitted, mut refused) = (0, 0);
        for line in manifest.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            let file = entry["file"].as_str().unwrap();
            let bytes = std::fs::read(folder.join(file)).unwrap();
            let taken = preflight(&bytes, &Caps::default()).is_ok();
            match fit(bytes.clone(), &Caps::default(), &RULES) {
                Ok(picture) => {
                    fitted += 1;
                    assert!(taken && picture.bytes.len() <= 1_000_000, "{file}");
                    assert!(!carries_more(&picture.bytes).unwrap(), "{file}");
                    for_eyes(&bytes, &Caps::default()).unwrap();
                }
                Err(refusal) => {
                    refused += 1;
                    let words = refusal.to_string();
                    assert!(words.ends_with('.') && words.len() < 200, "{file}: {words}");
                }
            }
        }
        println!(
            "{fitted} fit, {refused} are refused, at most {:?} MB",
            peak_megabytes()
        );
        assert_eq!(fitted + refused, 69);
        if let Some(peak) = peak_megabytes() {
            assert!(peak < 300, "{peak} MB");
        }
    }
}
