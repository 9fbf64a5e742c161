//! A fitted clustering: frozen, kept with its table of tries, and applied to the rows of any later day.

use arrow::array::RecordBatch;
use ndarray::{Array2, ArrayView1};
use serde::{Deserialize, Serialize};

use super::choice::{Fitted, TriedCount, choose};
use super::error::ClusterError;
use super::naming::{SegmentName, names};
use super::params::{ClusterParams, Method};
use crate::evaluation::{count, mean};
use crate::feature::{FeatureFrame, FeatureProfile, FeatureSpec, FittedFeature, FittedFrame};
use crate::kmeans::match_centroids;

/// Weighting exponent of soft membership.
const FUZZINESS: f64 = 2.0;

/// One segment of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Number, from 1; in a first model 1 stands highest in the ordering feature, in later ones numbers keep their meaning.
    pub segment: usize,
    /// Name by rule from the profile of the model that had it first.
    pub name: SegmentName,
    /// Rows of the fit.
    pub size: usize,
    /// Share of all rows of the fit.
    pub share: f64,
    /// Mean of each feature in original units.
    pub means: Vec<f64>,
    /// In model units.
    pub centroid: Vec<f64>,
    /// Of a mixture: the variance of each feature in model units, and what a row pays for belonging here whatever its values, ln of all variances
    /// less twice the ln of the share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaussian: Option<Gaussian>,
}

/// The spread of a segment of a mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gaussian {
    /// Of each feature.
    pub variances: Vec<f64>,
    /// −2 × ln of share and density at the centre, without what all segments share.
    pub penalty: f64,
}

/// A clustering with all that is needed to apply it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterModel {
    /// How it was found.
    pub method: Method,
    /// Features, in the order of means and centroids.
    pub features: Vec<FittedFeature>,
    /// What the columns looked like.
    pub profiles: Vec<FeatureProfile>,
    /// Declared features that were constant and left out.
    pub constant: Vec<String>,
    /// Segments by number.
    pub segments: Vec<Segment>,
    /// Within-cluster sum of squared distances, in model units.
    pub inertia: f64,
    /// Mean silhouette width.
    pub silhouette: f64,
    /// Agreement of fits to halves of the rows.
    pub stability: f64,
    /// Every count that was tried.
    pub tried: Vec<TriedCount>,
    /// Rows of the fit.
    pub rows: usize,
    /// Seed.
    pub seed: u64,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Place of its segment in [`ClusterModel::segments`].
    pub place: usize,
    /// Distance to the segment's centroid, in model units.
    pub distance: f64,
    /// How far it belongs there, 0 to 1: fuzzy membership with m = 2 (Bezdek 1981).
    pub membership: f64,
    /// Place of the next nearest segment; its own when there is one only.
    pub second_place: usize,
}

impl ClusterModel {
    /// Fit a model to the rows of a table. With a model that came before, segments that continue its segments keep their numbers and names.
    ///
    /// # Errors
    /// [`ClusterError`] with what to change.
    pub fn fit(
        batches: &[RecordBatch],
        id: &str,
        specs: &[FeatureSpec],
        params: &ClusterParams,
        before: Option<&ClusterModel>,
    ) -> Result<Self, ClusterError> {
        let FittedFrame { frame, profiles, constant } = FeatureFrame::fit(batches, id, specs)?;
        let matrix = frame.matrix()?;
        let (fitted, tried) = choose(&matrix, params)?;
        let mut segments = segments(&frame, &matrix, &fitted, specs, params)?;
        if let Some(before) = before {
            // The rows as the model before saw them; where a column of its is gone, nothing continues.
            if let Ok(then) = FeatureFrame::apply(batches, id, &before.features) {
                continue_segments(&mut segments, &then.matrix()?, &fitted.labels, before);
            }
        }
        segments.sort_by_key(|(segment, _)| segment.segment);
        let TriedCount { inertia, silhouette, stability, .. } = fitted.tried;
        Ok(ClusterModel {
            method: params.method,
            features: frame.features,
            profiles,
            constant,
            segments: segments.into_iter().map(|(segment, _)| segment).collect(),
            inertia,
            silhouette,
            stability,
            tried,
            rows: frame.ids.len(),
            seed: params.seed,
        })
    }

    /// Score rows; ids ascending, as in the frame.
    ///
    /// # Errors
    /// [`ClusterError`] when a column is not there.
    pub fn score(&self, batches: &[RecordBatch], id: &str) -> Result<(Vec<String>, Vec<Score>), ClusterError> {
        let frame = FeatureFrame::apply(batches, id, &self.features)?;
        let matrix = frame.matrix()?;
        Ok((frame.ids, matrix.rows().into_iter().map(|row| self.score_row(row)).collect()))
    }

    fn score_row(&self, row: ArrayView1<'_, f64>) -> Score {
        let squares: Vec<f64> = self.segments.iter().map(|segment| segment.squared_distance(row)).collect();
        // Of a mixture the likelier segment is not always the nearer one.
        let costs: Vec<f64> = squares.iter().zip(&self.segments).map(|(square, s)| square + s.penalty()).collect();
        let nearest = |but: Option<usize>| {
            let others = (0..costs.len()).filter(|place| Some(*place) != but);
            others.reduce(|best, next| if costs[next] < costs[best] { next } else { best })
        };
        let place = nearest(None).unwrap_or(0);
        let distances: Vec<f64> = squares.iter().map(|square| square.sqrt()).collect();
        let is_mixture = self.segments.iter().any(|segment| segment.gaussian.is_some());
        let membership = match is_mixture {
            true => 1.0 / costs.iter().map(|cost| ((costs[place] - cost) / 2.0).exp()).sum::<f64>(),
            false => memberships(&distances).get(place).copied().unwrap_or(1.0),
        };
        Score {
            place,
            distance: distances.get(place).copied().unwrap_or(0.0),
            membership,
            second_place: nearest(Some(place)).unwrap_or(place),
        }
    }

    /// How far each column has drifted since the fit: the stability index of each feature's column.
    ///
    /// # Errors
    /// [`ClusterError`] when the table has no rows.
    pub fn drift(&self, batches: &[RecordBatch]) -> Result<Vec<(String, f64)>, ClusterError> {
        let Some(first) = batches.first() else { return Ok(Vec::new()) };
        let table =
            arrow::compute::concat_batches(&first.schema(), batches).map_err(crate::feature::FeatureError::from)?;
        let order: Vec<usize> = (0..table.num_rows()).collect();
        let of_column = |profile: &FeatureProfile| {
            // A column that is gone has drifted without bounds.
            let values = crate::feature::Values::read(&table, &profile.column, &order);
            (profile.column.clone(), values.map_or(f64::INFINITY, |values| profile.drift(&values)))
        };
        Ok(self.profiles.iter().map(of_column).collect())
    }

    /// Names of the features.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        self.features.iter().map(FittedFeature::name).collect()
    }
}

impl Segment {
    /// Of a mixture in variances of the segment.
    fn squared_distance(&self, row: ArrayView1<'_, f64>) -> f64 {
        let apart = row.iter().zip(&self.centroid).map(|(x, c)| (x - c) * (x - c));
        match &self.gaussian {
            Some(gaussian) => apart.zip(&gaussian.variances).map(|(square, v)| square / v).sum(),
            None => apart.sum(),
        }
    }

    fn penalty(&self) -> f64 {
        self.gaussian.as_ref().map_or(0.0, |gaussian| gaussian.penalty)
    }
}

/// Membership in each cluster by the distances to all: 1 ÷ Σ (d ÷ d_j)^(2 ÷ (m − 1)), m = 2. A row on a centroid belongs there alone.
#[must_use]
pub fn memberships(distances: &[f64]) -> Vec<f64> {
    if let Some(on) = distances.iter().position(|d| *d <= 0.0) {
        return (0..distances.len()).map(|place| if place == on { 1.0 } else { 0.0 }).collect();
    }
    let weight = |d: &f64| d.powf(-2.0 / (FUZZINESS - 1.0));
    let sum: f64 = distances.iter().map(weight).sum();
    distances.iter().map(|d| weight(d) / sum).collect()
}

/// Segments numbered from 1 by the ordering feature, each with the label that k-means gave it.
fn segments(
    frame: &FeatureFrame,
    matrix: &Array2<f64>,
    fitted: &Fitted,
    specs: &[FeatureSpec],
    params: &ClusterParams,
) -> Result<Vec<(Segment, usize)>, ClusterError> {
    let features: Vec<String> = frame.features.iter().map(FittedFeature::name).collect();
    let ordering = match &params.order_by {
        None => 0,
        Some(wanted) => features
            .iter()
            .position(|f| f == wanted)
            .ok_or_else(|| ClusterError::OrderBy { wanted: wanted.clone(), found: features.join(", ") })?,
    };
    let clusters = fitted.tried.clusters;
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clusters];
    fitted.labels.iter().enumerate().for_each(|(row, c)| members[*c].push(row));
    let mut means: Vec<Vec<f64>> = vec![Vec::new(); clusters];
    for column in frame.original.columns() {
        let column: Vec<f64> = column.f64().map_err(crate::feature::FeatureError::from)?.into_no_null_iter().collect();
        for (rows, means) in members.iter().zip(&mut means) {
            means.push(mean(&rows.iter().map(|row| column[*row]).collect::<Vec<_>>()));
        }
    }
    // Largest mean first; clusters that are equal in it are told apart by their first row.
    let mut order: Vec<usize> = (0..clusters).collect();
    order.sort_by(|a, b| {
        means[*b][ordering].total_cmp(&means[*a][ordering]).then(members[*a].first().cmp(&members[*b].first()))
    });
    let named = names(&standing(frame, matrix, &members, &order), &frame.features, specs);
    let numbered = order.iter().zip(named).enumerate().map(|(index, (cluster, name))| {
        let size = members[*cluster].len();
        let segment = Segment {
            segment: index + 1,
            name,
            size,
            share: count(size) / count(fitted.labels.len()),
            means: means[*cluster].clone(),
            centroid: fitted.centroids.row(*cluster).to_vec(),
            gaussian: fitted.mixture.as_ref().map(|mixture| Gaussian {
                variances: mixture.variances.row(*cluster).to_vec(),
                penalty: mixture.penalty(*cluster),
            }),
        };
        (segment, *cluster)
    });
    Ok(numbered.collect())
}

/// Where each segment (in order) stands in each feature, in standard deviations of the model units.
fn standing(frame: &FeatureFrame, matrix: &Array2<f64>, members: &[Vec<usize>], order: &[usize]) -> Vec<Vec<f64>> {
    let population: Vec<(f64, f64)> = (0..frame.features.len())
        .map(|column| {
            let values = matrix.column(column).to_vec();
            let middle = mean(&values);
            let variance = mean(&values.iter().map(|v| (v - middle).powi(2)).collect::<Vec<_>>());
            (middle, variance.sqrt())
        })
        .collect();
    let of_segment = |cluster: &usize| {
        let place = |(column, (middle, deviation)): (usize, &(f64, f64))| {
            let own = mean(&members[*cluster].iter().map(|row| matrix[(*row, column)]).collect::<Vec<_>>());
            if *deviation > 0.0 { (own - middle) / deviation } else { 0.0 }
        };
        population.iter().enumerate().map(place).collect()
    };
    order.iter().map(of_segment).collect()
}

/// Segments take the number and name of those of the model before that they continue, by the least sum of distances between centroids in its
/// space; the others take numbers that it did not have.
fn continue_segments(segments: &mut [(Segment, usize)], then: &Array2<f64>, labels: &[usize], before: &ClusterModel) {
    let features = then.ncols();
    let mut means = Array2::<f64>::zeros((segments.len(), features));
    for ((_, cluster), mut mean) in segments.iter().zip(means.rows_mut()) {
        let rows = labels.iter().enumerate().filter(|(_, label)| *label == cluster);
        let mut members = 0;
        for (row, _) in rows {
            mean += &then.row(row);
            members += 1;
        }
        mean /= count(members.max(1));
    }
    let old = Array2::from_shape_fn((before.segments.len(), features), |(s, f)| before.segments[s].centroid[f]);
    let continued = match_centroids(old.view(), means.view());
    let mut free = before.segments.iter().map(|s| s.segment).max().unwrap_or(0);
    for ((segment, _), old) in segments.iter_mut().zip(continued) {
        match old.map(|place| &before.segments[place]) {
            Some(old) => {
                segment.segment = old.segment;
                segment.name = old.name.clone();
            }
            None => {
                free += 1;
                segment.segment = free;
                while before.segments.iter().any(|old| old.name.en == segment.name.en) {
                    segment.name = segment.name.numbered(free);
                }
            }
        }
    }
}
