//! `kind = "logistic"`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use bank::BusinessDate;
use ndarray::Array2;
use segmentation::logistic::{Logistic, Scale};
use serde::Deserialize;
use warehouse::kind::INPUT;
use warehouse::{Inputs, LookBack, Node, NodeKind};

/// Features that a reason names.
const REASONS: usize = 2;

/// Rows with and without an outcome → probability, points and reasons of those that the model did not learn from.
pub struct LogisticModel;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Column of text that names the row.
    id: String,
    /// Column of text; rows of `TRAIN` are learnt from, the others are scored.
    row_kind: String,
    /// Column of true and false; read of rows of `TRAIN`.
    target: String,
    ridge: f64,
    points_double: f64,
    points_base: f64,
    points_base_odds: f64,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Feature {
    column: String,
    /// What a reason calls it.
    name: String,
}

/// What rows have, in the order of their ids.
struct Row {
    id: String,
    row_kind: String,
    target: Option<bool>,
    values: Vec<f64>,
}

impl NodeKind for LogisticModel {
    fn name(&self) -> &'static str {
        "logistic"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Then
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 5
    }

    fn run(&self, node: &Node, mut inputs: Inputs, _date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let parameters: Parameters =
            node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let mut rows = Vec::new();
        for batch in inputs.take(INPUT)? {
            rows.extend(rows_of(&batch, &parameters)?);
        }
        // Sums depend on their order: the same model whichever way the rows came.
        rows.sort_by(|a, b| (&a.row_kind, &a.id).cmp(&(&b.row_kind, &b.id)));
        let known: Vec<&Row> = rows.iter().filter(|r| r.row_kind == "TRAIN" && r.target.is_some()).collect();
        let width = parameters.features.len();
        let matrix = Array2::from_shape_fn((known.len(), width), |(row, column)| known[row].values[column]);
        let outcomes: Vec<bool> = known.iter().filter_map(|r| r.target).collect();
        // In the first year there is nothing to learn from yet.
        let Ok(model) = Logistic::fit(&matrix, &outcomes, parameters.ridge) else { return Ok(vec![]) };
        let scored: Vec<&Row> = rows.iter().filter(|r| r.row_kind != "TRAIN").collect();
        scored_batch(&parameters, &model, &scored).map(|batch| vec![batch]).map_err(|e| e.to_string())
    }
}

fn rows_of(batch: &RecordBatch, parameters: &Parameters) -> Result<Vec<Row>, String> {
    let column = |name: &str| batch.column_by_name(name).cloned().ok_or(format!("the input has no column `{name}`"));
    let text = |name: &str| -> Result<StringArray, String> {
        let values = cast(&column(name)?, &DataType::Utf8).map_err(|e| e.to_string())?;
        Ok(values.as_string::<i32>().clone())
    };
    let (ids, kinds) = (text(&parameters.id)?, text(&parameters.row_kind)?);
    let targets = column(&parameters.target)?;
    let targets: &BooleanArray =
        targets.as_boolean_opt().ok_or(format!("`{}` is not a column of true and false", parameters.target))?;
    let mut features: Vec<Float64Array> = Vec::new();
    for feature in &parameters.features {
        let values = cast(&column(&feature.column)?, &DataType::Float64).map_err(|e| e.to_string())?;
        features.push(values.as_primitive::<Float64Type>().clone());
    }
    let row = |row: usize| Row {
        id: ids.value(row).to_owned(),
        row_kind: kinds.value(row).to_owned(),
        target: targets.is_valid(row).then(|| targets.value(row)),
        values: features.iter().map(|f| if f.is_valid(row) { f.value(row) } else { 0.0 }).collect(),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// `id, row_kind, probability, points, reason`; decimals, so that they do not depend on the processor.
fn scored_batch(
    parameters: &Parameters,
    model: &Logistic,
    rows: &[&Row],
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let scale = Scale {
        double: parameters.points_double,
        base: parameters.points_base,
        base_odds: parameters.points_base_odds,
    };
    // Probabilities and points are far from the limits of i128.
    #[allow(clippy::cast_possible_truncation)]
    let scaled = |value: f64, by: f64| (value * by).round() as i128;
    let (mut probabilities, mut points, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let values = ndarray::ArrayView1::from(row.values.as_slice());
        let p = model.probability(values);
        probabilities.push(scaled(p, 1e6));
        points.push(scaled(scale.points(1.0 - p), 1e4));
        reasons.push(reason(parameters, &model.pushes(values)));
    }
    let decimal = |values: Vec<i128>, precision, scale| -> Result<ArrayRef, arrow::error::ArrowError> {
        Ok(Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale)?))
    };
    let texts =
        |of: fn(&Row) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(|row| of(row)))) };
    RecordBatch::try_from_iter_with_nullable([
        (parameters.id.as_str(), texts(|row| &row.id), true),
        (parameters.row_kind.as_str(), texts(|row| &row.row_kind), true),
        ("probability", decimal(probabilities, 9, 6)?, true),
        ("points", decimal(points, 18, 4)?, true),
        ("reason", Arc::new(StringArray::from(reasons)), true),
    ])
}

/// The features that push most, with their log odds: `contribution +1.32, tenure -0.20`.
fn reason(parameters: &Parameters, pushes: &[f64]) -> String {
    let mut places: Vec<usize> = (0..pushes.len()).collect();
    places.sort_by(|a, b| pushes[*b].abs().total_cmp(&pushes[*a].abs()).then(a.cmp(b)));
    let words = places.iter().take(REASONS).map(|place| {
        let name = parameters.features.get(*place).map_or("", |f| f.name.as_str());
        format!("{name} {:+.2}", pushes[*place])
    });
    words.collect::<Vec<_>>().join(", ")
}
