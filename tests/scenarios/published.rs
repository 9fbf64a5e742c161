//! A clean bank: what is published, and what must be true of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Decimal128Type, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{done, published_bank, query, query_unmasked, read_parquet, truth};

fn manifest() -> Value {
    let text = std::fs::read_to_string(published_bank().join("published/current/manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn running_again_has_nothing_to_do() {
    assert_eq!(done(published_bank(), &["run"])["status"], "nothing to do");
    assert_eq!(done(published_bank(), &["run", "--date", "2025-12-31"])["status"], "nothing to do");
}

#[test]
fn the_manifest_tells_the_truth_about_every_file() {
    // Acceptance O15.
    let manifest = manifest();
    assert_eq!((manifest["biz_date"].as_str(), manifest["privacy"].as_str()), (Some("2025-12-31"), Some("masked")));
    let tables = manifest["tables"].as_array().unwrap();
    assert!(tables.len() >= 8);
    for table in tables {
        let path = published_bank().join("published/current").join(table["file"].as_str().unwrap());
        assert_eq!(table["sha256"], hex::encode(Sha256::digest(std::fs::read(&path).unwrap())));
        let batches = read_parquet(&path);
        assert_eq!(table["rows"].as_u64().unwrap(), batches.iter().map(|b| b.num_rows() as u64).sum::<u64>());
        for (column, sum) in table["sums"].as_object().unwrap() {
            let of = |b: &arrow::array::RecordBatch| -> i128 {
                b.column_by_name(column).unwrap().as_primitive::<Decimal128Type>().iter().flatten().sum()
            };
            let total: i128 = batches.iter().map(of).sum();
            let digits: String = sum.as_str().unwrap().replace('.', "");
            assert_eq!(digits.parse::<i128>().unwrap(), total, "{column}");
        }
    }
}

#[test]
fn bi_tools_find_dates_decimals_and_column_descriptions() {
    let path = published_bank().join("published/current/mart_customer_view.parquet");
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = builder.schema().clone();
    assert_eq!(schema.field_with_name("biz_date").unwrap().data_type(), &DataType::Date32);
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(schema.field_with_name("last_customer_txn_at").unwrap().data_type(), &utc);
    let aum = schema.field_with_name("aum_month_avg").unwrap();
    assert_eq!(aum.data_type(), &DataType::Decimal128(18, 2));
    assert_eq!(aum.metadata()["unit"], "CNY");
    assert!(schema.fields().iter().all(|f| f.metadata().contains_key("description")));
    let keys = builder.metadata().file_metadata().key_value_metadata().unwrap();
    assert!(keys.iter().any(|k| k.key == "columns"));
}

#[test]
fn nothing_that_identifies_a_person_is_published() {
    let records = truth(published_bank(), "record");
    let mut secrets: Vec<String> = records.iter().map(|r| r["source_customer_no"].clone()).collect();
    let ids = query_unmasked(published_bank(), "select customer_id, customer_name, mobile from dim_customer");
    for row in &ids {
        for column in ["customer_id", "customer_name", "mobile"] {
            secrets.extend(row[column].as_str().map(str::to_owned));
        }
    }
    let secrets: std::collections::HashSet<&str> = secrets.iter().map(String::as_str).collect();
    for (file, _) in crate::program::published_files(published_bank()) {
        for batch in read_parquet(&published_bank().join("published/current").join(&file)) {
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                if *field.data_type() == DataType::Utf8 {
                    let shown = column.as_string::<i32>().iter().flatten().find(|v| secrets.contains(v));
                    assert_eq!(shown, None, "{file} {}", field.name());
                }
            }
        }
    }
}

#[test]
fn every_row_and_cent_is_accounted_for_and_levels_agree() {
    // Acceptance O14 and promise P1.
    let rows = query(
        published_bank(),
        "select count(*) as n from stat_delivery where delivered_rows <> loaded_rows + quarantined_rows + \
         duplicate_rows + other_date_rows",
    );
    assert_eq!(rows[0]["n"], 0);
    // Every row that was damaged is in quarantine and every row that was sent twice was dropped once, no other.
    let planted = truth(published_bank(), "planted_row");
    let twice = planted.iter().filter(|r| r["kind"] == "row_twice").count();
    let counted =
        query(published_bank(), "select sum(quarantined_rows) as q, sum(duplicate_rows) as d from stat_delivery");
    let counted = (counted[0]["q"].as_i64().unwrap(), counted[0]["d"].as_i64().unwrap());
    assert_eq!(counted, ((planted.len() - twice) as i64, twice as i64));
    assert!(counted.0 > 0 && counted.1 > 0, "{counted:?}");
    let sums = query_unmasked(
        published_bank(),
        "select (select sum(aum_balance) from mart_customer_view) as customers, \
         (select sum(balance) from raw_core__account where biz_date = date '2025-12-31') \
         + (select sum(market_value) from raw_wealth__position where biz_date = date '2025-12-31' and status <> 'CLOSED') as accounts",
    );
    assert_eq!(sums[0]["customers"], sums[0]["accounts"]);
    assert_ne!(sums[0]["customers"], Value::Null);
}

#[test]
fn damaged_rows_lie_in_quarantine_with_their_line_and_reason() {
    let found =
        query_unmasked(published_bank(), "select file, line, reason_codes from meta_quarantine order by file, line");
    let found: Vec<(String, i64, String)> = found
        .iter()
        .map(|r| {
            let text = |c: &str| r[c].as_str().unwrap().to_owned();
            (text("file"), r["line"].as_i64().unwrap(), text("reason_codes"))
        })
        .collect();
    let mut planted: Vec<(String, i64, String)> = truth(published_bank(), "planted_row")
        .iter()
        .filter(|r| r["kind"] != "row_twice")
        .map(|r| (r["file"].clone(), r["line"].parse().unwrap(), r["reason_code"].clone()))
        .collect();
    planted.sort();
    assert_eq!(found, planted);
}

#[test]
fn a_quarantined_row_is_listed_and_shown_without_naming_anybody() {
    // Acceptance O10.
    let listed = done(published_bank(), &["quarantine", "list"]);
    let listed = listed.as_array().unwrap();
    let planted = truth(published_bank(), "planted_row");
    let planted: Vec<_> = planted.iter().filter(|r| r["kind"] != "row_twice").collect();
    assert_eq!(listed.len(), planted.len());
    let (file, line) = (planted[0]["file"].as_str(), planted[0]["line"].as_str());
    let masked = done(published_bank(), &["quarantine", "show", file, line]);
    let account = |row: &Value| {
        let fields = row["fields"].as_array().unwrap();
        let field = fields.iter().find(|f| f["column"] == "acct_no").unwrap();
        field["value"].as_str().unwrap().to_owned()
    };
    let full = done(published_bank(), &["quarantine", "show", file, line, "--unmasked", "--purpose", "ask the source"]);
    assert!(account(&full).starts_with("62") && !account(&full).contains('*'));
    // The row has a field too many, so nothing tells which of its fields are which.
    assert!(masked["fields"][0]["value"].as_str().unwrap().ends_with("characters"), "{masked}");
    assert!(!masked.to_string().contains(&account(&full)), "{masked}");
    assert_eq!(full["fields"].as_array().unwrap()[0]["value"], planted[0]["row_key"].as_str());
    let said = crate::program::fails(published_bank(), &["quarantine", "show", file, "1"], 3);
    assert!(said.contains("tally quarantine list"), "{said}");
}

#[test]
fn a_file_is_tried_before_it_is_loaded() {
    let planted = truth(published_bank(), "planted_row");
    let row = planted.iter().find(|r| r["kind"] != "row_twice").unwrap();
    let path = published_bank().join("landing").join(&row["file"]);
    let report = done(published_bank(), &["source", "check", "core/transaction", path.to_str().unwrap()]);
    let number = |key: &str| report[key].as_u64().unwrap();
    assert_eq!(
        number("delivered_rows"),
        number("loaded_rows") + number("quarantined_rows") + number("duplicate_rows") + number("other_date_rows")
    );
    assert!(
        report["quarantined"][0]
            .as_str()
            .unwrap()
            .starts_with(&format!("line {}: {}", row["line"], row["reason_code"]))
    );
    assert_eq!(report["amounts"][0]["found"], report["amounts"][0]["announced"]);
    // Another feed's file is refused, and says why.
    let said = crate::program::fails(published_bank(), &["source", "check", "core/account", path.to_str().unwrap()], 2);
    assert!(said.contains("--date"), "{said}");
    let date = row["biz_date"].as_str();
    let other = ["source", "check", "core/account", path.to_str().unwrap(), "--date", date];
    assert!(crate::program::fails(published_bank(), &other, 1).contains("[F0"));
    assert!(crate::program::fails(published_bank(), &["source", "check", "core/x", "y"], 2).contains("core/account"));
}

#[test]
fn a_drafted_contract_loads_the_file_it_was_drafted_from() {
    let path = published_bank().join("landing/CORE_ACCOUNT_20251231_F.dat.gz");
    let output = crate::program::tally(&["source", "draft", path.to_str().unwrap()]);
    assert!(output.status.success());
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(project.path().join("sql/sources/mine")).unwrap();
    std::fs::write(project.path().join("sql/sources/mine/account.toml"), &output.stdout).unwrap();
    let settings = std::fs::read_to_string(published_bank().join("tally.toml")).unwrap();
    let systems = settings.lines().find(|l| l.starts_with("systems")).unwrap().to_owned();
    std::fs::write(
        project.path().join("tally.toml"),
        settings.replace(
            &systems,
            "systems = [\"core\", \"credit\", \"card\", \"fund\", \"wealth\", \"channel\", \"mine\"]",
        ),
    )
    .unwrap();
    let report = done(project.path(), &["source", "check", "mine/account", path.to_str().unwrap()]);
    assert_eq!(report["delivered_rows"], report["loaded_rows"], "{report}");
    assert!(report["loaded_rows"].as_u64().unwrap() > 1_500);
}

#[test]
fn quarantined_postings_are_the_only_balance_breaks_and_have_their_amounts() {
    // The first night has no balance before it to break from.
    let planted = truth(published_bank(), "planted_row");
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let mut lost: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for row in planted.iter().filter(|r| r["kind"] != "row_twice" && r["biz_date"] != "2025-08-31") {
        lost.entry(row["biz_date"].clone()).or_default().push(cents(&row["signed_amount"]));
    }
    let mut found: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (release, date) in [("2", "2025-09-30"), ("3", "2025-10-31"), ("4", "2025-11-30"), ("5", "2025-12-31")] {
        let breaks =
            done(published_bank(), &["query", "select break_amount from stat_balance_break", "--release", release]);
        for row in breaks.as_array().unwrap() {
            found.entry(date.to_owned()).or_default().push(cents(row["break_amount"].as_str().unwrap()));
        }
    }
    lost.values_mut().chain(found.values_mut()).for_each(|amounts| amounts.sort_unstable());
    assert_eq!(found, lost);
    assert!(!lost.is_empty());
}

#[test]
fn the_average_balance_is_the_one_of_the_days() {
    // Against an independent computation: walk every day of December over the raw postings of each account.
    let accounts = query_unmasked(
        published_bank(),
        "select account_no, balance, balance_accumulator, balance_avg from agg_account_month \
         where month = date '2025-12-01' order by account_no",
    );
    let postings = query_unmasked(
        published_bank(),
        "select account_no, date_part('day', posting_date) as day, signed_amount from fct_transaction \
         where posting_date >= date '2025-12-01' and posting_date <= date '2025-12-31'",
    );
    let cents = |v: &Value| v.as_str().unwrap().replace('.', "").parse::<i128>().unwrap();
    let mut by_account: BTreeMap<String, Vec<(i64, i128)>> = BTreeMap::new();
    for p in &postings {
        let account = p["account_no"].as_str().unwrap().to_owned();
        by_account.entry(account).or_default().push((p["day"].as_i64().unwrap(), cents(&p["signed_amount"])));
    }
    assert!(accounts.len() > 1_500);
    for account in &accounts {
        let moves = by_account.remove(account["account_no"].as_str().unwrap()).unwrap_or_default();
        let closing = cents(&account["balance"]);
        let end_of_day = |day: i64| closing - moves.iter().filter(|m| m.0 > day).map(|m| m.1).sum::<i128>();
        let accumulator: i128 = (1..=31).map(end_of_day).sum();
        assert_eq!(cents(&account["balance_accumulator"]), accumulator, "{account}");
        let average = bank::decimal::divide_half_up(accumulator, 31).unwrap();
        assert_eq!(cents(&account["balance_avg"]), average, "{account}");
    }
}

#[test]
fn no_two_persons_become_one_customer_and_valid_documents_bring_records_together() {
    let xref = query_unmasked(
        published_bank(),
        "select source_system, source_customer_no, customer_id from dim_customer_xref",
    );
    let key = |system: &str, number: &str| format!("{system}:{number}");
    let customer: BTreeMap<String, String> = xref
        .iter()
        .map(|r| {
            let text = |c: &str| r[c].as_str().unwrap();
            (key(text("source_system"), text("source_customer_no")), text("customer_id").to_owned())
        })
        .collect();
    let mut owner: BTreeMap<&str, String> = BTreeMap::new();
    let mut customers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let records = truth(published_bank(), "record");
    for record in &records {
        let Some(party) = record.get("party_no") else { continue };
        let id = &customer[&key(&record["source_system"], &record["source_customer_no"])];
        assert_eq!(*owner.entry(id).or_insert_with(|| party.clone()), *party, "two parties became one customer");
        // Documents are compared today, names and phones are not: clean records must be together, others may be apart.
        let is_clean = record.get("errors").is_none_or(|e| !e.contains("document"));
        if is_clean && !matches!(record["source_system"].as_str(), "channel") && record["party_type"] == "PERSON" {
            customers.entry(party.clone()).or_default().insert(id);
        }
    }
    assert!(customers.len() > 1_200);
    assert!(customers.values().all(|ids| ids.len() == 1));
}

#[test]
fn segments_recover_the_planted_behaviour() {
    // The honest number is printed; the bound only catches a collapse (one cluster would be 0).
    let segments = query_unmasked(
        published_bank(),
        "select x.source_customer_no, s.segment from mart_segment s join dim_customer_xref x \
         on s.customer_id = x.customer_id where x.source_system = 'core' and s.party_type = 'PERSON'",
    );
    let segment: BTreeMap<&str, i64> =
        segments.iter().map(|r| (r["source_customer_no"].as_str().unwrap(), r["segment"].as_i64().unwrap())).collect();
    let persons = truth(published_bank(), "person");
    let behaviour: BTreeMap<&str, &str> =
        persons.iter().map(|p| (p["person_no"].as_str(), p["behaviour"].as_str())).collect();
    let (mut planted, mut found) = (Vec::new(), Vec::new());
    for record in truth(published_bank(), "record") {
        let (Some(label), Some(party)) = (segment.get(record["source_customer_no"].as_str()), record.get("party_no"))
        else {
            continue;
        };
        planted.push(behaviour[party.as_str()].to_owned());
        found.push(*label);
    }
    let index = segmentation::evaluation::adjusted_rand_index(&planted, &found);
    println!("adjusted Rand index of segments against planted behaviour: {index:.3} over {} customers", found.len());
    assert!(found.len() > 1_000 && index > 0.25, "{index}");
}

#[test]
fn tiers_follow_thresholds_and_every_vip_has_a_reason() {
    // Acceptance J1: thresholds are inclusive; a tier is above what the month reaches only while it is watched.
    let reached = "case when aum_month_avg >= 10000000 then 7 when aum_month_avg >= 6000000 then 6 when aum_month_avg >= 1000000 then 5 \
                   when aum_month_avg >= 500000 then 4 when aum_month_avg >= 200000 then 3 when aum_month_avg >= 50000 then 2 else 1 end";
    let rank = "case tier when 'PRIVATE_PLUS' then 7 when 'PRIVATE' then 6 when 'DIAMOND' then 5 when 'PLATINUM' then 4 \
                when 'GOLD' then 3 when 'BASIC' then 2 when 'MASS' then 1 end";
    let count = |condition: &str| {
        let sql = format!(
            "select count(*) as n from (select {reached} as reached, {rank} as rank, tier_status from mart_customer_view \
             where party_type = 'PERSON') as tiers where {condition}"
        );
        query(published_bank(), &sql)[0]["n"].as_u64().unwrap()
    };
    assert_eq!(count("rank is null or rank < reached or (rank > reached) <> (tier_status = 'WATCH')"), 0);
    assert!(count("tier_status = 'WATCH'") > 0 && count("tier_status in ('UP', 'DOWN')") > 0);
    let vips =
        query(published_bank(), "select reason_codes, reason, tier, aum_month_avg, aum_growth_3m from mart_vip_list");
    assert!(vips.len() > 50);
    assert!(vips.iter().all(|v| v["reason"].as_str().is_some_and(|r| !r.is_empty())));
    // The list is what its conditions say, and each reason stands on it.
    let differing = query_unmasked(
        published_bank(),
        "select count(*) as n from (select customer_id, bool_or(is_met and condition_kind = 'REASON') \
         and not bool_or(is_met and condition_kind = 'EXCLUSION') as is_due from int_vip_condition group by customer_id) as due \
         full join mart_vip_list as list on due.customer_id = list.customer_id \
         where coalesce(due.is_due, false) <> (list.customer_id is not null)",
    );
    assert_eq!(differing[0]["n"], 0);
    for reason in ["TIER", "GOLD_SCORE", "CONTRIBUTION", "HIDDEN", "POTENTIAL"] {
        assert!(vips.iter().any(|v| v["reason_codes"].as_str().is_some_and(|c| c.contains(reason))), "{reason}");
    }
    let explained = done(published_bank(), &["customer", "explain", "core:1000000074"]);
    assert_eq!(explained["vip_list"].as_array().unwrap().len(), 10, "{explained}");
}

#[test]
fn a_customer_is_shown_masked_unless_there_is_a_purpose() {
    let records = truth(published_bank(), "record");
    // A person of a valid document; organisations show their whole name.
    let is_good = |r: &&BTreeMap<String, String>| r["source_system"] == "core" && r.get("errors").is_none();
    let number = format!("core:{}", records.iter().find(is_good).unwrap()["source_customer_no"]);
    let masked = done(published_bank(), &["customer", "show", &number]);
    let name = masked["customer_name"].as_str().unwrap();
    assert!(name.ends_with('*') && !name.starts_with('*'), "{name}");
    assert_eq!(masked["customer_id"].as_str().unwrap().len(), 64);
    let before = audit_lines();
    let full = done(published_bank(), &["customer", "show", &number, "--unmasked", "--purpose", "complaint 4711"]);
    assert!(!full["customer_name"].as_str().unwrap().contains('*'));
    assert!(audit_lines() > before);
    let by_pseudonym = done(published_bank(), &["customer", "show", &masked["customer_id"].as_str().unwrap()[..20]]);
    assert_eq!(by_pseudonym, masked);
}

#[test]
fn a_customers_file_has_every_contract_and_contact_in_the_order_of_time() {
    let bank = published_bank();
    // The one with most contacts.
    let one = query_unmasked(
        bank,
        "select x.source_system || ':' || x.source_customer_no as record, x.customer_id, count(*) as contacts from int_contact c \
         join dim_customer_xref x on c.source_system = x.source_system and c.source_customer_no = x.source_customer_no \
         group by 1, 2 order by 3 desc, 1 limit 1",
    );
    let (record, id) = (one[0]["record"].as_str().unwrap(), one[0]["customer_id"].as_str().unwrap());
    let shown = done(bank, &["customer", "timeline", record]);
    let events = shown["events"].as_array().unwrap();
    let dates: Vec<&str> = events.iter().map(|e| e["event_date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted());
    let count = |event: &str| events.iter().filter(|e| e["event"] == event).count() as i64;
    for (event, sql) in [
        ("ACCOUNT_OPENED", "int_account"),
        ("LOAN_STARTED", "int_loan"),
        ("CARD_OPENED", "int_card"),
        ("POSITION_OPENED", "int_position"),
    ] {
        let held = query_unmasked(
            bank,
            &format!(
                "select count(*) as n from {sql} c join dim_customer_xref x on c.source_system = x.source_system \
                 and c.source_customer_no = x.source_customer_no where x.customer_id = '{id}'"
            ),
        );
        assert_eq!(count(event), held[0]["n"].as_i64().unwrap(), "{event}");
    }
    assert!(count("CONTACT") + count("COMPLAINT") >= one[0]["contacts"].as_i64().unwrap());
    // Contracts are masked unless there is a purpose.
    let account = |shown: &Value| {
        let events = shown["events"].as_array().unwrap().clone();
        events
            .into_iter()
            .find_map(|e| e["subject_no"].as_str().filter(|no| !no.is_empty()).map(str::to_owned))
            .unwrap()
    };
    let full = done(bank, &["customer", "timeline", record, "--unmasked", "--purpose", "complaint 4711"]);
    assert!(account(&shown).contains('*') && !account(&full).contains('*'));
    assert_eq!(full["customer_id"], id);
}

#[test]
fn what_there_is_to_gain_is_counted_from_segments_and_holders() {
    let bank = published_bank();
    let ranked = done(bank, &["opportunity", "--limit", "1000"]);
    let ranked = ranked.as_array().unwrap();
    assert!(ranked.len() > 5, "{ranked:?}");
    assert!(ranked.windows(2).all(|pair| pair[0]["place"].as_i64() < pair[1]["place"].as_i64()));
    let organisations = done(bank, &["opportunity", "--of", "org"]);
    assert!(organisations.as_array().unwrap().iter().all(|row| row["party_type"] == "ORG"));
    // Who does not hold a product and who does are the segment.
    let off = query_unmasked(
        bank,
        "select count(*) as n from (select o.size, s.customers, count(distinct h.customer_id) as holders \
         from stat_opportunity o \
         join (select party_type, segment, count(*) as customers from mart_segment group by party_type, segment) s \
           on o.party_type = s.party_type and o.segment = s.segment \
         join mart_segment m on o.party_type = m.party_type and o.segment = m.segment \
         join (select x.customer_id, c.contract_kind, c.component from agg_contribution_month c join dim_customer_xref x \
           on c.source_system = x.source_system and c.source_customer_no = x.source_customer_no \
           where c.month = (select max(month) from agg_contribution_month)) h \
           on m.customer_id = h.customer_id and o.contract_kind = h.contract_kind and o.component = h.component \
         group by o.place, o.size, s.customers) as counted where size + holders <> customers",
    );
    assert_eq!(off[0]["n"], 0);
}

fn audit_lines() -> usize {
    std::fs::read_to_string(published_bank().join("warehouse/_audit.jsonl")).unwrap().lines().count()
}

#[test]
fn queries_only_read() {
    for sql in [
        "drop table mart_vip_list",
        "insert into mart_vip_list values (1)",
        "select 1; select 2",
        "copy mart_vip_list to 'x.csv'",
    ] {
        crate::program::fails(published_bank(), &["query", sql], 2);
    }
    let said = crate::program::fails(published_bank(), &["query", "select * from mart_vip"], 2);
    assert!(said.contains("mart_vip_list"), "{said}");
}

#[test]
fn nobody_is_dormant_whose_money_moves_and_leavers_are_flagged() {
    let flags = query(
        published_bank(),
        "select churn_rule, count(*) as n from mart_churn_flag group by churn_rule order by churn_rule",
    );
    let rules: Vec<&str> = flags.iter().map(|f| f["churn_rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["BALANCE_DROP", "DORMANT"]);
    let wrong = query(
        published_bank(),
        "select count(*) as n from mart_customer_view where churn_rule = 'DORMANT' and (aum_balance >= 100 or customer_txn_count_3m > 0)",
    );
    assert_eq!(wrong[0]["n"], 0);
    let wrong = query(
        published_bank(),
        "select count(*) as n from mart_churn_flag where churn_rule = 'BALANCE_DROP' and aum_month_avg > aum_month_avg_3m_ago * 0.7",
    );
    assert_eq!(wrong[0]["n"], 0);
}
