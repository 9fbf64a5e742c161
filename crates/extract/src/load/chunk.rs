//! Content → chunks of whole records. A chunk's borders depend on the content and the chunk size only, never on threads.

use std::io::{self, Read};

use memchr::{memchr_iter, memchr2_iter, memrchr};

/// A record longer than this is refused: the file's quotes do not close, or it is no text at all.
pub(super) const RECORD_LIMIT_BYTES: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whole records of a file.
#[derive(Debug)]
pub(super) struct Chunk {
    pub bytes: Vec<u8>,
    /// Byte offset of its first byte in the decompressed content.
    pub offset: u64,
    /// Line number of its first line, from 1.
    pub line: u64,
}

/// Why no further chunk can be cut.
#[derive(Debug)]
pub(super) enum CutError {
    Read(io::Error),
    /// The record that begins at this line is longer than [`RECORD_LIMIT_BYTES`].
    RecordTooLong(u64),
}

/// Cuts content into chunks.
pub(super) struct Chunks<R> {
    reader: R,
    quote: Option<u8>,
    chunk_bytes: usize,
    carried: Vec<u8>,
    offset: u64,
    line: u64,
    is_at_end: bool,
}

impl<R: Read> Chunks<R> {
    pub fn new(reader: R, quote: Option<u8>, chunk_bytes: usize) -> Self {
        Chunks { reader, quote, chunk_bytes, carried: Vec::new(), offset: 0, line: 1, is_at_end: false }
    }

    /// The next chunk, or `None` after the last.
    pub fn cut(&mut self) -> Result<Option<Chunk>, CutError> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut wanted = self.chunk_bytes;
        loop {
            if !self.is_at_end && bytes.len() < wanted {
                let missing = wanted - bytes.len();
                bytes.reserve(missing);
                let read = (&mut self.reader).take(missing as u64).read_to_end(&mut bytes).map_err(CutError::Read)?;
                self.is_at_end = read < missing;
            }
            if self.offset == 0 && bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
                self.offset = BYTE_ORDER_MARK.len() as u64;
            }
            let end = match self.is_at_end {
                true => Some(bytes.len()),
                false => end_of_records(&bytes, self.quote),
            };
            if let Some(end) = end {
                self.carried = bytes.split_off(end);
                break;
            }
            if bytes.len() > RECORD_LIMIT_BYTES {
                return Err(CutError::RecordTooLong(self.line));
            }
            wanted = bytes.len() + self.chunk_bytes;
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let chunk = Chunk { offset: self.offset, line: self.line, bytes };
        self.offset += chunk.bytes.len() as u64;
        self.line += memchr_iter(b'\n', &chunk.bytes).count() as u64;
        Ok(Some(chunk))
    }
}

/// Where the last complete record ends, behind its line end; a line end inside quotes ends no record.
fn end_of_records(bytes: &[u8], quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote else { return memrchr(b'\n', bytes).map(|at| at + 1) };
    let mut end = None;
    let mut is_open = false;
    for at in memchr2_iter(quote, b'\n', bytes) {
        match bytes[at] == quote {
            true => is_open = !is_open,
            false if !is_open => end = Some(at + 1),
            false => {}
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(content: &[u8], quote: Option<u8>, chunk_bytes: usize) -> Vec<Chunk> {
        let mut chunks = Chunks::new(content, quote, chunk_bytes);
        std::iter::from_fn(|| chunks.cut().unwrap()).collect()
    }

    #[test]
    fn chunks_hold_whole_records_whatever_their_size() {
        let content = b"a|1\nbb|2\r\n\nccc|3\nd";
        for size in 1..30 {
            let chunks = cut(content, None, size);
            assert_eq!(chunks.iter().flat_map(|c| c.bytes.clone()).collect::<Vec<_>>(), content, "{size}");
            for pair in chunks.windows(2) {
                assert!(pair[0].bytes.ends_with(b"\n"), "{size}");
                assert_eq!(pair[1].offset, pair[0].offset + pair[0].bytes.len() as u64, "{size}");
                let lines = pair[0].bytes.iter().filter(|b| **b == b'\n').count() as u64;
                assert_eq!(pair[1].line, pair[0].line + lines, "{size}");
            }
        }
        assert!(cut(b"", None, 4).is_empty());
    }

    #[test]
    fn a_line_end_inside_quotes_ends_no_record() {
        let chunks = cut(b"1;\"a\nb\"\n2;c\n3;\"d\n\n\"\n", Some(b'"'), 1);
        let texts: Vec<&[u8]> = chunks.iter().map(|c| c.bytes.as_slice()).collect();
        assert_eq!(texts, [b"1;\"a\nb\"\n".as_slice(), b"2;c\n", b"3;\"d\n\n\"\n"]);
        assert_eq!(chunks.iter().map(|c| c.line).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_field() {
        let chunks = cut(b"\xEF\xBB\xBFa|1\nb|2\n", None, 4);
        assert_eq!((chunks[0].bytes.as_slice(), chunks[0].offset), (b"a|1\n".as_slice(), 3));
        assert_eq!((chunks[1].offset, chunks[1].line), (7, 2));
    }

    #[test]
    fn quotes_that_never_close_are_refused_and_not_held_in_memory() {
        let endless = io::Read::chain(&b"1;2\n3;\""[..], io::repeat(b'x'));
        let mut chunks = Chunks::new(endless, Some(b'"'), 1 << 20);
        assert_eq!(chunks.cut().unwrap().unwrap().bytes, b"1;2\n");
        assert!(matches!(chunks.cut(), Err(CutError::RecordTooLong(2))));
    }
}
