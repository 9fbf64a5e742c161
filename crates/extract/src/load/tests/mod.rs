//! Files with faults, from bytes to accounts.

mod damage;
mod formats;

use super::*;
use std::path::PathBuf;

use arrow::array::{RecordBatch, StringArray};
use arrow::compute::concat_batches;

use crate::account::AmountKey;

/// A file that passed, with its rows.
#[derive(Debug)]
struct Loaded {
    batch: RecordBatch,
    quarantined: Vec<QuarantinedRow>,
    account: FileAccount,
}

/// Load a file in one piece, and then by single records in three threads: both must say the same.
fn load_path(contract: &Contract, path: &Path, window: DateWindow) -> Result<Loaded, ExtractError> {
    let scratch = tempfile::tempdir().unwrap();
    let with = |means: &Means| {
        let sink = MemorySink::default();
        let LoadedFile { quarantined, account } = load_file(contract, path, window, means, &sink)?;
        let batch = concat_batches(&raw_schema(contract), &sink.into_batches()).unwrap();
        Ok(Loaded { batch, quarantined, account })
    };
    let whole = with(&Means::new(1, scratch.path()));
    let cut: Result<Loaded, ExtractError> = with(&Means { chunk_bytes: 1, ..Means::new(3, scratch.path()) });
    assert_eq!(format!("{whole:?}"), format!("{cut:?}"));
    whole
}

const CONTRACT: &str = r#"
    description = "deposit accounts"
    key = ["acct_no"]
    file = { name = "A_{biz_date}.dat", delimiter = "|" }
    delivery = { mode = "full", control = true, totals = ["balance"] }
    limits = { quarantine_share = 0.2 }
    columns = [
        { name = "acct_no", type = "text", required = true },
        { name = "balance", type = "decimal(18,2)", required = true },
    ]"#;

fn load(rows: &str, control: &str, contract: &str) -> Result<Loaded, ExtractError> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("A_20250630.dat");
    std::fs::write(&path, rows).unwrap();
    std::fs::write(folder.path().join("A_20250630.dat.ctl"), control).unwrap();
    let contract = Contract::parse(Path::new("core/account.toml"), contract).unwrap();
    load_path(&contract, &path, DateWindow { after: None, date: "2025-06-30".parse().unwrap() })
}

const ROWS: &str = "1|1200.50\n2|0.00\n3|-15.00\n4|300.00\n5|12,000.00\n";

#[test]
fn every_row_and_cent_is_accounted_for() {
    let loaded = load(ROWS, "rows=5\nsum_balance=13485.50\n", CONTRACT).unwrap();
    let account = &loaded.account;
    assert!(account.rows_tie());
    assert_eq!((account.loaded_rows, account.quarantined_rows), (4, 1));
    let balance = &account.amounts[&AmountKey::of("balance")];
    assert_eq!((balance.loaded.to_string(), balance.quarantined.to_string()), ("1485.50".into(), "12000.00".into()));
    assert!(loaded.quarantined[0].describe().starts_with("line 5: Q04 balance"));
}

/// A deposit file in two currencies.
const CURRENCIES: &str = "1|1200.50|CNY\n2|0.00|CNY\n3|-15.00|CNY\n4|300.00|USD\n5|12,000.00|CNY\n";

fn by_currency() -> String {
    CONTRACT
        .replace("totals = [\"balance\"]", "totals = [\"balance\"], totals_by = \"ccy\"")
        .replace("required = true },\n    ]", "required = true },\n{ name = \"ccy\", type = \"text\" },\n]")
}

#[test]
fn amounts_tie_per_currency() {
    // Acceptance A5.
    let control = "rows=5\nsum_balance_CNY=13185.50\nsum_balance_USD=300.00\n";
    let account = load(CURRENCIES, control, &by_currency()).unwrap().account;
    let of = |currency: &str| {
        let key = AmountKey { column: "balance".into(), currency: Some(currency.into()) };
        (account.amounts[&key].loaded.to_string(), account.amounts[&key].quarantined.to_string())
    };
    assert_eq!(of("CNY"), ("1185.50".into(), "12000.00".into()));
    assert_eq!(of("USD"), ("300.00".into(), "0.00".into()));
    // Acceptance A6, and a currency that was not announced.
    let refused = load(CURRENCIES, &control.replace("185.50", "185.51"), &by_currency()).unwrap_err().to_string();
    assert!(refused.starts_with("[F08]") && refused.contains("balance CNY") && refused.ends_with("-0.01"), "{refused}");
    let refused = load(CURRENCIES, "rows=5\nsum_balance_CNY=13185.50\n", &by_currency()).unwrap_err().to_string();
    assert!(refused.contains("balance USD") && refused.ends_with("difference 300.00"), "{refused}");
}

#[test]
fn another_days_file_under_this_name_is_refused() {
    assert!(load(ROWS, "biz_date=20250630\nrows=5\n", CONTRACT).is_ok());
    let refused = load(ROWS, "biz_date=2025-06-29\nrows=5\n", CONTRACT).unwrap_err().to_string();
    assert!(refused.starts_with("[F04]") && refused.contains("2025-06-29"), "{refused}");
}

#[test]
fn one_bad_row_of_five_is_too_many_by_default() {
    let strict = CONTRACT.replace("limits = { quarantine_share = 0.2 }", "");
    let refused = load(ROWS, "rows=5\n", &strict).unwrap_err();
    assert!(refused.to_string().starts_with("[F07]"), "{refused}");
}

#[test]
fn a_cent_too_many_refuses_the_file() {
    // Acceptance A6.
    let refused = load(ROWS, "rows=5\nsum_balance=13485.51\n", CONTRACT).unwrap_err().to_string();
    assert!(refused.starts_with("[F08]") && refused.ends_with("difference -0.01"), "{refused}");
    let refused = load(ROWS, "rows=6\n", CONTRACT).unwrap_err();
    assert!(refused.to_string().starts_with("[F03]"), "{refused}");
    let refused = load(ROWS, "sha256=00\n", CONTRACT).unwrap_err();
    assert!(refused.to_string().starts_with("[F02]"), "{refused}");
}

#[test]
fn equal_duplicates_are_dropped_and_different_ones_all_quarantined() {
    // Q07.
    let rows = "1|10.00\n2|20.00\n1|10.00\n2|21.00\n3|5.00\n4|1.00\n5|1.00\n6|1.00\n7|1.00\n8|1.00\n2|20.00\n";
    let lenient = CONTRACT.replace("0.2", "0.5");
    let loaded = load(rows, "rows=11\nsum_balance=91.00\n", &lenient).unwrap();
    let account = &loaded.account;
    assert_eq!((account.loaded_rows, account.duplicate_rows, account.quarantined_rows), (7, 1, 3));
    assert!(account.rows_tie());
    assert_eq!(loaded.quarantined.iter().map(|q| q.line).collect::<Vec<_>>(), [2, 4, 11]);
    assert_eq!(loaded.quarantined[0].raw, b"2|20.00");
}

#[test]
fn one_file_of_many_dates_is_split_without_loss() {
    let contract = r#"
        description = "postings"
        key = ["id"]
        file = { name = "T.asc", delimiter = ";", quote = '"', header = true }
        delivery = { mode = "insert", dated_by = { column = "day" }, totals = ["amount"] }
        columns = [
            { name = "id", type = "int" },
            { name = "day", type = "date", format = "%y%m%d", required = true },
            { name = "amount", source = "sum", type = "decimal(18,2)" },
        ]"#;
    let contract = Contract::parse(Path::new("b/t.toml"), contract).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("T.asc");
    std::fs::write(&path, "\"sum\";\"id\";\"day\"\r\n1.00;1;930101\r\n2.00;2;930131\r\n4.00;3;930201\r\n").unwrap();
    let window = |after: Option<&str>, date: &str| DateWindow {
        after: after.map(|a| a.parse().unwrap()),
        date: date.parse().unwrap(),
    };
    let january = load_path(&contract, &path, window(None, "1993-01-31")).unwrap().account;
    let february = load_path(&contract, &path, window(Some("1993-01-31"), "1993-02-28")).unwrap().account;
    assert_eq!((january.loaded_rows, january.other_date_rows), (2, 1));
    assert_eq!((february.loaded_rows, february.other_date_rows), (1, 2));
    assert_eq!(february.amounts[&AmountKey::of("amount")].loaded.to_string(), "4.00");
    assert!(january.rows_tie() && february.rows_tie());
}

#[test]
fn a_row_that_failed_in_a_file_of_many_dates_is_quarantined_once() {
    let contract = r#"
        description = "postings"
        key = ["id"]
        file = { name = "T.asc", delimiter = ";" }
        delivery = { mode = "insert", dated_by = { column = "day" } }
        limits = { quarantine_share = 0.9 }
        columns = [{ name = "id", type = "int" }, { name = "day", type = "date", required = true }]"#;
    let contract = Contract::parse(Path::new("b/t.toml"), contract).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("T.asc");
    // Too short, no date, and a bad key on a day that is known.
    std::fs::write(&path, "1\n2;\nx;20250210\n3;20250131\n4;20250228\n").unwrap();
    let nights = [(None, "2025-01-31"), (Some("2025-01-31"), "2025-02-28")];
    let counts = nights.map(|(after, date)| {
        let after = after.map(|a| a.parse().unwrap());
        let window = DateWindow { after, date: date.parse().unwrap() };
        let account = load_path(&contract, &path, window).unwrap().account;
        assert!(account.rows_tie());
        (account.loaded_rows, account.quarantined_rows)
    });
    assert_eq!(counts, [(1, 2), (1, 1)]);
}

#[test]
fn a_delimiter_inside_a_text_is_not_taken_for_one_at_the_end() {
    let note = "required = true },\n        { name = \"note\", type = \"text\" },\n    ]";
    let contract = CONTRACT.replace("0.2", "0.9").replace("required = true },\n    ]", note);
    let rows = |end: &str| format!("A1|1.00|x{end}\nA2|2.00|x|{end}\nA3|3.00|{end}\n");
    for (end, lost) in [("", 1), ("|", 1)] {
        let loaded = load(&rows(end), "rows=3\n", &contract);
        let account = loaded.unwrap().account;
        assert_eq!((account.loaded_rows, account.quarantined_rows), (3 - lost, lost), "{end:?}");
    }
}

#[test]
fn a_fixed_width_file_is_loaded_by_bytes() {
    // Acceptance A4, through the whole loader.
    let contract = r#"
        description = "d"
        key = ["no"]
        file = { name = "A_{biz_date}.dat", encoding = "gb18030" }
        delivery = { mode = "full", totals = ["amount"] }
        limits = { quarantine_share = 0.5 }
        columns = [
            { name = "no", type = "text", width = 4 },
            { name = "name", type = "text", width = 8 },
            { name = "amount", type = "decimal(18,2)", width = 6 },
        ]"#;
    let contract = Contract::parse(Path::new("core/account.toml"), contract).unwrap();
    let text = "9001欧阳娜娜100.00\n9002𠮷野  200.00\n9003short\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("A_20250630.dat");
    std::fs::write(&path, encoding_rs::GB18030.encode(text).0).unwrap();
    let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
    let loaded = load_path(&contract, &path, window).unwrap();
    let names = loaded.batch.column(1).as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!((names.value(0), names.value(1)), ("欧阳娜娜", "𠮷野"));
    assert_eq!(loaded.account.amounts[&AmountKey::of("amount")].loaded.to_string(), "300.00");
    assert!(loaded.quarantined[0].describe().ends_with("Q01 9 bytes where the layout has 18"));
}

/// Loaded rows, quarantined reasons and flags of a file of three columns.
fn judged(columns: &str, severity: &str, rows: &str) -> (u64, Vec<String>, Vec<Option<String>>) {
    let contract = format!(
        "description = \"d\"\nkey = [\"no\"]\nfile = {{ name = \"A_{{biz_date}}.dat\", delimiter = \"|\" }}\n\
         delivery = {{ mode = \"full\" }}\nlimits = {{ quarantine_share = 1.0, amount = 1000 }}\n{severity}\n{columns}"
    );
    let count = format!("rows={}\n", rows.lines().count());
    let loaded = load(rows, &count, &contract).unwrap();
    let reasons = loaded.quarantined.iter().map(QuarantinedRow::describe).collect();
    let flags = loaded.batch.column_by_name("dq_flags").unwrap();
    let flags = flags.as_any().downcast_ref::<StringArray>().unwrap();
    (loaded.account.loaded_rows, reasons, flags.iter().map(|f| f.map(str::to_owned)).collect())
}

#[test]
fn dates_in_an_impossible_order_and_days_to_come_are_quarantined() {
    // Q05, Q10.
    let columns = "columns = [{ name = \"no\", type = \"text\" }, { name = \"open\", type = \"date\", \
        not_after_biz_date = true }, { name = \"close\", type = \"date\", not_before = \"open\" }]";
    let rows = "1|20250101|20250102\n2|20250102|20250101\n3|20250701|99991231\n4||20200101\n";
    let (loaded, reasons, _) = judged(columns, "", rows);
    assert_eq!(loaded, 2);
    assert!(reasons[0].starts_with("line 2: Q05 close: lies before open"), "{reasons:?}");
    assert!(reasons[1].starts_with("line 3: Q10 open"), "{reasons:?}");
    let (loaded, _, flags) = judged(columns, "severity = { Q10 = \"warn\" }", rows);
    assert_eq!((loaded, flags[1].as_deref()), (3, Some("Q10")));
}

#[test]
fn doubts_are_flags_until_the_contract_says_otherwise() {
    let columns = "columns = [{ name = \"no\", type = \"text\" }, { name = \"id\", type = \"text\", \
        check = \"resident_id\" }, { name = \"mobile\", type = \"text\", check = \"mobile\" }]";
    let rows = "1|11010519491231002X|13800138000\n2|110105194912310021|123\n";
    let (loaded, _, flags) = judged(columns, "", rows);
    assert_eq!((loaded, flags), (2, vec![None, Some("W01,W02".to_owned())]));
    let (loaded, reasons, _) = judged(columns, "severity = { W01 = \"quarantine\", W02 = \"ignore\" }", rows);
    assert_eq!((loaded, reasons.len()), (1, 1));
    // Acceptance O10: numbers of people do not appear in reasons.
    assert!(reasons[0].contains("W01") && !reasons[0].contains("110105194912310021"), "{reasons:?}");
}

#[test]
fn what_a_resident_id_says_is_compared_with_the_row() {
    // W05 to W07, Q09; the ID of acceptance C3: born 1949-12-31, a woman (sequence 002).
    let columns = "columns = [{ name = \"no\", type = \"text\" }, { name = \"id\", type = \"text\" }, \
        { name = \"born\", type = \"date\", birth_date_of = \"id\" }, { name = \"sex\", type = \"text\", sex_of = \"id\" }, \
        { name = \"expires\", type = \"date\", not_expired = true }, \
        { name = \"balance\", type = \"decimal(18,2)\", not_negative = true }]";
    let rows = "1|11010519491231002X|19491231|2|20250630|0.00\n2|11010519491231002X|19491230|1|20250629|-0.01\n\
        3|P1234567|19491230|1|99991231|\n4|11010519491231002X||0||1.00\n";
    let (loaded, _, flags) = judged(columns, "", rows);
    assert_eq!((loaded, flags), (4, vec![None, Some("Q09,W05,W06,W07".to_owned()), None, None]));
    let (loaded, reasons, _) = judged(columns, "severity = { Q09 = \"quarantine\" }", rows);
    assert_eq!((loaded, reasons.len()), (3, 1));
}

#[test]
fn a_file_in_another_encoding_is_refused_and_says_so() {
    let contract = CONTRACT.replace("control = true, ", "");
    let contract =
        contract.replace("{ name = \"balance\"", "{ name = \"name\", type = \"text\" },\n{ name = \"balance\"");
    let contract = Contract::parse(Path::new("core/account.toml"), &contract).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("A_20250630.dat");
    std::fs::write(&path, b"1|\xc0\xee|1.00\n2|\xcd\xf5|2.00\n").unwrap();
    let window = DateWindow { after: None, date: "2025-06-30".parse().unwrap() };
    let refused = load_path(&contract, &path, window).unwrap_err().to_string();
    assert!(refused.contains("2 of 2 rows hold bytes that are not UTF-8, first at line 1"), "{refused}");
}
