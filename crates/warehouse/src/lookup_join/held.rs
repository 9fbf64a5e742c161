//! What a lookup join holds: the sides' columns, and for each key where its rows are.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::TryStreamExt;

use super::key::Keys;
use super::key_index::{Guess, KeyIndex};
use super::matches::{MatchedRows, Matches};

/// No row.
pub(super) const NONE: u32 = u32::MAX;

/// The sides of a lookup join, in memory.
pub(super) struct Held {
    index: KeyIndex,
    pub(super) sides: Vec<HeldSide>,
    /// Given back when the sides are.
    reservation: MemoryReservation,
}

/// One side: its columns, and its rows by key.
#[derive(Default)]
pub(super) struct HeldSide {
    columns: Vec<ArrayRef>,
    /// Last row of each key by the key's number.
    last: Vec<u32>,
    /// Of each row the one before it with the same key; empty as long as every key has one row.
    before: Vec<u32>,
}

impl Held {
    pub fn new(reservation: MemoryReservation) -> Self {
        Held { index: KeyIndex::default(), sides: Vec::new(), reservation }
    }

    /// Hold one more side: these of its columns, by the key in others.
    ///
    /// # Errors
    /// When its rows cannot be computed, or memory is refused.
    pub async fn hold(&mut self, mut rows: SendableRecordBatchStream, key: &[usize], columns: &[usize]) -> Result<()> {
        let schema = rows.schema();
        let mut side = HeldSide::default();
        let mut guess = Guess::default();
        let mut parts: Vec<Vec<ArrayRef>> = vec![Vec::new(); columns.len()];
        let mut count = 0;
        while let Some(batch) = rows.try_next().await? {
            let kept = batch.project(columns)?;
            self.reservation.try_grow(size(&kept)?)?;
            let places = self.index.size() + side.size();
            side.add(&mut self.index, &mut guess, Keys::of(&batch, key)?, batch.num_rows(), count)?;
            self.reservation.try_grow((self.index.size() + side.size()).saturating_sub(places))?;
            count += batch.num_rows();
            parts.iter_mut().zip(kept.columns()).for_each(|(parts, column)| parts.push(column.clone()));
        }
        for (parts, column) in parts.into_iter().zip(columns) {
            // One column after the other, so that no more than one is there twice.
            side.columns.push(whole(&parts, schema.field(*column).data_type())?);
        }
        self.sides.push(side);
        Ok(())
    }

    /// Which rows belong to a batch's keys, which are in these columns.
    ///
    /// # Errors
    /// When the columns cannot be a key.
    pub fn matches(&self, batch: &RecordBatch, key: &[usize]) -> Result<Matches> {
        let mut guess = Guess::default();
        let mut keys = Keys::of(batch, key)?;
        let mut number = |row| keys.key(row).and_then(|key| self.index.find(key, &mut guess)).unwrap_or(NONE);
        Ok(Matches::of((0..batch.num_rows()).map(&mut number).collect()))
    }

    /// Some rows of a batch of the base with their matches: these columns of the base (0) or of a side (from 1).
    ///
    /// # Errors
    /// When a column's texts are too long for one array.
    pub fn joined(
        &self,
        base: &RecordBatch,
        rows: &MatchedRows,
        output: &[(usize, usize)],
        schema: &SchemaRef,
    ) -> Result<RecordBatch> {
        let places = |rows: &[u32]| -> UInt32Array {
            match rows.contains(&NONE) {
                true => rows.iter().map(|row| (*row != NONE).then_some(*row)).collect(),
                false => UInt32Array::from(rows.to_vec()),
            }
        };
        let side_rows: Vec<UInt32Array> = rows.sides.iter().map(|rows| places(rows)).collect();
        let base_rows = rows.base.as_deref().map(places);
        // The output names a side's columns by their place among those that are held.
        let column = |(source, column): &(usize, usize)| match (source.checked_sub(1), &base_rows) {
            (Some(side), _) => take(&self.sides[side].columns[*column], &side_rows[side], None),
            (None, Some(rows)) => take(base.column(*column), rows, None),
            (None, None) => Ok(base.column(*column).slice(rows.first, rows.len)),
        };
        let columns = output.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.len));
        Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
    }
}

impl HeldSide {
    /// Note where the rows of these keys are; `first` is the place of the first of them. A key that is null belongs to nothing.
    fn add(
        &mut self,
        index: &mut KeyIndex,
        guess: &mut Guess,
        mut keys: Keys<'_>,
        rows: usize,
        first: usize,
    ) -> Result<()> {
        for row in 0..rows {
            let Some(key) = keys.key(row) else { continue };
            let row = u32::try_from(first + row).ok().filter(|row| *row != NONE);
            let row = row.ok_or_else(|| resources_datafusion_err!("a side of a join has more than {NONE} rows"))?;
            let number = index.number(key, guess)? as usize;
            if number >= self.last.len() {
                self.last.resize(index.len(), NONE);
            }
            let before = std::mem::replace(&mut self.last[number], row);
            if before != NONE || !self.before.is_empty() {
                self.before.resize(row as usize, NONE);
                self.before.push(before);
            }
        }
        Ok(())
    }

    /// The last row of the key of this number.
    pub fn last(&self, number: u32) -> u32 {
        self.last.get(number as usize).copied().unwrap_or(NONE)
    }

    /// The row before this one with the same key.
    pub fn before(&self, row: u32) -> u32 {
        self.before.get(row as usize).copied().unwrap_or(NONE)
    }

    /// Whether a key has several rows.
    pub fn has_repeated_keys(&self) -> bool {
        !self.before.is_empty()
    }

    fn size(&self) -> usize {
        (self.last.capacity() + self.before.capacity()) * size_of::<u32>()
    }
}

/// Bytes of a batch's rows; the arrays may be parts of larger ones that other batches share.
fn size(batch: &RecordBatch) -> Result<usize> {
    let sizes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size());
    Ok(sizes.sum::<Result<usize, _>>()?)
}

fn whole(parts: &[ArrayRef], data_type: &DataType) -> Result<ArrayRef> {
    match parts {
        [] => Ok(arrow::array::new_empty_array(data_type)),
        [one] => Ok(Arc::clone(one)),
        many => Ok(concat(&many.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
    }
}
