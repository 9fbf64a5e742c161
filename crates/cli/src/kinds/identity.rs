//! `kind = "identity"`.

use arrow::array::RecordBatch;
use bank::BusinessDate;
use identity::{links_to_batch, records_from_batches, resolve};
use warehouse::{Node, NodeKind};

/// Source records → cross-reference.
pub struct Identity {
    /// Accept documents of region 99.
    pub synthetic_identifiers: bool,
}

impl NodeKind for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn run(&self, _node: &Node, input: &[RecordBatch], date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let records = records_from_batches(input).map_err(|e| e.to_string())?;
        let links = resolve(&records, date, self.synthetic_identifiers);
        Ok(vec![links_to_batch(&links).map_err(|e| e.to_string())?])
    }
}
