//! The search for a good start: restarts and swaps, on a sample where there are many rows.

use linfa::Float;
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::index::sample;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::exchange::exchange;
use super::lloyd;
use super::params::{KMeans, KMeansParams};
use super::seeding::seeds;

/// Rows that restarts look at; what they find is followed to its end on all rows.
const SAMPLE_ROWS: usize = 20_000;
/// Rows from which on a swap costs so much that only every fifth is tried; with many rows seeds are seldom bad.
const SWAP_ROWS: usize = 10_000;
/// Swaps that are tried side by side; it does not depend on the threads, so that the result does not.
const SWAPS_AT_ONCE: usize = 8;

/// Search, and follow the best to its end.
pub(super) fn run<F: Float>(
    rows: ArrayView2<'_, F>,
    restarts: usize,
    swaps: usize,
    params: &KMeansParams<F>,
) -> KMeans<F> {
    let mut rng = Xoshiro256Plus::seed_from_u64(params.seed);
    let sampled: Option<Array2<F>> = (rows.nrows() > SAMPLE_ROWS).then(|| {
        let mut chosen = sample(&mut rng, rows.nrows(), SAMPLE_ROWS).into_vec();
        chosen.sort_unstable();
        rows.select(Axis(0), &chosen)
    });
    let looked_at = match &sampled {
        Some(sampled) => sampled.view(),
        None => rows.reborrow(),
    };
    let starts: Vec<Array2<F>> = (0..restarts.max(1)).map(|_| seeds(looked_at, params.clusters, &mut rng)).collect();
    let found: Vec<KMeans<F>> = starts.into_par_iter().map(|start| lloyd::run(looked_at, start, params)).collect();
    let Some(mut best) = found.into_iter().reduce(better) else {
        return lloyd::run(rows, seeds(rows, params.clusters, &mut rng), params);
    };
    let mut left = if looked_at.nrows() > SWAP_ROWS { swaps.div_ceil(5) } else { swaps };
    while left > 0 && params.clusters > 1 {
        let starts: Vec<Array2<F>> =
            (0..left.min(SWAPS_AT_ONCE)).map(|_| swapped(&best.centroids, looked_at, &mut rng)).collect();
        left -= starts.len();
        let found: Vec<KMeans<F>> = starts.into_par_iter().map(|start| lloyd::run(looked_at, start, params)).collect();
        best = found.into_iter().fold(best, better);
    }
    let to_the_end = KMeansParams { tolerance: 0.0, ..params.clone() };
    let mut end = lloyd::run(rows, best.centroids, &to_the_end);
    while rows.nrows() <= SWAP_ROWS {
        let Some(exchanged) = exchange(rows, &end.centroids) else { break };
        let next = lloyd::run(rows, exchanged, &to_the_end);
        if next.inertia >= end.inertia {
            break;
        }
        end = next;
    }
    end
}

/// The one with the smaller inertia; the first of two that are equal.
fn better<F>(best: KMeans<F>, next: KMeans<F>) -> KMeans<F> {
    if next.inertia < best.inertia { next } else { best }
}

/// One centroid, drawn, stands where a row, drawn, is.
fn swapped<F: Float>(centroids: &Array2<F>, rows: ArrayView2<'_, F>, rng: &mut Xoshiro256Plus) -> Array2<F> {
    let (cluster, row) = (rng.gen_range(0..centroids.nrows()), rng.gen_range(0..rows.nrows()));
    let mut start = centroids.clone();
    start.row_mut(cluster).assign(&rows.row(row));
    start
}
