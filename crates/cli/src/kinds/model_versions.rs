//! What all kinds of learned models share at night: versions before, gates, the new version's files.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use bank::BusinessDate;
use segmentation::life_cycle::{Candidate, Gate, Policy, Version, advance};
use serde::Serialize;
use serde::de::DeserializeOwned;
use warehouse::Inputs;

use super::model_table::{CARD_FILE, GATES_FILE, MODEL_FILE, SQL_FILE, promoted, rows_of, versions_of};

/// Why no version was fitted.
pub enum Refusal {
    /// Too few rows, or all alike: no reason to stop a night; what is known stays.
    NothingToLearn,
    /// Anything else.
    Because(String),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Refusal::Because(reason)
    }
}

/// Versions of a model before a night, and what somebody decided about them.
pub struct Before {
    model: String,
    date: BusinessDate,
    versions: Vec<Version>,
    promotions: Vec<RecordBatch>,
}

impl Before {
    /// Of the inputs `before` and `promotions`.
    pub fn take(inputs: &mut Inputs, model: &str, date: BusinessDate) -> Result<Self, String> {
        let versions = versions_of(&inputs.take("before")?)?;
        Ok(Before { model: model.to_owned(), date, versions, promotions: inputs.take("promotions")? })
    }

    /// Rows of the versions after the night; `drift` and `fit` as in [`advance`].
    pub fn after(
        self,
        policy: &Policy,
        drift: impl FnOnce(&Version) -> Result<f64, Refusal>,
        fit: impl FnOnce(Option<&Version>) -> Result<Candidate, Refusal>,
    ) -> Result<Vec<RecordBatch>, String> {
        let promoted = promoted(&self.promotions, &self.model, self.date)?;
        match advance(self.versions.clone(), promoted.as_ref(), self.date, policy, drift, fit) {
            Ok(versions) => rows(&versions),
            Err(Refusal::NothingToLearn) => rows(&self.versions),
            Err(Refusal::Because(reason)) => Err(reason),
        }
    }

    /// Rows of the versions as they are.
    pub fn unchanged(self) -> Result<Vec<RecordBatch>, String> {
        rows(&self.versions)
    }
}

fn rows(versions: &[Version]) -> Result<Vec<RecordBatch>, String> {
    match versions.is_empty() {
        true => Ok(vec![]),
        false => rows_of(versions).map(|batch| vec![batch]).map_err(|e| e.to_string()),
    }
}

/// The files of a new version: the model, its card with the gates below, its gates, and its SQL where it has one.
pub fn files<M: Serialize>(
    model: &M,
    card: &str,
    gates: &[Gate],
    sql: Option<String>,
) -> Result<BTreeMap<String, String>, String> {
    let json = |value: serde_json::Result<String>| value.map_err(|e| e.to_string());
    let mut files = BTreeMap::from([
        (MODEL_FILE.to_owned(), json(serde_json::to_string_pretty(model))?),
        (GATES_FILE.to_owned(), json(serde_json::to_string_pretty(gates))?),
        (CARD_FILE.to_owned(), format!("{card}\n{}", gates_table(gates))),
    ]);
    if let Some(sql) = sql {
        files.insert(SQL_FILE.to_owned(), sql);
    }
    Ok(files)
}

fn gates_table(gates: &[Gate]) -> String {
    let row = |gate: &Gate| {
        let passed = if gate.is_passed { "yes" } else { "no" };
        format!("| {} | {:.4} | {:.4} | {passed} |\n", gate.gate, gate.value, gate.limit)
    };
    let rows: String = gates.iter().map(row).collect();
    format!("## Gates\n\n| gate | found | bound | passed |\n|---|---|---|---|\n{rows}")
}

/// The model of a version.
pub fn model_of<M: DeserializeOwned>(version: &Version) -> Result<M, String> {
    let text = version.files.get(MODEL_FILE).ok_or(format!("version {} has no {MODEL_FILE}", version.version))?;
    serde_json::from_str(text).map_err(|e| format!("{MODEL_FILE} of version {}: {e}", version.version))
}
