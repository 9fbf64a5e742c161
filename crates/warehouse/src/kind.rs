//! Node kinds: what is computed by Rust code instead of SQL. The program registers its implementations.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use bank::BusinessDate;

use crate::node::Node;

/// Role of the table in `input = "..."`.
pub const INPUT: &str = "input";

/// Tables that a kind reads, by their role: `inputs = { records = "..." }`, or `input = "..."` for a single one.
#[derive(Debug, Default)]
pub struct Inputs(BTreeMap<String, Vec<RecordBatch>>);

impl Inputs {
    /// Tables by role.
    #[must_use]
    pub fn new(tables: BTreeMap<String, Vec<RecordBatch>>) -> Self {
        Inputs(tables)
    }

    /// Take a table out, so that it can be dropped as soon as it has been read.
    ///
    /// # Errors
    /// A sentence naming the role that the node's TOML does not fill.
    pub fn take(&mut self, role: &str) -> Result<Vec<RecordBatch>, String> {
        self.0.remove(role).ok_or_else(|| match role {
            INPUT => "write `input = \"...\"`, the table to compute from".to_owned(),
            _ => format!("`inputs` needs `{role}`"),
        })
    }
}

/// What a past date, looked at with today's knowledge, has of a node of Rust code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookBack {
    /// The rows of today's release.
    Today,
    /// The rows of that date's own release.
    Then,
    /// Computed again from the inputs of that date.
    Again,
}

/// A kind of node computed in Rust.
pub trait NodeKind: Send + Sync {
    /// The word in `kind = "..."`.
    fn name(&self) -> &'static str;

    /// What a past date, looked at with today's knowledge, has of the node.
    fn look_back(&self) -> LookBack;

    /// Bytes that the kind holds at most for so many bytes of the input of a role, the input with it; measured.
    fn memory_bytes(&self, role: &str, input_bytes: usize) -> usize;

    /// Compute the node from its inputs (columns as the input nodes describe them).
    ///
    /// # Errors
    /// A sentence that says what is wrong with the input or the parameters.
    fn run(&self, node: &Node, inputs: Inputs, date: BusinessDate) -> Result<Vec<RecordBatch>, String>;
}
