//! How many clusters: every count of a range is fitted, and one is chosen by stated criteria.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use serde::{Deserialize, Serialize};

use super::error::ClusterError;
use super::mixture::Mixture;
use super::params::{ClusterCount, ClusterParams, Method};
use crate::evaluation::{adjusted_rand_index, count, distance, silhouettes};
use crate::kmeans::{KMeans, KMeansError, KMeansParams, Start};

/// Rows of both halves together from which the stability of a count is told.
const STABILITY_ROWS: usize = 10_000;
/// Restarts of each half.
const STABILITY_RESTARTS: usize = 3;
/// Pairs of halves.
const STABILITY_PAIRS: u64 = 3;

/// A cluster count that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriedCount {
    /// Clusters.
    pub clusters: usize,
    /// Within-cluster sum of squared distances, in model units.
    pub inertia: f64,
    /// Mean silhouette width.
    pub silhouette: f64,
    /// Bayesian information criterion of the mixture, or of equal spherical Gaussians around the centroids (Pelleg and Moore 2000); smaller
    /// is better.
    pub bic: f64,
    /// Mean agreement of fits to two halves of the rows on all of them, as an adjusted Rand index.
    pub stability: f64,
    /// Share of the smallest cluster.
    pub share_min: f64,
}

/// A count with its fit.
pub(super) struct Fitted {
    pub labels: Vec<usize>,
    pub centroids: Array2<f64>,
    /// Of a mixture.
    pub mixture: Option<Mixture>,
    pub tried: TriedCount,
}

/// Fit every count that is asked for and choose one; with the table of all that were tried.
///
/// # Errors
/// [`ClusterError::TooFewRows`] or the learner's reason.
pub(super) fn choose(matrix: &Array2<f64>, params: &ClusterParams) -> Result<(Fitted, Vec<TriedCount>), ClusterError> {
    let rows = matrix.nrows();
    let (low, high) = match params.clusters {
        ClusterCount::Fixed(k) => (k, k),
        // Two rows in a cluster at least, so that a small table can still be segmented.
        ClusterCount::Between(low, high) => (low, high.min(rows / 2).max(low)),
    };
    if rows < low {
        return Err(ClusterError::TooFewRows { rows, clusters: low });
    }
    let is_choice = low < high;
    let mut fits = (low..=high).map(|k| fit(matrix, k, params, is_choice)).collect::<Result<Vec<_>, _>>()?;
    let labelings: Vec<&[usize]> = fits.iter().map(|fit| fit.labels.as_slice()).collect();
    let silhouettes = silhouettes(matrix, &labelings, params.silhouette_sample, params.seed);
    fits.iter_mut().zip(silhouettes).for_each(|(fit, silhouette)| fit.tried.silhouette = silhouette);
    let tried: Vec<TriedCount> = fits.iter().map(|f| f.tried.clone()).collect();
    let chosen = best(fits, params).ok_or(ClusterError::TooFewRows { rows, clusters: low })?;
    Ok((chosen, tried))
}

fn fit(matrix: &Array2<f64>, clusters: usize, params: &ClusterParams, is_choice: bool) -> Result<Fitted, ClusterError> {
    let refuse = |e: KMeansError| ClusterError::Fit { clusters, reason: e.to_string() };
    let seed = params.seed.wrapping_add(clusters as u64);
    let model =
        k_means(matrix.view(), clusters, params.restarts, params.swaps * clusters, seed, params).map_err(refuse)?;
    let mut labels: Vec<usize> = model.predict(matrix).to_vec();
    let (mut centroids, mut inertia) = (model.centroids, model.inertia);
    let mixture = (params.method == Method::Gmm).then(|| Mixture::fit(matrix, &labels, clusters));
    if let Some(mixture) = &mixture {
        labels = most_likely(mixture, matrix);
        centroids = mixture.means.clone();
        let apart = |(row, label): (ArrayView1<'_, f64>, &usize)| distance(row, centroids.row(*label)).powi(2);
        inertia = matrix.rows().into_iter().zip(&labels).map(apart).sum();
    }
    let mut sizes = vec![0_usize; clusters];
    labels.iter().for_each(|c| sizes[*c] += 1);
    let smallest = sizes.iter().min().copied().unwrap_or(0);
    let tried = TriedCount {
        clusters,
        inertia,
        // Told when all counts are there.
        silhouette: 0.0,
        bic: match &mixture {
            Some(mixture) => count(mixture.parameters()) * count(matrix.nrows()).ln() - 2.0 * mixture.log_likelihood,
            None => bic(matrix, inertia, &sizes),
        },
        // Where nothing is to be chosen it is told all the same, unless there is one cluster only.
        stability: if clusters == 1 || (!is_choice && matrix.nrows() < 2 * clusters) {
            1.0
        } else {
            stability(matrix, clusters, params).map_err(refuse)?
        },
        share_min: count(smallest) / count(matrix.nrows()),
    };
    Ok(Fitted { labels, centroids, mixture, tried })
}

fn k_means(
    matrix: ArrayView2<'_, f64>,
    clusters: usize,
    restarts: usize,
    swaps: usize,
    seed: u64,
    params: &ClusterParams,
) -> Result<KMeans<f64>, KMeansError> {
    let start = Start::Search { restarts, swaps };
    let (iterations_max, tolerance) = (params.iterations_max, params.tolerance);
    KMeansParams { clusters, start, iterations_max, tolerance, seed }.fit(&DatasetBase::from(matrix))
}

/// The cluster whose weight and density at each row are largest; the first of two.
fn most_likely(mixture: &Mixture, matrix: &Array2<f64>) -> Vec<usize> {
    let clusters = mixture.weights.len();
    let penalties: Vec<f64> = (0..clusters).map(|cluster| mixture.penalty(cluster)).collect();
    let label = |row: ArrayView1<'_, f64>| {
        let cost = |cluster: usize| {
            let parts = row.iter().zip(mixture.means.row(cluster)).zip(mixture.variances.row(cluster));
            penalties[cluster] + parts.map(|((x, m), v)| (x - m) * (x - m) / v).sum::<f64>()
        };
        let costs: Vec<f64> = (0..clusters).map(cost).collect();
        (0..clusters).reduce(|best, next| if costs[next] < costs[best] { next } else { best }).unwrap_or(0)
    };
    matrix.rows().into_iter().map(label).collect()
}

/// Best silhouette (of mixtures the least BIC) among those that are stable and whose smallest cluster is large enough; fewer clusters win a tie. When no count is both,
/// the stable ones; when none is, the one whose smallest cluster is largest.
fn best(fits: Vec<Fitted>, params: &ClusterParams) -> Option<Fitted> {
    let is_large = |f: &Fitted| f.tried.share_min >= params.share_min;
    let is_stable = |f: &Fitted| f.tried.stability >= params.stability_min;
    let (any_large, any_both) = (fits.iter().any(is_large), fits.iter().any(|f| is_large(f) && is_stable(f)));
    let score = |f: &Fitted| match (any_large, params.method) {
        (true, Method::Kmeans) => f.tried.silhouette,
        (true, Method::Gmm) => -f.tried.bic,
        (false, _) => f.tried.share_min,
    };
    let may_be = |f: &Fitted| if any_both { is_large(f) && is_stable(f) } else { !any_large || is_large(f) };
    fits.into_iter().filter(may_be).reduce(|best, next| if score(&next) > score(&best) { next } else { best })
}

/// Equal spherical Gaussians around the centroids, with the shares of the clusters.
fn bic(matrix: &Array2<f64>, inertia: f64, sizes: &[usize]) -> f64 {
    let (rows, features) = (count(matrix.nrows()), count(matrix.ncols()));
    let clusters = count(sizes.len());
    let variance = (inertia / (features * (rows - clusters).max(1.0))).max(f64::MIN_POSITIVE);
    let shares: f64 = sizes.iter().filter(|n| **n > 0).map(|n| count(*n) * (count(*n) / rows).ln()).sum();
    let log_likelihood = shares
        - rows * features / 2.0 * (2.0 * std::f64::consts::PI * variance).ln()
        - (rows - clusters) * features / 2.0;
    // Shares, centroids, one variance.
    let parameters = (clusters - 1.0) + clusters * features + 1.0;
    parameters * rows.ln() - 2.0 * log_likelihood
}

/// Fits to two halves of a sample, and how far they agree on all of it (Ben-Hur, Elisseeff, Guyon 2002, with the adjusted Rand index).
fn stability(matrix: &Array2<f64>, clusters: usize, params: &ClusterParams) -> Result<f64, KMeansError> {
    let mut rng = Xoshiro256Plus::seed_from_u64(params.seed);
    let rows = matrix.nrows().min(STABILITY_ROWS);
    if rows < 2 * clusters {
        return Ok(0.0);
    }
    let mut sum = 0.0;
    for pair in 0..STABILITY_PAIRS {
        let chosen = sample(&mut rng, matrix.nrows(), rows).into_vec();
        let drawn = matrix.select(Axis(0), &chosen);
        let (first, second) = drawn.view().split_at(Axis(0), rows / 2);
        let fit = |half| k_means(half, clusters, STABILITY_RESTARTS, 0, params.seed.wrapping_add(pair), params);
        let labels = |model: KMeans<f64>| model.predict(&drawn).to_vec();
        sum += adjusted_rand_index(&labels(fit(first)?), &labels(fit(second)?));
    }
    Ok(sum / STABILITY_PAIRS as f64)
}
