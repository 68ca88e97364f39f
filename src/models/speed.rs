//! How fast this machine computes with the weights of a model: measured with one matrix, in about a second.

use std::time::{Duration, Instant};

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Module as _, Tensor};

/// A side of the matrix: large enough that its weights come from memory, as those of a model do.
const SIDE: usize = 4_096;

/// Tokens of a prompt that are computed together.
const ROWS: usize = 64;

/// How long each of the two is measured.
const SPAN: Duration = Duration::from_millis(500);

/// In bytes of weights a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// When one token is written at a time.
    pub one_row: f64,
    /// When a prompt is read: all tokens of it, each counted.
    pub many_rows: f64,
}

impl Speed {
    /// Measures. Blocks for about a second.
    ///
    /// # Errors
    /// When candle fails.
    pub fn measure() -> candle_core::Result<Self> {
        let device = Device::Cpu;
        let weights = Tensor::rand(-1_f32, 1_f32, (SIDE, SIDE), &device)?;
        let weights = QTensor::quantize(&weights, GgmlDType::Q4_0)?;
        let bytes = weights.storage_size_in_bytes();
        let weights = QMatMul::from_qtensor(weights)?;
        Ok(Self {
            one_row: rate(&weights, bytes, 1)?,
            many_rows: rate(&weights, bytes, ROWS)?,
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate; far fewer than 2^52 bytes"
)]
fn rate(weights: &QMatMul, bytes: usize, rows: usize) -> candle_core::Result<f64> {
    let input = Tensor::rand(-1_f32, 1_f32, (rows, SIDE), &Device::Cpu)?;
    // The first one wakes the threads up.
    weights.forward(&input)?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < SPAN {
        weights.forward(&input)?;
        count += 1;
    }
    Ok(f64::from(count) * (bytes * rows) as f64 / begun.elapsed().as_secs_f64())
}
