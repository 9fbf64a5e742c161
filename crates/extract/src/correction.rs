//! Rows that were corrected after they went to quarantine: `<file>.corrections.jsonl` beside the file in the landing
//! folder. The delivered file is never changed; when it is loaded, these rows stand in for those of the same line.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::ExtractError;

/// One corrected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Line of the delivered file, from 1.
    pub line: u64,
    /// SHA-256 of the delivered row that it stands in for, without line end.
    pub replaces_sha256: String,
    /// The row in the file's own encoding, without line end, hexadecimal.
    pub raw_hex: String,
    /// Who corrected it.
    pub who: String,
    /// When, wall clock, UTC.
    pub at: String,
    /// Why, or who said so.
    pub reason: String,
}

/// A corrected row and the hash of the one that it stands in for.
#[derive(Debug, Clone)]
struct Row {
    raw: Vec<u8>,
    replaces_sha256: String,
}

/// The corrected rows of a file, by line.
#[derive(Debug, Clone, Default)]
pub struct Corrections {
    path: PathBuf,
    rows: BTreeMap<u64, Row>,
    /// SHA-256 of the corrections; empty when there are none.
    pub sha256: String,
}

impl Corrections {
    /// Where the corrections of a delivered file are kept.
    #[must_use]
    pub fn path(of: &Path) -> PathBuf {
        let name = of.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        of.with_file_name(format!("{name}.corrections.jsonl"))
    }

    /// Read the corrections of a delivered file; none when there is no such file. The last one of a line counts.
    ///
    /// # Errors
    /// [`ExtractError::Corrections`] with the line that cannot be read.
    pub fn of(file: &Path) -> Result<Self, ExtractError> {
        let path = Self::path(file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ExtractError::Read { path, source }),
        };
        let mut rows = BTreeMap::new();
        for (place, line) in text.lines().enumerate() {
            let damaged = |reason: String| ExtractError::Corrections { path: path.clone(), line: place + 1, reason };
            let correction: Correction = serde_json::from_str(line).map_err(|e| damaged(e.to_string()))?;
            let raw = hex::decode(&correction.raw_hex).map_err(|e| damaged(format!("raw_hex: {e}")))?;
            rows.insert(correction.line, Row { raw, replaces_sha256: correction.replaces_sha256 });
        }
        Ok(Corrections { rows, sha256: hex::encode(Sha256::digest(&text)), path })
    }

    /// Add a corrected row.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn add(file: &Path, correction: &Correction) -> Result<(), ExtractError> {
        let path = Self::path(file);
        let failed = |source| ExtractError::Read { path: path.clone(), source };
        let line = serde_json::to_string(correction).map_err(|e| failed(e.into()))?;
        let mut kept = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        writeln!(kept, "{line}").and_then(|()| kept.sync_all()).map_err(failed)
    }

    /// The corrected rows by line.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.rows.iter().map(|(line, row)| (*line, row.raw.as_slice()))
    }

    /// Whether the row delivered at a line is the one that was corrected.
    pub(crate) fn is_for(&self, line: u64, delivered: &[u8]) -> bool {
        self.rows.get(&line).is_some_and(|row| row.replaces_sha256 == hex::encode(Sha256::digest(delivered)))
    }

    /// Every correction must have found its row: the file may have been delivered again since.
    ///
    /// # Errors
    /// [`ExtractError::Corrections`].
    pub(crate) fn refuse_unused(&self, used: u64) -> Result<(), ExtractError> {
        let count = self.rows.len();
        if used == count as u64 {
            return Ok(());
        }
        Err(ExtractError::Corrections {
            path: self.path.clone(),
            line: count,
            reason: format!(
                "{} of {count} corrected rows are for rows that the file does not have at their lines: it was delivered \
                 again since. Remove this file, or the lines of it that no longer apply",
                count as u64 - used.min(count as u64)
            ),
        })
    }
}
