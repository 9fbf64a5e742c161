//! Bytes → text. A whole record is decoded before it is split, because the second byte of a GB18030 character may be
//! the delimiter (珅 is AB 7C, and 7C is `|`).

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK};

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

    /// Decode a record or many; undecodable bytes become U+FFFD. In every encoding that contracts may name, a line end
    /// or a quote is itself also behind a byte that begins a longer character.
    #[must_use]
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        if self.strict_gbk && has_four_byte_character(bytes) {
            return Cow::Owned(decode_strict_gbk(bytes));
        }
        self.encoding.decode_without_bom_handling(bytes).0
    }
}

impl Decoder {
    /// A text in this encoding; `None` when it has a character that the encoding does not.
    #[must_use]
    pub fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let (bytes, _, has_unmappable) = self.encoding.encode(text);
        let bytes = bytes.into_owned();
        (!has_unmappable && self.decode(&bytes) == text).then_some(bytes)
    }
}

/// Whether records of an encoding can be found by their line ends before they are decoded: not those of UTF-16 and of
/// encodings that shift between states.
#[must_use]
pub fn is_line_oriented(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_some_and(|e| e.is_ascii_compatible() && e != encoding_rs::ISO_2022_JP)
}

/// The decoder reads GBK as GB18030; its four-byte sequences are not GBK and are refused here.
fn has_four_byte_character(text: &[u8]) -> bool {
    let mut rest = text;
    while let [lead, tail @ ..] = rest {
        rest = match (lead, tail) {
            (0x81..=0xFE, [0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..]) => return true,
            (0x81..=0xFE, [0x40..=0xFE, after @ ..]) => after,
            _ => tail,
        };
    }
    false
}

fn decode_strict_gbk(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let [lead, tail @ ..] = rest {
        match (lead, tail) {
            (0x81..=0xFE, [0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, after @ ..]) => {
                text.push(REPLACEMENT);
                rest = after;
            }
            (0x81..=0xFE, [0x40..=0xFE, after @ ..]) => {
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
    fn lines_and_quotes_survive_whatever_the_bytes_are() {
        // A chunk is decoded at once and cut into records twice, in bytes and in text: both must give the same records.
        let mut random = 1_u64;
        for label in ["utf-8", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "euc-jp", "windows-1252"] {
            let decoder = Decoder::new(label);
            for _ in 0..300 {
                let bytes: Vec<u8> = (0..60)
                    .map(|_| {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        let byte = (random >> 56) as u8;
                        *[b'\n', b'"', b'0', 0x81, 0xFE, b'|'].get((random >> 40) as usize % 12).unwrap_or(&byte)
                    })
                    .collect();
                let text = decoder.decode(&bytes);
                let by_record: Vec<_> = bytes.split(|b| *b == b'\n').map(|r| decoder.decode(r)).collect();
                let at_once: Vec<_> = text.split('\n').collect();
                assert_eq!(at_once.len(), by_record.len(), "{label} {bytes:02x?}");
                for (at_once, alone) in at_once.iter().zip(&by_record) {
                    // A character cut off by the line end may leave one replacement or some.
                    let is_damaged = at_once.contains(REPLACEMENT);
                    assert_eq!(is_damaged, alone.contains(REPLACEMENT), "{label} {bytes:02x?}");
                    assert!(is_damaged || at_once == alone, "{label} {bytes:02x?}");
                }
                let quotes = |b: &[u8]| b.iter().filter(|b| **b == b'"').count();
                assert_eq!(quotes(text.as_bytes()), quotes(&bytes), "{label} {bytes:02x?}");
            }
        }
    }
}
