//! What a night has done so far, so that running it again after it was stopped begins where it stopped.
//!
//! `_runs/journal.jsonl`, one line a step, flushed before the next begins. A step is taken over only when everything that
//! it was computed from is the same (its fingerprint) and its table still is at the version that the step wrote.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::catalog::Catalog;
use crate::error::{WarehouseError, io};
use crate::fault;
use crate::node::{Materialisation, Node};
use crate::release::{CheckResult, InputFile, Pin};
use crate::row_hash::row_hashes;

/// A step that was done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneStep {
    /// Node.
    pub name: String,
    /// Hash of everything that it was computed from; `None` when it is taken over from a release whatever it was.
    pub fingerprint: Option<String>,
    /// Its table.
    pub pin: Pin,
    /// What its rows were asked.
    pub results: Vec<CheckResult>,
}

/// The files that were loaded, and the tables that they became.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoneDelivery {
    /// Hash of what the loading depended on besides the files.
    pub fingerprint: String,
    /// Files.
    pub inputs: Vec<InputFile>,
    /// Tables.
    pub pins: BTreeMap<String, Pin>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Night(NightId),
    Delivery(DoneDelivery),
    Step(DoneStep),
}

/// Which night it is: a journal of another one is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightId {
    /// Business date.
    pub biz_date: String,
    /// Release that it builds on.
    pub base: Option<u64>,
    /// Program version.
    pub program_version: String,
    /// SHA-256 of the settings in force.
    pub settings_sha256: String,
}

/// The journal of one night.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// Absent when nothing is to be kept.
    file: Option<File>,
    /// The delivery, when it was done before.
    pub delivery: Option<DoneDelivery>,
    /// Steps that were done before.
    pub steps: BTreeMap<String, DoneStep>,
}

impl Journal {
    fn path(warehouse: &Path) -> PathBuf {
        warehouse.join("_runs").join("journal.jsonl")
    }

    /// Open a night's journal: what it did before, if it is the one that was stopped.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn open(warehouse: &Path, night: &NightId) -> Result<Self, WarehouseError> {
        let path = Self::path(warehouse);
        let folder = path.parent().unwrap_or(warehouse);
        std::fs::create_dir_all(folder).map_err(io(folder))?;
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        // A last line that was cut off was not done.
        let mut lines = text.lines().map_while(|line| serde_json::from_str::<Line>(line).ok());
        let is_same = matches!(lines.next(), Some(Line::Night(id)) if id == *night);
        let (mut delivery, mut steps) = (None, BTreeMap::new());
        for line in lines.filter(|_| is_same) {
            match line {
                Line::Night(_) => {}
                Line::Delivery(done) => delivery = Some(done),
                Line::Step(done) => {
                    steps.insert(done.name.clone(), done);
                }
            }
        }
        // Begun anew with what is known, so that a line cut off does not hide those after it.
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path).map_err(io(&path))?;
        let mut journal = Journal { path, file: Some(file), delivery: None, steps: BTreeMap::new() };
        journal.write(&Line::Night(night.clone()))?;
        if let Some(done) = &delivery {
            journal.write(&Line::Delivery(done.clone()))?;
        }
        for done in steps.values() {
            journal.write(&Line::Step(done.clone()))?;
        }
        Ok(Journal { delivery, steps, ..journal })
    }

    /// The delivery is done.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn delivered(&mut self, done: DoneDelivery) -> Result<(), WarehouseError> {
        fault::may_fail(&self.path)?;
        self.write(&Line::Delivery(done))
    }

    /// A step is done.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn done(&mut self, step: DoneStep) -> Result<(), WarehouseError> {
        fault::may_fail(&self.path)?;
        self.write(&Line::Step(step))
    }

    /// A journal of a night that is not gone on with.
    #[must_use]
    pub fn none() -> Self {
        Journal { path: PathBuf::new(), file: None, delivery: None, steps: BTreeMap::new() }
    }

    fn write(&mut self, line: &Line) -> Result<(), WarehouseError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut text = serde_json::to_vec(line)
            .map_err(|e| WarehouseError::Damaged { path: self.path.clone(), reason: e.to_string() })?;
        text.push(b'\n');
        file.write_all(&text).and_then(|()| file.sync_data()).map_err(io(&self.path))
    }

    /// The night is released, or its tables are no longer what the journal says: nothing is to be taken over.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn remove(warehouse: &Path) -> Result<(), WarehouseError> {
        let path = Self::path(warehouse);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(&path)(e)),
            _ => Ok(()),
        }
    }
}

/// What each node of a night is computed from, as hashes: its own text and everything that it reads, down to the
/// delivered files.
pub(crate) fn fingerprints(catalog: &Catalog, delivery: &str) -> Result<BTreeMap<String, String>, WarehouseError> {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (name, reference) in &catalog.references {
        let sum = row_hashes(&reference.batch, None)?.into_iter().fold(0, u128::wrapping_add);
        known.insert(name.clone(), format!("{sum:032x}"));
    }
    for name in &catalog.order {
        let node = &catalog.nodes[name];
        let mut hash = Sha256::new();
        hash.update(own_text(node));
        for read in &catalog.reads[name] {
            // Tables filled by the run itself stand or fall with the delivery.
            hash.update(format!("\n{read} {}", known.get(read).map_or(delivery, String::as_str)));
        }
        known.insert(name.clone(), hex::encode(hash.finalize()));
    }
    Ok(known)
}

fn own_text(node: &Node) -> String {
    let columns: Vec<String> = node.columns.iter().map(|c| format!("{} {}", c.name, c.column_type)).collect();
    let kept = match node.materialisation {
        Materialisation::View => String::new(),
        kept => format!("{kept:?} {:?} {:?} {:?}", node.partition_by, node.key, node.checks),
    };
    format!("{:?}\n{:?}\n{}\n{kept}\n{}", node.sql, node.kind, node.parameters, columns.join(", "))
}
