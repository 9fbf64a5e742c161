//! `published/<release>` and the pointer `published/current`.

use std::path::{Path, PathBuf};

use warehouse::fault;

use crate::error::{PublishError, write_error};

/// Pointer to the release that readers use.
pub const CURRENT: &str = "current";

/// How `current` points on this system.
#[must_use]
pub fn pointer_kind() -> &'static str {
    if cfg!(unix) { "symlink" } else { "file" }
}

/// The folder in which a release is prepared; readers do not look there.
#[must_use]
pub fn preparing(published: &Path, release: u64) -> PathBuf {
    published.join(format!(".{release}.preparing"))
}

/// The folder of a release.
#[must_use]
pub fn of_release(published: &Path, release: u64) -> PathBuf {
    published.join(release.to_string())
}

/// An empty folder to prepare a release in; what a killed run left is removed.
///
/// # Errors
/// When the disk refuses.
pub fn begin(published: &Path, release: u64) -> Result<PathBuf, PublishError> {
    for leftover in [preparing(published, release), of_release(published, release)] {
        if leftover.exists() {
            std::fs::remove_dir_all(&leftover).map_err(write_error(&leftover))?;
        }
    }
    let folder = preparing(published, release);
    fault::may_fail(&folder)?;
    std::fs::create_dir_all(&folder).map_err(write_error(&folder))?;
    Ok(folder)
}

/// Give a prepared release its name.
///
/// # Errors
/// When the disk refuses.
pub fn finish(published: &Path, release: u64) -> Result<PathBuf, PublishError> {
    let folder = of_release(published, release);
    fault::may_fail(&folder)?;
    std::fs::rename(preparing(published, release), &folder).map_err(write_error(&folder))?;
    fault::may_fail(&folder)?;
    Ok(folder)
}

/// Point `current` at a release; readers see the old one or the new one.
///
/// # Errors
/// When the disk refuses.
pub fn switch(published: &Path, release: u64) -> Result<(), PublishError> {
    let current = published.join(CURRENT);
    let beside = published.join(".current.new");
    fault::may_fail(&beside)?;
    if beside.symlink_metadata().is_ok() {
        std::fs::remove_file(&beside).map_err(write_error(&beside))?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(release.to_string(), &beside).map_err(write_error(&beside))?;
    #[cfg(not(unix))]
    std::fs::write(&beside, release.to_string()).map_err(write_error(&beside))?;
    fault::may_fail(&current)?;
    std::fs::rename(&beside, &current).map_err(write_error(&current))?;
    Ok(fault::may_fail(&current)?)
}

/// The release that `current` points at.
#[must_use]
pub fn current_release(published: &Path) -> Option<u64> {
    let current = published.join(CURRENT);
    let target = std::fs::read_link(&current)
        .map(|target| target.to_string_lossy().into_owned())
        .or_else(|_| std::fs::read_to_string(&current))
        .ok()?;
    target.trim().parse().ok()
}

/// Published folders of releases that are not kept, and what killed runs left.
///
/// # Errors
/// When the disk refuses.
pub fn removable(published: &Path, kept: &[u64]) -> Result<Vec<PathBuf>, PublishError> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(published) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(write_error(published)(e)),
    };
    for entry in entries {
        let path = entry.map_err(write_error(published))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_left_over = name.starts_with('.') && name.ends_with(".preparing");
        if is_left_over || name.parse::<u64>().is_ok_and(|number| !kept.contains(&number)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Remove folders.
///
/// # Errors
/// When the disk refuses.
pub fn remove(folders: &[PathBuf]) -> Result<(), PublishError> {
    folders.iter().try_for_each(|folder| std::fs::remove_dir_all(folder).map_err(write_error(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_see_the_old_release_until_the_switch() {
        let published = tempfile::tempdir().unwrap();
        let published = published.path();
        for release in [1, 2] {
            let folder = begin(published, release).unwrap();
            std::fs::write(folder.join("a.parquet"), release.to_string()).unwrap();
            finish(published, release).unwrap();
            assert_eq!(current_release(published), (release > 1).then_some(1));
            switch(published, release).unwrap();
            assert_eq!(current_release(published), Some(release));
        }
        assert_eq!(std::fs::read_to_string(published.join("current/a.parquet")).unwrap(), "2");
    }
}
