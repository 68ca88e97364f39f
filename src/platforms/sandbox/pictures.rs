//! The pictures of the feed, drawn when somebody asks for one: a list of shapes each, painted back to front.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// The scheme of the network's own picture addresses.
pub(super) const SCHEME: &str = "sandbox:";

const WIDTH: u32 = 320;
const HEIGHT: u32 = 200;

type Colour = [u8; 3];

/// A filled shape. Coordinates are pixels from the top left.
#[derive(Clone, Copy)]
enum Shape {
    /// Centre and radii.
    Oval(f32, f32, f32, f32),
    /// Left, top, width, height, and how round its corners are.
    Slab(f32, f32, f32, f32, f32),
    /// From, to, and how thick.
    Stroke(f32, f32, f32, f32, f32),
    /// Centre, radius, and how thick.
    Ring(f32, f32, f32, f32),
}

impl Shape {
    /// How far a point lies outside, in pixels; negative inside.
    fn distance(self, x: f32, y: f32) -> f32 {
        match self {
            Self::Oval(cx, cy, rx, ry) => (((x - cx) / rx).hypot((y - cy) / ry) - 1.0) * rx.min(ry),
            Self::Slab(left, top, width, height, round) => {
                let dx = (x - left - width / 2.0).abs() - width / 2.0 + round;
                let dy = (y - top - height / 2.0).abs() - height / 2.0 + round;
                dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - round
            }
            Self::Stroke(ax, ay, bx, by, thick) => {
                let (dx, dy) = (bx - ax, by - ay);
                let length = (dx * dx + dy * dy).max(f32::EPSILON);
                let along = (((x - ax) * dx + (y - ay) * dy) / length).clamp(0.0, 1.0);
                (x - ax - along * dx).hypot(y - ay - along * dy) - thick / 2.0
            }
            Self::Ring(cx, cy, radius, thick) => {
                ((x - cx).hypot(y - cy) - radius).abs() - thick / 2.0
            }
        }
    }
}

/// A sky (top to bottom) and what stands before it.
struct Scene {
    top: Colour,
    bottom: Colour,
    layers: Vec<(Shape, Colour)>,
}

/// The PNG called `name`, if the feed has it.
pub(super) fn draw(name: &str) -> Option<Vec<u8>> {
    let scene = match name {
        "beans.png" => beans(),
        "bicycle.png" => bicycle(),
        "cup.png" => cup(),
        "eink_clock.png" => clock(),
        "loaf.png" => loaf(),
        "sunrise.png" => sunrise(),
        "tomatoes.png" => tomatoes(),
        _ => return None,
    };
    paint(&scene)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels and colours: small numbers, kept inside their bounds"
)]
fn paint(scene: &Scene) -> Option<Vec<u8>> {
    let blend = |below: Colour, above: Colour, part: f32| -> Colour {
        std::array::from_fn(|i| {
            let (low, high) = (f32::from(below[i]), f32::from(above[i]));
            (low + (high - low) * part).clamp(0.0, 255.0) as u8
        })
    };
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |column, row| {
        let (x, y) = (column as f32 + 0.5, row as f32 + 0.5);
        let mut colour = blend(scene.top, scene.bottom, y / HEIGHT as f32);
        for (shape, paint) in &scene.layers {
            // One pixel of the edge is shared, which makes it smooth.
            let cover = (0.5 - shape.distance(x, y)).clamp(0.0, 1.0);
            if cover > 0.0 {
                colour = blend(colour, *paint, cover);
            }
        }
        Rgb(colour)
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

use Shape::{Oval, Ring, Slab, Stroke};

fn cup() -> Scene {
    let (china, shade, coffee) = ([250, 247, 240], [226, 219, 206], [84, 52, 34]);
    let steam = [170, 206, 202];
    Scene {
        top: [58, 128, 125],
        bottom: [44, 104, 104],
        layers: vec![
            (Slab(0.0, 158.0, 320.0, 60.0, 0.0), [186, 140, 98]),
            (Oval(160.0, 164.0, 84.0, 13.0), shade),
            (Oval(160.0, 161.0, 84.0, 12.0), china),
            (Ring(216.0, 116.0, 19.0, 9.0), china),
            (Slab(108.0, 88.0, 104.0, 70.0, 30.0), china),
            (Oval(160.0, 90.0, 52.0, 12.0), shade),
            (Oval(160.0, 91.0, 46.0, 9.0), coffee),
            (Stroke(146.0, 72.0, 152.0, 56.0, 4.0), steam),
            (Stroke(152.0, 56.0, 144.0, 38.0, 4.0), steam),
            (Stroke(170.0, 72.0, 176.0, 54.0, 4.0), steam),
            (Stroke(176.0, 54.0, 168.0, 32.0, 4.0), steam),
        ],
    }
}

fn sunrise() -> Scene {
    let (roof, window) = ([52, 44, 66], [250, 206, 120]);
    let mut layers = vec![
        (Oval(160.0, 128.0, 64.0, 64.0), [250, 178, 104]),
        (Oval(160.0, 128.0, 46.0, 46.0), [255, 214, 140]),
    ];
    let houses = [
        (0.0, 126.0, 62.0),
        (56.0, 140.0, 50.0),
        (100.0, 118.0, 44.0),
        (140.0, 146.0, 60.0),
        (196.0, 124.0, 52.0),
        (244.0, 136.0, 80.0),
    ];
    for (left, top, width) in houses {
        layers.push((Slab(left, top, width, 90.0, 1.0), roof));
        layers.push((Slab(left + 12.0, top + 14.0, 7.0, 9.0, 1.0), window));
        layers.push((
            Slab(left + 30.0, top + 22.0, 7.0, 9.0, 1.0),
            [120, 100, 110],
        ));
    }
    layers.push((Slab(0.0, 182.0, 320.0, 18.0, 0.0), [34, 30, 46]));
    layers.push((Stroke(0.0, 92.0, 320.0, 78.0, 1.5), [70, 58, 84]));
    Scene {
        top: [92, 92, 150],
        bottom: [250, 160, 110],
        layers,
    }
}

fn loaf() -> Scene {
    let (crust, cut) = ([176, 110, 56], [236, 200, 148]);
    Scene {
        top: [238, 228, 210],
        bottom: [222, 206, 182],
        layers: vec![
            (Slab(36.0, 140.0, 248.0, 24.0, 8.0), [132, 90, 58]),
            (Oval(160.0, 112.0, 96.0, 52.0), [142, 84, 42]),
            (Oval(160.0, 108.0, 94.0, 49.0), crust),
            (Stroke(112.0, 126.0, 136.0, 78.0, 9.0), cut),
            (Stroke(148.0, 132.0, 172.0, 72.0, 9.0), cut),
            (Stroke(188.0, 126.0, 208.0, 82.0, 9.0), cut),
        ],
    }
}

fn bicycle() -> Scene {
    let (frame, tyre, steel) = ([204, 58, 48], [50, 50, 56], [150, 150, 150]);
    let (back, front, pedal, seat, head) = (
        (100.0, 138.0),
        (224.0, 138.0),
        (150.0, 138.0),
        (136.0, 84.0),
        (206.0, 80.0),
    );
    let bar = |a: (f32, f32), b: (f32, f32)| (Stroke(a.0, a.1, b.0, b.1, 5.0), frame);
    Scene {
        top: [206, 224, 200],
        bottom: [190, 212, 186],
        layers: vec![
            (Slab(0.0, 176.0, 320.0, 24.0, 0.0), [160, 152, 142]),
            (Ring(back.0, back.1, 38.0, 5.0), tyre),
            (Ring(front.0, front.1, 38.0, 5.0), tyre),
            (Ring(pedal.0, pedal.1, 9.0, 3.0), steel),
            bar(back, pedal),
            bar(back, seat),
            bar(pedal, seat),
            bar(pedal, head),
            bar((137.0, 90.0), (206.0, 84.0)),
            bar(head, front),
            (Stroke(136.0, 84.0, 133.0, 72.0, 4.0), steel),
            (Slab(116.0, 66.0, 34.0, 7.0, 3.0), tyre),
            (Stroke(206.0, 80.0, 203.0, 64.0, 4.0), steel),
            (Stroke(203.0, 64.0, 222.0, 60.0, 5.0), tyre),
        ],
    }
}

fn tomatoes() -> Scene {
    let (leaf, shine) = ([74, 124, 62], [255, 240, 224]);
    let mut layers = vec![(Slab(24.0, 44.0, 272.0, 140.0, 6.0), [84, 120, 172])];
    let fruit: [(f32, f32, f32, Colour); 3] = [
        (96.0, 122.0, 42.0, [204, 50, 40]),
        (178.0, 106.0, 36.0, [230, 140, 48]),
        (240.0, 136.0, 30.0, [128, 164, 72]),
    ];
    for (x, y, size, colour) in fruit {
        layers.push((
            Oval(x + 4.0, y + size * 0.8, size, size * 0.3),
            [62, 92, 138],
        ));
        layers.push((Oval(x, y, size * 1.08, size), colour));
        layers.push((
            Oval(x - size * 0.4, y - size * 0.4, size * 0.2, size * 0.13),
            shine,
        ));
        for (dx, dy) in [
            (-0.36, -0.06),
            (0.36, -0.06),
            (-0.16, 0.2),
            (0.16, 0.2),
            (0.04, -0.34),
        ] {
            let top = y - size * 0.82;
            layers.push((Stroke(x, top, x + dx * size, top + dy * size, 5.0), leaf));
        }
    }
    Scene {
        top: [232, 222, 206],
        bottom: [214, 200, 180],
        layers,
    }
}

fn beans() -> Scene {
    let (bean, groove) = ([92, 58, 38], [52, 32, 22]);
    let places = [
        (60.0, 50.0),
        (118.0, 84.0),
        (176.0, 46.0),
        (236.0, 78.0),
        (88.0, 132.0),
        (150.0, 150.0),
        (204.0, 122.0),
        (264.0, 146.0),
        (284.0, 40.0),
        (36.0, 162.0),
    ];
    let mut layers = Vec::new();
    for (turn, (x, y)) in places.into_iter().enumerate() {
        let lean = if turn % 2 == 0 { 5.0 } else { -5.0 };
        layers.push((Oval(x + 2.0, y + 4.0, 23.0, 15.0), [214, 202, 180]));
        layers.push((Oval(x, y, 22.0, 15.0), bean));
        layers.push((Stroke(x - 16.0, y + lean, x + 16.0, y - lean, 3.0), groove));
    }
    Scene {
        top: [246, 238, 222],
        bottom: [236, 226, 206],
        layers,
    }
}

fn clock() -> Scene {
    let ink = [44, 44, 44];
    let mut layers = vec![
        (Slab(0.0, 164.0, 320.0, 36.0, 0.0), [150, 112, 80]),
        (Slab(66.0, 52.0, 188.0, 114.0, 12.0), [112, 116, 120]),
        (Slab(80.0, 64.0, 160.0, 86.0, 4.0), [226, 226, 218]),
        (Oval(146.0, 94.0, 3.5, 3.5), ink),
        (Oval(146.0, 120.0, 3.5, 3.5), ink),
    ];
    // 7:04 in seven segments: a b c d e f g.
    for (left, segments) in [(104.0, "abc"), (158.0, "abcdef"), (198.0, "bcfg")] {
        for segment in segments.chars() {
            let (x0, y0, x1, y1) = match segment {
                'a' => (0.0, 0.0, 26.0, 0.0),
                'b' => (26.0, 0.0, 26.0, 28.0),
                'c' => (26.0, 28.0, 26.0, 56.0),
                'd' => (0.0, 56.0, 26.0, 56.0),
                'e' => (0.0, 28.0, 0.0, 56.0),
                'f' => (0.0, 0.0, 0.0, 28.0),
                _ => (0.0, 28.0, 26.0, 28.0),
            };
            layers.push((Stroke(left + x0, 79.0 + y0, left + x1, 79.0 + y1, 6.0), ink));
        }
    }
    Scene {
        top: [214, 206, 222],
        bottom: [196, 186, 206],
        layers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_small_pngs_and_the_same_every_time() {
        let png = draw("cup.png").unwrap();
        assert!(png.len() < 60_000, "{}", png.len());
        assert_eq!(draw("cup.png").unwrap(), png);
        let decoded = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (WIDTH, HEIGHT));
        assert!(draw("../secret.png").is_none());
    }
}
