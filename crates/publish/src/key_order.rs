//! A table in the order of its key as it is published, a range of keys at a time: only its keys are in memory whole.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{
    SortColumn, cast, concat_batches, filter_record_batch, interleave_record_batch, lexsort_to_indices, take,
};
use arrow::datatypes::Field;
use arrow::row::{OwnedRow, RowConverter, SortField};
use warehouse::{Node, Reader};

use crate::error::PublishError;
use crate::masking::Masking;

/// How a table's masked keys are sorted, and where its ranges begin.
pub(crate) struct KeyOrder<'a> {
    node: &'a Node,
    masking: &'a Masking,
    /// Places of the key's columns.
    places: Vec<usize>,
    converter: RowConverter,
    /// First keys of the ranges after the first one.
    starts: Vec<OwnedRow>,
}

impl<'a> KeyOrder<'a> {
    /// Reads the keys only. `range_rows`: rows that may be in memory at once.
    ///
    /// # Errors
    /// When the table cannot be read, or a customer has no pseudonym.
    pub async fn read(
        reader: &Reader,
        node: &'a Node,
        masking: &'a Masking,
        range_rows: usize,
    ) -> Result<Self, PublishError> {
        let schema = node.schema();
        let places: Vec<usize> = node.key.iter().map(|k| schema.index_of(k)).collect::<Result<_, _>>()?;
        let fields = places.iter().map(|place| SortField::new(schema.field(*place).data_type().clone()));
        let mut order =
            KeyOrder { node, masking, converter: RowConverter::new(fields.collect())?, places, starts: Vec::new() };
        let answer = reader.query(&format!("select {} from {}", node.key.join(", "), node.name)).await?;
        if answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>() <= range_rows {
            return Ok(order);
        }
        let masked = |batch: RecordBatch| {
            let columns =
                order.places.iter().zip(batch.columns()).map(|(place, values)| {
                    masking.column(node, *place, &cast(values, schema.field(*place).data_type())?)
                });
            let columns = columns.collect::<Result<Vec<ArrayRef>, PublishError>>()?;
            Ok(RecordBatch::try_new(Arc::new(schema.project(&order.places)?), columns)?)
        };
        let keys = answer.batches.into_iter().map(masked).collect::<Result<Vec<_>, PublishError>>()?;
        let keys = concat_batches(&Arc::new(schema.project(&order.places)?), &keys)?;
        let sorted = sorted_places(keys.columns())?;
        let firsts: UInt32Array = sorted.values().iter().skip(range_rows).step_by(range_rows.max(1)).copied().collect();
        let firsts = keys.columns().iter().map(|values| take(values, &firsts, None)).collect::<Result<Vec<_>, _>>()?;
        order.starts = order.converter.convert_columns(&firsts)?.iter().map(|row| row.owned()).collect();
        Ok(order)
    }

    /// One range after the other, from the smallest key on.
    pub fn ranges(&self) -> impl Iterator<Item = KeyRange<'_>> {
        (0..=self.starts.len()).map(move |number| KeyRange {
            order: self,
            start: number.checked_sub(1).and_then(|before| self.starts.get(before)),
            end: self.starts.get(number),
        })
    }
}

/// Keys from one to before another.
pub(crate) struct KeyRange<'a> {
    order: &'a KeyOrder<'a>,
    start: Option<&'a OwnedRow>,
    end: Option<&'a OwnedRow>,
}

impl KeyRange<'_> {
    /// The rows of the range, masked, in order.
    ///
    /// # Errors
    /// When the table cannot be read, or a customer has no pseudonym.
    pub async fn read(&self, reader: &Reader) -> Result<Sorted, PublishError> {
        let node = self.order.node;
        let mut batches = Vec::new();
        let read = |batch: RecordBatch| {
            let batch = self.of_range(as_described(node, &batch)?)?;
            if batch.num_rows() > 0 {
                batches.push(self.order.masking.apply(node, &batch)?);
            }
            Ok::<_, PublishError>(())
        };
        reader.for_each(&format!("select * from {}", node.name), read).await?;
        Sorted::new(&self.order.places, node, batches)
    }

    fn of_range(&self, batch: RecordBatch) -> Result<RecordBatch, PublishError> {
        if self.start.is_none() && self.end.is_none() {
            return Ok(batch);
        }
        let KeyOrder { node, masking, places, converter, .. } = self.order;
        let keys = places.iter().map(|place| masking.column(node, *place, batch.column(*place)));
        let keys = converter.convert_columns(&keys.collect::<Result<Vec<_>, _>>()?)?;
        let is_within = keys
            .iter()
            .map(|key| self.start.is_none_or(|start| key >= start.row()) && self.end.is_none_or(|end| key < end.row()));
        Ok(filter_record_batch(&batch, &is_within.map(Some).collect::<BooleanArray>())?)
    }
}

/// Rows in the order of their key, without being moved.
pub(crate) struct Sorted {
    batches: Vec<RecordBatch>,
    /// Batch and row within it.
    order: Vec<(usize, usize)>,
}

impl Sorted {
    fn new(places: &[usize], node: &Node, batches: Vec<RecordBatch>) -> Result<Self, PublishError> {
        let schema = Arc::new(node.schema().project(places)?);
        let keys: Vec<RecordBatch> = batches.iter().map(|batch| batch.project(places)).collect::<Result<_, _>>()?;
        let keys = concat_batches(&schema, &keys)?;
        let rows: Vec<(usize, usize)> =
            batches.iter().enumerate().flat_map(|(b, batch)| (0..batch.num_rows()).map(move |row| (b, row))).collect();
        let order = sorted_places(keys.columns())?;
        let order = order.values().iter().filter_map(|place| rows.get(*place as usize).copied()).collect();
        Ok(Sorted { batches, order })
    }

    /// The rows in pieces of so many.
    pub fn pieces(&self, rows: usize) -> impl Iterator<Item = Result<RecordBatch, PublishError>> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        self.order.chunks(rows).map(move |rows| Ok(interleave_record_batch(&batches, rows)?))
    }
}

fn sorted_places(keys: &[ArrayRef]) -> Result<UInt32Array, PublishError> {
    let sorting: Vec<SortColumn> =
        keys.iter().map(|values| SortColumn { values: values.clone(), options: None }).collect();
    Ok(lexsort_to_indices(&sorting, None)?)
}

fn as_described(node: &Node, batch: &RecordBatch) -> Result<RecordBatch, PublishError> {
    let schema = node.schema();
    let column = |field: &Arc<Field>| cast(batch.column(batch.schema().index_of(field.name())?), field.data_type());
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arrow::array::{AsArray, Int64Array, StringArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::Int64Type;
    use warehouse::Engine;

    use super::*;

    const NODE: &str = r#"
description = "Ten customers in two months"
grain = "one row per customer and month"
key = ["customer_id", "month_no"]
materialisation = "table"
publish = true
owner = "test"

columns = [
    { name = "amount", type = "int", class = "C1", description = "Amount" },
    { name = "customer_id", type = "text", class = "C2", mask = "pseudonym", description = "Customer" },
    { name = "month_no", type = "int", class = "C1", description = "Month" },
]
"#;

    async fn published(range_rows: usize) -> (usize, RecordBatch) {
        let spill = tempfile::tempdir().unwrap();
        let engine =
            Engine { threads: 2, memory_bytes: 1 << 26, spill_dir: spill.path().to_owned(), spill_bytes: 1 << 20 };
        let reader = Reader::of_files(&engine, &[], "2025-06-30".parse().unwrap()).await.unwrap();
        let node = Node::parse(Path::new("mart_ten.toml"), NODE, Some("select 1")).unwrap();
        let ids = (0..20).map(|row| format!("C{}", (row * 7) % 10));
        let rows = RecordBatch::try_from_iter([
            ("amount", Arc::new(Int64Array::from_iter_values(0..20)) as ArrayRef),
            ("customer_id", Arc::new(StringArray::from_iter_values(ids))),
            ("month_no", Arc::new(Int64Array::from_iter_values((0..20).map(|row| row / 10)))),
        ]);
        reader.add("mart_ten", rows.unwrap()).unwrap();
        // Pseudonyms come in the opposite order of customers: it is they that are sorted.
        let pseudonyms = (0..10).map(|n| (format!("C{n}"), format!("P{}", 9 - n)));
        let masking = Masking::Masked(pseudonyms.collect());
        let order = KeyOrder::read(&reader, &node, &masking, range_rows).await.unwrap();
        let mut pieces = Vec::new();
        for range in order.ranges() {
            let sorted = range.read(&reader).await.unwrap();
            assert!(sorted.order.len() <= range_rows);
            pieces.extend(sorted.pieces(2).map(Result::unwrap));
        }
        (order.ranges().count(), concat_batches(&node.schema(), &pieces).unwrap())
    }

    #[tokio::test]
    async fn the_same_rows_in_the_same_order_however_few_are_in_memory() {
        let (ranges, whole) = published(20).await;
        assert_eq!(ranges, 1);
        let keys: Vec<String> = whole.column(1).as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        assert_eq!(keys, (0..20).map(|row| format!("P{}", row / 2)).collect::<Vec<_>>());
        let months = whole.column(2).as_primitive::<Int64Type>();
        assert_eq!(months.values().to_vec(), (0..20).map(|row| row % 2).collect::<Vec<_>>());
        for (range_rows, expected) in [(19, 2), (7, 3), (1, 20)] {
            let (ranges, parts) = published(range_rows).await;
            assert_eq!((ranges, &parts), (expected, &whole), "{range_rows} rows at once");
        }
    }
}
