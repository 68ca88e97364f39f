//! Vectors that lie in clusters, as those of real texts do, made from the text in a few microseconds: a million real ones
//! would take hours, and what is measured is what happens to them afterwards.

use std::hash::{DefaultHasher, Hash, Hasher};

use async_trait::async_trait;
use lumen::models::{Embedded, Embedder, ModelError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub const DIMENSIONS: usize = 384;
const CLUSTERS: u64 = 1_000;
/// How far from its centre a vector lies: two of one cluster have a cosine of about 0.67.
const SPREAD: f32 = 0.7;

pub struct Made;

#[async_trait]
impl Embedder for Made {
    fn name(&self) -> (String, String) {
        ("made".to_owned(), "clustered".to_owned())
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    async fn embed_counted(
        &self,
        texts: &[String],
        _: &'static str,
    ) -> Result<Embedded, ModelError> {
        Ok(Embedded::free(texts.iter().map(|text| of(text)).collect()))
    }
}

/// The vector of a text as the index has it.
pub fn of(text: &str) -> Vec<f32> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let seed = hasher.finish();
    let mut vector = direction(seed % CLUSTERS);
    let away = direction(seed | (1 << 63));
    for (x, away) in vector.iter_mut().zip(away) {
        *x += SPREAD * away;
    }
    unit(vector)
}

fn direction(seed: u64) -> Vec<f32> {
    let mut random = StdRng::seed_from_u64(seed);
    // The sum of three even numbers is near enough to a normal one.
    let mut number = || -> f32 { (0..3).map(|_| random.random_range(-1.0..1.0_f32)).sum() };
    unit((0..DIMENSIONS).map(|_| number()).collect())
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    for x in &mut vector {
        *x /= length;
    }
    vector
}

pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}
