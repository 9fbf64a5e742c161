//! One column of a feed: type, meaning, and what a value must be.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, TimeUnit};
use bank::Mask;
use chrono::{FixedOffset, Offset, Utc};
use serde::Deserialize;

use super::Unit;

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
    /// Width in bytes of the source encoding, in fixed-width files.
    pub width: Option<usize>,
    /// Unit in which the source writes a decimal.
    pub unit: Option<Unit>,
    /// Accept 12,000.00 and 1.2E3 and full-width digits.
    #[serde(default)]
    pub lenient_numbers: bool,
    /// Canonical code by the source's code.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
    /// Accepted values.
    #[serde(default)]
    pub values: Vec<String>,
    /// A code that is not listed sends the row to quarantine; otherwise it becomes UNKNOWN with a flag.
    #[serde(default)]
    pub strict: bool,
    /// Smallest accepted value of a number or date.
    pub min: Option<String>,
    /// Largest accepted value of a number or date.
    pub max: Option<String>,
    /// A date column that may not lie after this one.
    pub not_before: Option<String>,
    /// Whether a date after the business date sends the row to quarantine.
    #[serde(default)]
    pub not_after_biz_date: bool,
    /// Whether a date before the business date is a doubt: an expired document (W07).
    #[serde(default)]
    pub not_expired: bool,
    /// Whether a negative amount is a doubt: a product without overdraft (Q09).
    #[serde(default)]
    pub not_negative: bool,
    /// Column with the resident ID that a birth date must agree with (W05).
    pub birth_date_of: Option<String>,
    /// Column with the resident ID that a sex (1 male, 2 female, GB/T 2261.1) must agree with (W06).
    pub sex_of: Option<String>,
    /// Whether no value may come twice on a business date, beside the key; nothing is published otherwise.
    #[serde(default)]
    pub unique: bool,
    /// Where a value must be found (foreign key), as `core/customer.src_cust_no`; otherwise there is a warning (Q08).
    pub references: Option<String>,
    /// What a text must look like; a row that does not is loaded with a flag.
    pub check: Option<Check>,
    /// Whether the file lacks it: only change files have it.
    #[serde(skip)]
    pub is_absent: bool,
    /// The source's clock, filled when the contract is read.
    #[serde(skip, default = "utc")]
    pub clock: FixedOffset,
    /// `min` and `max` as numbers, filled when the contract is read.
    #[serde(skip)]
    pub bounds: (Option<i128>, Option<i128>),
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

/// What a text must look like (domain specification, checks W01 to W04): identity quality never takes money away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A resident ID with its check digit (W01).
    ResidentId,
    /// A mobile number (W02).
    Mobile,
    /// A card number with its Luhn digit (W03).
    CardNumber,
    /// A name without digits and test words (W04).
    Name,
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

/// Words in the names of columns that hold authentication data (JR/T 0171-2020, C3).
const AUTHENTICATION: [&str; 13] = [
    "cvn",
    "cvv",
    "cvc",
    "track1",
    "track2",
    "track_1",
    "track_2",
    "magstripe",
    "pin_block",
    "password",
    "passwd",
    "fingerprint",
    "biometric",
];

impl ColumnContract {
    /// Dates of typed files are written out in one form, unless the contract says that they are texts of another.
    pub(super) fn write_dates_as_iso(&mut self) {
        let form = match self.column_type {
            ColumnType::Date => "%Y-%m-%d",
            ColumnType::Timestamp => "%Y-%m-%dT%H:%M:%S%.f",
            _ => return,
        };
        self.format.get_or_insert_with(|| form.to_owned());
    }

    /// Refuse what cannot be meant, and read the bounds.
    ///
    /// # Errors
    /// What is wrong and what to write instead.
    pub(super) fn validate(&mut self) -> Result<(), String> {
        let name = &self.name;
        let named = |n: &str| {
            let n = n.to_ascii_lowercase();
            n == "pin" || AUTHENTICATION.iter().any(|word| n.contains(word)) || n.contains("密码") || n.contains("磁道")
        };
        if self.class == PrivacyClass::C3 || named(name) || self.source.as_deref().is_some_and(named) {
            return Err(format!(
                "column `{name}` is class C3 (PIN, CVN, track, password, biometrics), which may not enter a warehouse; \
                 ask the source to leave it out"
            ));
        }
        let is_time = self.column_type == ColumnType::Timestamp;
        match (&self.utc_offset, is_time) {
            (Some(offset), true) => match offset.parse() {
                Ok(clock) => self.clock = clock,
                Err(_) => return Err(format!("column `{name}`: `{offset}` is not an offset; write it as +08:00")),
            },
            (None, true) => {
                return Err(format!("column `{name}` is a timestamp and needs `utc_offset`, as in \"+08:00\""));
            }
            (Some(_), false) => return Err(format!("column `{name}`: `utc_offset` belongs to timestamps")),
            _ => {}
        }
        let is_text = self.column_type == ColumnType::Text;
        let is_decimal = matches!(self.column_type, ColumnType::Decimal(..));
        let is_date = self.column_type == ColumnType::Date;
        for (word, is_used, fits, belongs) in [
            ("unit", self.unit.is_some(), is_decimal, "decimals"),
            ("lenient_numbers", self.lenient_numbers, is_decimal, "decimals"),
            ("codes", !self.codes.is_empty(), is_text, "texts"),
            ("values", !self.values.is_empty(), is_text, "texts"),
            ("check", self.check.is_some(), is_text, "texts"),
            ("not_before", self.not_before.is_some(), is_date, "dates"),
            ("not_after_biz_date", self.not_after_biz_date, is_date, "dates"),
            ("not_expired", self.not_expired, is_date, "dates"),
            ("birth_date_of", self.birth_date_of.is_some(), is_date, "dates"),
            ("sex_of", self.sex_of.is_some(), is_text, "texts"),
            ("not_negative", self.not_negative, is_decimal, "decimals"),
            ("min and max", self.min.is_some() || self.max.is_some(), !is_text && !is_time, "numbers and dates"),
        ] {
            if is_used && !fits {
                return Err(format!("column `{name}`: `{word}` belongs to {belongs}"));
            }
        }
        if let (Some(unit), ColumnType::Decimal(_, scale)) = (self.unit, self.column_type)
            && scale < unit.scale_min()
        {
            return Err(format!("column `{name}`: unit {unit:?} needs {} digits after the point", unit.scale_min()));
        }
        self.bounds = (self.bound(self.min.as_deref())?, self.bound(self.max.as_deref())?);
        Ok(())
    }

    /// A bound in the warehouse's unit.
    fn bound(&self, text: Option<&str>) -> Result<Option<i128>, String> {
        let Some(text) = text else { return Ok(None) };
        let wrong = |why: String| format!("column `{}`: bound `{text}`: {why}", self.name);
        match self.column_type {
            ColumnType::Decimal(precision, scale) => {
                bank::decimal::parse(text, precision, scale).map(Some).map_err(|e| wrong(e.to_string()))
            }
            ColumnType::Int => text.parse().map(Some).map_err(|_| wrong("not a whole number".to_owned())),
            _ => {
                let date: bank::BusinessDate =
                    text.parse().map_err(|_| wrong("not a date, as in 2026-11-20".to_owned()))?;
                Ok(Some(i128::from(date.days_since_epoch())))
            }
        }
    }
}

fn utc() -> FixedOffset {
    Utc.fix()
}
fn class_c2() -> PrivacyClass {
    PrivacyClass::C2
}
fn redact() -> Mask {
    Mask::Redact
}
