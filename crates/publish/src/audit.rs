//! Who took what out of the warehouse: append-only, each line holding the hash of the line before.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{PublishError, write_error};

/// File in the warehouse folder.
pub const AUDIT_LOG: &str = "_audit.jsonl";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Wall clock, UTC.
    pub at: String,
    /// Operating-system user.
    pub who: String,
    /// `publish`, `query` or `customer show`.
    pub action: String,
    /// Purpose as given.
    pub purpose: String,
    /// Release.
    pub release: u64,
    /// `masked` or `full`.
    pub privacy: String,
    /// SHA-256 of the query, or the tables published.
    pub subject: String,
    /// Rows that left.
    pub rows: u64,
    /// SHA-256 of the line before; zeros for the first.
    pub previous_sha256: String,
}

/// Append a record; its `previous_sha256` is filled in.
///
/// # Errors
/// When the disk refuses. What cannot be recorded must not leave.
pub fn append(warehouse: &Path, mut record: AuditRecord) -> Result<(), PublishError> {
    let path = warehouse.join(AUDIT_LOG);
    let so_far = std::fs::read_to_string(&path).unwrap_or_default();
    record.previous_sha256 = so_far.lines().last().map_or_else(|| "0".repeat(64), hash);
    let line = serde_json::to_string(&record)
        .map_err(|e| PublishError::Manifest { path: path.clone(), reason: e.to_string() })?;
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(write_error(&path))?;
    writeln!(file, "{line}").and_then(|()| file.sync_all()).map_err(write_error(&path))
}

/// The first line whose hash link is broken, from 1.
#[must_use]
pub fn first_broken_line(text: &str) -> Option<usize> {
    let mut previous = "0".repeat(64);
    for (index, line) in text.lines().enumerate() {
        let record: Option<AuditRecord> = serde_json::from_str(line).ok();
        if record.is_none_or(|r| r.previous_sha256 != previous) {
            return Some(index + 1);
        }
        previous = hash(line);
    }
    None
}

fn hash(line: &str) -> String {
    hex::encode(Sha256::digest(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_line_breaks_the_chain() {
        let folder = tempfile::tempdir().unwrap();
        for rows in 0..3 {
            let record = AuditRecord {
                at: "2025-06-30T00:00:00Z".into(),
                who: "auditor".into(),
                action: "query".into(),
                purpose: "test".into(),
                release: 1,
                privacy: "full".into(),
                subject: "s".into(),
                rows,
                previous_sha256: String::new(),
            };
            append(folder.path(), record).unwrap();
        }
        let text = std::fs::read_to_string(folder.path().join(AUDIT_LOG)).unwrap();
        assert_eq!(first_broken_line(&text), None);
        // The altered second line no longer has the hash that the third line holds.
        assert_eq!(first_broken_line(&text.replace("\"rows\":1", "\"rows\":9")), Some(3));
    }
}
