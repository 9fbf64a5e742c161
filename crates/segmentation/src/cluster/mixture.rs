//! Gaussian mixtures with a variance for each feature, by expectation and maximisation (Dempster, Laird, Rubin 1977; Bishop 2006, 9.2).

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

use crate::evaluation::count;

/// Steps at most.
const STEPS_MAX: usize = 200;
/// Steps end when the mean log-likelihood of a row grows by less.
const TOLERANCE: f64 = 1e-6;
/// Least variance, as a share of the feature's own: a cluster of equal rows would have none.
const VARIANCE_MIN: f64 = 1e-4;
/// Rows of a block; sums are added block by block, so that threads do not change them.
const BLOCK_ROWS: usize = 4096;

/// A fitted mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// Clusters × features.
    pub means: Array2<f64>,
    /// Clusters × features.
    pub variances: Array2<f64>,
    /// Shares of the clusters.
    pub weights: Vec<f64>,
    /// Of all rows.
    pub log_likelihood: f64,
}

/// Sums of a block's rows, each row in parts by its responsibilities.
struct Sums {
    weights: Vec<f64>,
    values: Array2<f64>,
    squares: Array2<f64>,
    log_likelihood: f64,
}

impl Mixture {
    /// Fit to rows × features, beginning with the clusters that these labels say.
    #[must_use]
    pub fn fit(rows: &Array2<f64>, labels: &[usize], clusters: usize) -> Self {
        let features = rows.ncols();
        let mut sums = Sums::none(clusters, features);
        for (row, label) in rows.rows().into_iter().zip(labels) {
            sums.add(row, *label, 1.0);
        }
        let mut all = Sums::none(1, features);
        rows.rows().into_iter().for_each(|row| all.add(row, 0, 1.0));
        let whole = all.mixture(&Array2::zeros((1, features)));
        let least = whole.variances.mapv(|v| (v * VARIANCE_MIN).max(f64::MIN_POSITIVE));
        let mut mixture = sums.mixture(&least);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..STEPS_MAX {
            let sums = mixture.expect(rows);
            let log_likelihood = sums.log_likelihood;
            mixture = sums.mixture(&least);
            mixture.log_likelihood = log_likelihood;
            if log_likelihood - before < TOLERANCE * count(rows.nrows()) {
                break;
            }
            before = log_likelihood;
        }
        mixture.log_likelihood = mixture.expect(rows).log_likelihood;
        mixture
    }

    /// −2 × the log of a cluster's weight and density at a row, without the constant that all clusters share.
    #[must_use]
    pub fn penalty(&self, cluster: usize) -> f64 {
        let spread: f64 = self.variances.row(cluster).iter().map(|v| v.ln()).sum();
        spread - 2.0 * self.weights[cluster].max(f64::MIN_POSITIVE).ln()
    }

    /// Free parameters: means, variances, shares.
    #[must_use]
    pub fn parameters(&self) -> usize {
        2 * self.means.len() + self.weights.len() - 1
    }

    fn expect(&self, rows: &Array2<f64>) -> Sums {
        let (clusters, features) = self.means.dim();
        let penalties: Vec<f64> = (0..clusters).map(|cluster| self.penalty(cluster)).collect();
        let constant = count(features) * (2.0 * std::f64::consts::PI).ln();
        let starts: Vec<usize> = (0..rows.nrows()).step_by(BLOCK_ROWS).collect();
        let blocks: Vec<Sums> = starts
            .par_iter()
            .map(|start| {
                let mut sums = Sums::none(clusters, features);
                for row in *start..(start + BLOCK_ROWS).min(rows.nrows()) {
                    let row = rows.row(row);
                    let logs: Vec<f64> = penalties
                        .iter()
                        .enumerate()
                        .map(|(cluster, penalty)| {
                            let parts = row.iter().zip(self.means.row(cluster)).zip(self.variances.row(cluster));
                            -0.5 * (penalty + constant + parts.map(|((x, m), v)| (x - m) * (x - m) / v).sum::<f64>())
                        })
                        .collect();
                    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
                    sums.log_likelihood += largest + sum.ln();
                    for (cluster, log) in logs.iter().enumerate() {
                        sums.add(row, cluster, (log - largest).exp() / sum);
                    }
                }
                sums
            })
            .collect();
        blocks.into_iter().fold(Sums::none(clusters, features), Sums::plus)
    }
}

impl Sums {
    fn none(clusters: usize, features: usize) -> Self {
        Sums {
            weights: vec![0.0; clusters],
            values: Array2::zeros((clusters, features)),
            squares: Array2::zeros((clusters, features)),
            log_likelihood: 0.0,
        }
    }

    fn add(&mut self, row: ArrayView1<'_, f64>, cluster: usize, part: f64) {
        self.weights[cluster] += part;
        let (mut values, mut squares) = (self.values.row_mut(cluster), self.squares.row_mut(cluster));
        for ((x, value), square) in row.iter().zip(values.iter_mut()).zip(squares.iter_mut()) {
            *value += part * x;
            *square += part * x * x;
        }
    }

    fn plus(mut self, other: Sums) -> Self {
        self.weights.iter_mut().zip(&other.weights).for_each(|(sum, part)| *sum += part);
        self.values += &other.values;
        self.squares += &other.squares;
        self.log_likelihood += other.log_likelihood;
        self
    }

    fn mixture(self, least: &Array2<f64>) -> Mixture {
        let all: f64 = self.weights.iter().sum();
        let (mut means, mut variances) = (self.values, self.squares);
        for (cluster, weight) in self.weights.iter().enumerate() {
            let weight = weight.max(f64::MIN_POSITIVE);
            let (mut mean, mut variance) = (means.row_mut(cluster), variances.row_mut(cluster));
            for ((m, v), least) in mean.iter_mut().zip(variance.iter_mut()).zip(least.row(0)) {
                *m /= weight;
                *v = (*v / weight - *m * *m).max(*least);
            }
        }
        Mixture { means, variances, weights: self.weights.iter().map(|w| w / all).collect(), log_likelihood: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn a_wide_and_a_narrow_group_are_told_apart() {
        let mut rng = rand_xoshiro::Xoshiro256Plus::seed_from_u64(3);
        // Twelve uniform numbers less six are nearly normal with variance one.
        let mut normal = || (0..12).map(|_| rng.r#gen::<f64>()).sum::<f64>() - 6.0;
        let rows = Array2::from_shape_fn(
            (4_000, 2),
            |(row, _)| if row % 4 == 0 { 5.0 + 0.5 * normal() } else { 2.0 * normal() },
        );
        let labels: Vec<usize> = (0..4_000).map(|row| usize::from(rows[(row, 0)] > 3.0)).collect();
        let mixture = Mixture::fit(&rows, &labels, 2);
        assert!((mixture.weights[1] - 0.25).abs() < 0.02, "{:?}", mixture.weights);
        assert!((mixture.means[(1, 0)] - 5.0).abs() < 0.05 && mixture.means[(0, 0)].abs() < 0.15, "{}", mixture.means);
        assert!((mixture.variances[(1, 1)] - 0.25).abs() < 0.04 && (mixture.variances[(0, 1)] - 4.0).abs() < 0.3);
        // One cluster is the textbook's Gaussian: mean and population variance.
        let one = Mixture::fit(&rows, &vec![0; 4_000], 1);
        let mean = rows.column(0).mean().unwrap();
        assert!((one.means[(0, 0)] - mean).abs() < 1e-9);
        assert!((one.variances[(0, 0)] - rows.column(0).mapv(|x| (x - mean).powi(2)).mean().unwrap()).abs() < 1e-6);
    }
}
