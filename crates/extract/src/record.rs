//! Content → records → fields.

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

/// Split a decoded record into `fields`; a delimiter at the end makes an empty last field.
pub fn split<'a>(record: &'a str, delimiter: &str, quote: Option<char>, fields: &mut Vec<Cow<'a, str>>) {
    fields.clear();
    match quote {
        None => fields.extend(record.split(delimiter).map(Cow::Borrowed)),
        Some(quote) => split_quoted(record, delimiter, quote, fields),
    }
}

/// Cut a record into fields of fixed widths in bytes and decode each, because a width is counted in bytes and not in
/// characters. `None` when the record is not as long as its fields.
pub fn cut<'a>(record: &'a [u8], widths: &[usize], decoder: &Decoder) -> Option<Vec<Cow<'a, str>>> {
    let mut rest = record;
    let mut fields = Vec::with_capacity(widths.len());
    for width in widths {
        let (field, after) = rest.split_at_checked(*width)?;
        fields.push(decoder.decode(field));
        rest = after;
    }
    rest.is_empty().then_some(fields)
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
        split(&text, delimiter, None, &mut out);
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
            let fields = cut(&bytes, &[8, 4], &decoder).unwrap();
            assert_eq!((fields[0].trim(), fields[1].as_ref()), (read, "0042"));
        }
        assert!(cut(&record("欧阳娜"), &[8, 4], &decoder).is_none());
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_ends() {
        let content = b"1;\"a;b\"\"c\nd\";2\r\n3;;\n";
        let all: Vec<Record> = records(content, Some(b'"')).collect();
        assert_eq!(all.iter().map(|r| r.line).collect::<Vec<_>>(), [1, 3]);
        let text = std::str::from_utf8(all[0].bytes).unwrap();
        let mut out = Vec::new();
        split(text, ";", Some('"'), &mut out);
        assert_eq!(out, ["1", "a;b\"c\nd", "2"]);
        split("3;;", ";", Some('"'), &mut out);
        assert_eq!(out, ["3", "", ""]);
    }

    #[test]
    fn a_quote_that_never_closes_does_not_swallow_the_next_call() {
        let mut out = Vec::new();
        split("\"abc;1", ";", Some('"'), &mut out);
        assert_eq!(out, ["abc;1"]);
    }
}
