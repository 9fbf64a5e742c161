//! The contract of a feed: what its files are called, how they are written, what each column must hold.
//!
//! One TOML file per feed, `sql/sources/<system>/<feed>.toml`. Unknown keys are refused, so a typing error is found at
//! once and not by a wrong number.

use std::path::Path;

use arrow::datatypes::{DataType, Field, TimeUnit};
use bank::Mask;
use chrono::FixedOffset;
use serde::Deserialize;

use crate::error::ExtractError;
use crate::file_name::FileName;

/// A feed's contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Source system, from the folder name.
    #[serde(skip)]
    pub system: String,
    /// Feed, from the file name.
    #[serde(skip)]
    pub feed: String,
    /// What one row is.
    pub description: String,
    /// Columns that identify a row within one file.
    #[serde(default)]
    pub key: Vec<String>,
    /// How the file is written.
    pub file: FileForm,
    /// How and when it is delivered.
    pub delivery: Delivery,
    /// When a file is refused as a whole.
    #[serde(default)]
    pub limits: Limits,
    /// The columns in file order.
    pub columns: Vec<ColumnContract>,
}

/// How a file is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileForm {
    /// File name; `{biz_date}` stands for the business date as YYYYMMDD. A name ending in `.gz` is decompressed.
    pub name: FileName,
    /// `utf-8`, `gb18030`, `gbk` (strict: four-byte characters are refused) or another WHATWG label.
    #[serde(default = "utf_8")]
    pub encoding: String,
    /// Field delimiter, one or more characters.
    pub delimiter: String,
    /// Quote character, if the source quotes its fields. Core-banking extracts normally do not.
    pub quote: Option<char>,
    /// Whether the first line names the columns.
    #[serde(default)]
    pub header: bool,
}

/// Whether a file holds everything or only what is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// Full snapshot (全量): a key that is absent was deleted.
    Full,
    /// Insert only (增量): events.
    Insert,
}

/// Where the business date of a row comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// The `{biz_date}` in the file name.
    FileName,
    /// A date column: one file holds many business dates.
    Column(String),
    /// Delivered once, at the first business date.
    Once,
}

/// How a feed is delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Full or insert.
    pub mode: DeliveryMode,
    /// Where the business date comes from.
    #[serde(default = "by_file_name")]
    pub dated_by: DatedBy,
    /// Whether a control file (`<data file>.ctl`, key=value lines) announces rows, totals and hash.
    #[serde(default)]
    pub control: bool,
    /// Decimal columns whose sums must tie.
    #[serde(default)]
    pub totals: Vec<String>,
    /// Currency column: sums are taken per currency and announced as `sum_<column>_<currency>`.
    pub totals_by: Option<String>,
}

/// When a file is refused as a whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest share of quarantined rows.
    pub quarantine_share: f64,
    /// Largest number of quarantined rows.
    pub quarantine_rows: u64,
    /// Largest share of rows by which a full file may be smaller than the one before; a smaller one is held.
    pub shrinkage_share: f64,
    /// Files before with fewer rows than this are not compared: a share of few rows says nothing.
    pub shrinkage_rows_from: u64,
}

impl Limits {
    /// Whether a full file of `rows` rows is held after one of `before` rows. Exactly the limit is accepted.
    #[must_use]
    pub fn holds(&self, before: u64, rows: u64) -> bool {
        // Counts of rows are far below 2^53, so the share is exact enough to compare with a limit.
        let least = before as f64 * (1.0 - self.shrinkage_share);
        before >= self.shrinkage_rows_from && (rows as f64) < least
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { quarantine_share: 0.001, quarantine_rows: 1000, shrinkage_share: 0.2, shrinkage_rows_from: 100 }
    }
}

/// Privacy class of JR/T 0171-2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PrivacyClass {
    /// Internal.
    C1,
    /// Identifies a person or shows their finances.
    C2,
    /// Authentication data: never accepted.
    C3,
}

/// One column of a feed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnContract {
    /// Name in the warehouse.
    pub name: String,
    /// Name in the file's header, when different.
    pub source: Option<String>,
    /// Type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Date or timestamp form, as `chrono` writes it.
    pub format: Option<String>,
    /// Offset of the source's clock, as in `+08:00`; times are kept as UTC.
    pub utc_offset: Option<String>,
    /// Whether an empty field sends the row to quarantine.
    #[serde(default)]
    pub required: bool,
    /// Further words that mean "no value" (empty and blank always do).
    #[serde(default)]
    pub null_words: Vec<String>,
    /// Privacy class; what is not declared is treated as C2.
    #[serde(default = "class_c2")]
    pub class: PrivacyClass,
    /// How a value is shown in messages.
    #[serde(default = "redact")]
    pub mask: Mask,
    /// What it means.
    #[serde(default)]
    pub description: String,
}

/// A column's type, written `text`, `date`, `int`, `timestamp` or `decimal(18,2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole number.
    Int,
    /// Calendar date.
    Date,
    /// Point in time, kept as UTC microseconds.
    Timestamp,
    /// Exact decimal with precision and scale.
    Decimal(u8, u8),
}

impl TryFrom<String> for ColumnType {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("unknown type `{text}`; use text, int, date, timestamp or decimal(18,2)");
        match text.as_str() {
            "text" => Ok(ColumnType::Text),
            "int" => Ok(ColumnType::Int),
            "date" => Ok(ColumnType::Date),
            "timestamp" => Ok(ColumnType::Timestamp),
            _ => {
                let inner = text.strip_prefix("decimal(").and_then(|t| t.strip_suffix(')')).ok_or_else(wrong)?;
                let (precision, scale) = inner.split_once(',').ok_or_else(wrong)?;
                let precision: u8 = precision.trim().parse().map_err(|_| wrong())?;
                let scale: u8 = scale.trim().parse().map_err(|_| wrong())?;
                if precision == 0 || precision > 38 || scale > precision {
                    return Err(wrong());
                }
                Ok(ColumnType::Decimal(precision, scale))
            }
        }
    }
}

impl ColumnType {
    /// The Arrow type that holds it.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            ColumnType::Text => DataType::Utf8,
            ColumnType::Int => DataType::Int64,
            ColumnType::Date => DataType::Date32,
            ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            // A decimal's scale is at most 38.
            ColumnType::Decimal(precision, scale) => DataType::Decimal128(precision, i8::try_from(scale).unwrap_or(0)),
        }
    }
}

impl ColumnContract {
    /// The Arrow field in raw tables.
    #[must_use]
    pub fn field(&self) -> Field {
        Field::new(&self.name, self.column_type.arrow(), true)
    }
}

fn utf_8() -> String {
    "utf-8".to_owned()
}
fn by_file_name() -> DatedBy {
    DatedBy::FileName
}
fn class_c2() -> PrivacyClass {
    PrivacyClass::C2
}
fn redact() -> Mask {
    Mask::Redact
}

impl Contract {
    /// Read a contract. `path` is `.../<system>/<feed>.toml` and is named in every complaint.
    ///
    /// # Errors
    /// [`ExtractError::Contract`] with line, column and the alternatives.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ExtractError> {
        let refuse = |message: String| ExtractError::Contract { path: path.to_owned(), message };
        let mut contract: Contract = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        let stem = |p: Option<&std::ffi::OsStr>| p.map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        contract.feed = stem(path.file_stem());
        contract.system = stem(path.parent().and_then(Path::file_name));
        contract.validate().map_err(refuse)?;
        Ok(contract)
    }

    /// Name of the raw table: `raw_<system>__<feed>`.
    #[must_use]
    pub fn table(&self) -> String {
        format!("raw_{}__{}", self.system, self.feed)
    }

    fn validate(&self) -> Result<(), String> {
        if let Some(column) = self.columns.iter().find(|c| c.class == PrivacyClass::C3) {
            return Err(format!(
                "column `{}` is class C3 (PIN, CVN, track, password, biometrics), which may not enter a warehouse; \
                 ask the source to leave it out",
                column.name
            ));
        }
        if self.file.delimiter.is_empty() {
            return Err("`file.delimiter` is empty".to_owned());
        }
        if encoding_rs::Encoding::for_label(self.file.encoding.as_bytes()).is_none() {
            return Err(format!("unknown encoding `{}`; use utf-8, gb18030, gbk or windows-1252", self.file.encoding));
        }
        for column in &self.columns {
            let is_time = column.column_type == ColumnType::Timestamp;
            match (&column.utc_offset, is_time) {
                (Some(offset), true) if offset.parse::<FixedOffset>().is_err() => {
                    return Err(format!("column `{}`: `{offset}` is not an offset; write it as +08:00", column.name));
                }
                (None, true) => {
                    return Err(format!(
                        "column `{}` is a timestamp and needs `utc_offset`, as in \"+08:00\"",
                        column.name
                    ));
                }
                (Some(_), false) => {
                    return Err(format!("column `{}`: `utc_offset` belongs to timestamps", column.name));
                }
                _ => {}
            }
        }
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let dated = match &self.delivery.dated_by {
            DatedBy::Column(column) => Some(column),
            _ => None,
        };
        for named in self.key.iter().chain(&self.delivery.totals).chain(&self.delivery.totals_by).chain(dated) {
            if !names.contains(&named.as_str()) {
                return Err(format!("no column `{named}`; the columns are {}", names.join(", ")));
            }
        }
        if self.delivery.dated_by == DatedBy::FileName && !self.file.name.has_date() {
            return Err(
                "`file.name` has no {biz_date}; add it or set `delivery.dated_by` to a column or once".to_owned()
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        description = "accounts"
        key = ["acct_no"]
        file = { name = "A_{biz_date}.dat", delimiter = "|" }
        delivery = { mode = "full", totals = ["balance"] }
        columns = [
            { name = "acct_no", type = "text", required = true },
            { name = "balance", type = "decimal(18,2)" },
        ]"#;

    fn refused(text: &str) -> String {
        Contract::parse(Path::new("sources/core/account.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_full_file_may_shrink_by_a_fifth() {
        // Acceptance B3.
        let limits = Limits::default();
        assert!(limits.holds(100, 79) && !limits.holds(100, 80) && !limits.holds(1_000_000, 800_000));
        assert!(!limits.holds(99, 1), "a share of few rows says nothing");
    }

    #[test]
    fn a_contract_knows_its_table() {
        let contract = Contract::parse(Path::new("sources/core/account.toml"), GOOD).unwrap();
        assert_eq!(contract.table(), "raw_core__account");
    }

    #[test]
    fn mistakes_name_the_place_and_the_alternatives() {
        assert!(refused(&GOOD.replace("totals", "total")).contains("unknown field `total`"));
        assert!(refused(&GOOD.replace("[\"acct_no\"]", "[\"acct\"]")).contains("the columns are acct_no, balance"));
        assert!(refused(&GOOD.replace("decimal(18,2)", "money")).contains("decimal(18,2)"));
        assert!(refused(&GOOD.replace("_{biz_date}", "")).contains("{biz_date}"));
    }

    #[test]
    fn authentication_data_is_refused_at_the_door() {
        // Acceptance O9.
        let cvn = GOOD.replace(
            "{ name = \"balance\",",
            "{ name = \"cvn\", class = \"C3\", type = \"text\" },\n{ name = \"balance\",",
        );
        assert!(refused(&cvn).contains("C3"));
    }
}
