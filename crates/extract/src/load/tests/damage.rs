//! Files of every format with any damage: nothing panics, nothing is lost, and threads and chunks change nothing (every
//! file is loaded whole and by single records, see `load_path`).
//!
//! A few hundred files per format in the test command; `TALLY_FUZZ_SECONDS=600 cargo test -p extract damage` looks longer.

use std::time::{Duration, Instant};

use super::formats::{JSON_LINES, QUOTED, compressed, load_bytes, parquet, text, workbook};
use super::*;

/// Files per format when no time is given.
const FILES: u64 = 150;

/// A small generator of numbers (PCG, O'Neill 2014: the multiplier and output of XSH-RR), so that a failure has a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (((self.0 >> 18) ^ self.0) >> 27) as u32;
        (mixed.rotate_right((self.0 >> 59) as u32) as usize) % limit.max(1)
    }

    /// Bytes that mean something to some format.
    fn byte(&mut self) -> u8 {
        const TELLING: &[u8] = b"\n\r\"\\;|{}[]:,.-+0129 eE\0\x1f\x7f\x80\x81\x95\x30\xef\xbb\xbf\xfe\xff";
        match self.below(4) {
            0 => self.below(256) as u8,
            _ => TELLING[self.below(TELLING.len())],
        }
    }

    /// Damage bytes in one to six places: overwrite, insert, delete, repeat, cut.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + 1 + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 | 1 if at < bytes.len() => bytes[at] = self.byte(),
                2 => bytes.insert(at, self.byte()),
                3 if at < end => drop(bytes.drain(at..end)),
                4 if at < end => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                5 if self.below(4) == 0 => bytes.truncate(at),
                _ => {}
            }
        }
    }
}

/// Try files until the time or the number is reached.
fn try_files(mut one: impl FnMut(u64)) {
    let seconds = std::env::var("TALLY_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let end = seconds.map(|s| Instant::now() + Duration::from_secs(s));
    let mut seed = 0;
    while end.map_or(seed < FILES, |end| Instant::now() < end) {
        one(seed);
        seed += 1;
    }
    if end.is_some() {
        println!("{seed} files");
    }
}

fn try_format(name: &str, form: &str, good: &[u8]) {
    try_files(|seed| {
        let mut bytes = good.to_vec();
        Dice(seed).damage(&mut bytes);
        // That it returns, and the same whole and in pieces, is the test; rows are counted below.
        if let Ok(loaded) = load_bytes(name, form, &bytes) {
            assert!(loaded.account.rows_tie(), "seed {seed}");
        }
    });
}

#[test]
fn damaged_text() {
    try_format("A_{biz_date}.dat", QUOTED, &text());
}

#[test]
fn damaged_compressed_text() {
    for (ending, bytes) in &compressed()[1..] {
        try_format(&format!("A_{{biz_date}}.dat{ending}"), QUOTED, bytes);
    }
}

#[test]
fn damaged_json_lines() {
    try_format("A_{biz_date}.jsonl", "format = \"json_lines\"", JSON_LINES.as_bytes());
}

#[test]
fn damaged_parquet() {
    try_format("A_{biz_date}.parquet", "format = \"parquet\"", &parquet());
}

#[test]
fn damaged_workbook() {
    try_format("A_{biz_date}.xlsx", "format = \"excel\"", &workbook());
}

#[test]
fn damaged_control_files_and_contracts() {
    let control = "biz_date=2025-06-30\nbatch_seq=1\nrows=5\nsum_balance=13485.50\nsha256=00\n";
    try_files(|seed| {
        let mut dice = Dice(seed);
        let mut bytes = control.as_bytes().to_vec();
        dice.damage(&mut bytes);
        let _ = Control::parse("A.ctl", &String::from_utf8_lossy(&bytes));
        let mut bytes = CONTRACT.as_bytes().to_vec();
        dice.damage(&mut bytes);
        let _ = Contract::parse(Path::new("core/account.toml"), &String::from_utf8_lossy(&bytes));
    });
}

const ROWS: usize = 40;

/// Records with a key that repeats now and then, in a form without quotes.
fn records_of(dice: &mut Dice, delimiter: &str) -> String {
    let mut text = String::new();
    for _ in 0..ROWS {
        let amount = format!("{}.{:02}", dice.below(100_000), dice.below(100));
        let name = ["李珅", "王烜", "欧阳娜娜", "", "x"][dice.below(5)];
        text.push_str(&[&dice.below(60).to_string(), name, &amount].join(delimiter));
        text.push_str(["\n", "\r\n"][usize::from(dice.below(10) == 0)]);
    }
    text
}

/// Fen of a field, told in the slowest way: digits, perhaps a sign, perhaps a point and up to two digits behind it that
/// count, thousands separated by commas.
fn fen(field: &str) -> i128 {
    let field = field.trim().replace(',', "");
    let (sign, digits) = match field.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, field.strip_prefix('+').unwrap_or(&field)),
    };
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let is_exact = cents.bytes().skip(2).all(|b| b == b'0');
    if !is_number(whole) || !is_number(cents) || !is_exact || whole.len() + cents.len() == 0 || whole.len() > 20 {
        return 0;
    }
    let number: String = whole.chars().chain(cents.chars().chain("00".chars()).take(2)).collect();
    sign * number.parse::<i128>().unwrap()
}

#[test]
fn every_row_and_cent_of_damaged_files_is_somewhere() {
    for (label, delimiter) in [("utf-8", "|"), ("gb18030", "|@|"), ("gbk", "\u{1}"), ("windows-1252", ";")] {
        let delimiter_toml = delimiter.replace('\u{1}', "\\u0001");
        let contract =
            CONTRACT.replace("delimiter = \"|\"", &format!("delimiter = \"{delimiter_toml}\", encoding = \"{label}\""));
        let contract = contract
            .replace("control = true, ", "")
            .replace("quarantine_share = 0.2", "quarantine_share = 1.0")
            .replace("{ name = \"balance\"", "{ name = \"name\", type = \"text\" }, { name = \"balance\"");
        let contract = Contract::parse(Path::new("core/account.toml"), &contract).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("A_20250630.dat");
        try_files(|seed| {
            let mut dice = Dice(seed);
            let text = records_of(&mut dice, delimiter);
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
            let mut bytes = encoding.encode(&text).0.into_owned();
            dice.damage(&mut bytes);
            std::fs::write(&path, &bytes).unwrap();
            let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
            let account = load_path(&contract, &path, window).unwrap().account;
            // Counted again by the standard library alone.
            let (decoded, _) =
                encoding.decode_without_bom_handling(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
            let lines: Vec<&str> =
                decoded.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).filter(|l| !l.is_empty()).collect();
            assert_eq!(account.delivered_rows, lines.len() as u64, "{label} seed {seed}");
            assert!(account.rows_tie(), "{label} seed {seed}");
            if label != "gbk" {
                let sum: i128 = lines.iter().map(|l| l.split(delimiter).nth(2).map_or(0, fen)).sum();
                let found = account.amounts[&AmountKey::of("balance")].found();
                assert_eq!(found.minor(), sum, "{label} seed {seed}");
            }
        });
    }
}
