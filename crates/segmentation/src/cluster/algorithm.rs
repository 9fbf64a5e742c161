//! k-means (k-means++ seeds, restarts) through linfa, and the choice of k.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::KMeans;
use linfa_nn::distance::L2Dist;
use ndarray::Array2;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::error::ClusterError;
use super::naming::names;
use super::params::{ClusterCount, ClusterParams};
use super::result::{Segment, Segmentation, TriedCount};
use crate::evaluation::{count, distance, mean, silhouette};
use crate::feature::FeatureFrame;

/// Segment the rows of a frame. Same frame and seed give the same result on any number of threads.
///
/// # Errors
/// [`ClusterError`] with what to change.
pub fn segment(frame: &FeatureFrame, params: &ClusterParams) -> Result<Segmentation, ClusterError> {
    let matrix = frame.matrix()?;
    let rows = matrix.nrows();
    let (low, high) = match params.clusters {
        ClusterCount::Fixed(k) => (k, k),
        // Two rows in a cluster at least, so that a small table can still be segmented.
        ClusterCount::Between(low, high) => (low, high.min(rows / 2).max(low)),
    };
    if rows < low {
        return Err(ClusterError::TooFewRows { rows, clusters: low });
    }
    let fits = (low..=high).map(|k| fit(&matrix, k, params)).collect::<Result<Vec<_>, _>>()?;
    let tried: Vec<TriedCount> = fits.iter().map(|f| f.tried.clone()).collect();
    let chosen = choose(fits, params.share_min).ok_or(ClusterError::TooFewRows { rows, clusters: low })?;
    describe(frame, &matrix, chosen, tried, params)
}

struct Fitted {
    labels: Vec<usize>,
    centroids: Array2<f64>,
    tried: TriedCount,
}

fn fit(matrix: &Array2<f64>, clusters: usize, params: &ClusterParams) -> Result<Fitted, ClusterError> {
    let refuse = |reason: String| ClusterError::Fit { clusters, reason };
    let rng = Xoshiro256Plus::seed_from_u64(params.seed.wrapping_add(clusters as u64));
    let dataset = DatasetBase::from(matrix.view());
    let model = KMeans::params_with(clusters, rng, L2Dist)
        .n_runs(params.restarts.max(1))
        .max_n_iterations(params.iterations_max)
        .tolerance(params.tolerance)
        .fit(&dataset)
        .map_err(|e| refuse(e.to_string()))?;
    let labels: Vec<usize> = model.predict(matrix).to_vec();
    let centroids = model.centroids().to_owned();
    let inertia = labels.iter().enumerate().map(|(row, c)| distance(matrix.row(row), centroids.row(*c)).powi(2)).sum();
    let mut sizes = vec![0_usize; clusters];
    labels.iter().for_each(|c| sizes[*c] += 1);
    let smallest = sizes.iter().min().copied().unwrap_or(0);
    let tried = TriedCount {
        clusters,
        inertia,
        silhouette: silhouette(matrix, &labels, params.silhouette_sample, params.seed),
        share_min: count(smallest) / count(matrix.nrows()),
    };
    Ok(Fitted { labels, centroids, tried })
}

/// Best silhouette among those whose smallest cluster is large enough; fewer clusters win a tie. When every count has
/// too small a cluster, the one whose smallest cluster is largest.
fn choose(fits: Vec<Fitted>, share_min: f64) -> Option<Fitted> {
    let large_enough = |f: &Fitted| f.tried.share_min >= share_min;
    let any = fits.iter().any(large_enough);
    let score = |f: &Fitted| match any {
        true => f.tried.silhouette,
        false => f.tried.share_min,
    };
    fits.into_iter().filter(|f| !any || large_enough(f)).reduce(
        |best, next| {
            if score(&next) > score(&best) { next } else { best }
        },
    )
}

fn describe(
    frame: &FeatureFrame,
    matrix: &Array2<f64>,
    fitted: Fitted,
    tried: Vec<TriedCount>,
    params: &ClusterParams,
) -> Result<Segmentation, ClusterError> {
    let Fitted { labels, centroids, tried: chosen } = fitted;
    let clusters = chosen.clusters;
    let features: Vec<String> = frame.specs.iter().map(|s| s.column.clone()).collect();
    let ordering = match &params.order_by {
        None => 0,
        Some(wanted) => features
            .iter()
            .position(|f| f == wanted)
            .ok_or_else(|| ClusterError::OrderBy { wanted: wanted.clone(), found: features.join(", ") })?,
    };
    let original: Vec<Vec<f64>> = frame
        .original
        .columns()
        .iter()
        .map(|c| c.f64().map(|values| values.into_no_null_iter().collect()))
        .collect::<Result<_, _>>()
        .map_err(crate::feature::FeatureError::from)?;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clusters];
    labels.iter().enumerate().for_each(|(row, c)| members[*c].push(row));
    let mean_of = |rows: &[usize], column: &[f64]| mean(&rows.iter().map(|r| column[*r]).collect::<Vec<_>>());
    let means: Vec<Vec<f64>> =
        members.iter().map(|rows| original.iter().map(|column| mean_of(rows, column)).collect()).collect();
    // Largest mean first; clusters that are equal in it are told apart by their first row.
    let mut order: Vec<usize> = (0..clusters).collect();
    order.sort_by(|a, b| {
        means[*b][ordering].total_cmp(&means[*a][ordering]).then(members[*a].first().cmp(&members[*b].first()))
    });
    let number: Vec<usize> = (0..clusters).map(|c| order.iter().position(|o| *o == c).unwrap_or(c) + 1).collect();
    let named = names(&standing(frame, matrix, &members, &order), &frame.specs);
    let rows = count(labels.len());
    let segments = order
        .iter()
        .zip(named)
        .enumerate()
        .map(|(index, (cluster, segment_name))| Segment {
            segment: index + 1,
            segment_name,
            size: members[*cluster].len(),
            share: count(members[*cluster].len()) / rows,
            means: means[*cluster].clone(),
        })
        .collect();
    let distances = labels.iter().enumerate().map(|(row, c)| distance(matrix.row(row), centroids.row(*c))).collect();
    Ok(Segmentation {
        ids: frame.ids.clone(),
        labels: labels.iter().map(|c| number[*c]).collect(),
        distances,
        features,
        segments,
        clusters,
        inertia: chosen.inertia,
        silhouette: chosen.silhouette,
        tried,
        constant: frame.constant.clone(),
        seed: params.seed,
    })
}

/// Where each segment (in order) stands in each declared feature, in standard deviations of the model units.
fn standing(frame: &FeatureFrame, matrix: &Array2<f64>, members: &[Vec<usize>], order: &[usize]) -> Vec<Vec<f64>> {
    let scaled: Vec<String> = frame.scaled.get_column_names().iter().map(ToString::to_string).collect();
    let place = |feature: &str| scaled.iter().position(|s| s == feature);
    let population: Vec<(f64, f64)> = (0..matrix.ncols())
        .map(|column| {
            let values = matrix.column(column).to_vec();
            let middle = mean(&values);
            let variance = mean(&values.iter().map(|v| (v - middle).powi(2)).collect::<Vec<_>>());
            (middle, variance.sqrt())
        })
        .collect();
    order
        .iter()
        .map(|cluster| {
            let of_feature = |feature: &str| {
                let Some(column) = place(feature) else { return 0.0 };
                let (middle, deviation) = population[column];
                let own = mean(&members[*cluster].iter().map(|r| matrix[(*r, column)]).collect::<Vec<_>>());
                if deviation > 0.0 { (own - middle) / deviation } else { 0.0 }
            };
            frame.specs.iter().map(|spec| of_feature(&spec.column)).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::{FeatureSpec, Transform};
    use arrow::array::{Float64Array, RecordBatch, StringArray};
    use std::sync::Arc;

    fn frame(points: &[(f64, f64)], reversed: bool) -> FeatureFrame {
        let mut rows: Vec<(String, (f64, f64))> =
            points.iter().enumerate().map(|(i, p)| (format!("c{i}"), *p)).collect();
        if reversed {
            rows.reverse();
        }
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(rows.iter().map(|r| Some(r.0.as_str())).collect::<StringArray>()) as _),
            ("x", Arc::new(rows.iter().map(|r| Some(r.1.0)).collect::<Float64Array>()) as _),
            ("y", Arc::new(rows.iter().map(|r| Some(r.1.1)).collect::<Float64Array>()) as _),
        ])
        .unwrap();
        let specs = ["x", "y"].map(|c| FeatureSpec::of_column(c, Transform::None));
        FeatureFrame::build(&[batch], "id", &specs).unwrap()
    }

    const SIX: [(f64, f64); 6] = [(0., 0.), (0., 2.), (2., 0.), (10., 10.), (10., 12.), (12., 10.)];

    #[test]
    fn six_points_make_two_segments_for_any_seed_and_order() {
        // Acceptance N6.
        for seed in 0..20 {
            let params = ClusterParams { clusters: ClusterCount::Fixed(2), seed, ..ClusterParams::default() };
            let result = segment(&frame(&SIX, seed % 2 == 0), &params).unwrap();
            assert!((result.inertia - 10.666_667).abs() < 1e-6);
            assert!((result.silhouette - 0.839_816).abs() < 1e-6);
            assert_eq!(result.labels, [2, 2, 2, 1, 1, 1]);
            assert!((result.segments[0].means[0] - 10.666_667).abs() < 1e-6);
            assert!((result.segments[1].means[1] - 0.666_667).abs() < 1e-6);
        }
    }

    #[test]
    fn the_count_is_chosen_and_the_table_of_tries_kept() {
        let params = ClusterParams { clusters: ClusterCount::Between(2, 5), ..ClusterParams::default() };
        let result = segment(&frame(&SIX, false), &params).unwrap();
        assert_eq!(result.clusters, 2);
        assert_eq!(result.tried.iter().map(|t| t.clusters).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn too_few_rows_say_so() {
        let params = ClusterParams { clusters: ClusterCount::Fixed(7), ..ClusterParams::default() };
        let refused = segment(&frame(&SIX, false), &params).unwrap_err();
        assert!(refused.to_string().contains("6 row(s) cannot form 7 segments"), "{refused}");
    }

    #[test]
    fn cluster_counts_are_written_three_ways() {
        assert_eq!("auto".parse(), Ok(ClusterCount::Between(4, 10)));
        assert_eq!("3..8".parse(), Ok(ClusterCount::Between(3, 8)));
        assert_eq!("5".parse(), Ok(ClusterCount::Fixed(5)));
        for wrong in ["0", "8..3", "1..4", "many"] {
            assert!(wrong.parse::<ClusterCount>().is_err(), "{wrong}");
        }
    }
}
