//! Which rows of a file share a key: 32 bytes are kept per row, and written out by partition beyond a limit, so that
//! memory does not grow with the file.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const PARTITIONS: usize = 64;
/// Rows held in memory: 128 MiB of entries.
const HELD_ROWS_MAX: usize = 4 << 20;
/// Keys among which repeated ones are noticed at once: at most 225 MiB. Beyond, they are noticed at the end.
const SEEN_KEYS_MAX: usize = 14 << 20;
const ENTRY_BYTES: usize = 32;

/// What is remembered of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyedRow {
    /// Hash of the key.
    pub key: u128,
    /// Its line.
    pub line: u64,
    /// Hash of the whole record.
    pub row: u64,
}

/// What becomes of a row that is not the only one with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It repeats an earlier row.
    Duplicate,
    /// Another row has the same key and different content.
    Conflict,
}

/// All keys of a file.
pub(super) struct KeyIndex {
    partitions: Vec<Vec<KeyedRow>>,
    held_rows: usize,
    held_rows_max: usize,
    scratch: PathBuf,
    spilled: Option<Spilled>,
    seen: HashSet<u64, Unhashed>,
    is_repeated: bool,
}

/// Keys are hashes already.
#[derive(Default)]
struct AsIs(u64);

type Unhashed = BuildHasherDefault<AsIs>;

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |n, b| n << 8 | u64::from(*b));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Entries on disk, in an unnamed file that vanishes with the process.
struct Spilled {
    file: File,
    bytes: u64,
    /// Offset and length in bytes of each partition's runs.
    runs: Vec<Vec<(u64, usize)>>,
}

impl KeyIndex {
    /// An empty index that writes to the folder `scratch` when it has to.
    pub fn new(scratch: &Path) -> Self {
        Self::holding(scratch, HELD_ROWS_MAX)
    }

    fn holding(scratch: &Path, held_rows_max: usize) -> Self {
        KeyIndex {
            partitions: vec![Vec::new(); PARTITIONS],
            held_rows: 0,
            held_rows_max,
            scratch: scratch.to_owned(),
            spilled: None,
            seen: HashSet::default(),
            is_repeated: false,
        }
    }

    /// Whether a key is known to be repeated. False says nothing before the end.
    pub fn is_repeated(&self) -> bool {
        self.is_repeated
    }

    /// Remember rows.
    pub fn add(&mut self, rows: Vec<KeyedRow>) -> io::Result<()> {
        self.held_rows += rows.len();
        for row in rows {
            if !self.is_repeated && self.seen.len() < SEEN_KEYS_MAX {
                // Half of the hash is enough for a hint.
                self.is_repeated = !self.seen.insert(row.key as u64);
            }
            // The topmost six bits: 0 to 63.
            self.partitions[(row.key >> 122) as usize].push(row);
        }
        if self.is_repeated {
            self.seen = HashSet::default();
        }
        if self.held_rows > self.held_rows_max { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            empty => {
                std::fs::create_dir_all(&self.scratch)?;
                let file = tempfile::tempfile_in(&self.scratch)?;
                empty.insert(Spilled { file, bytes: 0, runs: vec![Vec::new(); PARTITIONS] })
            }
        };
        for (partition, runs) in self.partitions.iter_mut().zip(&mut spilled.runs) {
            let mut bytes = Vec::with_capacity(partition.len() * ENTRY_BYTES);
            for row in partition.drain(..) {
                bytes.extend_from_slice(&row.key.to_le_bytes());
                bytes.extend_from_slice(&row.line.to_le_bytes());
                bytes.extend_from_slice(&row.row.to_le_bytes());
            }
            spilled.file.write_all(&bytes)?;
            runs.push((spilled.bytes, bytes.len()));
            spilled.bytes += bytes.len() as u64;
        }
        self.held_rows = 0;
        Ok(())
    }

    /// The lines of rows that are not the only ones with their key, except the first of equal ones. `None` when all keys
    /// differ and [`KeyIndex::is_repeated`] never said otherwise; an empty map when it did, misled by half a hash: the
    /// rows that were not kept since then are wanted all the same.
    pub fn verdicts(self, threads: usize) -> io::Result<Option<HashMap<u64, Verdict>>> {
        let KeyIndex { partitions, spilled, is_repeated, .. } = self;
        let partitions: Vec<Mutex<Vec<KeyedRow>>> = partitions.into_iter().map(Mutex::new).collect();
        let spilled = spilled.map(Mutex::new);
        let verdicts = Mutex::new(HashMap::new());
        let next = AtomicUsize::new(0);
        let judge_all = || -> io::Result<()> {
            while let Some(partition) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut rows = partition.lock().map(|mut rows| std::mem::take(&mut *rows)).unwrap_or_default();
                if let Some(spilled) = &spilled {
                    let place = partitions.iter().position(|p| std::ptr::eq(p, partition)).unwrap_or_default();
                    let mut spilled = spilled.lock().map_err(|_| io::Error::other("a thread failed"))?;
                    spilled.read_into(place, &mut rows)?;
                }
                rows.sort_unstable();
                let judged = judge(&rows);
                if !judged.is_empty()
                    && let Ok(mut all) = verdicts.lock()
                {
                    all.extend(judged);
                }
            }
            Ok(())
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(judge_all)).collect();
            workers.into_iter().try_for_each(|w| w.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        let verdicts = verdicts.into_inner().unwrap_or_default();
        Ok((is_repeated || !verdicts.is_empty()).then_some(verdicts))
    }
}

impl Spilled {
    fn read_into(&mut self, partition: usize, rows: &mut Vec<KeyedRow>) -> io::Result<()> {
        for (offset, length) in &self.runs[partition] {
            let mut bytes = vec![0; *length];
            self.file.seek(SeekFrom::Start(*offset))?;
            self.file.read_exact(&mut bytes)?;
            rows.extend(bytes.chunks_exact(ENTRY_BYTES).map(entry));
        }
        Ok(())
    }
}

fn entry(bytes: &[u8]) -> KeyedRow {
    let number = |at: usize| bytes[at..at + 8].iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    KeyedRow { key: u128::from(number(8)) << 64 | u128::from(number(0)), line: number(16), row: number(24) }
}

/// `rows` are sorted by key and line.
fn judge(rows: &[KeyedRow]) -> Vec<(u64, Verdict)> {
    let mut verdicts = Vec::new();
    for group in rows.chunk_by(|a, b| a.key == b.key).filter(|g| g.len() > 1) {
        match group.iter().all(|r| r.row == group[0].row) {
            true => verdicts.extend(group[1..].iter().map(|r| (r.line, Verdict::Duplicate))),
            false => verdicts.extend(group.iter().map(|r| (r.line, Verdict::Conflict))),
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Lines 1 to 1,000 with 300 keys spread over all partitions; every third key has rows that differ.
    fn rows() -> Vec<KeyedRow> {
        let key = |n: u64| u128::from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 64 | u128::from(n);
        let row =
            |line: u64| KeyedRow { key: key(line % 300), line, row: if line.is_multiple_of(3) { line } else { 7 } };
        (1..=1000).map(row).collect()
    }

    #[test]
    fn equal_rows_are_duplicates_and_others_conflict_in_memory_and_on_disk() {
        // The rule told again, the slow way.
        let mut expected = HashMap::new();
        let mut groups: BTreeMap<u128, Vec<KeyedRow>> = BTreeMap::new();
        rows().into_iter().for_each(|r| groups.entry(r.key).or_default().push(r));
        for group in groups.values() {
            let is_conflict = group.iter().any(|r| r.row != group[0].row);
            for row in group.iter().skip(usize::from(!is_conflict)) {
                expected.insert(row.line, if is_conflict { Verdict::Conflict } else { Verdict::Duplicate });
            }
        }
        assert_eq!(expected.values().filter(|v| **v == Verdict::Conflict).count(), 333);
        let scratch = tempfile::tempdir().unwrap();
        for (held_rows_max, threads) in [(10_000, 1), (100, 2), (1, 3)] {
            let mut index = KeyIndex::holding(scratch.path(), held_rows_max);
            rows().chunks(37).for_each(|some| index.add(some.to_vec()).unwrap());
            assert_eq!(index.spilled.is_some(), held_rows_max < 1000);
            assert!(index.is_repeated());
            assert_eq!(index.verdicts(threads).unwrap().as_ref(), Some(&expected));
        }
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn two_keys_with_half_a_hash_in_common_cost_a_reading_and_no_row() {
        let scratch = tempfile::tempdir().unwrap();
        let row = |key: u128, line| KeyedRow { key, line, row: 7 };
        let verdicts = |keys: [u128; 2]| {
            let mut index = KeyIndex::new(scratch.path());
            index.add(vec![row(keys[0], 1), row(keys[1], 2)]).unwrap();
            index.verdicts(1).unwrap()
        };
        assert_eq!(verdicts([5, 1 << 100 | 5]), Some(HashMap::new()));
        assert_eq!(verdicts([5, 6]), None);
    }
}
