//! Control files: what the source says it sent, written after the data so that an unfinished file is never read.

use std::collections::BTreeMap;

use bank::Money;

use crate::error::ExtractError;

/// What a control file announces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Data rows, without header.
    pub rows: Option<u64>,
    /// SHA-256 of the data file as delivered (compressed), lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Sum per declared column.
    pub totals: BTreeMap<String, Money>,
}

impl Control {
    /// Parse `key=value` lines: `rows`, `sha256`, and `sum_<column>` for each declared total. Other keys are ignored.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_are_read_and_mistakes_name_their_line() {
        let control = Control::parse("a.ctl", "rows=5\nsum_balance=13185.50\nsha256=AB\nsource_ts=now\n").unwrap();
        assert_eq!((control.rows, control.sha256.as_deref()), (Some(5), Some("ab")));
        assert_eq!(control.totals["balance"], Money::from_minor(1_318_550));
        let wrong = Control::parse("a.ctl", "rows=5\nsum_balance=1,000\n").unwrap_err();
        assert!(wrong.to_string().contains("line 2"), "{wrong}");
    }
}
