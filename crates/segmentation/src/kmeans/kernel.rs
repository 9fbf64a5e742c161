//! Squared distances of a row to all centroids at once.

use linfa::Float;
use ndarray::ArrayView2;

/// Centroids side by side in one vector register or two.
const WIDTH: usize = 8;

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
            for (lane, sum) in sums.iter().enumerate() {
                if *sum < found.first {
                    found = NearestTwo { nearest: group * WIDTH + lane, first: *sum, second: found.first };
                } else if *sum < found.second {
                    found.second = *sum;
                }
            }
        }
        found
    }
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
