//! The program's allocator, and when it gives memory back.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// mimalloc gives memory back to the system; the C library keeps a third more of it (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes that the program may keep for itself, in use or not.
static KEPT_BYTES: AtomicUsize = AtomicUsize::new(1 << 30);
/// How often it is asked whether there is more.
const INTERVAL: Duration = Duration::from_millis(100);
/// How many times threads were asked to give back what they keep for themselves.
static ASKED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Up to which time this thread did.
    static ANSWERED: Cell<usize> = const { Cell::new(0) };
}

/// Of a program that may use so much memory, half may be kept when it is not in use.
pub fn may_use(bytes: usize) {
    KEPT_BYTES.store(bytes / 2, Ordering::Relaxed);
}

/// Give freed memory back only while the program has more than it may keep. Giving it back sooner costs a night a seventh of its processor time, because
/// the system clears pages again and again; not at all, and a night's peak would be what its steps need one after the other.
pub fn give_back_when_much() {
    set_purge_delay(NEVER);
    if resident_bytes().is_none() {
        return give_back_after_interval();
    }
    // It ends with the program and holds nothing.
    let watcher = std::thread::Builder::new().name("memory".into()).spawn(|| {
        let mut left_bytes = 0;
        loop {
            std::thread::sleep(INTERVAL);
            let bytes = resident_bytes().unwrap_or(0);
            left_bytes = bytes.min(left_bytes);
            // What is in use cannot be given back: there must be more than the last time left.
            if bytes > KEPT_BYTES.load(Ordering::Relaxed) && bytes > left_bytes + left_bytes / 10 {
                ASKED.fetch_add(1, Ordering::Relaxed);
                give_back();
                left_bytes = resident_bytes().unwrap_or(0);
            }
        }
    });
    if watcher.is_err() {
        give_back_after_interval();
    }
}

/// Give back what this thread keeps for itself, when there is much in all. A thread that has nothing to do does not see what others freed of its memory: it is
/// to be called before it waits.
pub fn give_back_if_asked() {
    let asked = ASKED.load(Ordering::Relaxed);
    if ANSWERED.replace(asked) != asked {
        give_back();
    }
}

/// A day: longer than a night. With no delay at all the allocator would not note what can be given back.
const NEVER: std::ffi::c_long = 24 * 60 * 60 * 1000;

fn give_back_after_interval() {
    set_purge_delay(INTERVAL.as_millis().try_into().unwrap_or(NEVER));
}

fn set_purge_delay(milliseconds: std::ffi::c_long) {
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    // SAFETY: sets a number of the allocator's own; any time and any thread will do.
    #[expect(unsafe_code, reason = "the allocator's options can be set through its C interface only")]
    unsafe {
        libmimalloc_sys::mi_option_set(PURGE_DELAY, milliseconds);
    }
}

/// Give back what this thread keeps for itself, and what no thread does.
fn give_back() {
    // SAFETY: gives back what nobody uses; any time and any thread will do.
    #[expect(unsafe_code, reason = "the allocator can be asked through its C interface only")]
    unsafe {
        libmimalloc_sys::mi_collect(true);
    }
}

/// Memory of this process, where the system says it.
fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
