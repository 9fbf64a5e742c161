//! What a lookup join holds: the sides' columns, and for each key where its rows are.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::TryStreamExt;

use super::key::Keys;
use super::key_index::{Guess, KeyIndex};

/// No row.
const NONE: u32 = u32::MAX;

/// The sides of a lookup join, in memory.
pub(super) struct Held {
    index: KeyIndex,
    sides: Vec<HeldSide>,
    /// Given back when the sides are.
    reservation: MemoryReservation,
}

/// One side: its columns, and its rows by key.
#[derive(Default)]
struct HeldSide {
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
        let (mut count, index_size) = (0, self.index.size());
        while let Some(batch) = rows.try_next().await? {
            let kept = batch.project(columns)?;
            self.reservation.try_grow(size(&kept)?)?;
            side.add(&mut self.index, &mut guess, Keys::of(&batch, key)?, batch.num_rows(), count)?;
            count += batch.num_rows();
            parts.iter_mut().zip(kept.columns()).for_each(|(parts, column)| parts.push(column.clone()));
        }
        self.reservation.try_grow(self.index.size().saturating_sub(index_size) + side.size())?;
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
        let numbers: Vec<u32> = (0..batch.num_rows()).map(&mut number).collect();
        let mut matches = Matches { base: None, sides: Vec::with_capacity(self.sides.len()), len: numbers.len() };
        for side in &self.sides {
            let last = |number: u32| side.last.get(number as usize).copied().unwrap_or(NONE);
            let rows: Vec<u32> = match &matches.base {
                None => numbers.iter().map(|number| last(*number)).collect(),
                Some(base) => base.iter().map(|row| last(numbers[*row as usize])).collect(),
            };
            match side.before.is_empty() {
                true => matches.sides.push(rows),
                false => matches.widen(&rows, &side.before),
            }
        }
        Ok(matches)
    }

    /// Rows `from..to` of the matches, with these columns: of the base (0) or of a side (from 1).
    ///
    /// # Errors
    /// When a column's texts are too long for one array.
    pub fn joined(
        &self,
        base: &RecordBatch,
        matches: &Matches,
        (from, to): (usize, usize),
        output: &[(usize, usize)],
        schema: &SchemaRef,
    ) -> Result<RecordBatch> {
        let rows_of = |rows: &[u32]| -> UInt32Array {
            match rows[from..to].contains(&NONE) {
                true => rows[from..to].iter().map(|row| (*row != NONE).then_some(*row)).collect(),
                false => UInt32Array::from(rows[from..to].to_vec()),
            }
        };
        let base_rows = matches.base.as_deref().map(&rows_of);
        let side_rows: Vec<UInt32Array> = matches.sides.iter().map(|rows| rows_of(rows)).collect();
        // The output names a side's columns by their place among those that are held.
        let column = |(source, column): &(usize, usize)| match (source.checked_sub(1), &base_rows) {
            (None, None) => Ok(base.column(*column).slice(from, to - from)),
            (None, Some(rows)) => take(base.column(*column), rows, None),
            (Some(side), _) => take(&self.sides[side].columns[*column], &side_rows[side], None),
        };
        let columns = output.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(to - from));
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
            let row = u32::try_from(first + row).map_err(|_| internal_datafusion_err!("too many rows in a join"))?;
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

    fn size(&self) -> usize {
        (self.last.capacity() + self.before.capacity()) * size_of::<u32>()
    }
}

/// For each row of what is joined, the row of the base and of each side.
pub(super) struct Matches {
    /// `None` as long as every row of the base is there once.
    base: Option<Vec<u32>>,
    sides: Vec<Vec<u32>>,
    /// How many rows are joined.
    pub len: usize,
}

impl Matches {
    /// One more side, some of whose keys have several rows: what is joined so far is repeated.
    fn widen(&mut self, last: &[u32], before: &[u32]) {
        let mut of = Vec::with_capacity(last.len());
        let mut rows = Vec::with_capacity(last.len());
        for (place, last) in (0u32..).zip(last) {
            let mut row = *last;
            loop {
                of.push(place);
                rows.push(row);
                match before.get(row as usize) {
                    Some(next) if *next != NONE => row = *next,
                    _ => break,
                }
            }
        }
        let repeated = |rows: &[u32]| of.iter().map(|place| rows[*place as usize]).collect::<Vec<u32>>();
        let sides = self.sides.iter().map(|rows| repeated(rows)).collect();
        let base = self.base.as_deref().map(repeated);
        self.len = of.len();
        self.sides = sides;
        self.base = Some(base.unwrap_or(of));
        self.sides.push(rows);
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
