//! Groups by density, and who is in none (DBSCAN; Ester, Kriegel, Sander, Xu 1996), by linfa: to find outliers, not to keep a model.

use linfa::ParamGuard;
use linfa::traits::Transformer;
use linfa_clustering::Dbscan;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::error::ClusterError;
use crate::evaluation::{count, distance, mean};
use crate::feature::FeatureFrame;

/// Rows whose neighbourhoods say how far a neighbour may be.
const REACH_ROWS: usize = 1_000;
/// Of these rows so many shall have neighbours enough.
const REACH_SHARE: f64 = 0.95;

/// Rows in dense groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Group of each row from 1, the largest mean of the first feature first; 0 for rows in none: outliers.
    pub groups: Vec<usize>,
    /// Distance to the mean of the group, of outliers to the nearest one, in model units.
    pub distances: Vec<f64>,
    /// How far a neighbour may be, in model units.
    pub reach: f64,
    /// Neighbours, the row with them, that make a place dense.
    pub neighbours: usize,
}

/// Groups of the rows of a frame. A place is dense with twice as many rows within reach as there are features, five at least; the reach is such that 95 % of a
/// seeded sample have so many.
///
/// # Errors
/// [`ClusterError`] when there are fewer rows than that.
pub fn density(frame: &FeatureFrame, seed: u64) -> Result<Density, ClusterError> {
    let matrix = frame.matrix()?;
    let neighbours = (2 * matrix.ncols()).max(5);
    if matrix.nrows() < neighbours {
        return Err(ClusterError::TooFewNeighbours { rows: matrix.nrows(), neighbours });
    }
    let reach = reach(&matrix, neighbours, seed);
    let refuse = |e: &dyn std::fmt::Display| ClusterError::Fit { clusters: 0, reason: e.to_string() };
    let params = Dbscan::params::<f64>(neighbours).tolerance(reach).check().map_err(|e| refuse(&e))?;
    let found: Array1<Option<usize>> = params.transform(&matrix);
    let clusters = found.iter().flatten().max().map_or(0, |last| last + 1);
    let rows_of = |cluster: usize| -> Vec<usize> {
        found.iter().enumerate().filter(|(_, c)| **c == Some(cluster)).map(|(row, _)| row).collect()
    };
    let means: Vec<Array1<f64>> = (0..clusters)
        .map(|cluster| matrix.select(Axis(0), &rows_of(cluster)).mean_axis(Axis(0)).unwrap_or_default())
        .collect();
    let first = |cluster: usize| mean(&rows_of(cluster).iter().map(|row| matrix[(*row, 0)]).collect::<Vec<_>>());
    let firsts: Vec<f64> = (0..clusters).map(first).collect();
    let mut order: Vec<usize> = (0..clusters).collect();
    order.sort_by(|a, b| firsts[*b].total_cmp(&firsts[*a]).then(a.cmp(b)));
    let number = |cluster: usize| order.iter().position(|c| *c == cluster).map_or(0, |place| place + 1);
    let away = |row: usize, cluster: Option<usize>| {
        let near = |c: usize| distance(matrix.row(row), means[c].view());
        cluster.map_or_else(|| (0..clusters).map(near).fold(f64::INFINITY, f64::min), near)
    };
    let distances: Vec<f64> = found.iter().enumerate().map(|(row, cluster)| away(row, *cluster)).collect();
    Ok(Density {
        groups: found.iter().map(|cluster| cluster.map_or(0, number)).collect(),
        // Without any group there is nothing to be away from.
        distances: distances.into_iter().map(|d| if d.is_finite() { d } else { 0.0 }).collect(),
        reach,
        neighbours,
    })
}

/// The distance within which most rows have neighbours enough; above zero.
fn reach(matrix: &Array2<f64>, neighbours: usize, seed: u64) -> f64 {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let rows = sample(&mut rng, matrix.nrows(), matrix.nrows().min(REACH_ROWS)).into_vec();
    let mut reaches: Vec<f64> = rows
        .par_iter()
        .map(|row| {
            let mut distances: Vec<f64> =
                matrix.rows().into_iter().map(|other| distance(matrix.row(*row), other)).collect();
            // The row itself is the first of them.
            let (_, at, _) = distances.select_nth_unstable_by(neighbours - 1, f64::total_cmp);
            *at
        })
        .collect();
    reaches.sort_by(f64::total_cmp);
    // A share of a thousand.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let place = (count(reaches.len() - 1) * REACH_SHARE).round() as usize;
    reaches[place].max(1e-9)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};

    use super::*;
    use crate::feature::{FeatureSpec, Transform};

    #[test]
    fn two_dense_groups_and_three_who_are_in_none() {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for n in 0..100 {
            let (x, y) = (f64::from(n % 10) * 0.1, f64::from(n / 10) * 0.1);
            points.push((x, y));
            points.push((x + 50.0, y));
        }
        points.extend([(25.0, 25.0), (-30.0, 4.0), (80.0, -9.0)]);
        let ids: StringArray = (0..points.len()).map(|n| Some(format!("{n:04}"))).collect();
        let column = |of: fn(&(f64, f64)) -> f64| Arc::new(points.iter().map(of).collect::<Float64Array>()) as ArrayRef;
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(ids) as ArrayRef),
            ("x", column(|p| p.0)),
            ("y", column(|p| p.1)),
        ])
        .unwrap();
        let specs = ["x", "y"].map(|c| FeatureSpec::of_column(c, Transform::None));
        let frame = FeatureFrame::fit(&[batch], "id", &specs).unwrap().frame;
        let found = density(&frame, 1).unwrap();
        let expect: Vec<usize> = (0..200).map(|n| if n % 2 == 0 { 2 } else { 1 }).chain([0, 0, 0]).collect();
        assert_eq!(found.groups, expect);
        assert!(found.distances[202] > 30.0 && found.distances[0] < 1.0);
    }

    #[test]
    fn the_same_row_again_and_again_is_one_group() {
        let ids: StringArray = (0..300).map(|n| Some(format!("{n:04}"))).collect();
        let values: Float64Array = (0..300).map(|n| Some(if n < 299 { 1.0 } else { 9.0 })).collect();
        let batch =
            RecordBatch::try_from_iter([("id", Arc::new(ids) as ArrayRef), ("x", Arc::new(values) as ArrayRef)])
                .unwrap();
        let frame = FeatureFrame::fit(&[batch], "id", &[FeatureSpec::of_column("x", Transform::None)]).unwrap().frame;
        let found = density(&frame, 1).unwrap();
        assert_eq!(found.groups.iter().filter(|g| **g == 1).count(), 299);
        assert_eq!(found.groups[299], 0);
    }
}
