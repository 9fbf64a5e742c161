//! The one file of a zip archive as a stream.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

/// Open the only file of an archive.
pub(super) fn open(path: &Path) -> io::Result<impl Read + Send + use<>> {
    let damaged = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(|e| damaged(e.to_string()))?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| damaged(e.to_string()))?;
        if entry.is_file() {
            let start = entry.data_start().ok_or_else(|| damaged("an entry without a place".to_owned()))?;
            files.push((start, entry.compressed_size(), entry.compression(), entry.crc32(), entry.encrypted()));
        }
    }
    let [(start, size, method, crc, is_encrypted)] = files[..] else {
        return Err(damaged(format!("it holds {} files where one is expected", files.len())));
    };
    if is_encrypted {
        return Err(damaged("it is encrypted".to_owned()));
    }
    let mut file = BufReader::with_capacity(1 << 18, File::open(path)?);
    file.seek(SeekFrom::Start(start))?;
    let stored = file.take(size);
    let reader = match method {
        CompressionMethod::Stored => Entry::Stored(stored),
        CompressionMethod::Deflated => Entry::Deflated(DeflateDecoder::new(stored)),
        other => return Err(damaged(format!("it is compressed by {other}; only deflate is understood"))),
    };
    Ok(Checked { reader, seen: Crc::new(), announced: crc })
}

enum Entry {
    Stored(Take<BufReader<File>>),
    Deflated(DeflateDecoder<Take<BufReader<File>>>),
}

/// Compares the checksum at the end.
struct Checked {
    reader: Entry,
    seen: Crc,
    announced: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.reader {
            Entry::Stored(reader) => reader.read(buffer)?,
            Entry::Deflated(reader) => reader.read(buffer)?,
        };
        self.seen.update(&buffer[..count]);
        match count == 0 && !buffer.is_empty() && self.seen.sum() != self.announced {
            true => Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong")),
            false => Ok(count),
        }
    }
}
