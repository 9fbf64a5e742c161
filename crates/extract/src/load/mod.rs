//! One file → typed rows for a sink, quarantine, account.
//!
//! The file is read as a stream of chunks of whole records ([`chunk`]), which threads turn into rows ([`rows`]) and keep
//! in order ([`pipeline`]). Rows that share a key are found at the end ([`keys`]); only when there are any is the file
//! read a second time. What the file as a whole must fulfil is told last ([`verify`]), so a sink shows nothing before.

mod chunk;
mod content;
mod doubts;
mod keys;
mod layout;
mod pipeline;
mod rows;
mod sink;
mod sums;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bank::BusinessDate;

use self::chunk::{Chunk, Chunks, CutError};
use self::content::Content;
use self::keys::{KeyIndex, Verdict};
use self::layout::Layout;
use self::rows::{ChunkRows, RowReader};
pub use self::sink::{MemorySink, RowSink};
use crate::account::{AmountAccount, FileAccount};
use crate::column::ROW_HASH_TYPE;
use crate::contract::{Contract, DatedBy};
use crate::control::Control;
use crate::correction::Corrections;
use crate::error::ExtractError;
use crate::quarantine::QuarantinedRow;

/// The days that belong to one business date: after `after`, up to and including `date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateWindow {
    /// The business date before, if any.
    pub after: Option<BusinessDate>,
    /// The business date.
    pub date: BusinessDate,
}

/// What loading may use. Results do not depend on it.
#[derive(Debug, Clone)]
pub struct Means {
    /// Threads that turn text into rows.
    pub threads: usize,
    /// Folder for what does not fit in memory.
    pub scratch: PathBuf,
    /// Text worked on at once by a thread, bytes. (The borders of chunks are those of row groups.)
    pub chunk_bytes: usize,
}

impl Means {
    /// Chunks of 16 MiB, about 100,000 rows.
    #[must_use]
    pub fn new(threads: usize, scratch: &Path) -> Self {
        Means { threads, scratch: scratch.to_owned(), chunk_bytes: 16 << 20 }
    }
}

/// A file that passed; its rows are in the sink.
#[derive(Debug)]
pub struct LoadedFile {
    /// Rows that failed a check, in file order.
    pub quarantined: Vec<QuarantinedRow>,
    /// Where every row and cent went.
    pub account: FileAccount,
}

/// Quarantined rows are held in memory; a file with more is refused whatever its contract allows.
const QUARANTINE_BYTES_MAX: usize = 512 << 20;

/// Schema of a feed's raw table.
#[must_use]
pub fn raw_schema(contract: &Contract) -> SchemaRef {
    let mut fields: Vec<Field> = contract.columns.iter().map(crate::contract::ColumnContract::field).collect();
    fields.push(Field::new("biz_date", DataType::Date32, true));
    fields.push(Field::new("src_file", DataType::Utf8, true));
    fields.push(Field::new("src_line", DataType::Int64, true));
    fields.push(Field::new("row_hash", ROW_HASH_TYPE, true));
    fields.push(Field::new("dq_flags", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// Schema of the table of a feed's changes: what was delivered, and whether something newer was known.
#[must_use]
pub fn change_schema(contract: &Contract) -> SchemaRef {
    let delivered = raw_schema(contract);
    let superseded = Arc::new(Field::new("is_superseded", DataType::Boolean, true));
    Arc::new(Schema::new(delivered.fields().iter().cloned().chain([superseded]).collect::<Vec<_>>()))
}

/// Load one file for one business date into a sink: the contract's columns and
/// `biz_date, src_file, src_line, row_hash, dq_flags`.
///
/// # Errors
/// [`ExtractError`] when the file as a whole cannot be trusted; nothing of it is to be used then.
pub fn load_file<S: RowSink>(
    contract: &Contract,
    path: &Path,
    window: DateWindow,
    means: &Means,
    sink: &S,
) -> Result<LoadedFile, ExtractError> {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let control = control_of(contract, path, &file)?;
    if let Some(found) =
        control.biz_date.filter(|d| contract.delivery.dated_by == DatedBy::FileName && *d != window.date)
    {
        return Err(ExtractError::WrongDate { file, found, expected: window.date });
    }
    let corrections = Corrections::of(path)?;
    let loading = Loading { contract, path, file, window, means, control: &control, corrections, sink };
    let spill_failed = |source| ExtractError::Read { path: means.scratch.clone(), source };
    let mut keys = contract.has_unique_key().then(|| KeyIndex::new(&means.scratch));
    let mut take_keys = |rows| match &mut keys {
        Some(keys) => keys.add(rows).map(|()| keys.is_repeated()).map_err(spill_failed),
        None => Ok(false),
    };
    let mut pass = loading.read(None, &mut take_keys)?;
    let verdicts = keys.map_or(Ok(None), |k| k.verdicts(means.threads)).map_err(spill_failed)?;
    if let Some(verdicts) = verdicts {
        sink.restart().map_err(|e| loading.not_kept(e))?;
        let first = pass.loaded.account.sha256;
        pass = loading.read(Some(&verdicts), &mut |_| Ok(false))?;
        if pass.loaded.account.sha256 != first {
            return Err(ExtractError::Changed { file: loading.file });
        }
    }
    loading.corrections.refuse_unused(pass.loaded.account.corrected_rows)?;
    verify::verify(contract, &control, &pass.loaded.account, &pass.loaded.quarantined, pass.undecodable)?;
    Ok(pass.loaded)
}

/// The first records of a file, decompressed: as many as 32 MiB hold.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn beginning(path: &Path) -> Result<Vec<u8>, ExtractError> {
    let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let content = Content::of_text(path).map_err(|e| unreadable(path, &file, e, true))?;
    let may_be_damaged = content.may_be_damaged();
    let chunk = Chunks::new(content, None, 32 << 20).cut().map_err(|e| not_cut(path, &file, e, may_be_damaged))?;
    Ok(chunk.map(|c| c.bytes).unwrap_or_default())
}

fn not_cut(path: &Path, file: &str, error: CutError, may_be_damaged: bool) -> ExtractError {
    match error {
        CutError::Read(source) => unreadable(path, file, source, may_be_damaged),
        CutError::RecordTooLong(line) => {
            let limit_mib = chunk::RECORD_LIMIT_BYTES >> 20;
            ExtractError::RecordTooLong { file: file.to_owned(), line, limit_mib }
        }
    }
}

/// The file's fault, or the disk's.
fn unreadable(path: &Path, file: &str, error: io::Error, may_be_damaged: bool) -> ExtractError {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    match may_be_damaged && matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof) {
        true => ExtractError::Damaged { file: file.to_owned(), reason: error.to_string() },
        false => ExtractError::Read { path: path.to_owned(), source: error },
    }
}

fn control_of(contract: &Contract, path: &Path, file: &str) -> Result<Control, ExtractError> {
    if !contract.delivery.control {
        return Ok(Control::default());
    }
    let name = format!("{file}.ctl");
    match std::fs::read_to_string(path.with_file_name(&name)) {
        Ok(text) => Control::parse(&name, &text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(ExtractError::ControlMissing { file: file.to_owned(), control: name })
        }
        Err(source) => Err(ExtractError::Read { path: path.with_file_name(&name), source }),
    }
}

/// Takes the keys of a chunk; says whether some are repeated, so that the file will be read again.
type TakeKeys<'t> = dyn FnMut(Vec<keys::KeyedRow>) -> Result<bool, ExtractError> + 't;

/// A file and what it is read with.
struct Loading<'l, S> {
    contract: &'l Contract,
    path: &'l Path,
    file: String,
    window: DateWindow,
    means: &'l Means,
    control: &'l Control,
    corrections: Corrections,
    sink: &'l S,
}

/// The outcome of reading a file once.
struct Pass {
    loaded: LoadedFile,
    undecodable: Option<(u64, u64)>,
}

impl<S: RowSink> Loading<'_, S> {
    /// Read the whole file once, with what an earlier pass decided about rows that share a key.
    fn read(
        &self,
        verdicts: Option<&HashMap<u64, Verdict>>,
        take_keys: &mut TakeKeys<'_>,
    ) -> Result<Pass, ExtractError> {
        let unreadable = |source| ExtractError::Read { path: self.path.to_owned(), source };
        let opened = Content::open(self.path, &self.contract.file);
        let mut content = opened.map_err(|e| self::unreadable(self.path, &self.file, e, true))?;
        let outcome = self.read_content(&mut content, verdicts, take_keys);
        // Everything is read whatever happened: that the file was cut on the way says more than what it led to.
        let delivered = content.finish().map_err(unreadable)?;
        if self.control.sha256.as_ref().is_some_and(|announced| *announced != delivered.sha256) {
            return Err(ExtractError::HashMismatch { file: self.file.clone() });
        }
        let mut pass = outcome?;
        let account = &mut pass.loaded.account;
        account.file.clone_from(&self.file);
        account.sha256 = delivered.sha256;
        account.corrections_sha256.clone_from(&self.corrections.sha256);
        account.bytes = delivered.bytes;
        account.batch_seq = self.control.batch_seq.unwrap_or(1);
        for (key, announced) in verify::announced(self.contract, self.control) {
            account.amounts.entry(key).or_insert_with(AmountAccount::default).announced = announced;
        }
        Ok(pass)
    }

    fn read_content(
        &self,
        content: &mut Content,
        verdicts: Option<&HashMap<u64, Verdict>>,
        take_keys: &mut TakeKeys<'_>,
    ) -> Result<Pass, ExtractError> {
        let may_be_damaged = content.may_be_damaged();
        let quote = self.contract.file.quote_byte();
        let mut chunks = Chunks::new(content, quote, self.means.chunk_bytes);
        let mut cut = || chunks.cut().map_err(|e| not_cut(self.path, &self.file, e, may_be_damaged));
        let first = cut()?;
        let beginning = first.as_ref().map_or(&[][..], |c| &c.bytes);
        let layout = Layout::of(self.contract, &self.file, beginning)?;
        let reader = RowReader::new(self.contract, self.window, &self.file, layout, &self.corrections, verdicts);
        let mut total = Total::default();
        let mut first = Some(first);
        // Once it is known that the file will be read again, rows are judged and no longer kept.
        let keeps_rows = AtomicBool::new(true);
        pipeline::run(
            self.means.threads,
            || first.take().map_or_else(&mut cut, Ok),
            |chunk| self.work(&reader, &chunk, keeps_rows.load(Ordering::Relaxed)),
            |done| {
                let (piece, rows) = done?;
                if keeps_rows.load(Ordering::Relaxed) {
                    self.sink.keep(piece).map_err(|e| self.not_kept(e))?;
                }
                if take_keys(total.add(rows))? {
                    keeps_rows.store(false, Ordering::Relaxed);
                }
                match total.quarantined_bytes > QUARANTINE_BYTES_MAX {
                    true => Err(verify::too_many(&total.pass(&self.file).loaded.account, &total.quarantined)),
                    false => Ok(()),
                }
            },
        )?;
        Ok(total.pass(&self.file))
    }

    fn work(&self, reader: &RowReader<'_>, chunk: &Chunk, keeps_rows: bool) -> Result<(S::Piece, Rest), ExtractError> {
        let assemble = |source| ExtractError::Arrow { file: self.file.clone(), source };
        let ChunkRows { batch, quarantined, account, keys, undecodable } =
            reader.read(chunk, keeps_rows).map_err(assemble)?;
        let piece = self.sink.prepare(batch).map_err(|e| self.not_kept(e))?;
        Ok((piece, Rest { quarantined, account, keys, undecodable }))
    }

    fn not_kept(&self, error: S::Error) -> ExtractError {
        ExtractError::Sink { file: self.file.clone(), source: Box::new(error) }
    }
}

/// What became of a chunk, without its rows.
struct Rest {
    quarantined: Vec<QuarantinedRow>,
    account: FileAccount,
    keys: Vec<keys::KeyedRow>,
    undecodable: Option<(u64, u64)>,
}

/// What became of the chunks so far.
#[derive(Default)]
struct Total {
    account: FileAccount,
    quarantined: Vec<QuarantinedRow>,
    quarantined_bytes: usize,
    undecodable: Option<(u64, u64)>,
}

impl Total {
    fn add(&mut self, rest: Rest) -> Vec<keys::KeyedRow> {
        self.account.add(rest.account);
        self.quarantined_bytes += rest.quarantined.iter().map(|q| q.raw.len() + 200).sum::<usize>();
        self.quarantined.extend(rest.quarantined);
        if let Some((line, rows)) = rest.undecodable {
            self.undecodable.get_or_insert((line, 0)).1 += rows;
        }
        rest.keys
    }

    fn pass(&mut self, file: &str) -> Pass {
        let mut account = std::mem::take(&mut self.account);
        account.file = file.to_owned();
        let quarantined = std::mem::take(&mut self.quarantined);
        Pass { loaded: LoadedFile { quarantined, account }, undecodable: self.undecodable }
    }
}
