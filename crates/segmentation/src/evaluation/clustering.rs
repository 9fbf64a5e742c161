//! How good a clustering is.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView1};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::{count, mean};
use crate::kmeans::squared_distance;

/// Mean silhouette width (Rousseeuw 1987) of a seeded sample of at most `sample_size` rows, by each of several labelings; −1 to 1, higher is better.
///
/// Rows alone in their cluster count 0, as in the paper. Distances are computed once for all labelings. The sum is taken in row order, so threads do not
/// change it.
#[must_use]
pub fn silhouettes(matrix: &Array2<f64>, labelings: &[&[usize]], sample_size: usize, seed: u64) -> Vec<f64> {
    let rows: Vec<usize> = if matrix.nrows() <= sample_size {
        (0..matrix.nrows()).collect()
    } else {
        let mut rng = Xoshiro256Plus::seed_from_u64(seed);
        let mut rows = sample(&mut rng, matrix.nrows(), sample_size).into_vec();
        rows.sort_unstable();
        rows
    };
    let features = matrix.ncols().max(1);
    let values: Vec<f64> = rows.iter().flat_map(|row| matrix.row(*row).to_vec()).collect();
    let labelings: Vec<Labeling> =
        labelings.iter().map(|labels| Labeling::new(rows.iter().map(|row| labels[*row]).collect())).collect();
    let widths: Vec<Vec<f64>> = values
        .par_chunks_exact(features)
        .enumerate()
        .map(|(row, here)| {
            let distances: Vec<f64> =
                values.chunks_exact(features).map(|other| squared_distance(here, other).sqrt()).collect();
            labelings.iter().map(|labeling| labeling.width(row, &distances)).collect()
        })
        .collect();
    (0..labelings.len()).map(|place| mean(&widths.iter().map(|widths| widths[place]).collect::<Vec<_>>())).collect()
}

/// The labels of sampled rows.
struct Labeling {
    labels: Vec<usize>,
    /// Rows of each cluster.
    sizes: Vec<usize>,
}

impl Labeling {
    fn new(labels: Vec<usize>) -> Self {
        let mut sizes = vec![0_usize; labels.iter().max().map_or(0, |most| most + 1)];
        labels.iter().for_each(|label| sizes[*label] += 1);
        Labeling { labels, sizes }
    }

    /// The silhouette of a row with these distances to all.
    fn width(&self, row: usize, distances: &[f64]) -> f64 {
        let own = self.labels[row];
        if self.sizes[own] < 2 {
            return 0.0;
        }
        let mut sums = vec![0.0; self.sizes.len()];
        for (distance, label) in distances.iter().zip(&self.labels) {
            sums[*label] += distance;
        }
        let inside = sums[own] / count(self.sizes[own] - 1);
        let others =
            sums.iter().zip(&self.sizes).enumerate().filter(|(cluster, (_, size))| *cluster != own && **size > 0);
        let outside = others.map(|(_, (sum, size))| sum / count(*size)).fold(f64::INFINITY, f64::min);
        if !outside.is_finite() {
            return 0.0;
        }
        let larger = inside.max(outside);
        if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
    }
}

/// Euclidean distance.
#[must_use]
pub fn distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b.iter()).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

/// Adjusted Rand index (Hubert and Arabie 1985) between two labelings: 1 for equal partitions, about 0 for chance.
#[must_use]
pub fn adjusted_rand_index<A: Ord, B: Ord>(first: &[A], second: &[B]) -> f64 {
    let mut cells: BTreeMap<(&A, &B), u64> = BTreeMap::new();
    let mut rows: BTreeMap<&A, u64> = BTreeMap::new();
    let mut columns: BTreeMap<&B, u64> = BTreeMap::new();
    for pair in first.iter().zip(second) {
        *cells.entry(pair).or_default() += 1;
        *rows.entry(pair.0).or_default() += 1;
        *columns.entry(pair.1).or_default() += 1;
    }
    let pairs = |n: u64| n as f64 * (n as f64 - 1.0) / 2.0;
    let total = pairs(first.len().min(second.len()) as u64);
    let together: f64 = cells.values().map(|n| pairs(*n)).sum();
    let by_row: f64 = rows.values().map(|n| pairs(*n)).sum();
    let by_column: f64 = columns.values().map(|n| pairs(*n)).sum();
    let expected = if total > 0.0 { by_row * by_column / total } else { 0.0 };
    let largest = (by_row + by_column) / 2.0;
    if (largest - expected).abs() < f64::EPSILON { 1.0 } else { (together - expected) / (largest - expected) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adjusted_rand_index_knows_equal_and_opposed() {
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &["b", "b", "a", "a"]) - 1.0).abs() < 1e-12);
        // scikit-learn's documented example: [0,0,1,2] against [0,0,1,1] is 0.57142857.
        assert!((adjusted_rand_index(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 0.571_428_571).abs() < 1e-9);
        // And [0,0,0,0] against [0,1,2,3] is 0.
        assert!(adjusted_rand_index(&[0, 0, 0, 0], &[0, 1, 2, 3]).abs() < 1e-12);
    }
}
