//! How good a model is.

pub mod classification;
pub mod clustering;

pub use clustering::{adjusted_rand_index, distance, silhouettes};

/// Counts of rows are far below 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count(values.len()) }
}
