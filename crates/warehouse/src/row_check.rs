//! What every row that is written is asked: is its key its own, are required values there, are codes known.

use std::collections::BTreeSet;

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::datatypes::DataType;
use bank::mask::hide_numbers;

use crate::catalog::Severity;
use crate::error::WarehouseError;
use crate::release::CheckResult;
use crate::row_hash::row_hashes;

/// What rows are asked.
#[derive(Debug, Clone, Default)]
pub struct RowChecks {
    /// Table, for names.
    pub table: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// Columns that may not be null.
    pub not_null: Vec<String>,
    /// Allowed values by column.
    pub accepted: Vec<(String, BTreeSet<String>)>,
    /// What becomes of a repeated key, a missing value, a value that is not allowed.
    pub severities: [Severity; 3],
}

/// What rows answered. Of a key only 64 bits of a hash are kept; keys that meet in it are compared exactly afterwards.
#[derive(Debug, Default)]
pub(crate) struct RowAnswers {
    keys: Vec<u64>,
    nulls: Vec<u64>,
    unaccepted: Vec<(u64, Option<String>)>,
}

impl RowChecks {
    /// Ask a batch.
    ///
    /// # Errors
    /// When a key's type cannot be hashed.
    pub fn ask(&self, batch: &RecordBatch) -> Result<RowAnswers, WarehouseError> {
        // The lower half of a hash is as good as the whole one.
        let keys = row_hashes(batch, Some(&self.key))?.into_iter().map(|hash| hash as u64).collect();
        let null_count = |column: &String| batch.column_by_name(column).map_or(0, |c| c.null_count() as u64);
        let unaccepted = self.accepted.iter().map(|(column, allowed)| {
            let Some(values) = batch.column_by_name(column) else { return Ok((0, None)) };
            let texts = arrow::compute::cast(values, &DataType::Utf8)?;
            let Some(texts) = texts.as_any().downcast_ref::<StringArray>() else { return Ok((0, None)) };
            let others: Vec<&str> = texts.iter().flatten().filter(|value| !allowed.contains(*value)).collect();
            Ok((others.len() as u64, others.iter().min().map(|value| hide_numbers(value))))
        });
        Ok(RowAnswers {
            keys,
            nulls: self.not_null.iter().map(null_count).collect(),
            unaccepted: unaccepted.collect::<Result<_, WarehouseError>>()?,
        })
    }
}

impl RowAnswers {
    /// Take in the answers of other rows.
    pub fn add(&mut self, other: RowAnswers) {
        self.keys.extend(other.keys);
        self.nulls.resize(other.nulls.len(), 0);
        self.nulls.iter_mut().zip(other.nulls).for_each(|(sum, more)| *sum += more);
        self.unaccepted.resize(other.unaccepted.len(), (0, None));
        for (known, (more, example)) in self.unaccepted.iter_mut().zip(other.unaccepted) {
            known.0 += more;
            // The least one, whatever order the rows came in.
            known.1 = match (known.1.take(), example) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }

    /// Whether two keys may be the same.
    pub fn may_repeat_keys(&mut self) -> bool {
        self.keys.sort_unstable();
        self.keys.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// What came of the checks; `repeated` rows have the key of another row.
    pub fn results(self, checks: &RowChecks, (repeated, example): (u64, Option<String>)) -> Vec<CheckResult> {
        let table = &checks.table;
        let [unique, not_null, accepted] = checks.severities;
        let result = |check: String, severity: Severity, failed_rows: u64, example: Option<String>| CheckResult {
            check,
            severity: severity.word().to_owned(),
            failed_rows,
            rows: example.iter().cloned().collect(),
            example,
        };
        let mut results = Vec::new();
        if !checks.key.is_empty() {
            let check = format!("{table} has one row per {}", checks.key.join(", "));
            results.push(result(check, unique, repeated, example));
        }
        let nulls = self.nulls.into_iter().chain(std::iter::repeat(0));
        for (column, count) in checks.not_null.iter().zip(nulls) {
            results.push(result(format!("{table}.{column} is never null"), not_null, count, None));
        }
        let unaccepted = self.unaccepted.into_iter().chain(std::iter::repeat((0, None)));
        for ((column, _), (count, example)) in checks.accepted.iter().zip(unaccepted) {
            results.push(result(format!("{table}.{column} has only listed values"), accepted, count, example));
        }
        results
    }
}

/// `customer_id=C1, month=2024-03`, with long numbers hidden.
pub(crate) fn describe(batch: &RecordBatch, row: usize, columns: &[String]) -> Result<String, WarehouseError> {
    let mut parts = Vec::new();
    for name in columns {
        if let Some(values) = batch.column_by_name(name) {
            let value = arrow::util::display::array_value_to_string(values, row)?;
            parts.push(format!("{name}={}", hide_numbers(&value)));
        }
    }
    Ok(parts.join(", "))
}
