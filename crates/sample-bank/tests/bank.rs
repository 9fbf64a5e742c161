//! What must be true of every bank that is written, read from the rows that are delivered and not from our own state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use bank::{BusinessDate, IdNumber, Money};
use chrono::NaiveDate;
use sample_bank::feed::reference::{Ledger, bank_chunks};
use sample_bank::feed::{Chunk, FEEDS, Night};
use sample_bank::life::Life;
use sample_bank::{BusinessDates, Dirt, SampleBank, write};

/// Rows of one night by "system/feed", split into fields.
type Delivered = BTreeMap<String, Vec<Vec<String>>>;

fn rows(chunk: &Chunk, delimiter: &str) -> Vec<Vec<String>> {
    chunk.text.lines().map(|line| line.split(delimiter).map(str::to_owned).collect()).collect()
}

/// All nights of the only community of a small bank.
fn nights(bank: &SampleBank) -> Vec<(NaiveDate, Delivered)> {
    let dates = bank.dates().unwrap();
    let mut life = Life::begin(bank, 0, dates[0], dates[dates.len() - 1]);
    let mut nights = Vec::new();
    life.live(&dates, |life, index| {
        let date = dates[index];
        let night = Night { life, date, index, is_full: true };
        let mut delivered = Delivered::new();
        for (feed, chunk) in night.chunks() {
            let feed = &FEEDS[feed];
            delivered.insert(format!("{}/{}", feed.system.name(), feed.name), rows(&chunk, feed.system.delimiter()));
        }
        nights.push((date, delivered));
    });
    nights
}

fn money(text: &str) -> i128 {
    Money::parse(text).unwrap().minor()
}

/// Key and amount columns of a feed, summed by key.
fn sums(delivered: &Delivered, feed: &str, key: &[usize], amount: usize) -> BTreeMap<Vec<String>, i128> {
    let mut sums = BTreeMap::new();
    for row in &delivered[feed] {
        let key: Vec<String> = key.iter().map(|k| row[*k].clone()).collect();
        *sums.entry(key).or_insert(0) += money(&row[amount]);
    }
    sums
}

fn signed(row: &[String]) -> i128 {
    if row[6] == "D" { -money(&row[7]) } else { money(&row[7]) }
}

/// Opening balance + postings = closing balance, of every deposit and card account, to the cent.
fn balances_roll_forward(before: &Delivered, after: &Delivered, seed: u64) {
    let mut moved: BTreeMap<String, i128> = BTreeMap::new();
    for row in &after["core/transaction"] {
        *moved.entry(row[1].clone()).or_default() += signed(row);
    }
    let opening = sums(before, "core/account", &[0], 13);
    for (key, closing) in sums(after, "core/account", &[0], 13) {
        let opened = opening.get(&key).copied().unwrap_or(0);
        let moved = moved.remove(&key[0]).unwrap_or(0);
        assert_eq!(opened + moved, closing, "seed {seed}, account {key:?}");
        assert!(closing >= 0);
    }
    assert!(moved.is_empty(), "seed {seed}: postings without account");
    let spent = sums(after, "card/transaction", &[1], 5);
    let used = sums(before, "card/account", &[0], 6);
    for (key, balance) in sums(after, "card/account", &[0], 6) {
        let change = spent.get(&key).copied().unwrap_or(0);
        assert_eq!(used.get(&key).copied().unwrap_or(0) + change, balance, "seed {seed}, card {key:?}");
    }
}

/// What a loan's balance fell by is the principal paid on its instalments.
fn loans_fall_by_what_was_paid(before: &Delivered, after: &Delivered, seed: u64) {
    let paid_before = sums(before, "credit/schedule", &[0, 1], 5);
    let mut paid: BTreeMap<String, i128> = BTreeMap::new();
    for (key, amount) in sums(after, "credit/schedule", &[0, 1], 5) {
        *paid.entry(key[0].clone()).or_default() += amount - paid_before.get(&key).copied().unwrap_or(0);
    }
    let owed = sums(before, "credit/loan", &[0], 6);
    for row in &after["credit/loan"] {
        let (number, balance) = (row[0].clone(), money(&row[6]));
        let opening = owed.get(&vec![number.clone()]).copied().unwrap_or_else(|| money(&row[5]));
        assert_eq!(opening - paid.get(&number).copied().unwrap_or(0), balance, "seed {seed}, loan {number}");
        assert_eq!(row[21].is_empty(), balance != 0, "seed {seed}, loan {number}");
    }
}

/// Σ balances by branch and subject = the general ledger, which counts for itself.
fn the_general_ledger_ties(bank: &SampleBank, seed: u64) {
    let dates = bank.dates().unwrap();
    let folder = tempfile::tempdir().unwrap();
    write(bank, folder.path(), &|_, _| {}).unwrap();
    for date in dates {
        let read = |name: &str, delimiter: &str| {
            let path = folder.path().join(format!("landing/{name}_{}_F.dat.gz", date.format("%Y%m%d")));
            unpacked(&path)
                .lines()
                .map(|l| l.split(delimiter).map(str::to_owned).collect())
                .collect::<Vec<Vec<String>>>()
        };
        let mut found: BTreeMap<(String, String), i128> = BTreeMap::new();
        for row in read("CORE_ACCOUNT", "|@|") {
            *found.entry((row[16].clone(), row[17].clone())).or_default() += money(&row[13]);
        }
        for row in read("CREDIT_LOAN", "|") {
            *found.entry((row[22].clone(), row[23].clone())).or_default() += money(&row[6]);
        }
        for row in read("CARD_ACCOUNT", "|+|") {
            *found.entry((row[19].clone(), "13030401".to_owned())).or_default() += money(&row[6]);
        }
        let mut ledger: BTreeMap<(String, String), i128> = BTreeMap::new();
        for row in read("CORE_GL_CONTROL", "|@|") {
            assert!(ledger.insert((row[0].clone(), row[1].clone()), money(&row[4])).is_none());
        }
        found.retain(|_, balance| *balance != 0);
        ledger.retain(|_, balance| *balance != 0);
        assert_eq!(found, ledger, "seed {seed}, {date}");
    }
}

fn unpacked(path: &Path) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(not_utf8) => {
            let (text, _, is_wrong) = encoding_rs::GB18030.decode(not_utf8.as_bytes());
            assert!(!is_wrong, "{}", path.display());
            text.into_owned()
        }
    }
}

/// A debit to an account of the bank has its credit, and the other way round.
fn transfers_have_two_sides(delivered: &Delivered, seed: u64) {
    let mut open: BTreeMap<(String, String, i128), i64> = BTreeMap::new();
    let accounts: Vec<&String> = delivered["core/account"].iter().map(|r| &r[0]).collect();
    for row in delivered["core/transaction"].iter().filter(|r| accounts.contains(&&r[13])) {
        let amount = signed(row);
        let pair = (row[1].clone().min(row[13].clone()), row[1].clone().max(row[13].clone()), amount.abs());
        *open.entry(pair).or_default() += if amount > 0 { 1 } else { -1 };
    }
    assert!(open.values().all(|n| *n == 0), "seed {seed}: {open:?}");
}

/// Market value = units × net asset value, rounded half up.
fn positions_are_valued(delivered: &Delivered, seed: u64) {
    for row in &delivered["wealth/position"] {
        let digits = |text: &str| text.replace('.', "").parse::<i128>().unwrap();
        let (units, nav) = (digits(&row[4]), digits(&row[5]));
        assert_eq!((units * nav * 2 + 10_000_000_000) / 20_000_000_000, money(&row[7]), "seed {seed}, {}", row[0]);
    }
}

#[test]
fn everything_reconciles_for_two_hundred_seeds() {
    for seed in 1..=200 {
        let bank = SampleBank { customers: 60, nights: 4, seed, dirt: Dirt::Bad, ..SampleBank::default() };
        let nights = nights(&bank);
        for pair in nights.windows(2) {
            balances_roll_forward(&pair[0].1, &pair[1].1, seed);
            loans_fall_by_what_was_paid(&pair[0].1, &pair[1].1, seed);
        }
        for (_, delivered) in &nights {
            transfers_have_two_sides(delivered, seed);
            positions_are_valued(delivered, seed);
        }
        if seed % 10 == 0 {
            the_general_ledger_ties(&bank, seed);
        }
    }
}

#[test]
fn nights_reconcile_too() {
    for seed in 1..=5 {
        let first_date = "2026-02-10".parse().unwrap();
        let business_dates = BusinessDates::Day;
        let bank = SampleBank { customers: 200, nights: 45, first_date, business_dates, seed, ..SampleBank::default() };
        for pair in nights(&bank).windows(2) {
            balances_roll_forward(&pair[0].1, &pair[1].1, seed);
            loans_fall_by_what_was_paid(&pair[0].1, &pair[1].1, seed);
        }
    }
}

#[test]
fn rows_have_as_many_fields_as_their_contract_has_columns() {
    let bank = SampleBank { customers: 500, nights: 3, ..SampleBank::default() };
    let dates = bank.dates().unwrap();
    let mut delivered = nights(&bank).remove(2).1;
    for (feed, chunk) in bank_chunks(&bank, dates[2], &Ledger::from([((0, "20110101"), 5)]), None) {
        delivered.insert(format!("core/{}", FEEDS[feed].name), rows(&chunk, "|@|"));
    }
    assert_eq!(delivered.len(), FEEDS.len());
    for (feed, rows) in delivered {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../sql/sources/{feed}.toml"));
        let columns = std::fs::read_to_string(path).unwrap().matches("[[columns]]").count();
        assert!(!rows.is_empty(), "{feed}");
        assert!(rows.iter().all(|r| r.len() == columns), "{feed} has {columns} columns");
    }
}

#[test]
fn nobody_real_is_in_it() {
    let bank = SampleBank { customers: 500, nights: 6, dirt: Dirt::Bad, ..SampleBank::default() };
    let (date, delivered) = nights(&bank).remove(5);
    let today = BusinessDate::new(date);
    let mut valid = 0;
    for (feed, id, mobile) in
        [("core/customer", 3, 14), ("credit/customer", 3, 5), ("card/customer", 4, 6), ("fund/customer", 3, 4)]
    {
        for row in &delivered[feed] {
            assert!(IdNumber::parse(&row[id], today, false).is_err(), "{feed} {}", row[id]);
            valid += usize::from(IdNumber::parse(&row[id], today, true).is_ok());
            assert!(row[mobile].is_empty() || row[mobile].starts_with("10"), "{feed} {}", row[mobile]);
        }
    }
    assert!(valid > 500);
    assert!(delivered["card/account"].iter().all(|r| r[1].starts_with("999999")));
    assert!(delivered["core/organisation"].iter().all(|r| r[2][2..].starts_with("99")));
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walk(folder) {
        files.insert(entry.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&entry).unwrap());
    }
    files
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|p| if p.is_dir() { walk(&p) } else { vec![p] }).collect()
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let bank = SampleBank { customers: 1_700, nights: 3, dirt: Dirt::Bad, with_faults: true, ..SampleBank::default() };
    let written = |threads: usize| {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write(&bank, folder.path(), &|_, _| {})).unwrap();
        files(folder.path())
    };
    let (one, two) = (written(1), written(2));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    assert!(one == two);
    let other = SampleBank { seed: 2, ..bank.clone() };
    let folder = tempfile::tempdir().unwrap();
    write(&other, folder.path(), &|_, _| {}).unwrap();
    assert!(files(folder.path()) != one, "another seed is another bank");
}

#[test]
fn deltas_hold_what_changed_and_rebuild_the_full_file() {
    let first_date = "2026-03-05".parse().unwrap();
    let bank = SampleBank {
        customers: 300,
        nights: 12,
        first_date,
        business_dates: BusinessDates::Day,
        ..SampleBank::default()
    };
    let (full, delta) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(&bank, full.path(), &|_, _| {}).unwrap();
    write(&SampleBank { with_deltas: true, ..bank }, delta.path(), &|_, _| {}).unwrap();
    let by_key = |folder: &Path, name: &str| -> BTreeMap<String, String> {
        let text = unpacked(&folder.join("landing").join(name));
        text.lines().map(|l| (l.split("|@|").next().unwrap().to_owned(), l.to_owned())).collect()
    };
    let mut state = by_key(delta.path(), "CORE_ACCOUNT_20260305_F.dat.gz");
    for day in 6..=16 {
        let changed = by_key(delta.path(), &format!("CORE_ACCOUNT_202603{day:02}_D.dat.gz"));
        let whole = by_key(full.path(), &format!("CORE_ACCOUNT_202603{day:02}_F.dat.gz"));
        assert!(changed.len() * 2 < whole.len(), "{} of {}", changed.len(), whole.len());
        state.extend(changed);
        // Accounts fall dormant without being touched: the status is of the day a row was delivered.
        let balances = |rows: &BTreeMap<String, String>| -> Vec<String> {
            rows.values().map(|l| l.split("|@|").nth(13).unwrap().to_owned()).collect()
        };
        assert_eq!(balances(&state), balances(&whole), "day {day}");
    }
}

#[test]
fn faults_come_transfer_by_transfer_with_a_documented_end() {
    let first_date = "2026-03-01".parse().unwrap();
    let bank = SampleBank {
        customers: 600,
        nights: 30,
        first_date,
        business_dates: BusinessDates::Day,
        with_faults: true,
        ..SampleBank::default()
    };
    let folder = tempfile::tempdir().unwrap();
    write(&bank, folder.path(), &|_, _| {}).unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("landing")).unwrap().count(), 0);
    let transfers = std::fs::read_dir(folder.path().join("arrivals")).unwrap().count();
    // Eleven kinds; eight of them come in two transfers.
    assert_eq!(transfers, 30 + 8);
    let fault = std::fs::File::open(folder.path().join("truth/fault.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(fault).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 11);
    // The last copy of each file is whole: its hash is the one announced beside it.
    let mut last: BTreeMap<String, std::path::PathBuf> = BTreeMap::new();
    let mut paths = walk(&folder.path().join("arrivals"));
    paths.sort();
    for path in paths {
        last.insert(path.file_name().unwrap().to_string_lossy().into_owned(), path);
    }
    assert_eq!(last.len(), 30 * FEEDS.len() * 2);
    for (name, path) in last.iter().filter(|(name, _)| !name.ends_with(".ctl")) {
        use sha2::{Digest, Sha256};
        let control = std::fs::read_to_string(&last[&format!("{name}.ctl")]).unwrap();
        let hash = hex::encode(Sha256::digest(std::fs::read(path).unwrap()));
        assert!(control.contains(&format!("sha256={hash}")), "{name}");
        assert!(control.contains(&format!("rows={}\n", unpacked(path).lines().count())), "{name}");
    }
}

#[test]
fn impossible_settings_are_refused() {
    let refused = |bank: SampleBank| bank.dates().unwrap_err().to_string();
    assert!(refused(SampleBank { customers: 0, ..SampleBank::default() }).contains("customers"));
    assert!(refused(SampleBank { nights: 0, ..SampleBank::default() }).contains("nights"));
    assert!(refused(SampleBank { systems: 7, ..SampleBank::default() }).contains("systems"));
    let first_date = "2026-03-01".parse().unwrap();
    assert!(refused(SampleBank { first_date, ..SampleBank::default() }).contains("last day of a month"));
}
