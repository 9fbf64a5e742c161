//! A real bank: Berka, the year 1993, by files alone. Numbers come from the data itself, counted here independently.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{tally, workspace};

/// The folder of the real data, or `None` after saying that the test is skipped.
fn landing() -> Option<PathBuf> {
    match std::env::var("TALLY_REAL_DATA") {
        Ok(folder) => {
            let landing = Path::new(&folder).join("berka");
            assert!(landing.is_dir(), "TALLY_REAL_DATA is set, but {} is not there", landing.display());
            Some(landing)
        }
        Err(_) => {
            println!("skipped: set TALLY_REAL_DATA to run on real data");
            None
        }
    }
}

struct Berka {
    folder: tempfile::TempDir,
    landing: PathBuf,
}

impl Berka {
    fn tally(&self, arguments: &[&str]) -> Value {
        let project = workspace().join("docs/guides/berka");
        let set = |key: &str, path: &Path| format!("{key}={}", path.display());
        let (warehouse, published) = (self.folder.path().join("warehouse"), self.folder.path().join("published"));
        let settings = [set("landing", &self.landing), set("warehouse", &warehouse), set("published", &published)];
        let mut all = arguments.to_vec();
        all.extend(["--project", project.to_str().unwrap(), "--output", "json"]);
        for setting in &settings {
            all.extend(["--set", setting]);
        }
        let output = tally(&all);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn query(&self, sql: &str) -> Vec<Value> {
        self.tally(&["query", sql]).as_array().unwrap().clone()
    }
}

/// Fields of a Berka file, without quotes and header.
fn rows(landing: &Path, file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(landing.join(file)).unwrap();
    text.lines().skip(1).map(|l| l.split(';').map(|f| f.trim_matches('"').to_owned()).collect()).collect()
}

fn cents(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |d| (-1, d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    sign * (whole.parse::<i128>().unwrap() * 100 + format!("{fraction:0<2}").parse::<i128>().unwrap())
}

#[test]
fn a_real_bank_goes_through_by_files_alone() {
    let Some(landing) = landing() else { return };
    let berka = Berka { folder: tempfile::tempdir().unwrap(), landing };
    let report = berka.tally(&["run"]);
    assert_eq!((report["release"].as_u64(), report["biz_date"].as_str()), (Some(12), Some("1993-12-31")));

    every_row_of_every_file_is_accounted_for(&berka);
    clients_that_look_alike_do_not_merge(&berka);
    balances_tie_to_the_running_balance_and_every_break_is_listed(&berka);
    segments_and_vip_list_can_be_read(&berka);
}

fn every_row_of_every_file_is_accounted_for(berka: &Berka) {
    let accounts = berka.query(
        "select file, max(delivered_rows) as delivered, sum(loaded_rows) as loaded, sum(quarantined_rows) as quarantined, \
         sum(duplicate_rows) as duplicates from stat_delivery group by file order by file",
    );
    assert_eq!(accounts.len(), 8);
    for account in &accounts {
        let file = account["file"].as_str().unwrap();
        let in_file = rows(&berka.landing, file).len() as i64;
        assert_eq!(account["delivered"].as_i64(), Some(in_file), "{file}");
        assert_eq!(account["loaded"].as_i64(), Some(in_file), "{file}");
        assert_eq!((account["quarantined"].as_i64(), account["duplicates"].as_i64()), (Some(0), Some(0)), "{file}");
    }
    let amounts = berka.query("select sum(loaded_amount) as loaded from stat_amount where file = 'trans_1993.asc'");
    let in_file: i128 = rows(&berka.landing, "trans_1993.asc").iter().map(|r| cents(&r[5])).sum();
    assert_eq!(cents(amounts[0]["loaded"].as_str().unwrap()), in_file);
}

fn clients_that_look_alike_do_not_merge(berka: &Berka) {
    let view = berka.query("select count(*) as n, sum(record_count) as records from mart_customer_view");
    assert_eq!((view[0]["n"].as_i64(), view[0]["records"].as_i64()), (Some(5_369), Some(5_369)));
    let mut alike: BTreeMap<(String, String), usize> = BTreeMap::new();
    for client in rows(&berka.landing, "client.asc") {
        *alike.entry((client[1].clone(), client[2].clone())).or_default() += 1;
    }
    // 26 pairs share birth number and district.
    assert_eq!(alike.values().filter(|n| **n > 1).count(), 26);
}

/// Chain each account's transactions day by day, taking the one that fits and else the nearest: an independent count.
fn balances_tie_to_the_running_balance_and_every_break_is_listed(berka: &Berka) {
    let mut accounts: BTreeMap<String, BTreeMap<String, Vec<(i128, i128)>>> = BTreeMap::new();
    for t in rows(&berka.landing, "trans_1993.asc") {
        let amount = if t[3] == "PRIJEM" { cents(&t[5]) } else { -cents(&t[5]) };
        accounts.entry(t[1].clone()).or_default().entry(t[2].clone()).or_default().push((amount, cents(&t[6])));
    }
    let (mut breaks, mut off_accounts, mut off_total, mut closing) = (0, 0, 0, 0);
    for days in accounts.values() {
        let (mut stated, mut posted) = (0, 0);
        for day in days.values() {
            let mut left = day.clone();
            while !left.is_empty() {
                let gap = |t: &(i128, i128)| (t.1 - t.0 - stated).abs();
                let next = (0..left.len()).min_by_key(|i| gap(&left[*i])).unwrap();
                breaks += i64::from(gap(&left[next]) != 0);
                let (amount, balance) = left.remove(next);
                posted += amount;
                stated = balance;
            }
        }
        off_accounts += i64::from(stated != posted);
        off_total += stated - posted;
        closing += stated;
    }
    let listed = berka.query("select count(*) as n from stat_posting_break");
    assert_eq!(listed[0]["n"].as_i64(), Some(breaks));
    let balance = berka.query("select sum(aum_balance) as balance from mart_customer_view");
    assert_eq!(cents(balance[0]["balance"].as_str().unwrap()), closing);
    let sql = "select count(*) as n, sum(off) as off from (select a.account_no, a.balance - p.posted as off from \
               agg_account_month a join (select account_no, sum(signed_amount) as posted from fct_transaction group by \
               account_no) p on a.account_no = p.account_no where a.month = date '1993-12-01') where off <> 0";
    let off = berka.tally(&["query", sql, "--unmasked", "--purpose", "test"]);
    assert_eq!(off[0]["n"].as_i64(), Some(off_accounts));
    assert_eq!(cents(off[0]["off"].as_str().unwrap()), off_total);
    println!(
        "Berka: {breaks} postings and {off_accounts} accounts off by {off_total} hundredths, by the source's rounding"
    );
}

fn segments_and_vip_list_can_be_read(berka: &Berka) {
    let segments = berka.query("select segment_name, customer_count from mart_segment_profile order by segment");
    let customers: i64 = segments.iter().map(|s| s["customer_count"].as_i64().unwrap()).sum();
    assert!(segments.len() >= 4 && customers > 1_000, "{segments:?}");
    let vips = berka.query("select reason, tier from mart_vip_list");
    assert!(vips.len() > 50 && vips.iter().all(|v| !v["reason"].as_str().unwrap().is_empty()));
}
