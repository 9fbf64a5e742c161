//! Control files: what the source says it sent, written after the data so that an unfinished file is never read.

use std::collections::BTreeMap;

use bank::{BusinessDate, Money};

use crate::error::ExtractError;

/// What a control file announces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Business date of the data.
    pub biz_date: Option<BusinessDate>,
    /// Which delivery of the business date it is, from 1; a later one supersedes.
    pub batch_seq: Option<u32>,
    /// Data rows, without header.
    pub rows: Option<u64>,
    /// SHA-256 of the data file as delivered (compressed), lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Sum by what stands after `sum_`: a column, or a column and a currency (`balance_CNY`).
    pub totals: BTreeMap<String, Money>,
}

impl Control {
    /// Parse `key=value` lines: `biz_date`, `batch_seq`, `rows`, `sha256`, and `sum_<column>` or
    /// `sum_<column>_<currency>` for each declared total. Other keys are ignored.
    ///
    /// # Errors
    /// [`ExtractError::Control`] with the line.
    pub fn parse(file: &str, text: &str) -> Result<Self, ExtractError> {
        let mut control = Control::default();
        for (index, line) in text.lines().enumerate() {
            let refuse = |reason: String| ExtractError::Control { file: file.to_owned(), line: index + 1, reason };
            if line.trim().is_empty() {
                continue;
            }
            let (key, value) =
                line.split_once('=').ok_or_else(|| refuse("expected key=value, as in rows=1500".to_owned()))?;
            let value = value.trim();
            match key.trim() {
                "biz_date" => control.biz_date = Some(date(value).map_err(refuse)?),
                "batch_seq" => {
                    let wrong = |_| refuse(format!("`{value}` is not a batch number, as in batch_seq=1"));
                    control.batch_seq = Some(value.parse().map_err(wrong)?);
                }
                "rows" => {
                    control.rows = Some(value.parse().map_err(|_| refuse(format!("`{value}` is not a row count")))?);
                }
                "sha256" => control.sha256 = Some(value.to_ascii_lowercase()),
                other => {
                    if let Some(column) = other.strip_prefix("sum_") {
                        let total = Money::parse(value).map_err(|e| refuse(format!("`{value}`: {e}")))?;
                        control.totals.insert(column.to_owned(), total);
                    }
                }
            }
        }
        Ok(control)
    }
}

fn date(text: &str) -> Result<BusinessDate, String> {
    let compact = BusinessDate::parse_as(text, "%Y%m%d").ok().filter(|_| text.len() == 8);
    compact.or_else(|| text.parse().ok()).ok_or_else(|| format!("`{text}` is not a date, as in biz_date=2026-11-20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_read_and_mistakes_name_their_line() {
        let text =
            "biz_date=20251130\nbatch_seq=2\nrows=5\nsum_balance=13185.50\nsum_balance_USD=300.00\nsha256=AB\nx=y\n";
        let control = Control::parse("a.ctl", text).unwrap();
        assert_eq!((control.rows, control.sha256.as_deref()), (Some(5), Some("ab")));
        assert_eq!((control.biz_date.unwrap().to_string().as_str(), control.batch_seq), ("2025-11-30", Some(2)));
        assert_eq!(control.totals["balance"], Money::from_minor(1_318_550));
        assert_eq!(control.totals["balance_USD"], Money::from_minor(30_000));
        assert_eq!(Control::parse("a.ctl", "biz_date=2025-11-30").unwrap().biz_date, control.biz_date);
        for wrong in ["rows=5\nsum_balance=1,000\n", "rows=5\nbiz_date=2025-02-30\n", "rows=5\nbatch_seq=x\n"] {
            let refused = Control::parse("a.ctl", wrong).unwrap_err();
            assert!(refused.to_string().contains("line 2"), "{refused}");
        }
    }
}
