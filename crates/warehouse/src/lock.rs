//! One writer per warehouse. The lock is the operating system's, so a killed run leaves none behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{WarehouseError, io};

/// Held while a run writes; released when dropped.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Take the lock or say that another run has it.
    ///
    /// # Errors
    /// [`WarehouseError::Locked`], or the system's reason.
    pub fn take(root: &Path) -> Result<Self, WarehouseError> {
        std::fs::create_dir_all(root).map_err(io(root))?;
        let path = root.join("_lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(WriterLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(WarehouseError::Locked(root.to_owned())),
            Err(TryLockError::Error(source)) => Err(WarehouseError::Io { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = WriterLock::take(folder.path()).unwrap();
        assert!(matches!(WriterLock::take(folder.path()), Err(WarehouseError::Locked(_))));
        drop(first);
        assert!(WriterLock::take(folder.path()).is_ok());
    }
}
