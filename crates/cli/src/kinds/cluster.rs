//! `kind = "cluster"`: the model of the segments, fitted when it is due. `kind = "cluster_score"`: the segment of every row, by the champion.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use bank::BusinessDate;
use segmentation::cluster::{ClusterCount, ClusterError, ClusterModel, ClusterParams, Density, Score};
use segmentation::evaluation::adjusted_rand_index;
use segmentation::feature::{FeatureError, FeatureSpec};
use segmentation::life_cycle::{Candidate, Gate, Policy, Role, Version};
use serde::Deserialize;
use warehouse::{Inputs, LookBack, Node, NodeKind};

use super::model_table::versions_of;
use super::model_versions::{Before, Refusal, files, model_of};

/// Fewer rows than this are one segment: there is nothing to tell apart yet.
const ROWS_MIN: usize = 20;

/// Rows to learn from, and the versions before → the versions after this night.
pub struct Cluster;

#[derive(Deserialize)]
struct Parameters {
    id: String,
    features: Vec<FeatureSpec>,
    #[serde(default)]
    life_cycle: Policy,
    /// Least agreement of a new version with the champion on this night's rows, as an adjusted Rand index.
    agreement_min: Option<f64>,
    #[serde(flatten)]
    cluster: ClusterParams,
}

impl NodeKind for Cluster {
    fn name(&self) -> &'static str {
        "cluster"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Then
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 4
    }

    fn run(&self, node: &Node, mut inputs: Inputs, date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let (rows, before) = (inputs.take("rows")?, Before::take(&mut inputs, &node.name, date)?);
        let parameters: Parameters =
            node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let table = node.inputs().find(|(role, _)| *role == "rows").map_or("", |(_, table)| table);
        let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
        if count == 0 {
            return before.unchanged();
        }
        let drift = |version: &Version| -> Result<f64, Refusal> {
            let drifts = model_of::<ClusterModel>(version)?.drift(&rows)?;
            Ok(drifts.into_iter().map(|(_, drift)| drift).fold(0.0, f64::max))
        };
        let fit = |champion: Option<&Version>| fit(node, &parameters, &rows, count, table, date, champion);
        before.after(&parameters.life_cycle, drift, fit)
    }
}

impl From<ClusterError> for Refusal {
    fn from(error: ClusterError) -> Self {
        match error {
            // All customers are alike, or there is one.
            ClusterError::Feature(FeatureError::AllConstant(_)) => Refusal::NothingToLearn,
            other => Refusal::Because(other.to_string()),
        }
    }
}

fn fit(
    node: &Node,
    parameters: &Parameters,
    rows: &[RecordBatch],
    count: usize,
    table: &str,
    date: BusinessDate,
    champion: Option<&Version>,
) -> Result<Candidate, Refusal> {
    let Parameters { id, features, cluster, life_cycle, agreement_min } = parameters;
    let mut params = cluster.clone();
    if count < ROWS_MIN {
        params.clusters = ClusterCount::Fixed(1);
    }
    let champion: Option<ClusterModel> = champion.map(model_of).transpose()?;
    let model = ClusterModel::fit(rows, id, features, &params, champion.as_ref())?;
    let mut gates = vec![
        Gate::at_least("smallest share", model.segments.iter().map(|s| s.share).fold(1.0, f64::min), params.share_min),
        Gate::at_least("agreement of halves", model.stability, params.stability_min),
    ];
    if let Some(champion) = &champion {
        let drifts = champion.drift(rows)?;
        gates.extend(drifts.iter().map(|(column, drift)| {
            Gate::at_most(&format!("drift of {column}"), drift.min(f64::MAX), life_cycle.drift_max)
        }));
        if let Some(least) = agreement_min {
            let labels = |model: &ClusterModel| -> Result<Vec<usize>, Refusal> {
                let (_, scores) = model.score(rows, id)?;
                Ok(scores.iter().map(|score| score.place).collect())
            };
            let agreement = adjusted_rand_index(&labels(champion)?, &labels(&model)?);
            gates.push(Gate::at_least("agreement with the champion", agreement, *least));
        }
    }
    let title = format!("{} of {date}", node.name);
    let card =
        format!("{}\nFitted to `{table}` on {date} by tally {}.\n", model.card(&title), env!("CARGO_PKG_VERSION"));
    let files = files(&model, &card, &gates, Some(model.sql(table, id)))?;
    Ok(Candidate { files, gates })
}

/// Rows and versions → the segment of every row.
pub struct ClusterScore;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScoreParameters {
    id: String,
}

impl NodeKind for ClusterScore {
    fn name(&self) -> &'static str {
        "cluster_score"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Then
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 3
    }

    fn run(&self, node: &Node, mut inputs: Inputs, _date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let (rows, versions) = (inputs.take("rows")?, versions_of(&inputs.take("model")?)?);
        let ScoreParameters { id } =
            node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let of_role = |role: Role| versions.iter().find(|version| version.role == role);
        let Some(champion) = of_role(Role::Champion) else { return Ok(vec![]) };
        if rows.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(vec![]);
        }
        let model: ClusterModel = model_of(champion)?;
        let (ids, scores) = model.score(&rows, &id).map_err(|e| e.to_string())?;
        let challenger: Vec<Option<i64>> = match of_role(Role::Challenger) {
            Some(version) => {
                let model: ClusterModel = model_of(version)?;
                let (_, scores) = model.score(&rows, &id).map_err(|e| e.to_string())?;
                scores.iter().map(|score| segment_number(&model, score.place)).collect()
            }
            None => vec![None; ids.len()],
        };
        let versions: ArrayRef = Arc::new(StringArray::from_iter_values(ids.iter().map(|_| &champion.version)));
        let beside: ArrayRef = Arc::new(Int64Array::from(challenger));
        let batch = segment_batch(&id, &ids, &model, &scores).and_then(|batch| {
            let chinese = scores.iter().map(|s| model.segments.get(s.place).map(|segment| segment.name.zh.as_str()));
            let chinese: ArrayRef = Arc::new(chinese.collect::<StringArray>());
            let second = scores.iter().map(|s| segment_number(&model, s.second_place));
            let second: ArrayRef = Arc::new(second.collect::<Int64Array>());
            let schema = batch.schema();
            let own = schema.fields().iter().zip(batch.columns()).map(|(f, c)| (f.name().as_str(), c.clone(), true));
            let more = [
                ("segment_name_zh", chinese, true),
                ("membership", millionths(scores.iter().map(|score| score.membership), 9)?, true),
                ("second_segment", second, true),
                ("model_version", versions, true),
                ("challenger_segment", beside, true),
            ];
            RecordBatch::try_from_iter_with_nullable(own.chain(more))
        });
        batch.map(|batch| vec![batch]).map_err(|e| e.to_string())
    }
}

fn segment_number(model: &ClusterModel, place: usize) -> Option<i64> {
    model.segments.get(place).and_then(|segment| i64::try_from(segment.segment).ok())
}

/// `id, segment, segment_name, distance`.
pub fn segment_batch(
    id: &str,
    ids: &[String],
    model: &ClusterModel,
    scores: &[Score],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let names = scores.iter().map(|score| model.segments.get(score.place).map(|segment| segment.name.en.as_str()));
    RecordBatch::try_from_iter_with_nullable([
        (id, Arc::new(StringArray::from_iter_values(ids)) as ArrayRef, true),
        (
            "segment",
            Arc::new(scores.iter().map(|s| segment_number(model, s.place)).collect::<Int64Array>()) as ArrayRef,
            true,
        ),
        ("segment_name", Arc::new(names.collect::<StringArray>()) as ArrayRef, true),
        ("distance", millionths(scores.iter().map(|score| score.distance), 18)?, true),
    ])
}

/// `id, segment, segment_name, distance` of groups by density; segment 0 are outliers.
pub fn density_batch(id: &str, ids: &[String], found: &Density) -> Result<RecordBatch, arrow::error::ArrowError> {
    let name = |group: &usize| if *group == 0 { "outlier".to_owned() } else { format!("group {group}") };
    let numbers: Int64Array = found.groups.iter().map(|group| i64::try_from(*group).ok()).collect();
    RecordBatch::try_from_iter_with_nullable([
        (id, Arc::new(StringArray::from_iter_values(ids)) as ArrayRef, true),
        ("segment", Arc::new(numbers) as ArrayRef, true),
        ("segment_name", Arc::new(StringArray::from_iter_values(found.groups.iter().map(name))) as ArrayRef, true),
        ("distance", millionths(found.distances.iter().copied(), 18)?, true),
    ])
}

/// Decimals of six places, so that they do not depend on the processor. Distances are a few standard deviations, far from the limits.
#[allow(clippy::cast_possible_truncation)]
pub fn millionths(values: impl Iterator<Item = f64>, precision: u8) -> Result<ArrayRef, arrow::error::ArrowError> {
    let values: Decimal128Array = values.map(|value| Some((value * 1e6).round() as i128)).collect();
    Ok(Arc::new(values.with_precision_and_scale(precision, 6)?))
}
