//! Releases: one consistent version of every table. A release becomes current only after every check has passed.
//!
//! `_releases/<n>.json` pins table versions; `_releases/CURRENT` names the release that readers see and is replaced
//! atomically, as everything here is: written beside, flushed, renamed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{WarehouseError, io};

/// Version of the layout on disk.
pub const FORMAT: u32 = 1;

/// Rows and order-free content hash of a table or partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Rows.
    pub rows: u64,
    /// Sum of 128-bit row hashes, hexadecimal: equal for equal multisets of rows.
    pub hash: String,
}

/// One table of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Delta version.
    pub version: u64,
    /// Folder below the warehouse.
    pub layer: String,
    /// Content by partition value; one entry `""` when not partitioned.
    pub content: BTreeMap<String, Content>,
}

impl Pin {
    /// Rows over all partitions.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.content.values().map(|c| c.rows).sum()
    }
}

/// An input file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Source system.
    pub system: String,
    /// Feed.
    pub feed: String,
    /// File name.
    pub file: String,
    /// SHA-256 as delivered.
    pub sha256: String,
    /// Which delivery of the business date it is, from 1.
    #[serde(default = "first_delivery")]
    pub batch_seq: u32,
    /// Much smaller than the delivery before, and accepted by somebody all the same.
    #[serde(default)]
    pub is_shrinkage_accepted: bool,
    /// Data rows.
    pub delivered_rows: u64,
    /// Loaded.
    pub loaded_rows: u64,
    /// In quarantine.
    pub quarantined_rows: u64,
    /// Identical duplicates dropped.
    pub duplicate_rows: u64,
    /// Rows of other business dates.
    pub other_date_rows: u64,
}

fn first_delivery() -> u32 {
    1
}

/// Outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Name, a sentence.
    pub check: String,
    /// `error` blocks, `warn` does not.
    pub severity: String,
    /// Failing rows.
    pub failed_rows: u64,
    /// A first failing row, with long numbers hidden.
    pub example: Option<String>,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Layout version.
    pub format: u32,
    /// Number, from 1.
    pub number: u64,
    /// Release that it was built on.
    pub previous: Option<u64>,
    /// Business date.
    pub biz_date: String,
    /// Business dates processed so far, in order.
    pub biz_dates: Vec<String>,
    /// Run that made it.
    pub run_id: String,
    /// Wall clock of its making, UTC.
    pub created_at: String,
    /// Program version.
    pub program_version: String,
    /// SHA-256 of the settings in force.
    pub settings_sha256: String,
    /// Tables.
    pub tables: BTreeMap<String, Pin>,
    /// SHA-256 and text of every node and check.
    pub nodes: BTreeMap<String, NodeText>,
    /// Files of this business date.
    pub inputs: Vec<InputFile>,
    /// Checks of this business date.
    pub checks: Vec<CheckResult>,
}

/// What a node was computed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeText {
    /// SHA-256 of the text.
    pub sha256: String,
    /// SQL, or the parameters of a kind.
    pub text: String,
}

/// The releases of a warehouse.
#[derive(Debug, Clone)]
pub struct Releases {
    folder: PathBuf,
}

impl Releases {
    /// Of a warehouse folder; nothing is created.
    #[must_use]
    pub fn new(warehouse: &Path) -> Self {
        Releases { folder: warehouse.join("_releases") }
    }

    /// The release that readers see, if any.
    ///
    /// # Errors
    /// When it is named but cannot be read.
    pub fn current(&self) -> Result<Option<Release>, WarehouseError> {
        let path = self.folder.join("CURRENT");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(WarehouseError::Io { path, source }),
        };
        let number = text.trim().parse().map_err(|_| WarehouseError::Damaged {
            path,
            reason: format!("`{}` is not a release number; restore the file from backup", text.trim()),
        })?;
        self.get(number).map(Some)
    }

    /// A release by number.
    ///
    /// # Errors
    /// [`WarehouseError::UnknownRelease`], [`WarehouseError::Damaged`], or a newer format.
    pub fn get(&self, number: u64) -> Result<Release, WarehouseError> {
        let path = self.path(number);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(WarehouseError::UnknownRelease(number)),
            Err(source) => return Err(WarehouseError::Io { path, source }),
        };
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let damaged = |e: serde_json::Error| WarehouseError::Damaged { path: path.clone(), reason: e.to_string() };
        let Format { format } = serde_json::from_str(&text).map_err(damaged)?;
        if format > FORMAT {
            return Err(WarehouseError::Format { found: format, known: FORMAT });
        }
        serde_json::from_str(&text).map_err(damaged)
    }

    /// Numbers of all releases up to the current one, oldest first.
    ///
    /// # Errors
    /// As [`Releases::get`].
    pub fn chain(&self) -> Result<Vec<Release>, WarehouseError> {
        let mut chain = Vec::new();
        let mut next = self.current()?;
        while let Some(release) = next {
            next = match release.previous {
                Some(number) => Some(self.get(number)?),
                None => None,
            };
            chain.push(release);
        }
        chain.reverse();
        Ok(chain)
    }

    /// Write a release; readers do not see it yet.
    ///
    /// # Errors
    /// The system's reason.
    pub fn save(&self, release: &Release) -> Result<(), WarehouseError> {
        let path = self.path(release.number);
        let text = serde_json::to_vec_pretty(release)
            .map_err(|e| WarehouseError::Damaged { path: path.clone(), reason: e.to_string() })?;
        write_atomically(&path, &text)
    }

    /// Make a saved release the one that readers see.
    ///
    /// # Errors
    /// The system's reason.
    pub fn make_current(&self, number: u64) -> Result<(), WarehouseError> {
        write_atomically(&self.folder.join("CURRENT"), format!("{number}\n").as_bytes())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.json"))
    }
}

/// Write beside, flush to disk, rename: readers see the old file or the new one, never half of one.
///
/// # Errors
/// The system's reason.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), WarehouseError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io(folder))?;
    }
    let beside = path.with_extension("tmp");
    let mut file = std::fs::File::create(&beside).map_err(io(&beside))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(io(&beside))?;
    std::fs::rename(&beside, path).map_err(io(path))
}
