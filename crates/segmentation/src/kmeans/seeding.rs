//! Greedy k-means++ (Arthur and Vassilvitskii 2007, section 5): each next centroid is the best of a few rows drawn by their squared distance
//! to those chosen before.

use linfa::Float;
use ndarray::{Array2, ArrayView2, Axis};
use rand::Rng;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::kernel::squared_distance;
use super::lloyd::BLOCK_ROWS;

/// Rows to begin with.
pub(super) fn seeds<F: Float>(rows: ArrayView2<'_, F>, clusters: usize, rng: &mut Xoshiro256Plus) -> Array2<F> {
    let trials = 2 + clusters.checked_ilog2().unwrap_or(0) as usize * 7 / 10;
    let mut chosen = vec![rng.gen_range(0..rows.nrows())];
    let mut distances = vec![F::infinity(); rows.nrows()];
    let mut potential = nearer(rows, chosen[0], &mut distances);
    while chosen.len() < clusters {
        let drawn: Vec<usize> = (0..trials).map(|_| draw(&distances, potential * rng.r#gen::<f64>())).collect();
        let tried: Vec<(f64, Vec<F>, usize)> = drawn
            .into_par_iter()
            .map(|row| {
                let mut distances = distances.clone();
                (nearer(rows, row, &mut distances), distances, row)
            })
            .collect();
        let best = tried.into_iter().reduce(|best, next| if next.0 < best.0 { next } else { best });
        let Some((least, nearest, row)) = best else { break };
        (potential, distances) = (least, nearest);
        chosen.push(row);
    }
    rows.select(Axis(0), &chosen)
}

/// Lower each row's squared distance to that from this row, where that is less; their sum.
fn nearer<F: Float>(rows: ArrayView2<'_, F>, chosen: usize, distances: &mut [F]) -> f64 {
    let features = rows.ncols();
    let (Some(values), chosen) = (rows.as_slice(), rows.row(chosen)) else { return 0.0 };
    let Some(chosen) = chosen.to_slice() else { return 0.0 };
    let sums: Vec<f64> = distances
        .par_chunks_mut(BLOCK_ROWS)
        .zip(values.par_chunks(BLOCK_ROWS * features))
        .map(|(distances, values)| {
            let mut sum = 0.0;
            for (distance, row) in distances.iter_mut().zip(values.chunks_exact(features)) {
                let away = squared_distance(row, chosen);
                if away < *distance {
                    *distance = away;
                }
                sum += distance.to_f64().unwrap_or(0.0);
            }
            sum
        })
        .collect();
    sums.iter().sum()
}

/// The row at which the running sum passes a mark.
fn draw<F: Float>(distances: &[F], mark: f64) -> usize {
    let mut running = 0.0;
    let passed = distances.iter().position(|d| {
        running += d.to_f64().unwrap_or(0.0);
        running > mark
    });
    // The last row that is away from all chosen ones, when rounding left the mark behind the sum; any row when none is.
    passed.or_else(|| distances.iter().rposition(|d| *d > F::zero())).unwrap_or(0)
}
