//! `kind = "classifier"`: the model of an outcome, fitted when it is due. `kind = "classifier_score"`: the probability of every row, by the champion, and why.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use bank::BusinessDate;
use segmentation::classifier::{ClassifierError, ClassifierModel, ClassifierParams, Columns, Scored};
use segmentation::feature::FeatureError;
use segmentation::life_cycle::{Candidate, Gate, Policy, Role, Version};
use serde::Deserialize;
use warehouse::{Inputs, LookBack, Node, NodeKind};

use super::cluster::millionths;
use super::model_table::versions_of;
use super::model_versions::{Before, Refusal, files, model_of};

/// Examples to learn from, rows of tonight, and the versions before → the versions after this night.
pub struct Classifier;

#[derive(Deserialize)]
struct Parameters {
    #[serde(flatten)]
    columns: Columns,
    #[serde(default)]
    life_cycle: Policy,
    /// Least AUC of a new version on rows that were held back.
    #[serde(default = "half")]
    auc_min: f64,
    /// By how much its AUC may be below the champion's on the same rows.
    #[serde(default = "hundredth")]
    auc_loss_max: f64,
    /// Largest calibration error of a new version on rows that were held back.
    #[serde(default = "tenth")]
    ece_max: f64,
    #[serde(default)]
    fit: ClassifierParams,
}

fn half() -> f64 {
    0.5
}

fn hundredth() -> f64 {
    0.01
}

fn tenth() -> f64 {
    0.1
}

impl NodeKind for Classifier {
    fn name(&self) -> &'static str {
        "classifier"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Then
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 4
    }

    fn run(&self, node: &Node, mut inputs: Inputs, date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let (examples, rows) = (inputs.take("examples")?, inputs.take("rows")?);
        let before = Before::take(&mut inputs, &node.name, date)?;
        let parameters: Parameters =
            node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())?;
        let count = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
        if count(&examples) == 0 {
            return before.unchanged();
        }
        let table = node.inputs().find(|(role, _)| *role == "rows").map_or("", |(_, table)| table);
        let drift = |version: &Version| -> Result<f64, Refusal> {
            if count(&rows) == 0 {
                return Ok(0.0);
            }
            let drifts = model_of::<ClassifierModel>(version)?.drift(&rows, &parameters.columns.id)?;
            // Of the probabilities: features may drift with the seasons while the model stays right.
            Ok(drifts.last().map_or(0.0, |(_, drift)| *drift))
        };
        let fit = |champion: Option<&Version>| fit(node, &parameters, &examples, &rows, table, date, champion);
        before.after(&parameters.life_cycle, drift, fit)
    }
}

impl From<ClassifierError> for Refusal {
    fn from(error: ClassifierError) -> Self {
        match error {
            // The first nights of a warehouse, or a bank that nobody leaves.
            ClassifierError::OneOutcome { .. }
            | ClassifierError::Times { .. }
            | ClassifierError::NoColumns(_)
            | ClassifierError::Feature(FeatureError::NoRows) => Refusal::NothingToLearn,
            other => Refusal::Because(other.to_string()),
        }
    }
}

fn fit(
    node: &Node,
    parameters: &Parameters,
    examples: &[RecordBatch],
    rows: &[RecordBatch],
    table: &str,
    date: BusinessDate,
    champion: Option<&Version>,
) -> Result<Candidate, Refusal> {
    let Parameters { columns, life_cycle, auc_min, auc_loss_max, ece_max, fit } = parameters;
    let by_ids = ClassifierParams { is_held_back_by_time: false, ..fit.clone() };
    let (model, fit) = match ClassifierModel::fit(examples, columns, fit) {
        // Too few months for a test on later ones: a young warehouse's model is measured on other customers.
        Err(ClassifierError::Times { .. }) => (ClassifierModel::fit(examples, columns, &by_ids)?, &by_ids),
        fitted => (fitted?, fit),
    };
    let measures = model.held_back.as_ref().unwrap_or(&model.folds);
    let auc = measures.auc.unwrap_or(0.5);
    let mut gates =
        vec![Gate::at_least("AUC", auc, *auc_min), Gate::at_most("calibration error", measures.ece, *ece_max)];
    if let Some(champion) = champion {
        let champion: ClassifierModel = model_of(champion)?;
        if let Some(theirs) = champion.auc_on_later_rows(examples, columns, fit)? {
            gates.push(Gate::at_least("AUC, beside the champion's on the same rows", auc, theirs - auc_loss_max));
        }
        if rows.iter().any(|batch| batch.num_rows() > 0) {
            let drifts = model.drift(rows, &columns.id)?;
            let of_probability = drifts.last().map_or(0.0, |(_, drift)| drift.min(f64::MAX));
            let gate = "drift of the probability from the examples to tonight";
            gates.push(Gate::at_most(gate, of_probability, life_cycle.drift_max));
        }
    }
    let title = format!("{} of {date}", node.name);
    let learnt_from = node.inputs().find(|(role, _)| *role == "examples").map_or("", |(_, table)| table);
    let card = format!(
        "{}\nFitted to `{learnt_from}` on {date} by tally {}.\n",
        model.card(&title),
        env!("CARGO_PKG_VERSION")
    );
    let files = files(&model, &card, &gates, model.sql(table, &columns.id))?;
    Ok(Candidate { files, gates })
}

/// Rows and versions → the probability of every row, and why.
pub struct ClassifierScore;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScoreParameters {
    id: String,
}

impl NodeKind for ClassifierScore {
    fn name(&self) -> &'static str {
        "classifier_score"
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
        let model = |version: &Version| -> Result<ClassifierModel, String> {
            let model: ClassifierModel = model_of(version)?;
            match model.is_sound() {
                true => Ok(model),
                false => Err(format!("the model of version {} is damaged", version.version)),
            }
        };
        let challenger = of_role(Role::Challenger).map(model).transpose()?;
        let model = model(champion)?;
        let scored = model.score(&rows, &id).map_err(|e| e.to_string())?;
        let beside = challenger.map(|challenger| challenger.score_only(&rows, &id)).transpose();
        let beside = beside.map_err(|e| e.to_string())?;
        let batch = score_batch(&id, "probability", "is_flagged", &model, &scored).and_then(|batch| {
            let schema = batch.schema();
            let own = schema.fields().iter().zip(batch.columns()).map(|(f, c)| (f.name().as_str(), c.clone(), true));
            let chinese = reason_columns(&scored, |reason| &reason.zh);
            let version: ArrayRef =
                Arc::new(StringArray::from_iter_values(scored.ids.iter().map(|_| &champion.version)));
            let beside = match &beside {
                Some(scored) => millionths(scored.probabilities.iter().copied(), 9)?,
                None => arrow::array::new_null_array(&arrow::datatypes::DataType::Decimal128(9, 6), scored.ids.len()),
            };
            let chinese =
                ["reason_1_zh", "reason_2_zh", "reason_3_zh"].into_iter().zip(chinese).map(|(n, c)| (n, c, true));
            let more = [("model_version", version, true), ("challenger_probability", beside, true)];
            RecordBatch::try_from_iter_with_nullable(own.chain(chinese).chain(more))
        });
        batch.map(|batch| vec![batch]).map_err(|e| e.to_string())
    }
}

/// `id, probability, flag, decile, reason_1, reason_2, reason_3`.
pub fn score_batch(
    id: &str,
    probability: &str,
    flag: &str,
    model: &ClassifierModel,
    scored: &Scored,
) -> Result<RecordBatch, ArrowError> {
    let flags: BooleanArray = scored.probabilities.iter().map(|p| Some(*p >= model.cut_off)).collect();
    let deciles: Int64Array = scored.deciles.iter().map(|decile| Some(i64::from(*decile))).collect();
    let columns = [
        (id, Arc::new(StringArray::from_iter_values(&scored.ids)) as ArrayRef, true),
        (probability, millionths(scored.probabilities.iter().copied(), 9)?, true),
        (flag, Arc::new(flags) as ArrayRef, true),
        ("decile", Arc::new(deciles) as ArrayRef, true),
    ];
    let reasons = match scored.reasons.is_empty() {
        true => Vec::new(),
        false => reason_columns(scored, |reason| &reason.en),
    };
    let reasons =
        ["reason_1", "reason_2", "reason_3"].into_iter().zip(reasons).map(|(name, texts)| (name, texts, true));
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().chain(reasons))
}

/// The first, second and third reason of every row.
fn reason_columns(scored: &Scored, of: fn(&segmentation::classifier::reason::Reason) -> &String) -> Vec<ArrayRef> {
    let place = |place: usize| -> ArrayRef {
        Arc::new(scored.reasons.iter().map(|reasons| reasons.get(place).map(of)).collect::<StringArray>())
    };
    (0..3).map(place).collect()
}
