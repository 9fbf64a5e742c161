//! Releases: one consistent version of every table. A release becomes current only after every check has passed.
//!
//! `_releases/<n>.json` pins table versions; `_releases/CURRENT` names the release that readers see and is replaced
//! atomically, as everything here is: written beside, flushed, renamed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use bank::BusinessDate;
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::error::{WarehouseError, io};
use crate::fault;
use crate::node::Node;

/// Version of the layout on disk. 1: histories were not kept by `valid_to`; the first night of this program writes them anew.
pub const FORMAT: u32 = 2;

/// File beside the releases: the number of each that became current, one a line.
const SEEN: &str = "SEEN";

/// Rows and order-free content hash of a table or partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Rows.
    pub rows: u64,
    /// Sum of 128-bit row hashes, hexadecimal: equal for equal multisets of rows.
    pub hash: String,
}

impl Content {
    /// Of no rows.
    #[must_use]
    pub fn empty() -> Self {
        Content { rows: 0, hash: format!("{:032x}", 0) }
    }

    /// Take in other rows.
    pub fn add(&mut self, other: &Content) {
        let number = |hash: &str| u128::from_str_radix(hash, 16).unwrap_or_default();
        self.rows += other.rows;
        self.hash = format!("{:032x}", number(&self.hash).wrapping_add(number(&other.hash)));
    }
}

/// One table of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Delta version.
    pub version: u64,
    /// Folder below the warehouse.
    pub layer: String,
    /// Content by partition value, of the newest partitions; one entry `""` when not partitioned.
    pub content: BTreeMap<String, Content>,
    /// Content of the older ones together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<OlderContent>,
}

/// Partitions whose content is no longer told one by one, or a release would be as long as the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OlderContent {
    /// Up to this partition value.
    pub until: String,
    /// Of all of them.
    pub content: Content,
}

/// Partitions whose content is told one by one: more than the restatement window reaches.
const PARTITIONS_TOLD: usize = 62;

impl Pin {
    /// Rows over all partitions.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let older = self.older.as_ref().map_or(0, |older| older.content.rows);
        older + self.content.values().map(|c| c.rows).sum::<u64>()
    }

    /// Whether the content of this partition is told only together with that of others.
    #[must_use]
    pub fn is_older(&self, partition: &str) -> bool {
        self.older.as_ref().is_some_and(|older| *partition <= *older.until) && !self.content.contains_key(partition)
    }

    /// Tell the content of older partitions together.
    pub fn fold(&mut self) {
        while self.content.len() > PARTITIONS_TOLD {
            let Some((until, content)) = self.content.pop_first() else { return };
            let older =
                self.older.get_or_insert_with(|| OlderContent { until: String::new(), content: Content::empty() });
            older.content.add(&content);
            older.until = older.until.clone().max(until);
        }
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
    /// SHA-256 of corrected rows that stood in for delivered ones; empty without any.
    #[serde(default)]
    pub corrections_sha256: String,
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
    /// Failing rows in words, with long numbers hidden, up to a limit; kept with the run, not with the release.
    #[serde(skip)]
    pub rows: Vec<String>,
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
    /// SHA-256 and text of every node, check and reference table.
    pub nodes: BTreeMap<String, NodeText>,
    /// Files of this business date.
    pub inputs: Vec<InputFile>,
    /// Checks of this business date.
    pub checks: Vec<CheckResult>,
    /// Nodes that were taken over from the release before of the same business date, with the text they had there.
    #[serde(default)]
    pub taken_over: Vec<String>,
    /// Closed months and the version that each is in.
    #[serde(default)]
    pub months: BTreeMap<String, MonthVersion>,
}

/// A closed month: its figures are locked in the release that first had them. When they change later, that is the next
/// version, in another release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthVersion {
    /// From 1.
    pub version: u32,
    /// Release that first had these figures.
    pub release: u64,
    /// Rows and content of the month in all tables kept by month.
    pub content: Content,
}

impl Release {
    /// The closed months of this release. `current` is the release that readers see now: a month that differs from
    /// its gets the next version.
    #[must_use]
    pub fn month_versions(&self, catalog: &Catalog, current: Option<&Release>) -> BTreeMap<String, MonthVersion> {
        let Ok(date) = self.biz_date.parse::<BusinessDate>() else { return BTreeMap::new() };
        let is_open = |month: &str| *month == *date.month_start().to_string() && date != date.month_end();
        let mut contents: BTreeMap<String, Content> = BTreeMap::new();
        let by_month = |name: &&String| catalog.nodes.get(*name).is_some_and(Node::is_kept_by_month);
        for name in self.tables.keys().filter(by_month) {
            for (month, content) in self.tables[name].content.iter().filter(|(month, _)| !is_open(month)) {
                contents.entry(month.clone()).or_insert_with(Content::empty).add(content);
            }
        }
        let version = |month: &String, content: Content| match current.and_then(|c| c.months.get(month)) {
            Some(known) if known.content == content => known.clone(),
            Some(known) => MonthVersion { version: known.version + 1, release: self.number, content },
            None => MonthVersion { version: 1, release: self.number, content },
        };
        // Months that are no longer told one by one stay as they were.
        let mut months = current.map(|c| c.months.clone()).unwrap_or_default();
        months.retain(|month, _| contents.keys().next().is_none_or(|first| month < first));
        months.extend(contents.into_iter().map(|(month, content)| (month.clone(), version(&month, content))));
        months
    }
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

    /// Numbers of all releases, also of those that are not published, lowest first.
    ///
    /// # Errors
    /// The system's reason.
    pub fn numbers(&self) -> Result<Vec<u64>, WarehouseError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            Err(source) => return Err(WarehouseError::Io { path: self.folder.clone(), source }),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(io(&self.folder))?.file_name();
            numbers.extend(name.to_string_lossy().strip_suffix(".json").and_then(|n| n.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The highest number given to a release, 0 before the first. A number is never given twice.
    ///
    /// # Errors
    /// The system's reason.
    pub fn newest(&self) -> Result<u64, WarehouseError> {
        Ok(self.numbers()?.last().copied().unwrap_or(0))
    }

    /// The current release and those it was built on, newest last, at most so many.
    ///
    /// # Errors
    /// As [`Releases::get`].
    pub fn recent(&self, count: usize) -> Result<Vec<Release>, WarehouseError> {
        let mut chain = Vec::new();
        let mut next = self.current()?;
        while let Some(release) = next.filter(|_| chain.len() < count) {
            next = match release.previous.map(|number| self.get(number)) {
                // What came before was removed by `vacuum`.
                None | Some(Err(WarehouseError::UnknownRelease(_))) => None,
                Some(previous) => Some(previous?),
            };
            chain.push(release);
        }
        chain.reverse();
        Ok(chain)
    }

    /// Remove a release's record. Its tables' files are removed by `vacuum`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn remove(&self, number: u64) -> Result<(), WarehouseError> {
        let path = self.path(number);
        std::fs::remove_file(&path).map_err(io(&path))
    }

    /// The current release and all that it was built on, oldest first.
    ///
    /// # Errors
    /// As [`Releases::get`].
    pub fn chain(&self) -> Result<Vec<Release>, WarehouseError> {
        self.recent(usize::MAX)
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
        write_atomically(&self.folder.join("CURRENT"), format!("{number}\n").as_bytes())?;
        let path = self.folder.join(SEEN);
        let mut seen = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(io(&path))?;
        writeln!(seen, "{number}").and_then(|()| seen.sync_all()).map_err(io(&path))
    }

    /// Releases that readers saw, each once, in the order in which they were first current. The current one is among them.
    ///
    /// # Errors
    /// As [`Releases::recent`].
    pub fn seen(&self) -> Result<Vec<u64>, WarehouseError> {
        let text = std::fs::read_to_string(self.folder.join(SEEN)).unwrap_or_default();
        let noted = text.lines().filter_map(|line| line.trim().parse::<u64>().ok());
        // Before there was a note of it, and after a kill between the two writes: what the current one was built on.
        let chain: Vec<u64> = self.recent(usize::MAX)?.iter().map(|release| release.number).collect();
        let known: Vec<u64> = match text.is_empty() {
            true => chain,
            false => noted.chain(chain.last().copied()).collect(),
        };
        let mut seen = Vec::new();
        for number in known {
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
        Ok(seen)
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
    fault::may_fail(path)?;
    let mut file = std::fs::File::create(&beside).map_err(io(&beside))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(io(&beside))?;
    fault::may_fail(path)?;
    std::fs::rename(&beside, path).map_err(io(path))?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    fault::may_fail(path)
}

/// Make new names in a folder survive a power cut, where the system has a way to.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), WarehouseError> {
    if cfg!(unix) {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))?;
    }
    Ok(())
}
