//! Records to compare: columns of interned values, so that equal values are equal numbers.

use std::collections::{BTreeMap, HashMap};

use xxhash_rust::xxh3::xxh3_128;

/// Code of a value that is not there.
pub const MISSING: u32 = 0;

/// One column; each value is kept once.
#[derive(Debug, Clone)]
pub struct Column {
    codes: Vec<u32>,
    text: String,
    /// Where each value ends in `text`; the value of [`MISSING`] is empty.
    ends: Vec<usize>,
    counts: Vec<u32>,
}

impl Column {
    /// Intern values; `None` and empty text are missing.
    pub fn of<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let mut seen: HashMap<u128, u32> = HashMap::new();
        let mut column = Column { codes: vec![], text: String::new(), ends: vec![0], counts: vec![0] };
        for value in values {
            let value = value.as_ref().map_or("", T::as_ref);
            if value.is_empty() {
                column.codes.push(MISSING);
                column.counts[0] += 1;
                continue;
            }
            let next = u32::try_from(column.ends.len()).unwrap_or(u32::MAX);
            let code = *seen.entry(xxh3_128(value.as_bytes())).or_insert(next);
            if code == next {
                column.text.push_str(value);
                column.ends.push(column.text.len());
                column.counts.push(0);
            }
            column.counts[code as usize] += 1;
            column.codes.push(code);
        }
        column
    }

    /// Code of a row's value.
    #[must_use]
    pub fn code(&self, row: usize) -> u32 {
        self.codes[row]
    }

    /// Codes of all rows.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// A value; empty for [`MISSING`].
    #[must_use]
    pub fn value(&self, code: u32) -> &str {
        let end = self.ends[code as usize];
        let start = if code == MISSING { 0 } else { self.ends[code as usize - 1] };
        &self.text[start..end]
    }

    /// A row's value, if it has one.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = self.code(row);
        (code != MISSING).then(|| self.value(code))
    }

    /// Values, from code 1 on.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        (1..self.ends.len()).map(|code| &self.text[self.ends[code - 1]..self.ends[code]])
    }

    /// Rows with this value.
    #[must_use]
    pub fn count(&self, code: u32) -> u32 {
        self.counts[code as usize]
    }

    /// Rows that have a value.
    #[must_use]
    pub fn present(&self) -> usize {
        self.codes.len() - self.counts[0] as usize
    }
}

/// Records of one or more sources.
#[derive(Debug, Clone, Default)]
pub struct RecordTable {
    /// Columns by name; all have one length.
    pub columns: BTreeMap<String, Column>,
    /// Source of each row, as a number.
    pub sources: Vec<u32>,
}

impl RecordTable {
    /// Number of records.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.sources.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_codes() {
        let column = Column::of([Some("a"), None, Some("b"), Some("a"), Some("")]);
        assert_eq!(column.codes(), [1, 0, 2, 1, 0]);
        assert_eq!((column.value(1), column.value(2), column.get(1), column.get(3)), ("a", "b", None, Some("a")));
        assert_eq!((column.count(1), column.present()), (2, 3));
        assert_eq!(column.values().collect::<Vec<_>>(), ["a", "b"]);
    }
}
