//! Failing disks on purpose: in builds for development, `TALLY_FAULT_AT=n` makes the n-th write of the run fail as a full
//! disk does, and `TALLY_KILL_AT=n` ends the process there as a power cut does. Production builds have neither.

use std::path::Path;

use crate::error::WarehouseError;

/// A place where the disk may fail. Called before what is to be written at `path` can be seen.
///
/// # Errors
/// When it was asked for.
#[cfg(debug_assertions)]
pub fn may_fail(path: &Path) -> Result<(), WarehouseError> {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WRITES: AtomicU64 = AtomicU64::new(0);
    static WANTED: LazyLock<(Option<u64>, Option<u64>)> = LazyLock::new(|| {
        let wanted = |name| std::env::var(name).ok().and_then(|n| n.parse().ok());
        (wanted("TALLY_FAULT_AT"), wanted("TALLY_KILL_AT"))
    });
    let (fail_at, kill_at) = *WANTED;
    let write = WRITES.fetch_add(1, Ordering::Relaxed) + 1;
    if kill_at == Some(write) {
        std::process::abort();
    }
    match fail_at == Some(write) {
        true => {
            let source = std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left on device (on purpose)");
            Err(WarehouseError::Io { path: path.to_owned(), source })
        }
        false => Ok(()),
    }
}

/// A place where the disk may fail; in this build only by itself.
#[cfg(not(debug_assertions))]
pub fn may_fail(_: &Path) -> Result<(), WarehouseError> {
    Ok(())
}
