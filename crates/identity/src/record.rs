//! Source records in, links out, as Arrow.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef};
use bank::BusinessDate;
use chrono::NaiveDate;

use crate::error::IdentityError;
use crate::resolve::Link;

/// One customer record of one source system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Source system.
    pub source_system: String,
    /// Its customer number.
    pub source_customer_no: String,
    /// Document type, canonical code.
    pub id_type: Option<String>,
    /// Document number as delivered.
    pub id_no: Option<String>,
    /// First seen in the source.
    pub open_date: Option<BusinessDate>,
}

/// Read records from batches with columns `source_system, source_customer_no, id_type, id_no` (text) and `open_date`.
///
/// # Errors
/// [`IdentityError`] naming the column.
pub fn records_from_batches(batches: &[RecordBatch]) -> Result<Vec<SourceRecord>, IdentityError> {
    let mut records = Vec::new();
    for batch in batches {
        let text = |name: &'static str| -> Result<&StringArray, IdentityError> {
            let column = batch.column_by_name(name).ok_or_else(|| missing(batch, name))?;
            column.as_any().downcast_ref().ok_or(IdentityError::Type(name.to_owned(), "text"))
        };
        let (system, number) = (text("source_system")?, text("source_customer_no")?);
        let (id_type, id_no) = (text("id_type")?, text("id_no")?);
        let open_date = batch.column_by_name("open_date").ok_or_else(|| missing(batch, "open_date"))?;
        let open_date =
            open_date.as_primitive_opt::<Date32Type>().ok_or(IdentityError::Type("open_date".to_owned(), "date"))?;
        let optional = |column: &StringArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
        for row in 0..batch.num_rows() {
            let days = open_date.is_valid(row).then(|| open_date.value(row));
            records.push(SourceRecord {
                source_system: optional(system, row).ok_or(IdentityError::Null("source_system".to_owned()))?,
                source_customer_no: optional(number, row)
                    .ok_or(IdentityError::Null("source_customer_no".to_owned()))?,
                id_type: optional(id_type, row),
                id_no: optional(id_no, row),
                open_date: days.and_then(NaiveDate::from_epoch_days).map(BusinessDate::new),
            });
        }
    }
    Ok(records)
}

/// Columns of the cross-reference.
#[must_use]
pub fn link_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("source_system"),
        text("source_customer_no"),
        text("customer_id"),
        text("match_rule"),
        text("identity_key"),
        text("document_status"),
    ]))
}

/// Links as a batch of [`link_schema`].
///
/// # Errors
/// Never in practice; Arrow checks that all columns have one length.
pub fn links_to_batch(links: &[Link]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let texts = |of: &dyn Fn(&Link) -> String| -> ArrayRef {
        Arc::new(links.iter().map(|l| Some(of(l))).collect::<StringArray>())
    };
    RecordBatch::try_new(
        link_schema(),
        vec![
            texts(&|l| l.source_system.clone()),
            texts(&|l| l.source_customer_no.clone()),
            texts(&|l| l.customer_id.clone()),
            texts(&|l| l.rule.code().to_owned()),
            texts(&|l| l.identity_key.clone()),
            texts(&|l| l.document_status.clone()),
        ],
    )
}

fn missing(batch: &RecordBatch, name: &str) -> IdentityError {
    let known = batch.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>().join(", ");
    IdentityError::Column(name.to_owned(), known)
}
