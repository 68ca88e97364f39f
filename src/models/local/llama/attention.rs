//! Attention for one token, in the widest vector instructions that the CPU has.

use rten_simd::ops::{BitOps as _, NumOps as _};
use rten_simd::{Isa, SimdIterable as _, SimdOp};
use rten_vecmath::Softmax;

use super::{Heads, Past};

/// What a token takes from those before it and from itself: for each head their values, by how well its query fits their keys.
pub(super) struct Attention<'a> {
    pub heads: Heads,
    /// Head by head.
    pub query: &'a [f32],
    pub past: &'a Past,
}

impl SimdOp for Attention<'_> {
    type Output = Vec<f32>;

    // As `SimdOp` asks: only what is inlined is compiled for the instructions of `isa`.
    #[inline(always)]
    #[expect(clippy::inline_always)]
    fn eval<I: Isa>(self, isa: I) -> Vec<f32> {
        let ops = isa.f32();
        let Heads { keys, width, .. } = self.heads;
        let seen = self.past.keys.len() / (keys * width);
        #[expect(clippy::cast_possible_truncation, reason = "a factor, below 1")]
        let scale = self.heads.scale() as f32;
        let mut weights = vec![0.0; self.heads.queries * seen];
        // Token by token, as they lie in memory: that is where the time goes.
        for (at, keys) in self.past.keys.chunks_exact(keys * width).enumerate() {
            for (nth, query) in self.query.chunks_exact(width).enumerate() {
                let mut fit = ops.zero();
                let key = self.heads.shared(keys, nth);
                for (query, key) in query.simd_iter_pad(ops).zip(key.simd_iter_pad(ops)) {
                    fit = ops.mul_add(query, key, fit);
                }
                weights[nth * seen + at] = scale * ops.sum(fit);
            }
        }
        for weights in weights.chunks_exact_mut(seen) {
            Softmax::new_mut(weights).eval(isa);
        }
        let mut taken = vec![0.0; self.query.len()];
        for (at, values) in self.past.values.chunks_exact(keys * width).enumerate() {
            for (nth, taken) in taken.chunks_exact_mut(width).enumerate() {
                let weight = weights[nth * seen + at];
                let value = self.heads.shared(values, nth);
                let lanes = ops.splat(weight);
                let mut taken = taken.chunks_exact_mut(ops.len());
                let mut value = value.chunks_exact(ops.len());
                for (taken, value) in taken.by_ref().zip(value.by_ref()) {
                    let sum = ops.mul_add(ops.load(value), lanes, ops.load(taken));
                    ops.store(sum, taken);
                }
                for (taken, value) in taken.into_remainder().iter_mut().zip(value.remainder()) {
                    *taken += weight * value;
                }
            }
        }
        taken
    }
}

impl Heads {
    /// The head of keys, or of values, that the `nth` query shares.
    fn shared(self, row: &[f32], nth: usize) -> &[f32] {
        let from = nth / (self.queries / self.keys) * self.width;
        &row[from..from + self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::weights::tests::numbers;
    use super::*;

    /// The same by the formula, number by number.
    fn plainly(heads: Heads, query: &[f32], past: &Past) -> Vec<f32> {
        let Heads { keys, width, .. } = heads;
        let rows = |all: &[f32], nth| -> Vec<Vec<f32>> {
            let rows = all.chunks(keys * width);
            rows.map(|row| heads.shared(row, nth).to_vec()).collect()
        };
        let mut taken = Vec::new();
        for (nth, query) in query.chunks(width).enumerate() {
            let fits: Vec<f64> = rows(&past.keys, nth)
                .iter()
                .map(|key| {
                    key.iter()
                        .zip(query)
                        .map(|(k, q)| f64::from(k * q))
                        .sum::<f64>()
                })
                .map(|fit| (fit * heads.scale()).exp())
                .collect();
            let values = rows(&past.values, nth);
            for at in 0..width {
                let values = values.iter().map(|value| f64::from(value[at]));
                let sum: f64 = values.zip(&fits).map(|(value, fit)| value * fit).sum();
                taken.push(sum / fits.iter().sum::<f64>());
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "to compare")]
        taken.iter().map(|x| *x as f32).collect()
    }

    #[test]
    fn heads_of_any_width_attend_as_the_formula_says() {
        for width in [2, 8, 21, 64] {
            let heads = Heads {
                queries: 6,
                keys: 2,
                width,
            };
            let query = numbers(6 * width, 1);
            let past = Past {
                keys: numbers(7 * 2 * width, 2),
                values: numbers(7 * 2 * width, 3),
            };
            let expected = plainly(heads, &query, &past);
            let (query, past) = (&*query, &past);
            let taken = Attention { heads, query, past }.dispatch();
            assert_eq!(taken.len(), expected.len());
            for (taken, expected) in taken.iter().zip(expected) {
                assert!(
                    (taken - expected).abs() < 1e-4,
                    "{width}: {taken}, {expected}"
                );
            }
        }
    }
}
