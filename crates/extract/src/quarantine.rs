//! Rows that failed a check: kept raw, with every reason, shown masked.

use arrow::array::{ArrayRef, BinaryArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use bank::BusinessDate;
use bank::mask::hide_numbers;
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::contract::{Contract, Severity};
use crate::record::Splitter;
use crate::record::json::object;

/// Why a row was quarantined; domain specification §2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum ReasonCode {
    /// Field count differs from the layout.
    Q01,
    /// Undecodable bytes in a key, date or amount.
    Q02,
    /// Mandatory field empty.
    Q03,
    /// Not a number, too many decimals, overflow.
    Q04,
    /// Not a date.
    Q05,
    /// A code that is not in the list.
    Q06,
    /// Same key as another row with different content.
    Q07,
    /// A negative balance where there is no overdraft.
    Q09,
    /// A value out of range, or a date after the business date.
    Q10,
    /// The document's check digit is wrong.
    W01,
    /// Not a mobile number.
    W02,
    /// The card number's check digit is wrong.
    W03,
    /// A name with digits or test words.
    W04,
    /// The birth date is not the resident ID's.
    W05,
    /// The sex is not the resident ID's.
    W06,
    /// The document has expired.
    W07,
    /// Bytes in a text that are not text in the declared encoding.
    #[serde(rename = "NAME_ENC")]
    NameEnc,
}

impl ReasonCode {
    /// As written in `reason_codes` and `dq_flags`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            ReasonCode::NameEnc => "NAME_ENC".to_owned(),
            other => format!("{other:?}"),
        }
    }

    /// What becomes of a row without a word in the contract.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            ReasonCode::Q01
            | ReasonCode::Q02
            | ReasonCode::Q03
            | ReasonCode::Q04
            | ReasonCode::Q05
            | ReasonCode::Q07
            | ReasonCode::Q10 => Severity::Quarantine,
            _ => Severity::Warn,
        }
    }

    /// Whether the severity may be chosen: a value that cannot be read cannot be loaded.
    #[must_use]
    pub fn can_be(self, severity: Severity) -> bool {
        severity == self.severity() || self.severity() == Severity::Warn || self == ReasonCode::Q10
    }
}

/// One reason: a code, the column, and what to know about the value (already masked).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Code.
    pub code: ReasonCode,
    /// Column, if one is to blame.
    pub column: Option<String>,
    /// Masked detail.
    pub detail: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{} {column}: {}", self.code.code(), self.detail),
            None => write!(f, "{} {}", self.code.code(), self.detail),
        }
    }
}

/// A quarantined row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedRow {
    /// Line in the decompressed file, from 1.
    pub line: u64,
    /// Byte offset in the decompressed file.
    pub offset: u64,
    /// The record as delivered.
    pub raw: Vec<u8>,
    /// Every reason.
    pub reasons: Vec<Reason>,
}

impl QuarantinedRow {
    /// `line 7: Q04 balance: ...`, for messages.
    #[must_use]
    pub fn describe(&self) -> String {
        let reasons: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        format!("line {}: {}", self.line, reasons.join("; "))
    }
}

/// The fields of a record by column, masked as the contract declares; what stands beyond its columns, and the fields of
/// files whose header decides the order and of shifted rows, have no name and are shown by their length.
#[must_use]
pub fn mask_record(contract: &Contract, text: &str, is_unmasked: bool) -> Vec<(String, String)> {
    let mut fields = vec![Cow::Borrowed(text)];
    // The fields of a header's order and of a fixed-width record (decoded, it can't be cut by bytes) have no name here.
    let mut is_named = !contract.file.header && !contract.is_fixed_width();
    if contract.file.is_json() {
        let names: Vec<String> =
            contract.columns.iter().map(|c| c.source.clone().unwrap_or_else(|| c.name.clone())).collect();
        if object(text, &names, &mut fields).is_err() {
            fields = vec![Cow::Borrowed(text)];
            is_named = false;
        }
    } else if !contract.is_fixed_width() {
        Splitter::new(&contract.file.delimiter, contract.file.quote).split(text, &mut fields);
    }
    // Nor have those of a shifted row, where a name may stand in the place of a code.
    let is_named = is_named && (is_unmasked || fields.len() == contract.columns.len());
    let shown = |(place, field): (usize, &Cow<'_, str>)| match contract.columns.get(place).filter(|_| is_named) {
        Some(column) if is_unmasked => (column.name.clone(), field.to_string()),
        Some(column) => (column.name.clone(), hide_numbers(&column.shown(field))),
        None if is_unmasked => (format!("field {}", place + 1), field.to_string()),
        None => (format!("field {}", place + 1), format!("{} characters", field.chars().count())),
    };
    fields.iter().enumerate().map(shown).collect()
}

/// Columns of the quarantine table.
#[must_use]
pub fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("biz_date", DataType::Date32, true),
        Field::new("system", DataType::Utf8, true),
        Field::new("feed", DataType::Utf8, true),
        Field::new("file", DataType::Utf8, true),
        Field::new("line", DataType::Int64, true),
        Field::new("byte_offset", DataType::Int64, true),
        Field::new("reason_codes", DataType::Utf8, true),
        Field::new("reasons", DataType::Utf8, true),
        Field::new("raw", DataType::Binary, true),
    ]))
}

/// The rows of one file as a batch of [`schema`].
///
/// # Errors
/// Never in practice; Arrow checks that all columns have one length.
pub fn batch(
    date: BusinessDate,
    system: &str,
    feed: &str,
    file: &str,
    rows: &[QuarantinedRow],
) -> Result<RecordBatch, ArrowError> {
    let texts = |of: &dyn Fn(&QuarantinedRow) -> String| -> ArrayRef {
        Arc::new(rows.iter().map(|r| Some(of(r))).collect::<StringArray>())
    };
    let number = |n: u64| i64::try_from(n).ok();
    let codes = |r: &QuarantinedRow| {
        let mut codes: Vec<String> = r.reasons.iter().map(|x| x.code.code()).collect();
        codes.sort();
        codes.dedup();
        codes.join(",")
    };
    RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(Date32Array::from(vec![date.days_since_epoch(); rows.len()])),
            texts(&|_| system.to_owned()),
            texts(&|_| feed.to_owned()),
            texts(&|_| file.to_owned()),
            Arc::new(rows.iter().map(|r| number(r.line)).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|r| number(r.offset)).collect::<Int64Array>()),
            texts(&codes),
            texts(&|r| r.reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("; ")),
            Arc::new(rows.iter().map(|r| Some(r.raw.as_slice())).collect::<BinaryArray>()),
        ],
    )
}
