//! Text → typed values, with a reason for each way it can fail.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::DataType;
use bank::card_number::is_card_number;
use bank::decimal::DecimalError;
use bank::mask::Mask;
use bank::{BusinessDate, decimal};
use chrono::{DateTime, FixedOffset, NaiveDateTime};

use crate::contract::{Check, ColumnContract, ColumnType};
use crate::decode::REPLACEMENT;
use crate::quarantine::{Reason, ReasonCode};
use crate::{lenient, looks};

/// Dates that sources write for "no end" and for "none"; domain specification §1.2.
const OPEN_END: [u32; 4] = [99991231, 99999999, 29991231, 20991231];
const MISSING: [u32; 4] = [0, 19000101, 18991231, 10101];
const DATE_FORM: &str = "%Y%m%d";
const TIMESTAMP_FORM: &str = "%Y%m%d%H%M%S";

/// What a code becomes that no list knows.
const UNKNOWN: &str = "UNKNOWN";

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

/// A value, and what is to be said about it although it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// The value.
    pub value: Value<'a>,
    /// A doubt about it.
    pub doubt: Option<Reason>,
}

/// Read one field as its column asks, on a business date.
///
/// # Errors
/// The reason for quarantine; the value in it is masked.
pub fn read<'a>(
    column: &'a ColumnContract,
    is_key: bool,
    field: &'a str,
    biz_date: BusinessDate,
) -> Result<Field<'a>, Reason> {
    let reason = |code, detail: String| Reason { code, column: Some(column.name.clone()), detail };
    let text = match field.as_bytes() {
        // Nearly always there is nothing to trim; what could be trimmed begins or ends with one of these bytes.
        [first, .., last] if !is_blank_byte(*first) && !is_blank_byte(*last) => field,
        _ => field.trim_matches([' ', '\u{3000}', '\t']),
    };
    let must_be_exact = is_key || column.column_type != ColumnType::Text;
    if must_be_exact && !text.is_ascii() && text.contains(REPLACEMENT) {
        return Err(reason(ReasonCode::Q02, "bytes that are not text in the declared encoding".to_owned()));
    }
    let sure = |value| Ok(Field { value, doubt: None });
    if text.is_empty() || column.null_words.iter().any(|w| w == text) {
        return match column.required || is_key {
            true => Err(reason(ReasonCode::Q03, "mandatory field is empty".to_owned())),
            false => sure(Value::Null),
        };
    }
    let shown = || column.shown(text);
    let value = match column.column_type {
        ColumnType::Text => return code(column, is_key, text, biz_date),
        ColumnType::Int => text
            .parse()
            .map(Value::Int)
            .map_err(|_| reason(ReasonCode::Q04, format!("`{}` is not a whole number", shown())))?,
        ColumnType::Decimal(precision, scale) => amount(column, text, precision, scale)
            .map(Value::Decimal)
            .map_err(|e| reason(ReasonCode::Q04, format!("`{}`: {e}", shown())))?,
        ColumnType::Date => date(column, text)
            .map_err(|()| reason(ReasonCode::Q05, format!("`{}` is not a date", shown())))
            .and_then(|value| match (value, column.required || is_key) {
                (Value::Null, true) => Err(reason(ReasonCode::Q03, "mandatory date is a placeholder".to_owned())),
                (value, _) => Ok(value),
            })?,
        ColumnType::Timestamp => time(column, text)
            .map(|t| Value::Timestamp(t.timestamp_micros()))
            .ok_or_else(|| reason(ReasonCode::Q05, format!("`{}` is not a time", shown())))?,
    };
    let number = match &value {
        Value::Int(n) => Some(i128::from(*n)),
        Value::Decimal(n) => Some(*n),
        Value::Date(n) => Some(i128::from(*n)),
        _ => None,
    };
    let (min, max) = column.bounds;
    let is_outside = number.is_some_and(|n| min.is_some_and(|min| n < min) || max.is_some_and(|max| n > max));
    let detail = || format!("`{}` is not between the contract's min and max", shown());
    Ok(Field { value, doubt: is_outside.then(|| reason(ReasonCode::Q10, detail())) })
}

/// A space, a tab, or a byte of U+3000 (E3 80 80) at its place.
fn is_blank_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0xE3 | 0x80)
}

/// A text: mapped to its canonical code where the contract lists codes, looked at where it says how.
fn code<'a>(
    column: &'a ColumnContract,
    is_key: bool,
    text: &'a str,
    biz_date: BusinessDate,
) -> Result<Field<'a>, Reason> {
    let doubt = |code, detail: String| Some(Reason { code, column: Some(column.name.clone()), detail });
    if !column.codes.is_empty() || !column.values.is_empty() {
        let canonical = column.codes.get(text).map(String::as_str);
        let listed = column.values.iter().any(|v| v == text).then_some(text);
        let unknown = || doubt(ReasonCode::Q06, format!("`{}` is not in the code list", column.shown(text)));
        return match (canonical.or(listed), column.strict || is_key) {
            (Some(known), _) => Ok(Field { value: Value::Text(known), doubt: None }),
            (None, true) => Err(unknown().unwrap_or_else(|| Reason {
                code: ReasonCode::Q06,
                column: Some(column.name.clone()),
                detail: String::new(),
            })),
            (None, false) => Ok(Field { value: Value::Text(UNKNOWN), doubt: unknown() }),
        };
    }
    let looks_wrong = |code, what: &str| doubt(code, format!("`{}` {what}", column.shown(text)));
    let doubt = match column.check {
        Some(Check::ResidentId) if !looks::resident_id(text, biz_date) => {
            looks_wrong(ReasonCode::W01, "fails its check digit")
        }
        Some(Check::Mobile) if !looks::mobile(text) => looks_wrong(ReasonCode::W02, "is no mobile number"),
        Some(Check::CardNumber) if !is_card_number(text) => looks_wrong(ReasonCode::W03, "fails its check digit"),
        Some(Check::Name) if !looks::name(text) => looks_wrong(ReasonCode::W04, "has digits or test words"),
        _ if !text.is_ascii() && text.contains(REPLACEMENT) => {
            doubt(ReasonCode::NameEnc, "undecodable bytes".to_owned())
        }
        _ => None,
    };
    Ok(Field { value: Value::Text(text), doubt })
}

fn amount(column: &ColumnContract, text: &str, precision: u8, scale: u8) -> Result<i128, DecimalError> {
    let plain;
    let text = match column.lenient_numbers {
        true => {
            plain = lenient::plain(text);
            plain.as_str()
        }
        false => text,
    };
    match column.unit {
        Some(unit) => unit.parse(text, precision, scale),
        None => decimal::parse(text, precision, scale),
    }
}

fn time(column: &ColumnContract, text: &str) -> Option<DateTime<FixedOffset>> {
    let form = column.format.as_deref().unwrap_or(TIMESTAMP_FORM);
    // Exactly fourteen digits, the form of most extracts: the general parser would take a time that lost its last digit.
    if form == TIMESTAMP_FORM {
        let (day, clock) = text.split_at_checked(8).filter(|_| text.len() == 14)?;
        let is_number = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
        let part = |at: usize| clock.get(at..at + 2).filter(is_number).and_then(|p| p.parse().ok());
        let time = BusinessDate::parse_as(day, DATE_FORM).ok()?.date().and_hms_opt(part(0)?, part(2)?, part(4)?)?;
        return time.and_local_timezone(column.clock).single();
    }
    match NaiveDateTime::parse_from_str(text, form) {
        Ok(time) => time.and_local_timezone(column.clock).single(),
        // A time that tells its own offset, as Parquet's do.
        Err(_) => DateTime::parse_from_rfc3339(text).ok(),
    }
}

fn date<'a>(column: &ColumnContract, text: &str) -> Result<Value<'a>, ()> {
    let form = column.format.as_deref().unwrap_or(DATE_FORM);
    let digits = match form {
        DATE_FORM => number_of(text),
        // 9999-12-31 is no day either.
        _ => number_of(&text.replace(['-', '/', '.'], "")),
    };
    let date = match digits {
        Some(digits) if MISSING.contains(&digits) => return Ok(Value::Null),
        Some(digits) if OPEN_END.contains(&digits) => BusinessDate::parse_as("99991231", DATE_FORM),
        _ => BusinessDate::parse_as(text, form),
    };
    date.map(|d| Value::Date(d.days_since_epoch())).map_err(|_| ())
}

/// Eight digits as a number.
fn number_of(text: &str) -> Option<u32> {
    let digits: &[u8; 8] = text.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
}

impl ColumnContract {
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
    /// For a column type, with room for a number of rows and of bytes of text.
    #[must_use]
    pub fn new(column_type: ColumnType, rows: usize, text_bytes: usize) -> Self {
        let arrow = column_type.arrow();
        match column_type {
            ColumnType::Text => Builder::Text(StringBuilder::with_capacity(rows, text_bytes)),
            ColumnType::Int => Builder::Int(Int64Builder::with_capacity(rows)),
            ColumnType::Date => Builder::Date(Date32Builder::with_capacity(rows)),
            ColumnType::Timestamp => {
                Builder::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(arrow))
            }
            ColumnType::Decimal(_, _) => Builder::Decimal(Decimal128Builder::with_capacity(rows).with_data_type(arrow)),
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
    use crate::Contract;

    /// The only column of a contract.
    fn column(toml: &str) -> ColumnContract {
        let text = format!(
            "description = \"d\"\nfile = {{ name = \"A_{{biz_date}}\", delimiter = \"|\" }}\ndelivery = {{ mode = \"full\" }}\n\
             columns = [{{ name = \"x\", {toml} }}]"
        );
        Contract::parse(std::path::Path::new("core/a.toml"), &text).unwrap().columns.remove(0)
    }

    fn today() -> BusinessDate {
        "2025-06-30".parse().unwrap()
    }

    fn value<'a>(column: &'a ColumnContract, text: &'a str) -> Value<'a> {
        read(column, false, text, today()).unwrap().value
    }

    fn refused(column: &ColumnContract, text: &str) -> ReasonCode {
        read(column, false, text, today()).unwrap_err().code
    }

    fn doubted(column: &ColumnContract, text: &str) -> Option<ReasonCode> {
        read(column, false, text, today()).unwrap().doubt.map(|d| d.code)
    }

    #[test]
    fn dates_have_sentinels() {
        // Acceptance A12.
        let date = column("type = \"date\"");
        assert_eq!(refused(&date, "20230229"), ReasonCode::Q05);
        assert_eq!(value(&date, "00000000"), Value::Null);
        assert_eq!(value(&date, "99999999"), value(&date, "99991231"));
        assert_eq!(value(&date, "20240229"), Value::Date(19_782));
        assert_eq!(read(&date, true, "00000000", today()).unwrap_err().code, ReasonCode::Q03);
        let iso = column("type = \"date\", format = \"%Y-%m-%d\"");
        assert_eq!((value(&iso, "1900-01-01"), value(&iso, "2099-12-31")), (Value::Null, value(&date, "99991231")));
        assert_eq!(value(&iso, "2024-02-29"), Value::Date(19_782));
        assert_eq!(refused(&iso, "20240229"), ReasonCode::Q05);
    }

    #[test]
    fn times_are_kept_as_utc() {
        let time = column("type = \"timestamp\", utc_offset = \"+08:00\"");
        // 1970-01-01 08:00:01 in Beijing is one second after the epoch.
        assert_eq!(value(&time, "19700101080001"), Value::Timestamp(1_000_000));
        assert_eq!(value(&time, "20240229235959"), Value::Timestamp(1_709_222_399_000_000));
        let iso = column("type = \"timestamp\", utc_offset = \"+08:00\", format = \"%Y-%m-%dT%H:%M:%S%.f\"");
        assert_eq!(value(&iso, "1970-01-01T00:00:01Z"), Value::Timestamp(1_000_000));
        assert_eq!(value(&iso, "1970-01-01T08:00:01.5"), Value::Timestamp(1_500_000));
        for wrong in ["19700101250001", "20230229000000", "2024022900000", "20240229006000", "20240229+1+1+1"] {
            assert_eq!(refused(&time, wrong), ReasonCode::Q05, "{wrong}");
        }
    }

    #[test]
    fn a_bad_amount_is_shown_by_its_shape() {
        let reason = read(&column("type = \"decimal(18,2)\""), false, "12,345.00", today()).unwrap_err().to_string();
        assert!(reason.starts_with("Q04") && reason.contains("99,999.99"), "{reason}");
    }

    #[test]
    fn numbers_are_read_leniently_only_when_asked() {
        let lenient = column("type = \"decimal(18,2)\", lenient_numbers = true");
        for (text, minor) in [("12,000.00", 1_200_000), ("1.2E3", 120_000), ("１２．５", 1_250), ("-1,234", -123_400)]
        {
            assert_eq!(value(&lenient, text), Value::Decimal(minor), "{text}");
            assert_eq!(refused(&column("type = \"decimal(18,2)\""), text) == ReasonCode::Q04, text != "x", "{text}");
        }
        assert_eq!(refused(&lenient, "12,00.00"), ReasonCode::Q04);
    }

    #[test]
    fn units_and_bounds_belong_to_the_column() {
        let fen = column("type = \"decimal(18,2)\", unit = \"fen\", min = \"0\", max = \"2000.00\"");
        assert_eq!((value(&fen, "123456"), doubted(&fen, "123456")), (Value::Decimal(123_456), None));
        assert_eq!(doubted(&fen, "200001"), Some(ReasonCode::Q10));
        assert_eq!(doubted(&fen, "-1"), Some(ReasonCode::Q10));
        let date = column("type = \"date\", min = \"2000-01-01\"");
        assert_eq!((doubted(&date, "19991231"), doubted(&date, "20000101")), (Some(ReasonCode::Q10), None));
    }

    #[test]
    fn codes_are_mapped_and_unknown_ones_flagged_or_refused() {
        // Q06.
        let currency = "type = \"text\", codes = { \"01\" = \"CNY\", \"14\" = \"USD\" }, values = [\"CNY\"]";
        let loose = column(currency);
        assert_eq!((value(&loose, "14"), value(&loose, "CNY")), (Value::Text("USD"), Value::Text("CNY")));
        assert_eq!((value(&loose, "99"), doubted(&loose, "99")), (Value::Text("UNKNOWN"), Some(ReasonCode::Q06)));
        assert_eq!(refused(&column(&format!("{currency}, strict = true")), "99"), ReasonCode::Q06);
    }

    #[test]
    fn identity_quality_is_a_doubt_and_never_a_refusal() {
        // W01 to W04; acceptance C3, C14, C15.
        for (check, good, bad, code) in [
            ("resident_id", "11010519491231002X", "110105194912310021", ReasonCode::W01),
            ("mobile", "+86 138-0013-8000", "12345678901", ReasonCode::W02),
            ("card_number", "9999990000000014", "9999991234567890123", ReasonCode::W03),
            ("name", "欧阳娜娜", "测试客户", ReasonCode::W04),
        ] {
            let column = column(&format!("type = \"text\", check = \"{check}\""));
            assert_eq!((doubted(&column, good), doubted(&column, bad)), (None, Some(code)), "{check}");
        }
    }

    #[test]
    fn undecodable_bytes_matter_in_keys_only() {
        // Acceptance A2.
        let name = column("type = \"text\"");
        assert_eq!(value(&name, "李\u{FFFD}"), Value::Text("李\u{FFFD}"));
        assert_eq!(doubted(&name, "李\u{FFFD}"), Some(ReasonCode::NameEnc));
        assert_eq!(read(&name, true, "李\u{FFFD}", today()).unwrap_err().code, ReasonCode::Q02);
    }
}
