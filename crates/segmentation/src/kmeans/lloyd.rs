//! Lloyd's iterations (Lloyd 1982) with the bounds of Hamerly 2010: a row is compared with all centroids only when the bounds on its distances
//! to the nearest and second nearest say that it may have changed sides. The result is that of comparing always.

use linfa::Float;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::kernel::{Lanes, WIDTH, squared_distance};
use super::params::{KMeans, KMeansParams};

/// Rows of a block; partial sums are added block by block.
pub(super) const BLOCK_ROWS: usize = 4096;

/// What is known of a row between iterations.
struct RowState<F> {
    cluster: u32,
    /// At least the distance to its own centroid.
    upper: F,
    /// At most the distance to any other.
    lower: F,
}

/// What a block's rows that changed sides do to the sums of the clusters.
struct Moved {
    sums: Vec<f64>,
    counts: Vec<i64>,
    rows: usize,
}

/// Iterate from these centroids to the end.
pub(super) fn run<F: Float>(rows: ArrayView2<'_, F>, centroids: Array2<F>, params: &KMeansParams<F>) -> KMeans<F> {
    let mut run = Lloyd::new(rows, centroids);
    let tolerance = params.tolerance * mean_variance(rows);
    let mut iterations = 0;
    let mut is_settled = false;
    while !is_settled && iterations < params.iterations_max {
        iterations += 1;
        let moved = run.update();
        if run.squared_movement() <= tolerance {
            // The centroids hardly moved: rows are assigned to them once more, and that is the end.
            run.assign();
            break;
        }
        is_settled = run.assign() == 0 && moved;
    }
    KMeans { inertia: run.inertia(), centroids: run.centroids, iterations }
}

struct Lloyd<'a, F> {
    rows: ArrayView2<'a, F>,
    centroids: Array2<F>,
    states: Vec<RowState<F>>,
    /// Of each cluster's rows, by feature.
    sums: Vec<f64>,
    counts: Vec<i64>,
    /// How far each centroid moved in the last update.
    movements: Vec<F>,
}

impl<'a, F: Float> Lloyd<'a, F> {
    fn new(rows: ArrayView2<'a, F>, centroids: Array2<F>) -> Self {
        let (clusters, features) = centroids.dim();
        let states =
            (0..rows.nrows()).map(|_| RowState { cluster: 0, upper: F::infinity(), lower: F::zero() }).collect();
        let mut run = Lloyd {
            rows,
            centroids,
            states,
            sums: vec![0.0; clusters * features],
            counts: vec![0; clusters],
            movements: vec![F::zero(); clusters],
        };
        // Every row begins in no cluster.
        run.assign_rows(true);
        run
    }

    fn clusters(&self) -> usize {
        self.centroids.nrows()
    }

    /// Assign rows to the nearest centroid; how many changed sides.
    fn assign(&mut self) -> usize {
        self.assign_rows(false)
    }

    fn assign_rows(&mut self, is_first: bool) -> usize {
        let (clusters, features) = self.centroids.dim();
        let lanes = Lanes::new(self.centroids.view());
        let half_gaps = self.half_gaps();
        let bounds = Bounds { movements: &self.movements, others: largest_other(&self.movements), half_gaps };
        let Some(values) = self.rows.as_slice() else { return 0 };
        let centroids = self.centroids.as_slice().unwrap_or_default();
        let blocks: Vec<Moved> = self
            .states
            .par_chunks_mut(BLOCK_ROWS)
            .zip(values.par_chunks(BLOCK_ROWS * features))
            .map(|(states, values)| {
                let mut moved = Moved { sums: Vec::new(), counts: vec![0; clusters], rows: 0 };
                let undecided = if is_first { (0..states.len()).collect() } else { bounds.undecided(states) };
                for place in undecided {
                    let (state, row) = (&mut states[place], &values[place * features..(place + 1) * features]);
                    let own = state.cluster as usize;
                    // A look at its own centroid alone pays where all others are more than one group of lanes.
                    if clusters > WIDTH && !is_first {
                        let centroid = &centroids[own * features..(own + 1) * features];
                        state.upper = squared_distance(row, centroid).sqrt() * slack();
                        if state.upper < bounds.of(state) {
                            continue;
                        }
                    }
                    let found = lanes.nearest_two(row);
                    state.upper = found.first.sqrt() * slack();
                    state.lower = found.second.sqrt() / slack();
                    if is_first || found.nearest != own {
                        moved.add(row, found.nearest, features, 1);
                        if !is_first {
                            moved.add(row, own, features, -1);
                        }
                        moved.rows += 1;
                        state.cluster = u32::try_from(found.nearest).unwrap_or(0);
                    }
                }
                moved
            })
            .collect();
        for block in &blocks {
            self.sums.iter_mut().zip(&block.sums).for_each(|(sum, part)| *sum += part);
            self.counts.iter_mut().zip(&block.counts).for_each(|(sum, part)| *sum += part);
        }
        blocks.iter().map(|block| block.rows).sum()
    }

    /// Centroids become the means of their rows; one without rows takes the row that is farthest from its own.
    /// Whether every cluster had rows.
    fn update(&mut self) -> bool {
        let features = self.centroids.ncols();
        let empty: Vec<usize> = (0..self.clusters()).filter(|cluster| self.counts[*cluster] == 0).collect();
        for cluster in &empty {
            self.move_farthest_row_to(*cluster);
        }
        for cluster in 0..self.clusters() {
            let count = f64::from(u32::try_from(self.counts[cluster]).unwrap_or(u32::MAX));
            let mut squared = F::zero();
            for (value, sum) in self.centroids.row_mut(cluster).iter_mut().zip(&self.sums[cluster * features..]) {
                let mean = if count > 0.0 { F::cast(sum / count) } else { *value };
                squared += (mean - *value) * (mean - *value);
                *value = mean;
            }
            self.movements[cluster] = squared.sqrt();
        }
        empty.is_empty()
    }

    /// The first of those that are farthest; clusters with one row keep it.
    fn move_farthest_row_to(&mut self, cluster: usize) {
        let features = self.centroids.ncols();
        let mut farthest: Option<(usize, F)> = None;
        for (place, (state, row)) in self.states.iter().zip(self.rows.rows()).enumerate() {
            let own = state.cluster as usize;
            let Some(row) = row.to_slice() else { continue };
            if self.counts[own] < 2 {
                continue;
            }
            let Some(centroid) = self.centroids.row(own).to_slice() else { continue };
            let away = squared_distance(row, centroid);
            if farthest.is_none_or(|(_, most)| away > most) {
                farthest = Some((place, away));
            }
        }
        let Some((place, _)) = farthest else { return };
        let own = self.states[place].cluster as usize;
        for feature in 0..features {
            let value: f64 = self.rows[(place, feature)].to_f64().unwrap_or(0.0);
            self.sums[own * features + feature] -= value;
            self.sums[cluster * features + feature] = value;
        }
        self.counts[own] -= 1;
        self.counts[cluster] = 1;
        self.states[place] =
            RowState { cluster: u32::try_from(cluster).unwrap_or(0), upper: F::infinity(), lower: F::zero() };
    }

    fn squared_movement(&self) -> f64 {
        self.movements.iter().map(|m| m.to_f64().unwrap_or(0.0).powi(2)).sum()
    }

    /// Half the distance of each centroid to the nearest other: a row that is nearer than this to its own is nearer to no other.
    fn half_gaps(&self) -> Vec<F> {
        let centroid = |cluster: usize| self.centroids.row(cluster).to_slice().unwrap_or_default();
        let gap = |cluster: usize| {
            let others = (0..self.clusters()).filter(|other| *other != cluster);
            let nearest = others.map(|other| squared_distance(centroid(cluster), centroid(other)));
            nearest.fold(F::infinity(), |least, d| if d < least { d } else { least }).sqrt() / F::cast(2.0)
        };
        (0..self.clusters()).map(gap).collect()
    }

    /// Sum of squared distances to the assigned centroids.
    fn inertia(&self) -> f64 {
        inertia(self.rows, &self.centroids, |row| self.states[row].cluster as usize)
    }
}

/// Sum of squared distances of rows to the centroids that they are assigned to, in double precision.
fn inertia<F: Float>(rows: ArrayView2<'_, F>, centroids: &Array2<F>, cluster: impl Fn(usize) -> usize + Sync) -> f64 {
    let starts: Vec<usize> = (0..rows.nrows()).step_by(BLOCK_ROWS).collect();
    let parts: Vec<f64> = starts
        .par_iter()
        .map(|start| {
            (*start..(start + BLOCK_ROWS).min(rows.nrows()))
                .map(|row| {
                    let apart = rows.row(row).into_iter().zip(centroids.row(cluster(row)));
                    apart.map(|(x, c)| (x.to_f64().unwrap_or(0.0) - c.to_f64().unwrap_or(0.0)).powi(2)).sum::<f64>()
                })
                .sum()
        })
        .collect();
    parts.iter().sum()
}

impl Moved {
    /// A row comes (1) or goes (−1).
    #[inline(always)]
    fn add<F: Float>(&mut self, row: &[F], cluster: usize, features: usize, times: i64) {
        if self.sums.is_empty() {
            self.sums = vec![0.0; self.counts.len() * features];
        }
        self.counts[cluster] += times;
        let sign = if times > 0 { 1.0 } else { -1.0 };
        for (sum, value) in self.sums[cluster * features..(cluster + 1) * features].iter_mut().zip(row) {
            *sum += sign * value.to_f64().unwrap_or(0.0);
        }
    }
}

/// What makes up for the rounding of a distance.
fn slack<F: Float>() -> F {
    F::one() + F::epsilon() * F::cast(8.0)
}

/// What bounds of rows are after centroids have moved.
struct Bounds<'a, F> {
    movements: &'a [F],
    /// How far any other centroid moved at most.
    others: Vec<F>,
    half_gaps: Vec<F>,
}

impl<F: Float> Bounds<'_, F> {
    /// What a row's distance to its own centroid has to reach before another one can be nearer.
    #[inline(always)]
    fn of(&self, state: &RowState<F>) -> F {
        let gap = self.half_gaps[state.cluster as usize];
        if state.lower > gap { state.lower } else { gap }
    }

    /// Loosen the bounds of these rows; places of those that may have changed sides.
    fn undecided(&self, states: &mut [RowState<F>]) -> Vec<usize> {
        let (grow, shrink) = (slack(), F::one() / slack());
        let mut places = vec![0; states.len()];
        let mut count = 0;
        for (place, state) in states.iter_mut().enumerate() {
            let own = state.cluster as usize;
            state.upper = (state.upper + self.movements[own]) * grow;
            state.lower = (state.lower - self.others[own]) * shrink;
            places[count] = place;
            // Without a branch: every second row would go the other way.
            count += usize::from(state.upper >= self.of(state));
        }
        places.truncate(count);
        places
    }
}

/// The largest of the others, for each.
fn largest_other<F: Float>(values: &[F]) -> Vec<F> {
    let largest = |own: usize| {
        let others = values.iter().enumerate().filter(|(other, _)| *other != own);
        others.fold(F::zero(), |most, (_, value)| if *value > most { *value } else { most })
    };
    (0..values.len()).map(largest).collect()
}

/// Mean over features of their population variance.
fn mean_variance<F: Float>(rows: ArrayView2<'_, F>) -> f64 {
    let (count, features) = (rows.nrows(), rows.ncols());
    let starts: Vec<usize> = (0..count).step_by(BLOCK_ROWS).collect();
    let summed = |value: &(dyn Fn(f64, usize) -> f64 + Sync)| -> Vec<f64> {
        let parts: Vec<Vec<f64>> = starts
            .par_iter()
            .map(|start| {
                let mut sums = vec![0.0; features];
                for row in *start..(start + BLOCK_ROWS).min(count) {
                    for (feature, x) in rows.row(row).iter().enumerate() {
                        sums[feature] += value(x.to_f64().unwrap_or(0.0), feature);
                    }
                }
                sums
            })
            .collect();
        let mut sums = vec![0.0; features];
        parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, p)| *sum += p));
        sums.iter().map(|sum| sum / crate::evaluation::count(count)).collect()
    };
    let means = summed(&|x, _| x);
    let variances = summed(&|x, feature| (x - means[feature]).powi(2));
    variances.iter().sum::<f64>() / crate::evaluation::count(features)
}
