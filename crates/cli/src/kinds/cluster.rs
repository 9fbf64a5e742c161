//! `kind = "cluster"`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use bank::BusinessDate;
use segmentation::cluster::{ClusterParams, Segmentation, segment};
use segmentation::feature::{FeatureFrame, FeatureSpec};
use serde::Deserialize;
use warehouse::kind::INPUT;
use warehouse::{Inputs, LookBack, Node, NodeKind};

/// Fewer customers than this are one segment: there is nothing to tell apart yet.
const ROWS_MIN: usize = 20;

/// Customers → segments.
pub struct Cluster;

#[derive(Deserialize)]
struct Parameters {
    id: String,
    features: Vec<FeatureSpec>,
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
        input_bytes * 3
    }

    fn run(&self, node: &Node, mut inputs: Inputs, _date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let input = inputs.take(INPUT)?;
        let parameters: Parameters =
            node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let rows: usize = input.iter().map(RecordBatch::num_rows).sum();
        if rows == 0 {
            return Ok(vec![]);
        }
        let Parameters { id, features, mut cluster } = parameters;
        if rows < ROWS_MIN {
            cluster.clusters = segmentation::cluster::ClusterCount::Fixed(1);
        }
        let frame = FeatureFrame::build(&input, &id, &features).map_err(|e| e.to_string())?;
        let result = segment(&frame, &cluster).map_err(|e| e.to_string())?;
        segment_batch(&id, &result).map(|batch| vec![batch]).map_err(|e| e.to_string())
    }
}

/// `id, segment, segment_name, distance`; the distance is a decimal, so that it does not depend on the processor.
pub fn segment_batch(id: &str, result: &Segmentation) -> Result<RecordBatch, arrow::error::ArrowError> {
    let name_of = |label: &usize| result.segments.get(label - 1).map(|s| s.segment_name.as_str());
    // Distances are a few standard deviations, far from the limits of i128.
    #[allow(clippy::cast_possible_truncation)]
    let millionths = |distance: &f64| (distance * 1e6).round() as i128;
    let distances: Decimal128Array = result.distances.iter().map(|d| Some(millionths(d))).collect();
    let number = |label: &usize| i64::try_from(*label).ok();
    RecordBatch::try_from_iter_with_nullable([
        (id, Arc::new(StringArray::from_iter_values(&result.ids)) as ArrayRef, true),
        ("segment", Arc::new(result.labels.iter().map(number).collect::<Int64Array>()) as ArrayRef, true),
        ("segment_name", Arc::new(result.labels.iter().map(name_of).collect::<StringArray>()) as ArrayRef, true),
        ("distance", Arc::new(distances.with_precision_and_scale(18, 6)?) as ArrayRef, true),
    ])
}
