//! One thread reads, many work, the caller takes results in the order of reading. Few pieces are in flight at once, so
//! memory does not grow with the input.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

/// Read pieces until `None`, work on each in one of `workers` threads, take the results in order.
///
/// # Errors
/// The first error of `take` in the order of reading, or else that of `read`; both end everything.
pub(super) fn run<P, T, E>(
    workers: usize,
    mut read: impl FnMut() -> Result<Option<P>, E> + Send,
    work: impl Fn(P) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    P: Send,
    T: Send,
    E: Send,
{
    let workers = workers.max(1);
    let in_flight = 2 * workers;
    let (give_leave, leave) = channel::<()>();
    let (give_piece, pieces) = sync_channel::<(usize, P)>(in_flight);
    let (give_result, results) = sync_channel::<(usize, thread::Result<T>)>(in_flight);
    for _ in 0..in_flight {
        // The receiver lives as long as this call.
        let _ = give_leave.send(());
    }
    let pieces = Mutex::new(pieces);
    thread::scope(|scope| {
        // Dropped when this closure ends, also in error: the reader waits for leave no longer.
        let give_leave = give_leave;
        let reader = scope.spawn(move || {
            let mut index = 0;
            // Leave is withdrawn when the caller is in error.
            while leave.recv().is_ok() {
                let Some(piece) = read()? else { break };
                if give_piece.send((index, piece)).is_err() {
                    break;
                }
                index += 1;
            }
            Ok(())
        });
        for _ in 0..workers {
            let give_result = give_result.clone();
            let (pieces, work) = (&pieces, &work);
            scope.spawn(move || {
                loop {
                    let next = pieces.lock().map_or(None, |pieces| pieces.recv().ok());
                    let Some((index, piece)) = next else { break };
                    // A panic is carried to the caller; silence would keep the others waiting for ever.
                    let result = catch_unwind(AssertUnwindSafe(|| work(piece)));
                    if give_result.send((index, result)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(give_result);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&next) {
                take(result.unwrap_or_else(|panic| resume_unwind(panic)))?;
                next += 1;
                // Nobody needs leave once everything was read.
                let _ = give_leave.send(());
            }
        }
        reader.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_reading() {
        for workers in [1, 2, 7] {
            let mut next = 0..100_u64;
            let mut taken = Vec::new();
            let slow_first = |n: u64| {
                thread::sleep(Duration::from_micros(if n.is_multiple_of(7) { 300 } else { 1 }));
                n * n
            };
            run(
                workers,
                || Ok::<_, ()>(next.next()),
                slow_first,
                |n| {
                    taken.push(n);
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(taken, (0..100).map(|n| n * n).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn an_error_ends_reading_and_few_pieces_are_in_flight() {
        let read = AtomicUsize::new(0);
        let reading = || Ok::<_, &str>(Some(read.fetch_add(1, Ordering::SeqCst)));
        let outcome = run(2, reading, |n| n, |n| if n == 10 { Err("full") } else { Ok(()) });
        assert_eq!(outcome, Err("full"));
        assert!(read.load(Ordering::SeqCst) <= 16);
        assert_eq!(run(2, || Err::<Option<u8>, _>("torn"), |n| n, |_| Ok(())), Err("torn"));
    }

    #[test]
    #[should_panic(expected = "attempt to divide by zero")]
    fn a_panic_at_work_reaches_the_caller() {
        let mut next = [1_u32, 0, 2].into_iter();
        let _ = run(2, || Ok::<_, ()>(next.next()), |n| 1 / n, |_| Ok(()));
    }
}
