//! What no kept release needs: files of replaced versions, of killed nights and of releases that are past retention.
//!
//! Computed from what releases pin, never from the age of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{WarehouseError, io};
use crate::release::{Release, Releases};
use crate::table::TableFolder;

/// Folder of a Delta table's commits.
const LOG: &str = "_delta_log";

/// Which releases are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// So many of the newest ones.
    pub releases: usize,
    /// Every version of so many of the newest closed months.
    pub months: usize,
}

/// What may be removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removable {
    /// Files and their sizes in bytes.
    pub files: Vec<(PathBuf, u64)>,
    /// Releases.
    pub releases: Vec<u64>,
    /// Releases that stay.
    pub kept: Vec<u64>,
}

impl Removable {
    /// Bytes that removing frees.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }

    /// What no kept release of a warehouse needs.
    ///
    /// # Errors
    /// When a kept release or one of its tables cannot be read: then nothing may be removed.
    pub async fn find(warehouse: &Path, retention: Retention) -> Result<Self, WarehouseError> {
        let releases = Releases::new(warehouse);
        let all: Vec<Release> =
            releases.numbers()?.into_iter().map(|number| releases.get(number)).collect::<Result<_, _>>()?;
        let built_on: Vec<u64> = releases.recent(retention.releases)?.iter().map(|release| release.number).collect();
        let kept = kept(&all, &releases.seen()?, &built_on, retention);
        let mut pinned: BTreeMap<PathBuf, BTreeSet<u64>> = BTreeMap::new();
        for release in all.iter().filter(|release| kept.contains(&release.number)) {
            for (name, pin) in &release.tables {
                let folder = TableFolder::new(warehouse, &pin.layer, name);
                pinned.entry(folder.path().to_owned()).or_default().insert(pin.version);
            }
        }
        let mut files = Vec::new();
        for folder in tables(warehouse)? {
            let mut needed = BTreeSet::new();
            for version in pinned.get(&folder).into_iter().flatten() {
                needed.extend(TableFolder::at_path(&folder).files(*version).await?);
            }
            let is_pinned = pinned.contains_key(&folder);
            let mut found = Vec::new();
            list(&folder, &mut found)?;
            for path in found {
                let below = path.strip_prefix(&folder).unwrap_or(&path);
                let in_log = below.starts_with(LOG);
                // The log of a table that a release has is kept whole, but for what a killed commit left beside it.
                let is_litter = match in_log && is_pinned {
                    true => below.to_string_lossy().contains(['#']) || below.extension().is_some_and(|e| e == "tmp"),
                    false => !needed.contains(below),
                };
                if is_litter {
                    let bytes = std::fs::metadata(&path).map_err(io(&path))?.len();
                    files.push((path, bytes));
                }
            }
        }
        files.sort();
        // A log goes after the files that it names, or nobody would know that they are a table's; and from its end, or what is left of it could be neither read nor begun anew.
        let is_of_log = |path: &Path| path.components().any(|part| part.as_os_str() == LOG);
        let (mut logs, mut files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| is_of_log(path));
        logs.reverse();
        files.append(&mut logs);
        let removed = all.iter().map(|release| release.number).filter(|number| !kept.contains(number)).collect();
        Ok(Removable { files, releases: removed, kept: kept.into_iter().collect() })
    }

    /// Remove it.
    ///
    /// # Errors
    /// The system's reason; what was not removed is found again next time.
    pub fn remove(&self, warehouse: &Path) -> Result<(), WarehouseError> {
        let releases = Releases::new(warehouse);
        // Releases first: a release whose files are gone must not be there.
        self.releases.iter().try_for_each(|number| releases.remove(*number))?;
        for (path, _) in &self.files {
            std::fs::remove_file(path).map_err(io(path))?;
            // Folders of partitions and tables that are empty now; one that is not stays, and so do those that it is in.
            let inside = path.ancestors().skip(1).take_while(|folder| *folder != warehouse);
            let _ = inside.map(std::fs::remove_dir).take_while(Result::is_ok).count();
        }
        Ok(())
    }
}

/// The current release and those it was built on, the newest that readers saw, and the ones that hold a version of a recent
/// closed month. What a killed rebuild left was never seen by anybody.
fn kept(all: &[Release], seen: &[u64], built_on: &[u64], retention: Retention) -> BTreeSet<u64> {
    let newest = seen.iter().rev().take(retention.releases);
    let was_seen: Vec<&Release> =
        all.iter().filter(|release| seen.contains(&release.number) || built_on.contains(&release.number)).collect();
    let months: BTreeSet<&String> = was_seen.iter().flat_map(|release| release.months.keys()).collect();
    let recent: BTreeSet<&String> = months.into_iter().rev().take(retention.months).collect();
    let versions = was_seen.iter().flat_map(|release| &release.months);
    let locked = versions.filter(|(month, _)| recent.contains(month)).map(|(_, version)| &version.release);
    // The last one seen is not always current; the last one built on is.
    let wanted: BTreeSet<u64> = newest.chain(built_on).chain(locked).copied().collect();
    all.iter().map(|release| release.number).filter(|number| wanted.contains(number)).collect()
}

/// Folders of Delta tables: `<warehouse>/<layer>/<table>`.
fn tables(warehouse: &Path) -> Result<Vec<PathBuf>, WarehouseError> {
    let mut tables = Vec::new();
    for layer in folders(warehouse)? {
        let is_ours = layer.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('_'));
        if is_ours {
            tables.extend(folders(&layer)?.into_iter().filter(|folder| folder.join(LOG).is_dir()));
        }
    }
    Ok(tables)
}

fn folders(of: &Path) -> Result<Vec<PathBuf>, WarehouseError> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(of).map_err(io(of))? {
        let entry = entry.map_err(io(of))?;
        if entry.file_type().map_err(io(of))?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), WarehouseError> {
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        match entry.file_type().map_err(io(folder))?.is_dir() {
            true => list(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}
