//! `published/<release>` and the pointer `published/current`.

use std::path::{Path, PathBuf};

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
    std::fs::create_dir_all(&folder).map_err(write_error(&folder))?;
    Ok(folder)
}

/// Give a prepared release its name.
///
/// # Errors
/// When the disk refuses.
pub fn finish(published: &Path, release: u64) -> Result<PathBuf, PublishError> {
    let folder = of_release(published, release);
    std::fs::rename(preparing(published, release), &folder).map_err(write_error(&folder))?;
    Ok(folder)
}

/// Point `current` at a release; readers see the old one or the new one.
///
/// # Errors
/// When the disk refuses.
pub fn switch(published: &Path, release: u64) -> Result<(), PublishError> {
    let current = published.join(CURRENT);
    let beside = published.join(".current.new");
    if beside.symlink_metadata().is_ok() {
        std::fs::remove_file(&beside).map_err(write_error(&beside))?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(release.to_string(), &beside).map_err(write_error(&beside))?;
    #[cfg(not(unix))]
    std::fs::write(&beside, release.to_string()).map_err(write_error(&beside))?;
    std::fs::rename(&beside, &current).map_err(write_error(&current))
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
