//! What was published: the only place for run id, release number, clock and paths.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::PublishError;

/// One published column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedColumn {
    /// Name.
    pub name: String,
    /// Type as the node describes it.
    #[serde(rename = "type")]
    pub column_type: String,
    /// Meaning.
    pub description: String,
    /// Unit.
    pub unit: Option<String>,
    /// Privacy class in the warehouse.
    pub class: String,
    /// Mask in force, `none` when shown as it is.
    pub mask: String,
}

/// One published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// Table.
    pub table: String,
    /// File name beside the manifest.
    pub file: String,
    /// What one row is.
    pub grain: String,
    /// Columns of the grain.
    pub key: Vec<String>,
    /// Description.
    pub description: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Exact sums of decimal columns.
    pub sums: BTreeMap<String, String>,
    /// Columns.
    pub columns: Vec<PublishedColumn>,
}

/// Which delivery the figures rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// Source system.
    pub system: String,
    /// Feed.
    pub feed: String,
    /// Business date of its newest delivery.
    pub biz_date: String,
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this file's form.
    pub schema_version: u32,
    /// Release.
    pub release: u64,
    /// Business date.
    pub biz_date: String,
    /// Run.
    pub run_id: String,
    /// Wall clock, UTC.
    pub created_at: String,
    /// Program version.
    pub program_version: String,
    /// `masked` or `full`.
    pub privacy: String,
    /// How `current` points here: `symlink`, or `file` where links do not work.
    pub current_pointer: String,
    /// Files.
    pub tables: Vec<PublishedTable>,
    /// Deliveries.
    pub freshness: Vec<Freshness>,
}

/// Name of the manifest beside the files.
pub const MANIFEST: &str = "manifest.json";

impl Manifest {
    /// Read the manifest of a published folder.
    ///
    /// # Errors
    /// When it is not there or damaged.
    pub fn read(folder: &Path) -> Result<Self, PublishError> {
        let path = folder.join(MANIFEST);
        let damaged = |reason: String| PublishError::Manifest { path: path.clone(), reason };
        let text = std::fs::read_to_string(&path).map_err(|e| damaged(e.to_string()))?;
        serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))
    }
}
