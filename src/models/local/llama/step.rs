//! One token more, on plain numbers.
//!
//! Only the products with the large matrices are worth sharing out among cores. What lies between them (norms, turns, attention
//! for one token) is done in a few microseconds, less than candle takes to make a tensor of each result.

use candle_core::Result;
use rten_simd::{SimdOp as _, SimdUnaryOp as _};
use rten_vecmath::{Silu, SumSquare};

use super::attention::Attention;
use super::{Heads, Llama, Memory};

impl Llama {
    /// Reads one token; says of it what [`Llama::scores`] takes.
    pub(super) fn step(&self, memory: &mut Memory, id: u32) -> Result<Vec<f32>> {
        let Heads {
            queries,
            keys,
            width,
        } = self.shape;
        let (cos, sin) = self.angles.of(memory.read, 1);
        let mut state = self.words.row(id)?;
        for (layer, past) in self.layers.iter().zip(&mut memory.layers) {
            let input = self.normed(&state, &layer.attention_norm);
            let mut mixed = layer.attention_in.times_one(input)?;
            let (turned, values) = mixed.split_at_mut((queries + keys) * width);
            for head in turned.chunks_exact_mut(width) {
                turn(head, cos, sin);
            }
            let (query, key) = turned.split_at(queries * width);
            past.keys.extend_from_slice(key);
            past.values.extend_from_slice(values);
            let heads = self.shape;
            let taken = Attention { heads, query, past }.dispatch();
            add(&mut state, &layer.attention_out.times_one(taken)?);
            let input = self.normed(&state, &layer.feed_norm);
            let mixed = layer.feed_in.times_one(input)?;
            add(&mut state, &layer.feed_out.times_one(gated(mixed))?);
        }
        Ok(self.normed(&state, &self.norm))
    }

    /// Of the length that its weights give it (<https://arxiv.org/abs/1910.07467>).
    fn normed(&self, state: &[f32], weights: &[f32]) -> Vec<f32> {
        #[expect(clippy::cast_precision_loss, reason = "a model is some hundreds wide")]
        let mean = SumSquare::new(state).dispatch() / state.len() as f32;
        let scale = (mean + self.epsilon).sqrt().recip();
        let weighed = state.iter().zip(weights);
        weighed.map(|(x, weight)| x * scale * weight).collect()
    }
}

/// Turns each pair of numbers of a head by its angle.
fn turn(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (pairs, _) = head.as_chunks_mut::<2>();
    for ([x, y], (cos, sin)) in pairs.iter_mut().zip(cos.iter().zip(sin)) {
        (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
    }
}

/// The second half, as far as the first lets it through (<https://arxiv.org/abs/2002.05202>).
fn gated(mut mixed: Vec<f32>) -> Vec<f32> {
    let half = mixed.len() / 2;
    let (gate, up) = mixed.split_at_mut(half);
    Silu {}.map_mut(gate);
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate *= *up;
    }
    mixed.truncate(half);
    mixed
}

fn add(state: &mut [f32], more: &[f32]) {
    for (state, more) in state.iter_mut().zip(more) {
        *state += more;
    }
}
