//! Who hangs together: connected components of relations.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::cluster::{Constraints, Link, cluster};
use crate::error::IdentityError;
use crate::party::{text, value};

/// Columns of components.
#[must_use]
pub fn component_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let members = Field::new("member_count", DataType::Int64, true);
    Arc::new(Schema::new(vec![text("customer_id"), text("component_id"), members]))
}

/// Components of relations with columns `customer_id, other_customer_id`, whatever their direction. A component is called
/// by its least member.
///
/// # Errors
/// A column that is missing.
pub fn components(relations: &[RecordBatch]) -> Result<RecordBatch, IdentityError> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for batch in relations {
        let (one, other) = (text(batch, "customer_id")?, text(batch, "other_customer_id")?);
        pairs.extend((0..batch.num_rows()).filter_map(|row| value(one, row).zip(value(other, row))));
    }
    // Numbers in the order of the ids: the lowest number of a component is its least id.
    let mut numbers: BTreeMap<&str, u32> = pairs.iter().flat_map(|(a, b)| [(*a, 0), (*b, 0)]).collect();
    (0..).zip(numbers.values_mut()).for_each(|(n, number)| *number = n);
    let links: Vec<Link> =
        pairs.iter().map(|(a, b)| Link { a: numbers[a], b: numbers[b], rank: 0, bits: 0.0 }).collect();
    let of_record = cluster(numbers.len(), &links, &Constraints::default()).of_record;
    let ids: Vec<&str> = numbers.into_keys().collect();
    let mut members = vec![0_i64; ids.len()];
    of_record.iter().for_each(|component| members[*component as usize] += 1);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(ids.clone())),
        Arc::new(StringArray::from_iter_values(of_record.iter().map(|component| ids[*component as usize]))),
        Arc::new(Int64Array::from_iter_values(of_record.iter().map(|component| members[*component as usize]))),
    ];
    Ok(RecordBatch::try_new(component_schema(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_related_hangs_together() {
        let column = |values: [&str; 4]| -> ArrayRef { Arc::new(StringArray::from(values.to_vec())) };
        let relations = RecordBatch::try_from_iter([
            ("customer_id", column(["C3", "C9", "C1", "C5"])),
            ("other_customer_id", column(["C1", "C8", "C2", "C5"])),
        ])
        .unwrap();
        let found = components(&[relations]).unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&[found]).unwrap().to_string();
        let rows: Vec<String> = shown.lines().skip(3).map(|l| l.replace([' ', '|'], "")).collect();
        assert_eq!(rows[..6], ["C1C13", "C2C13", "C3C13", "C5C51", "C8C82", "C9C82"]);
    }
}
