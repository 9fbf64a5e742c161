//! Masks over whole columns, as the nodes declare them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use bank::{Mask, PseudonymKey};
use warehouse::{Node, Reader};

use crate::error::PublishError;

/// What leaves the warehouse, and how.
#[derive(Debug, Clone, Default)]
pub enum Masking {
    /// Everything as it is: only by setting, and audited.
    #[default]
    Full,
    /// Masked and pseudonymised: pseudonym of each customer.
    Masked(HashMap<String, String>),
}

impl Masking {
    /// Masked output of a release: pseudonyms are computed from the identity keys in `dim_customer`.
    ///
    /// # Errors
    /// When `dim_customer` cannot be read.
    pub async fn masked(reader: &Reader, key: &PseudonymKey) -> Result<Self, PublishError> {
        let answer = reader.query("select customer_id, identity_key from dim_customer").await?;
        let mut pseudonyms = HashMap::new();
        for batch in &answer.batches {
            let ids = cast(batch.column(0), &DataType::Utf8)?;
            let keys = cast(batch.column(1), &DataType::Utf8)?;
            for (id, identity) in ids.as_string::<i32>().iter().zip(keys.as_string::<i32>()) {
                if let (Some(id), Some(identity)) = (id, identity) {
                    pseudonyms.insert(id.to_owned(), key.pseudonym(identity));
                }
            }
        }
        Ok(Masking::Masked(pseudonyms))
    }

    /// Whether values are hidden.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        matches!(self, Masking::Masked(_))
    }

    /// The rows of a node as they may leave.
    ///
    /// # Errors
    /// When a customer has no pseudonym.
    pub fn apply(&self, node: &Node, batch: &RecordBatch) -> Result<RecordBatch, PublishError> {
        let columns = batch.columns().iter().enumerate().map(|(place, values)| self.column(node, place, values));
        Ok(RecordBatch::try_new(batch.schema(), columns.collect::<Result<Vec<_>, _>>()?)?)
    }

    /// Values of one column of a node as they may leave.
    ///
    /// # Errors
    /// When a customer has no pseudonym.
    pub fn column(&self, node: &Node, place: usize, values: &ArrayRef) -> Result<ArrayRef, PublishError> {
        let (Masking::Masked(pseudonyms), Some(column)) = (self, node.columns.get(place)) else {
            return Ok(values.clone());
        };
        match (column.mask(), values.data_type()) {
            (Mask::None, _) => Ok(values.clone()),
            (Mask::Pseudonym, DataType::Utf8) => pseudonymise(&node.name, values, pseudonyms),
            (mask, DataType::Utf8) => Ok(each(values, |text| mask.apply(text))),
            // Only text can be masked; a mask on anything else hides it whole.
            (_, other) => Ok(arrow::array::new_null_array(other, values.len())),
        }
    }
}

fn each(values: &ArrayRef, mask: impl Fn(&str) -> String) -> ArrayRef {
    Arc::new(values.as_string::<i32>().iter().map(|v| v.map(&mask)).collect::<StringArray>())
}

fn pseudonymise(table: &str, values: &ArrayRef, known: &HashMap<String, String>) -> Result<ArrayRef, PublishError> {
    let pseudonym =
        |id: &str| known.get(id).cloned().ok_or_else(|| PublishError::UnknownCustomer { table: table.to_owned() });
    let hidden: Vec<Option<String>> =
        values.as_string::<i32>().iter().map(|v| v.map(pseudonym).transpose()).collect::<Result<_, _>>()?;
    Ok(Arc::new(StringArray::from(hidden)))
}
