//! Text → typed values, with a reason for each way it can fail.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use bank::mask::Mask;
use bank::{BusinessDate, decimal};
use chrono::{FixedOffset, NaiveDateTime, Offset, Utc};

use crate::contract::{ColumnContract, ColumnType};
use crate::decode::REPLACEMENT;
use crate::quarantine::{Reason, ReasonCode};

/// Dates that sources write for "no end" and for "none"; domain specification §1.2.
const OPEN_END: [&str; 4] = ["99991231", "99999999", "29991231", "20991231"];
const MISSING: [&str; 4] = ["00000000", "19000101", "18991231", "00010101"];
const DATE_FORM: &str = "%Y%m%d";
const TIMESTAMP_FORM: &str = "%Y%m%d%H%M%S";

/// A typed value, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Text.
    Text(&'a str),
    /// Whole number.
    Int(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 UTC.
    Timestamp(i64),
    /// Scaled integer.
    Decimal(i128),
}

/// Read one field as its column asks.
///
/// # Errors
/// The reason for quarantine; the value in it is masked.
pub fn read<'a>(column: &ColumnContract, is_key: bool, field: &'a str) -> Result<Value<'a>, Reason> {
    let reason = |code, detail: String| Reason { code, column: Some(column.name.clone()), detail };
    let text = field.trim_matches([' ', '\u{3000}', '\t']);
    let must_be_exact = is_key || column.column_type != ColumnType::Text;
    if must_be_exact && text.contains(REPLACEMENT) {
        return Err(reason(ReasonCode::Q02, "bytes that are not text in the declared encoding".to_owned()));
    }
    if text.is_empty() || column.null_words.iter().any(|w| w == text) {
        return match column.required || is_key {
            true => Err(reason(ReasonCode::Q03, "mandatory field is empty".to_owned())),
            false => Ok(Value::Null),
        };
    }
    let shown = || column.shown(text);
    match column.column_type {
        ColumnType::Text => Ok(Value::Text(text)),
        ColumnType::Int => text
            .parse()
            .map(Value::Int)
            .map_err(|_| reason(ReasonCode::Q04, format!("`{}` is not a whole number", shown()))),
        ColumnType::Decimal(precision, scale) => decimal::parse(text, precision, scale)
            .map(Value::Decimal)
            .map_err(|e| reason(ReasonCode::Q04, format!("`{}`: {e}", shown()))),
        ColumnType::Date => date(column, text)
            .map_err(|()| reason(ReasonCode::Q05, format!("`{}` is not a date", shown())))
            .and_then(|value| match (value, column.required || is_key) {
                (Value::Null, true) => Err(reason(ReasonCode::Q03, "mandatory date is a placeholder".to_owned())),
                (value, _) => Ok(value),
            }),
        ColumnType::Timestamp => {
            NaiveDateTime::parse_from_str(text, column.format.as_deref().unwrap_or(TIMESTAMP_FORM))
                .ok()
                .and_then(|t| t.and_local_timezone(column.offset()).single())
                .map(|t| Value::Timestamp(t.timestamp_micros()))
                .ok_or_else(|| reason(ReasonCode::Q05, format!("`{}` is not a time", shown())))
        }
    }
}

fn date<'a>(column: &ColumnContract, text: &str) -> Result<Value<'a>, ()> {
    let form = column.format.as_deref().unwrap_or(DATE_FORM);
    if form == DATE_FORM && MISSING.contains(&text) {
        return Ok(Value::Null);
    }
    let text = if form == DATE_FORM && OPEN_END.contains(&text) { OPEN_END[0] } else { text };
    BusinessDate::parse_as(text, form).map(|d| Value::Date(d.days_since_epoch())).map_err(|_| ())
}

impl ColumnContract {
    /// Offset of the source's clock; the contract has checked that it can be read.
    fn offset(&self) -> FixedOffset {
        self.utc_offset.as_ref().and_then(|o| o.parse().ok()).unwrap_or_else(|| Utc.fix())
    }

    /// A value as messages may show it: masked as declared, never longer than a few characters.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let masked = match (self.class, self.mask) {
            (crate::contract::PrivacyClass::C1, _) => text.to_owned(),
            (_, Mask::None) => text.to_owned(),
            // What failed as a number or a date is shown by its shape, so that the fault can be seen.
            (_, Mask::Redact) if self.column_type != ColumnType::Text => shape(text),
            (_, mask) => mask.apply(text),
        };
        masked.chars().take(40).collect()
    }
}

/// `12,000.00` → `99,999.99`: what the value looks like, not what it is.
fn shape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii_digit() => '9',
            c if c.is_alphabetic() => 'a',
            c => c,
        })
        .collect()
}

/// Builds one Arrow column.
#[derive(Debug)]
pub enum Builder {
    /// Text.
    Text(StringBuilder),
    /// Whole number.
    Int(Int64Builder),
    /// Date.
    Date(Date32Builder),
    /// Timestamp.
    Timestamp(TimestampMicrosecondBuilder),
    /// Decimal with its type.
    Decimal(Decimal128Builder),
}

impl Builder {
    /// For a column type.
    #[must_use]
    pub fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Builder::Text(StringBuilder::new()),
            ColumnType::Int => Builder::Int(Int64Builder::new()),
            ColumnType::Date => Builder::Date(Date32Builder::new()),
            ColumnType::Timestamp => {
                Builder::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(column_type.arrow()))
            }
            ColumnType::Decimal(_, _) => Builder::Decimal(Decimal128Builder::new().with_data_type(column_type.arrow())),
        }
    }

    /// Append a value; one of another type becomes null (it cannot happen: values come from the same column).
    pub fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Builder::Text(b), Value::Text(v)) => b.append_value(v),
            (Builder::Int(b), Value::Int(v)) => b.append_value(*v),
            (Builder::Date(b), Value::Date(v)) => b.append_value(*v),
            (Builder::Timestamp(b), Value::Timestamp(v)) => b.append_value(*v),
            (Builder::Decimal(b), Value::Decimal(v)) => b.append_value(*v),
            (Builder::Text(b), _) => b.append_null(),
            (Builder::Int(b), _) => b.append_null(),
            (Builder::Date(b), _) => b.append_null(),
            (Builder::Timestamp(b), _) => b.append_null(),
            (Builder::Decimal(b), _) => b.append_null(),
        }
    }

    /// The finished column.
    #[must_use]
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(b) => Arc::new(b.finish()),
            Builder::Int(b) => Arc::new(b.finish()),
            Builder::Date(b) => Arc::new(b.finish()),
            Builder::Timestamp(b) => Arc::new(b.finish()),
            Builder::Decimal(b) => Arc::new(b.finish()),
        }
    }
}

/// Binary column type of the 128-bit row hash.
pub const ROW_HASH_TYPE: DataType = DataType::Binary;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::PrivacyClass;

    fn column(column_type: ColumnType) -> ColumnContract {
        ColumnContract {
            name: "x".to_owned(),
            source: None,
            column_type,
            format: None,
            utc_offset: None,
            required: false,
            null_words: vec![],
            class: PrivacyClass::C2,
            mask: Mask::Redact,
            description: String::new(),
        }
    }

    #[test]
    fn dates_have_sentinels() {
        // Acceptance A12.
        let date = column(ColumnType::Date);
        assert_eq!(read(&date, false, "20230229").unwrap_err().code, ReasonCode::Q05);
        assert_eq!(read(&date, false, "00000000"), Ok(Value::Null));
        assert_eq!(read(&date, false, "99999999"), read(&date, false, "99991231"));
        assert_eq!(read(&date, false, "20240229"), Ok(Value::Date(19_782)));
        assert_eq!(read(&date, true, "00000000").unwrap_err().code, ReasonCode::Q03);
    }

    #[test]
    fn times_are_kept_as_utc() {
        let mut time = column(ColumnType::Timestamp);
        time.utc_offset = Some("+08:00".to_owned());
        // 1970-01-01 08:00:01 in Beijing is one second after the epoch.
        assert_eq!(read(&time, false, "19700101080001"), Ok(Value::Timestamp(1_000_000)));
        assert_eq!(read(&time, false, "19700101250001").unwrap_err().code, ReasonCode::Q05);
    }

    #[test]
    fn a_bad_amount_is_shown_by_its_shape() {
        let reason = read(&column(ColumnType::Decimal(18, 2)), false, "12,345.00").unwrap_err();
        assert_eq!(reason.code, ReasonCode::Q04);
        assert!(reason.to_string().contains("99,999.99"), "{reason}");
    }

    #[test]
    fn undecodable_bytes_matter_in_keys_only() {
        // Acceptance A2.
        let name = column(ColumnType::Text);
        assert_eq!(read(&name, false, "李\u{FFFD}"), Ok(Value::Text("李\u{FFFD}")));
        assert_eq!(read(&name, true, "李\u{FFFD}").unwrap_err().code, ReasonCode::Q02);
    }
}
