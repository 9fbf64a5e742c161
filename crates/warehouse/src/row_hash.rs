//! 128-bit hashes of rows, the same whatever Arrow type holds a text and however rows are cut into batches.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::row::{RowConverter, SortField};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::WarehouseError;

/// An odd number with bits all over, from the digits of pi.
const MULTIPLIER: u128 = 0x2437_0734_4a40_9382_2299_f31d_0082_efa9 | 1;
/// What a missing value counts as; no value has it.
const MISSING: u128 = 0xec4e_6c89_4528_21e6_38d0_1377_be54_66cf;

/// Hashes of all columns of each row, or of those named.
///
/// # Errors
/// When a column's type cannot be hashed.
pub(crate) fn row_hashes(batch: &RecordBatch, of: Option<&[String]>) -> Result<Vec<u128>, WarehouseError> {
    let columns: Vec<ArrayRef> = match of {
        None => batch.columns().to_vec(),
        Some(names) => names.iter().filter_map(|n| batch.column_by_name(n)).cloned().collect(),
    };
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut hashes = vec![0_u128; batch.num_rows()];
    for column in &columns {
        add(&mut hashes, column)?;
    }
    Ok(hashes)
}

/// Mix a column's values into the hashes.
fn add(hashes: &mut [u128], column: &ArrayRef) -> Result<(), WarehouseError> {
    let nulls = column.logical_nulls();
    let nulls = nulls.as_ref();
    match column.data_type() {
        DataType::Utf8 => {
            let values = column.as_string::<i32>();
            mix(hashes, nulls, |row| xxh3_128(values.value(row).as_bytes()));
        }
        DataType::Binary => {
            let values = column.as_binary::<i32>();
            mix(hashes, nulls, |row| xxh3_128(values.value(row)));
        }
        DataType::Utf8View | DataType::LargeUtf8 => return add(hashes, &cast(column, &DataType::Utf8)?),
        DataType::BinaryView | DataType::LargeBinary => return add(hashes, &cast(column, &DataType::Binary)?),
        DataType::Dictionary(_, values) => return add(hashes, &cast(column, values)?),
        DataType::Boolean => {
            let values = column.as_boolean();
            mix(hashes, nulls, |row| u128::from(values.value(row)));
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>().values();
            mix(hashes, nulls, |row| u128::from(values[row].unsigned_abs()) << 1 | u128::from(values[row] < 0));
        }
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>().values();
            mix(hashes, nulls, |row| i128::from(values[row]).cast_unsigned());
        }
        DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, _) => {
            let values = column.as_primitive::<TimestampMicrosecondType>().values();
            mix(hashes, nulls, |row| i128::from(values[row]).cast_unsigned());
        }
        DataType::Decimal128(..) => {
            let values = column.as_primitive::<Decimal128Type>().values();
            mix(hashes, nulls, |row| values[row].cast_unsigned());
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>().values();
            mix(hashes, nulls, |row| u128::from(values[row].to_bits()));
        }
        // Lists and what else may come: by the row format, which has an order and so an encoding.
        other => {
            let rows = RowConverter::new(vec![SortField::new(other.clone())])?
                .convert_columns(std::slice::from_ref(column))?;
            mix(hashes, nulls, |row| xxh3_128(rows.row(row).as_ref()));
        }
    }
    Ok(())
}

fn mix(hashes: &mut [u128], nulls: Option<&NullBuffer>, value: impl Fn(usize) -> u128) {
    for (row, hash) in hashes.iter_mut().enumerate() {
        let value = match nulls.is_some_and(|n| n.is_null(row)) {
            true => MISSING,
            false => value(row),
        };
        let mixed = (hash.rotate_left(59) ^ value).wrapping_add(1).wrapping_mul(MULTIPLIER);
        *hash = mixed ^ (mixed >> 64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use arrow::array::{Decimal128Array, Int64Array, StringArray};

    use super::*;

    #[test]
    fn rows_that_differ_have_other_hashes_and_views_are_texts() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some(""), None, Some("a"), Some("a"), Some("1")]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(0), None, Some(1), Some(-1)]));
        let views = cast(&texts, &DataType::Utf8View).unwrap();
        let batch =
            |texts: &ArrayRef| RecordBatch::try_from_iter([("t", texts.clone()), ("n", numbers.clone())]).unwrap();
        let hashes = row_hashes(&batch(&texts), None).unwrap();
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), 5);
        assert_eq!(hashes, row_hashes(&batch(&views), None).unwrap());
        // Whatever batch a row is in.
        let tail = batch(&texts).slice(3, 2);
        assert_eq!(hashes[3..], row_hashes(&tail, None).unwrap());
        let swapped = RecordBatch::try_from_iter([("n", numbers.clone()), ("t", texts)]).unwrap();
        assert_ne!(hashes, row_hashes(&swapped, None).unwrap());
    }

    #[test]
    fn many_small_numbers_do_not_collide() {
        let count = 200_000;
        let a: ArrayRef = Arc::new((0..count).map(Some).collect::<Int64Array>());
        let b: ArrayRef = Arc::new((0..count).map(|n| Some(i128::from(n % 100))).collect::<Decimal128Array>());
        let batch = RecordBatch::try_from_iter([("a", a), ("b", b)]).unwrap();
        let hashes = row_hashes(&batch, None).unwrap();
        for part in [0, 32, 64, 96] {
            // A quarter of the bits is enough for nearly all to differ: about 4.6 of 200,000 meet in 32 bits by chance.
            let met = hashes.len() - hashes.iter().map(|h| (h >> part) as u32).collect::<HashSet<_>>().len();
            assert!(met < 40, "{met} of bits {part}");
        }
    }
}
