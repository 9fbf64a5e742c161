//! Versions of a model as rows of a table: one for each file of each version.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use bank::BusinessDate;
use segmentation::life_cycle::{Promotion, Role, Version};

/// The fitted model.
pub const MODEL_FILE: &str = "model.json";
/// What it is, for people.
pub const CARD_FILE: &str = "card.md";
/// Its gates when it was fitted.
pub const GATES_FILE: &str = "gates.json";
/// Its scoring in SQL.
pub const SQL_FILE: &str = "score.sql";

/// The versions that rows tell of.
pub fn versions_of(batches: &[RecordBatch]) -> Result<Vec<Version>, String> {
    let mut versions: BTreeMap<String, Version> = BTreeMap::new();
    for batch in batches {
        let column = |name: &str, kind: &DataType| -> Result<ArrayRef, String> {
            let values = batch.column_by_name(name).ok_or(format!("the model's table has no column `{name}`"))?;
            cast(values, kind).map_err(|e| e.to_string())
        };
        let text = |name: &str| column(name, &DataType::Utf8);
        let (names, roles) = (text("model_version")?, text("role")?);
        let (files, contents) = (text("file_name")?, text("content")?);
        let days = column("fitted_on", &DataType::Date32)?;
        let days = days.as_primitive::<Date32Type>();
        let value = |column: &ArrayRef, row: usize| column.as_string::<i32>().value(row).to_owned();
        for row in 0..batch.num_rows() {
            let name = value(&names, row);
            let role = Role::of_word(&value(&roles, row)).ok_or(format!("version {name} has an unknown role"))?;
            let fitted_on =
                Date32Type::to_naive_date_opt(days.value(row)).ok_or(format!("version {name} has no date"))?;
            let version = versions.entry(name.clone()).or_insert_with(|| Version {
                version: name,
                role,
                fitted_on: BusinessDate::new(fitted_on),
                files: BTreeMap::new(),
            });
            version.files.insert(value(&files, row), value(&contents, row));
        }
    }
    Ok(versions.into_values().collect())
}

/// Rows that tell of the versions.
pub fn rows_of(versions: &[Version]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let rows: Vec<(&Version, &String, &String)> =
        versions.iter().flat_map(|v| v.files.iter().map(move |(name, content)| (v, name, content))).collect();
    let texts = |of: &dyn Fn(&(&Version, &String, &String)) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(of)))
    };
    let days: Date32Array = rows.iter().map(|(v, ..)| Some(v.fitted_on.days_since_epoch())).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("model_version", texts(&|(v, ..)| v.version.clone()), true),
        ("role", texts(&|(v, ..)| v.role.word().to_owned()), true),
        ("fitted_on", Arc::new(days) as ArrayRef, true),
        ("file_name", texts(&|(_, name, _)| (*name).clone()), true),
        ("content", texts(&|(.., content)| (*content).clone()), true),
    ])
}

/// The version that somebody made champion of this model last, by this business date: rows of `ref_model_promotion`.
pub fn promoted(batches: &[RecordBatch], model: &str, date: BusinessDate) -> Result<Option<Promotion>, String> {
    let mut last: Option<Promotion> = None;
    for batch in batches {
        let column = |name: &str, kind: &DataType| -> Result<ArrayRef, String> {
            let values = batch.column_by_name(name).ok_or(format!("ref_model_promotion has no column `{name}`"))?;
            cast(values, kind).map_err(|e| e.to_string())
        };
        let (models, names) = (column("model", &DataType::Utf8)?, column("model_version", &DataType::Utf8)?);
        let days = column("effective_from", &DataType::Date32)?;
        let (models, names) = (models.as_string::<i32>(), names.as_string::<i32>());
        let days = days.as_primitive::<Date32Type>();
        for row in (0..batch.num_rows()).filter(|row| models.is_valid(*row) && models.value(*row) == model) {
            let Some(day) = Date32Type::to_naive_date_opt(days.value(row)) else { continue };
            let effective_from = BusinessDate::new(day);
            // The later line of two of one day.
            if effective_from <= date && last.as_ref().is_none_or(|known| effective_from >= known.effective_from) {
                last = Some(Promotion { version: names.value(row).to_owned(), effective_from });
            }
        }
    }
    Ok(last)
}
