//! Groups texts so that no time is spent on padding.

use std::ops::Range;

/// Most texts that are embedded at once.
const ROWS: usize = 32;

/// Most tokens, padding counted, that are embedded at once: bounds the memory of a batch to a few dozen megabytes.
const TOKENS: usize = 2_048;

/// Cuts `lengths`, sorted, into runs that fit together.
pub(super) fn runs(lengths: &[usize]) -> Vec<Range<usize>> {
    debug_assert!(lengths.is_sorted());
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, length) in lengths.iter().enumerate() {
        let rows = at - start;
        if rows > 0 && (rows >= ROWS || (rows + 1) * length > TOKENS) {
            runs.push(start..at);
            start = at;
        }
    }
    if start < lengths.len() {
        runs.push(start..lengths.len());
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_is_in_one_run_and_no_run_is_too_large(mut lengths in prop::collection::vec(2_usize..=256, 0..400)) {
            lengths.sort_unstable();
            let runs = runs(&lengths);
            let mut next = 0;
            for run in runs {
                prop_assert_eq!(run.start, next);
                prop_assert!(run.len() <= ROWS && run.len() * lengths[run.end - 1] <= TOKENS);
                next = run.end;
            }
            prop_assert_eq!(next, lengths.len());
        }
    }
}
