//! A delivered file as a stream of records: hashed, decompressed by its name's ending, and where it is a table of
//! Parquet or Excel, written out as JSON lines.

mod excel;
mod parquet_rows;
mod zip_entry;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::contract::{FileForm, FileFormat};

/// The content of a delivered file.
pub(super) enum Content {
    Plain(Hashed),
    Gzip(Box<MultiGzDecoder<BufReader<Hashed>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Hashed>>>),
    /// What has to be read out of order; the file is hashed apart.
    Other(Box<dyn Read + Send>, PathBuf),
}

/// What was delivered, known once everything was read.
pub(super) struct Fingerprint {
    pub sha256: String,
    pub bytes: u64,
}

/// Reads a file and hashes every byte of it.
pub(super) struct Hashed {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Hashed {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Hashed { file: File::open(path)?, hash: Sha256::new(), bytes: 0 })
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

impl Content {
    /// Open a file of a form.
    pub fn open(path: &Path, form: &FileForm) -> io::Result<Self> {
        let other = |reader| Ok(Content::Other(reader, path.to_owned()));
        match form.format {
            FileFormat::Text | FileFormat::JsonLines => Self::of_text(path),
            FileFormat::Parquet => other(Box::new(guarded(|| parquet_rows::open(path))?)),
            FileFormat::Excel => other(Box::new(guarded(|| excel::open(path, form))?)),
        }
    }

    /// Open a text file; a name ending in `.gz` (several members are one file), `.zst` or `.zip` (one file in it) is
    /// decompressed.
    pub fn of_text(path: &Path) -> io::Result<Self> {
        let buffered = || Hashed::open(path).map(|hashed| BufReader::with_capacity(1 << 18, hashed));
        Ok(match path.extension().and_then(|e| e.to_str()) {
            Some("gz") => Content::Gzip(Box::new(MultiGzDecoder::new(buffered()?))),
            Some("zst") => Content::Zstd(Box::new(zstd::Decoder::with_buffer(buffered()?)?)),
            Some("zip") => Content::Other(Box::new(zip_entry::open(path)?), path.to_owned()),
            _ => Content::Plain(Hashed::open(path)?),
        })
    }

    /// Whether an error in reading is the file's fault (damaged compression) and not the disk's.
    pub fn may_be_damaged(&self) -> bool {
        !matches!(self, Content::Plain(_))
    }

    /// Read what is left as delivered and tell what was delivered.
    pub fn finish(self) -> io::Result<Fingerprint> {
        let mut hashed = match self {
            Content::Plain(hashed) => hashed,
            Content::Gzip(decoder) => decoder.into_inner().into_inner(),
            Content::Zstd(decoder) => decoder.finish().into_inner(),
            Content::Other(_, path) => Hashed::open(&path)?,
        };
        io::copy(&mut hashed, &mut io::sink())?;
        Ok(Fingerprint { sha256: hex::encode(hashed.hash.finalize()), bytes: hashed.bytes })
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Content::Plain(reader) => reader.read(buffer),
            Content::Gzip(reader) => reader.read(buffer),
            Content::Zstd(reader) => reader.read(buffer).map_err(damaged_frame),
            Content::Other(reader, _) => reader.read(buffer),
        }
    }
}

/// What the decoder says of damage depends on how much it is asked for at once (found by damaging files at random); what
/// we say must not.
fn damaged_frame(error: io::Error) -> io::Error {
    match error.kind() == io::ErrorKind::Other && error.raw_os_error().is_none() {
        true => io::Error::new(io::ErrorKind::InvalidData, "its zstd compression is damaged"),
        false => error,
    }
}

/// Readers of structured files may panic at a structure that makes no sense (found by damaging files at random): that is
/// the file's fault.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let no_sense = |_| Err(io::Error::new(io::ErrorKind::InvalidData, "its structure makes no sense"));
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(no_sense)
}

/// Reads what `fill` appends to a buffer, until it appends nothing.
struct Filled<F> {
    fill: F,
    buffer: Vec<u8>,
    taken: usize,
}

impl<F: FnMut(&mut Vec<u8>) -> io::Result<()>> Filled<F> {
    fn new(fill: F) -> Self {
        Filled { fill, buffer: Vec::new(), taken: 0 }
    }
}

impl<F: FnMut(&mut Vec<u8>) -> io::Result<()>> Read for Filled<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.buffer.len() {
            self.taken = 0;
            self.buffer.clear();
            guarded(|| (self.fill)(&mut self.buffer))?;
        }
        let count = (self.buffer.len() - self.taken).min(buffer.len());
        buffer[..count].copy_from_slice(&self.buffer[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}
