//! Bytes → text. A whole record is decoded before it is split, because the second byte of a GB18030 character may be
//! the delimiter (珅 is AB 7C, and 7C is `|`).

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GBK};
use flate2::read::MultiGzDecoder;

use crate::error::ExtractError;

/// What stands where bytes could not be decoded.
pub const REPLACEMENT: char = '\u{FFFD}';

/// A declared encoding.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    encoding: &'static Encoding,
    strict_gbk: bool,
}

impl Decoder {
    /// For a WHATWG label; unknown labels were refused with the contract, so they fall back to UTF-8.
    #[must_use]
    pub fn new(label: &str) -> Self {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        Decoder { encoding, strict_gbk: encoding == GBK }
    }

    /// Decode one record; undecodable bytes become U+FFFD.
    #[must_use]
    pub fn decode<'a>(&self, record: &'a [u8]) -> Cow<'a, str> {
        if self.strict_gbk && has_four_byte_character(record) {
            return Cow::Owned(decode_strict_gbk(record));
        }
        self.encoding.decode_without_bom_handling(record).0
    }
}

/// The decoder reads GBK as GB18030; its four-byte sequences are not GBK and are refused here.
fn has_four_byte_character(record: &[u8]) -> bool {
    let mut rest = record;
    while let [lead, tail @ ..] = rest {
        rest = match (lead, tail) {
            (0x81..=0xFE, [0x30..=0x39, ..]) => return true,
            (0x81..=0xFE, [_, after @ ..]) => after,
            _ => tail,
        };
    }
    false
}

fn decode_strict_gbk(record: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = record;
    while let [lead, tail @ ..] = rest {
        match (lead, tail) {
            (0x81..=0xFE, [0x30..=0x39, _, _, after @ ..]) => {
                text.push(REPLACEMENT);
                rest = after;
            }
            (0x81..=0xFE, [_, after @ ..]) => {
                text.push_str(&GBK.decode_without_bom_handling(&rest[..2]).0);
                rest = after;
            }
            _ => {
                text.push_str(&GBK.decode_without_bom_handling(&rest[..1]).0);
                rest = tail;
            }
        }
    }
    text
}

/// Decompress a `.gz` file (several members are one file); other names are returned as they are.
///
/// # Errors
/// [`ExtractError::Damaged`] when the data is cut short.
pub fn decompress(file: &str, delivered: Vec<u8>) -> Result<Vec<u8>, ExtractError> {
    if !file.ends_with(".gz") {
        return Ok(delivered);
    }
    let mut content = Vec::with_capacity(delivered.len() * 5);
    MultiGzDecoder::new(delivered.as_slice())
        .read_to_end(&mut content)
        .map_err(|e| ExtractError::Damaged { file: file.to_owned(), reason: e.to_string() })?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_byte_characters_are_gb18030_and_not_gbk() {
        // Acceptance A2.
        let bytes = [0x95, 0x34, 0xB2, 0x35];
        assert_eq!(Decoder::new("gb18030").decode(&bytes), "𠮷");
        assert_eq!(Decoder::new("gbk").decode(&bytes), "\u{FFFD}");
        assert_eq!(Decoder::new("gbk").decode(&[b'a', 0xC0, 0xEE, 0x95, 0x34, 0xB2, 0x35, b'b']), "a李\u{FFFD}b");
    }

    #[test]
    fn a_cut_gzip_file_is_damaged() {
        assert!(matches!(decompress("a.gz", vec![0x1f, 0x8b, 8, 0]), Err(ExtractError::Damaged { .. })));
    }
}
