//! Content → records → fields.

pub mod json;

use std::borrow::Cow;

use crate::decode::Decoder;

/// One record of a file, still in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Line number of its first line, from 1.
    pub line: u64,
    /// Byte offset in the decompressed content.
    pub offset: u64,
    /// Its bytes without the line end.
    pub bytes: &'a [u8],
}

/// Iterate over the records of a file. Line ends are LF or CRLF; with quoting on, a line end inside quotes belongs to
/// the field. Byte 0x0A and the quote 0x22 are never part of a GB18030 character.
pub fn records(content: &[u8], quote: Option<u8>) -> impl Iterator<Item = Record<'_>> {
    let mut offset = 0_usize;
    let mut line = 1_u64;
    std::iter::from_fn(move || {
        if offset >= content.len() {
            return None;
        }
        let rest = &content[offset..];
        let mut end = 0_usize;
        let mut lines = 0_u64;
        let mut open = false;
        loop {
            let stop = memchr::memchr(b'\n', &rest[end..]).map_or(rest.len(), |at| end + at);
            lines += 1;
            open ^= quote.is_some_and(|q| memchr::memchr_iter(q, &rest[end..stop]).count() % 2 == 1);
            if !open || stop >= rest.len() {
                end = stop;
                break;
            }
            end = stop + 1;
        }
        let bytes = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        let record = Record { line, offset: offset as u64, bytes };
        offset += end + 1;
        line += lines;
        Some(record)
    })
}

/// Splits decoded records into fields.
#[derive(Debug)]
pub struct Splitter {
    delimiter: String,
    quote: Option<char>,
}

impl Splitter {
    /// For a delimiter of one or more characters, and a quote character if the source quotes its fields.
    #[must_use]
    pub fn new(delimiter: &str, quote: Option<char>) -> Self {
        Splitter { delimiter: delimiter.to_owned(), quote }
    }

    /// Split a record; a delimiter at the end makes an empty last field.
    pub fn split<'a>(&self, record: &'a str, fields: &mut Vec<Cow<'a, str>>) {
        fields.clear();
        match (self.quote, self.delimiter.as_bytes()) {
            (Some(quote), _) => split_quoted(record, &self.delimiter, quote, fields),
            (None, [first, rest @ ..]) => split_plain(record, *first, rest, fields),
            (None, []) => fields.push(Cow::Borrowed(record)),
        }
    }

    /// The names in a header; a delimiter at its end names nothing.
    #[must_use]
    pub fn names(&self, header: &str) -> Vec<String> {
        let mut fields = Vec::new();
        self.split(header, &mut fields);
        if fields.last().is_some_and(|n| n.is_empty()) {
            fields.pop();
        }
        fields.into_iter().map(Cow::into_owned).collect()
    }
}

/// What `str::split` does, faster on records of many short fields. A delimiter's bytes are whole characters, so every
/// cut falls between characters.
fn split_plain<'a>(record: &'a str, first: u8, rest: &[u8], fields: &mut Vec<Cow<'a, str>>) {
    let bytes = record.as_bytes();
    let mut from = 0;
    for at in memchr::memchr_iter(first, bytes) {
        if at >= from && bytes[at + 1..].starts_with(rest) {
            fields.push(Cow::Borrowed(&record[from..at]));
            from = at + 1 + rest.len();
        }
    }
    fields.push(Cow::Borrowed(&record[from..]));
}

/// Cut a record into fields of fixed widths in bytes and decode each, because a width is counted in bytes and not in
/// characters. False when the record is not as long as its fields.
pub fn cut<'a>(record: &'a [u8], widths: &[usize], decoder: &Decoder, fields: &mut Vec<Cow<'a, str>>) -> bool {
    fields.clear();
    let mut rest = record;
    for width in widths {
        let Some((field, after)) = rest.split_at_checked(*width) else {
            fields.clear();
            return false;
        };
        fields.push(decoder.decode(field));
        rest = after;
    }
    if !rest.is_empty() {
        fields.clear();
    }
    rest.is_empty()
}

fn split_quoted<'a>(record: &'a str, delimiter: &str, quote: char, fields: &mut Vec<Cow<'a, str>>) {
    let mut rest = record;
    loop {
        let Some(inner) = rest.strip_prefix(quote) else {
            let (field, after) = rest.split_once(delimiter).map_or((rest, None), |(f, a)| (f, Some(a)));
            fields.push(Cow::Borrowed(field));
            match after {
                Some(after) => rest = after,
                None => return,
            }
            continue;
        };
        let doubled: String = [quote, quote].iter().collect();
        let mut at = 0_usize;
        // A quote that is not doubled closes the field; a field that never closes keeps the rest of the record.
        while let Some(found) = inner[at..].find(quote) {
            if inner[at + found..].starts_with(&doubled) {
                at += found + doubled.len();
            } else {
                at += found;
                break;
            }
        }
        let closed = inner[at..].starts_with(quote);
        let (field, after) = if closed { (&inner[..at], &inner[at + quote.len_utf8()..]) } else { (inner, "") };
        fields.push(if field.contains(&doubled) {
            Cow::Owned(field.replace(&doubled, &quote.to_string()))
        } else {
            Cow::Borrowed(field)
        });
        match after.strip_prefix(delimiter) {
            Some(next) => rest = next,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(hex_bytes: &str, delimiter: &str) -> Vec<String> {
        let bytes = hex::decode(hex_bytes).unwrap();
        let text = Decoder::new("gb18030").decode(&bytes).into_owned();
        let mut out = Vec::new();
        Splitter::new(delimiter, None).split(&text, &mut out);
        out.into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn a_character_may_contain_the_delimiter_byte() {
        // Acceptance A1, A3, A3b.
        assert_eq!(fields("393030317cc0eeab7c7c433030317c3130302e3030", "|"), ["9001", "李珅", "C001", "100.00"]);
        assert_eq!(
            fields("393030327c407ccdf59f407c407c433030327c407c3230302e3030", "|@|"),
            ["9002", "王烜", "C002", "200.00"]
        );
        assert_eq!(fields("393030337c407cc0eeab7c407c407c352e3030", "|@|"), ["9003", "李珅@", "5.00"]);
    }

    #[test]
    fn widths_are_counted_in_bytes_of_the_source() {
        // Acceptance A4: 欧阳娜娜 fills 8 bytes of GB18030; 𠮷野 has 6 and is filled up with 2 spaces.
        let decoder = Decoder::new("gb18030");
        let record = |name: &str| [encoding_rs::GB18030.encode(name).0.as_ref(), b"0042"].concat();
        for (name, read) in [("欧阳娜娜", "欧阳娜娜"), ("𠮷野  ", "𠮷野")] {
            let bytes = record(name);
            let mut fields = Vec::new();
            assert!(cut(&bytes, &[8, 4], &decoder, &mut fields));
            assert_eq!((fields[0].trim(), fields[1].as_ref()), (read, "0042"));
        }
        assert!(!cut(&record("欧阳娜"), &[8, 4], &decoder, &mut Vec::new()));
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_ends() {
        let content = b"1;\"a;b\"\"c\nd\";2\r\n3;;\n";
        let all: Vec<Record> = records(content, Some(b'"')).collect();
        assert_eq!(all.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 3]);
        let text = std::str::from_utf8(all[0].bytes).unwrap();
        let mut out = Vec::new();
        let splitter = Splitter::new(";", Some('"'));
        splitter.split(text, &mut out);
        assert_eq!(out, ["1", "a;b\"c\nd", "2"]);
        splitter.split("3;;", &mut out);
        assert_eq!(out, ["3", "", ""]);
    }

    #[test]
    fn a_quote_that_never_closes_does_not_swallow_the_next_call() {
        let mut out = Vec::new();
        Splitter::new(";", Some('"')).split("\"abc;1", &mut out);
        assert_eq!(out, ["abc;1"]);
    }

    #[test]
    fn plain_splitting_is_that_of_the_standard_library() {
        for record in ["", "|", "a", "a|b", "||@||@|", "|@||@", "x|@|y|@|", "李|@|珅||", "|@|"] {
            for delimiter in ["|", "|@|", "||", "@", "珅"] {
                let mut fields = Vec::new();
                Splitter::new(delimiter, None).split(record, &mut fields);
                assert_eq!(fields, record.split(delimiter).collect::<Vec<_>>(), "{record:?} at {delimiter:?}");
            }
        }
    }
}
