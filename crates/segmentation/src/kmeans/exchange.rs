//! Rows moved one at a time while that lowers the inertia (Hartigan and Wong 1979): where Lloyd's iterations rest, a single row may still be
//! better off in another cluster, since both centroids move with it.

use linfa::Float;
use ndarray::{Array2, ArrayView2};

use super::kernel::{Lanes, squared_distance};

/// Passes over all rows at most.
const PASSES_MAX: usize = 50;
/// A move must lower the inertia by so much of what the row costs, so that rounding does not move rows to and fro.
const GAIN_MIN: f64 = 1e-9;

/// Centroids after all moves that pay; `None` when none does. For tables of moderate size: one row after the other.
pub(super) fn exchange<F: Float>(rows: ArrayView2<'_, F>, centroids: &Array2<F>) -> Option<Array2<F>> {
    let (clusters, features) = centroids.dim();
    let lanes = Lanes::new(centroids.view());
    let values: Vec<f64> = rows.iter().map(|x| x.to_f64().unwrap_or(0.0)).collect();
    let row = |place: usize| &values[place * features..(place + 1) * features];
    let nearest = |row: ndarray::ArrayView1<'_, F>| row.to_slice().map_or(0, |row| lanes.nearest_two(row).nearest);
    let mut labels: Vec<usize> = rows.rows().into_iter().map(nearest).collect();
    let mut counts = vec![0.0; clusters];
    let mut means = vec![0.0; clusters * features];
    for (place, label) in labels.iter().enumerate() {
        counts[*label] += 1.0;
        for (mean, x) in means[label * features..].iter_mut().zip(row(place)) {
            *mean += x;
        }
    }
    for (cluster, count) in counts.iter().enumerate() {
        means[cluster * features..(cluster + 1) * features].iter_mut().for_each(|mean| *mean /= f64::max(*count, 1.0));
    }
    let mut moves = 0_usize;
    for _ in 0..PASSES_MAX {
        let moves_before = moves;
        for (place, label) in labels.iter_mut().enumerate() {
            let (here, own) = (row(place), *label);
            if counts[own] < 2.0 {
                continue;
            }
            let away = |cluster: usize| squared_distance(here, &means[cluster * features..(cluster + 1) * features]);
            let saved = counts[own] / (counts[own] - 1.0) * away(own);
            let cost = |cluster: usize| counts[cluster] / (counts[cluster] + 1.0) * away(cluster);
            let others = (0..clusters).filter(|cluster| *cluster != own).map(|cluster| (cost(cluster), cluster));
            let Some((least, other)) = others.reduce(|best, next| if next.0 < best.0 { next } else { best }) else {
                continue;
            };
            if saved - least <= GAIN_MIN * saved {
                continue;
            }
            for (feature, x) in here.iter().enumerate() {
                let (from, to) = (own * features + feature, other * features + feature);
                means[from] -= (x - means[from]) / (counts[own] - 1.0);
                means[to] += (x - means[to]) / (counts[other] + 1.0);
            }
            counts[own] -= 1.0;
            counts[other] += 1.0;
            *label = other;
            moves += 1;
        }
        if moves == moves_before {
            break;
        }
    }
    (moves > 0).then(|| Array2::from_shape_fn((clusters, features), |(c, f)| F::cast(means[c * features + f])))
}
