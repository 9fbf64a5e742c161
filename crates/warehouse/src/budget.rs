//! One budget of memory for what a query holds, of which a part is never given to operators that could spill instead.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

/// Of four parts, those that operators which can spill may hold together.
const SPILLABLE_PARTS: usize = 3;
const PARTS: usize = 4;

/// What the budget refused last, kept beside the session: when a part of a query is refused memory, another part may stop with a panic of
/// the engine's and be the one that is reported.
#[derive(Debug, Default)]
pub(crate) struct Refusal(Mutex<Option<String>>);

impl Refusal {
    /// What was refused last, once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().ok()?.take()
    }

    fn set(&self, what: &str) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(what.to_owned());
        }
    }
}

/// Sorts and aggregations share three quarters fairly; what cannot spill (the build side of a join) may take all that is
/// free, and so has a quarter for itself. The engine's own fair pool lets sorts take everything, and a small join beside
/// them then fails.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
    spillable: FairSpillPool,
    unspillable: AtomicUsize,
    refusal: Arc<Refusal>,
}

impl Budget {
    pub fn new(bytes: usize, refusal: Arc<Refusal>) -> Self {
        let spillable = FairSpillPool::new(bytes / PARTS * SPILLABLE_PARTS);
        Budget { bytes, spillable, unspillable: AtomicUsize::new(0), refusal }
    }
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "budget of {} bytes", self.bytes)
    }
}

impl MemoryPool for Budget {
    fn name(&self) -> &'static str {
        "budget"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.spillable.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.spillable.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        match reservation.consumer().can_spill() {
            true => self.spillable.grow(reservation, additional),
            false => {
                self.unspillable.fetch_add(additional, Ordering::Relaxed);
            }
        }
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        match reservation.consumer().can_spill() {
            true => self.spillable.shrink(reservation, shrink),
            false => {
                self.unspillable.fetch_sub(shrink, Ordering::Relaxed);
            }
        }
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let can_spill = reservation.consumer().can_spill();
        let free = self.bytes.saturating_sub(self.reserved());
        if additional > free {
            let name = reservation.consumer().name();
            let what = format!("{name} needs {additional} bytes more and {free} of {} are free", self.bytes);
            self.refusal.set(&what);
            return Err(resources_datafusion_err!("{what}"));
        }
        match can_spill {
            true => self.spillable.try_grow(reservation, additional),
            false => {
                self.unspillable.fetch_add(additional, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn reserved(&self) -> usize {
        self.spillable.reserved() + self.unspillable.load(Ordering::Relaxed)
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_spill_keeps_a_quarter() {
        let pool: Arc<dyn MemoryPool> = Arc::new(Budget::new(400, Arc::default()));
        let sort = MemoryConsumer::new("sort").with_can_spill(true).register(&pool);
        assert!(sort.try_grow(301).is_err());
        sort.try_grow(300).unwrap();
        let join = MemoryConsumer::new("join").register(&pool);
        assert!(join.try_grow(101).is_err());
        join.try_grow(100).unwrap();
        assert_eq!(pool.reserved(), 400);
        sort.shrink(300);
        join.try_grow(250).unwrap();
        // What is left for sorting is what joins do not hold.
        assert!(sort.try_grow(51).is_err());
        sort.try_grow(50).unwrap();
        join.free();
        assert_eq!(pool.reserved(), 50);
    }
}
