//! Writing rows: text, dates, exact amounts, one delimiter between fields, no quoting, as core systems do it.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

/// Rows of one feed and night, of one community.
#[derive(Debug)]
pub struct Chunk {
    /// The rows, each with a line end.
    pub text: String,
    /// How many.
    pub rows: u64,
    /// Totals in the order of the feed's `totals`, fen.
    pub totals: [i128; 2],
    /// Rows that were damaged or sent twice.
    pub planted: Vec<Planted>,
    delimiter: &'static str,
}

/// A row that arrives damaged or twice: where, how, and what should become of it.
#[derive(Debug, Clone)]
pub struct Planted {
    /// Line within the chunk, from 1.
    pub line: u64,
    /// What was done.
    pub kind: &'static str,
    /// Expected reason code, empty for a duplicate.
    pub reason_code: &'static str,
    /// Key of the row.
    pub key: String,
    /// Fen, signed, of the posting that is lost to the balance.
    pub amount: i64,
}

impl Chunk {
    /// No rows yet.
    #[must_use]
    pub fn new(delimiter: &'static str) -> Self {
        Chunk { text: String::new(), rows: 0, totals: [0; 2], planted: Vec::new(), delimiter }
    }

    /// A field.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.text.push_str(value);
        self.text.push_str(self.delimiter);
        self
    }

    /// A field that may be empty.
    pub fn optional(&mut self, value: Option<&str>) -> &mut Self {
        self.text(value.unwrap_or_default())
    }

    /// A flag, 1 or 0.
    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.text(if value { "1" } else { "0" })
    }

    /// A date as YYYYMMDD.
    pub fn date(&mut self, date: NaiveDate) -> &mut Self {
        push_padded(&mut self.text, i64::from(date.year()), 4);
        push_padded(&mut self.text, i64::from(date.month()), 2);
        push_padded(&mut self.text, i64::from(date.day()), 2);
        self.text("")
    }

    /// A date that may be missing: then the sentinel of the source system, or nothing.
    pub fn date_or(&mut self, date: Option<NaiveDate>, otherwise: &str) -> &mut Self {
        match date {
            Some(date) => self.date(date),
            None => self.text(otherwise),
        }
    }

    /// A time as YYYYMMDDhhmmss.
    pub fn time(&mut self, at: NaiveDateTime) -> &mut Self {
        use chrono::Timelike;
        self.date(at.date());
        self.text.truncate(self.text.len() - self.delimiter.len());
        for part in [at.hour(), at.minute(), at.second()] {
            push_padded(&mut self.text, i64::from(part), 2);
        }
        self.text("")
    }

    /// Fen as yuan with two decimals.
    pub fn amount(&mut self, fen: i64) -> &mut Self {
        self.decimal(fen, 2)
    }

    /// Fen as yuan, counted into a control total.
    pub fn total(&mut self, place: usize, fen: i64) -> &mut Self {
        self.totals[place] += i128::from(fen);
        self.amount(fen)
    }

    /// A whole number of ten-to-the-minus-`scale`.
    pub fn decimal(&mut self, value: i64, scale: u32) -> &mut Self {
        push_decimal(&mut self.text, value, scale);
        self.text("")
    }

    /// A whole number.
    pub fn number(&mut self, value: i64) -> &mut Self {
        self.decimal(value, 0)
    }

    /// End the row.
    pub fn end(&mut self) {
        self.text.truncate(self.text.len() - self.delimiter.len());
        self.text.push('\n');
        self.rows += 1;
    }
}

/// A number of ten-to-the-minus-`scale` in decimal digits.
pub fn push_decimal(text: &mut String, value: i64, scale: u32) {
    if value < 0 {
        text.push('-');
    }
    let unit = 10_u64.pow(scale);
    let magnitude = value.unsigned_abs();
    push_digits(text, magnitude / unit, 1);
    if scale > 0 {
        text.push('.');
        push_digits(text, magnitude % unit, scale as usize);
    }
}

fn push_padded(text: &mut String, value: i64, width: usize) {
    push_digits(text, value.unsigned_abs(), width);
}

/// Digits without the machinery of formatting: most of the bytes of a bank are digits.
fn push_digits(text: &mut String, mut value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while value > 0 || digits.len() - start < width {
        start -= 1;
        // A remainder of ten.
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    text.extend(digits[start..].iter().map(|d| char::from(*d)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_a_core_system_writes() {
        let mut chunk = Chunk::new("|@|");
        let at = "2026-02-03T04:05:06".parse().unwrap();
        chunk.text("a").optional(None).date("2026-01-02".parse().unwrap()).time(at).total(0, -5).amount(123_456).end();
        assert_eq!(chunk.text, "a|@||@|20260102|@|20260203040506|@|-0.05|@|1234.56\n");
        assert_eq!((chunk.rows, chunk.totals[0]), (1, -5));
        chunk.decimal(9_500, 4).number(0).date_or(None, "99991231").flag(true).end();
        assert!(chunk.text.ends_with("\n0.9500|@|0|@|99991231|@|1\n"), "{}", chunk.text);
    }
}
