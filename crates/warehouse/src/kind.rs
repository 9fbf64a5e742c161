//! Node kinds: what is computed by Rust code instead of SQL. The program registers its implementations.

use arrow::array::RecordBatch;
use bank::BusinessDate;

use crate::node::Node;

/// A kind of node computed in Rust.
pub trait NodeKind: Send + Sync {
    /// The word in `kind = "..."`.
    fn name(&self) -> &'static str;

    /// Compute the node from its input (columns as the input node describes them).
    ///
    /// # Errors
    /// A sentence that says what is wrong with the input or the parameters.
    fn run(&self, node: &Node, input: &[RecordBatch], date: BusinessDate) -> Result<Vec<RecordBatch>, String>;
}
