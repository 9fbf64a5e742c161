//! One writer per warehouse. The lock is the operating system's, so a killed run does not hold it; what it wrote into the
//! file tells the next run that it was killed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::error::{WarehouseError, io};

/// Held while a run writes; released when dropped.
#[derive(Debug)]
pub struct WriterLock {
    file: File,
    taken_over: Option<String>,
}

impl WriterLock {
    /// Take the lock or say that another run has it.
    ///
    /// # Errors
    /// [`WarehouseError::Locked`] with the process that has it, or the system's reason.
    pub fn take(root: &Path) -> Result<Self, WarehouseError> {
        std::fs::create_dir_all(root).map_err(io(root))?;
        let path = root.join("_lock");
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WarehouseError::Locked(root.to_owned())),
            Err(TryLockError::Error(source)) => return Err(WarehouseError::Io { path, source }),
        }
        let mut known = String::new();
        file.read_to_string(&mut known).map_err(io(&path))?;
        let taken_over = Some(known.trim().to_owned()).filter(|known| !known.is_empty());
        let mut lock = WriterLock { file, taken_over };
        lock.say(&format!("{}\n", std::process::id())).map_err(io(&path))?;
        Ok(lock)
    }

    /// The process that held the lock and ended without releasing it.
    #[must_use]
    pub fn taken_over(&self) -> Option<&str> {
        self.taken_over.as_deref()
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // If it fails, the next run says that it took over; nothing else depends on it.
        let _ = self.say("");
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
        assert_eq!(WriterLock::take(folder.path()).unwrap().taken_over(), None);
    }

    #[test]
    fn the_lock_of_a_killed_process_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("_lock"), "4711\n").unwrap();
        assert_eq!(WriterLock::take(folder.path()).unwrap().taken_over(), Some("4711"));
    }
}
