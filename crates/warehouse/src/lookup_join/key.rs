//! A row's key as bytes.

use arrow::array::{Array, AsArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::common::{Result, internal_err};

/// Whether a column may be part of a key.
pub(super) fn is_key_type(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::Date32 | DataType::Int64)
}

/// The columns of a batch that are its rows' key.
pub(super) struct Keys<'a> {
    columns: Vec<KeyColumn<'a>>,
    bytes: Vec<u8>,
}

enum KeyColumn<'a> {
    Text(&'a StringArray),
    Date(&'a Date32Array),
    Int(&'a Int64Array),
}

impl<'a> Keys<'a> {
    /// Of these columns.
    ///
    /// # Errors
    /// When one is of another type than [`is_key_type`] allows.
    pub fn of(batch: &'a RecordBatch, columns: &[usize]) -> Result<Self> {
        let column = |place: &usize| {
            let column = batch.column(*place);
            Ok(match column.data_type() {
                DataType::Utf8 => KeyColumn::Text(column.as_string()),
                DataType::Date32 => KeyColumn::Date(column.as_primitive::<Date32Type>()),
                DataType::Int64 => KeyColumn::Int(column.as_primitive::<Int64Type>()),
                other => return internal_err!("a lookup join's key is {other}"),
            })
        };
        Ok(Keys { columns: columns.iter().map(column).collect::<Result<_>>()?, bytes: Vec::new() })
    }

    /// The key of a row; `None` when a part of it is null, which is the same as nothing.
    pub fn key(&mut self, row: usize) -> Option<&[u8]> {
        if let [KeyColumn::Text(only)] = self.columns[..] {
            return only.is_valid(row).then(|| only.value(row).as_bytes());
        }
        self.bytes.clear();
        for column in &self.columns {
            match column {
                KeyColumn::Text(texts) if texts.is_valid(row) => {
                    // Where a text ends is part of the key.
                    let text = texts.value(row);
                    self.bytes.extend_from_slice(&text.len().to_le_bytes());
                    self.bytes.extend_from_slice(text.as_bytes());
                }
                KeyColumn::Date(days) if days.is_valid(row) => {
                    self.bytes.extend_from_slice(&days.value(row).to_le_bytes());
                }
                KeyColumn::Int(numbers) if numbers.is_valid(row) => {
                    self.bytes.extend_from_slice(&numbers.value(row).to_le_bytes());
                }
                _ => return None,
            }
        }
        Some(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;

    use super::*;

    #[test]
    fn keys_are_the_same_when_all_their_parts_are() {
        let column = |texts: [Option<&str>; 5]| Arc::new(StringArray::from_iter(texts)) as ArrayRef;
        let day = Arc::new(Date32Array::from(vec![Some(1), Some(1), Some(1), None, Some(1)])) as ArrayRef;
        let number = Arc::new(Int64Array::from(vec![7, 7, 7, 7, 8])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([
            ("a", column([Some("ab"), Some("a"), Some("ab"), Some("ab"), Some("ab")])),
            ("b", column([Some("c"), Some("bc"), Some("c"), Some("c"), Some("c")])),
            ("day", day),
            ("number", number),
        ])
        .unwrap();
        let mut keys = Keys::of(&batch, &[0, 1, 2, 3]).unwrap();
        let keys: Vec<Option<Vec<u8>>> = (0..5).map(|row| keys.key(row).map(<[u8]>::to_vec)).collect();
        assert_eq!(keys[0], keys[2]);
        assert_eq!(keys[3], None);
        assert!(keys[0] != keys[1] && keys[0] != keys[4] && keys[1] != keys[4]);
        let mut texts = Keys::of(&batch, &[0]).unwrap();
        assert_eq!(texts.key(1), Some(b"a".as_slice()));
    }
}
