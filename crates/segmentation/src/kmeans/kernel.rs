//! Squared distances of a row to all centroids at once.

use std::array::from_fn;

use linfa::Float;
use ndarray::ArrayView2;

/// Centroids side by side in one vector register or two.
pub(super) const WIDTH: usize = 8;

/// Centroids in groups of [`WIDTH`], feature by feature, so that one value of a row meets all of a group in a few instructions. Lanes
/// without a centroid are infinitely far away.
pub(super) struct Lanes<F> {
    features: usize,
    groups: Vec<F>,
}

/// The two nearest centroids; the first one wins a tie.
#[derive(Debug, Clone, Copy)]
pub(super) struct NearestTwo<F> {
    pub nearest: usize,
    /// Squared distances.
    pub first: F,
    pub second: F,
}

impl<F: Float> Lanes<F> {
    pub fn new(centroids: ArrayView2<'_, F>) -> Self {
        let (clusters, features) = centroids.dim();
        let mut groups = vec![F::infinity(); clusters.div_ceil(WIDTH) * features * WIDTH];
        for (cluster, centroid) in centroids.rows().into_iter().enumerate() {
            for (feature, value) in centroid.iter().enumerate() {
                groups[(cluster / WIDTH * features + feature) * WIDTH + cluster % WIDTH] = *value;
            }
        }
        Lanes { features, groups }
    }

    #[inline(always)]
    pub fn nearest_two(&self, row: &[F]) -> NearestTwo<F> {
        let mut found = NearestTwo { nearest: 0, first: F::infinity(), second: F::infinity() };
        for (group, lanes) in self.groups.chunks_exact(self.features * WIDTH).enumerate() {
            let mut sums = [F::zero(); WIDTH];
            for (value, lanes) in row.iter().zip(lanes.chunks_exact(WIDTH)) {
                for (sum, lane) in sums.iter_mut().zip(lanes) {
                    let apart = *value - *lane;
                    *sum += apart * apart;
                }
            }
            let (first, second) = smallest_two(&sums);
            if first < found.first {
                let lane = sums.iter().position(|sum| *sum == first).unwrap_or(0);
                found = NearestTwo { nearest: group * WIDTH + lane, first, second: smaller(found.first, second) };
            } else {
                found.second = smaller(found.second, first);
            }
        }
        found
    }
}

/// The smallest and the second smallest lane, by halves and without branches.
#[inline(always)]
fn smallest_two<F: Float>(lanes: &[F; WIDTH]) -> (F, F) {
    let firsts: [F; 4] = from_fn(|lane| smaller(lanes[lane], lanes[lane + 4]));
    let seconds: [F; 4] = from_fn(|lane| larger(lanes[lane], lanes[lane + 4]));
    let both = |firsts: (F, F), seconds: (F, F)| {
        (smaller(firsts.0, firsts.1), smaller(larger(firsts.0, firsts.1), smaller(seconds.0, seconds.1)))
    };
    let halves: [(F, F); 2] =
        from_fn(|lane| both((firsts[lane], firsts[lane + 2]), (seconds[lane], seconds[lane + 2])));
    both((halves[0].0, halves[1].0), (halves[0].1, halves[1].1))
}

#[inline(always)]
fn smaller<F: Float>(a: F, b: F) -> F {
    if a < b { a } else { b }
}

#[inline(always)]
fn larger<F: Float>(a: F, b: F) -> F {
    if a < b { b } else { a }
}

/// Squared Euclidean distance, summed in eight lanes whatever the processor.
#[inline(always)]
pub(crate) fn squared_distance<F: Float>(a: &[F], b: &[F]) -> F {
    let mut sums = [F::zero(); WIDTH];
    let (whole_a, whole_b) = (a.chunks_exact(WIDTH), b.chunks_exact(WIDTH));
    let rest = whole_a.remainder().iter().zip(whole_b.remainder());
    for (a, b) in whole_a.zip(whole_b) {
        for (sum, (x, y)) in sums.iter_mut().zip(a.iter().zip(b)) {
            let apart = *x - *y;
            *sum += apart * apart;
        }
    }
    for (sum, (x, y)) in sums.iter_mut().zip(rest) {
        let apart = *x - *y;
        *sum += apart * apart;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}
