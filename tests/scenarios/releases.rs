//! Releases: looked at again, taken back, computed again, restated, cleared away.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{
    bank, bank_before_second_night, done, fails, published_files, query, query_unmasked, redeliver, tally_in,
};

fn current(project: &Path) -> String {
    fs::read_link(project.join("published/current")).unwrap().to_string_lossy().into_owned()
}

/// The steps of the newest run, and whether each was taken over.
fn steps(project: &Path) -> Vec<(String, bool)> {
    let mut runs: Vec<_> = fs::read_dir(project.join("warehouse/_runs")).unwrap().map(|e| e.unwrap().path()).collect();
    runs.retain(|run| run.join("run.json").is_file());
    runs.sort();
    let run: Value = serde_json::from_slice(&fs::read(runs.last().unwrap().join("run.json")).unwrap()).unwrap();
    let step = |s: &Value| (s["step"].as_str().unwrap().to_owned(), s["is_taken_over"].as_bool().unwrap());
    run["steps"].as_array().unwrap().iter().map(step).collect()
}

#[test]
fn a_failed_night_goes_on_where_it_failed() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let checks = project.join("sql/checks");
    fs::create_dir_all(&checks).unwrap();
    fs::write(checks.join("nobody_is_platinum.toml"), "description = \"a test\"\nseverity = \"error\"\n").unwrap();
    let sql = "-- A test.\nselect customer_id, tier from int_customer_tier where tier_rank >= 1\n";
    fs::write(checks.join("nobody_is_platinum.sql"), sql).unwrap();
    let said = fails(project, &["run"], 1);
    assert!(said.contains("nobody_is_platinum") && said.contains("nothing was published"), "{said}");
    assert_eq!(current(project), "1");
    let failure = &done(project, &["status"])["last_failure"];
    assert!(failure["failure"].as_str().unwrap().contains("nobody_is_platinum"), "{failure}");
    assert!(steps(project).iter().all(|(_, is_taken_over)| !is_taken_over));
    // Its failing rows are kept with the run, long numbers hidden.
    let run = fs::read_dir(project.join("warehouse/_runs")).unwrap().map(|e| e.unwrap().path());
    let rows: Vec<String> = run.filter_map(|r| fs::read_to_string(r.join("failing_rows.jsonl")).ok()).collect();
    assert!(rows.len() == 1 && rows[0].contains("nobody_is_platinum") && rows[0].contains("tier="), "{rows:?}");
    fs::remove_dir_all(&checks).unwrap();
    done(project, &["run"]);
    assert_eq!(current(project), "2");
    assert!(done(project, &["status"])["last_failure"].is_null());
    // Everything that is kept was there already.
    let release: Value =
        serde_json::from_slice(&fs::read(project.join("warehouse/_releases/2.json")).unwrap()).unwrap();
    let again = steps(project).into_iter().filter(|(name, taken)| !taken && release["tables"].get(name).is_some());
    assert_eq!(again.map(|(name, _)| name).collect::<Vec<_>>(), Vec::<String>::new());
    let undisturbed = bank_before_second_night();
    done(undisturbed.path(), &["run"]);
    assert!(published_files(project) == published_files(undisturbed.path()));
}

#[test]
fn rollback_moves_the_pointer_and_the_next_night_builds_on_it() {
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let second = published_files(project);
    let rolled_back = done(project, &["rollback", "--reason", "test"]);
    assert_eq!((rolled_back["release"].clone(), current(project).as_str()), (1.into(), "1"));
    assert_eq!(done(project, &["status"])["release"], 1);
    assert!(query(project, "select max(biz_date) as d from mart_customer_view")[0]["d"] == "2025-08-31");
    // There and back, and again: only the pointer moves.
    done(project, &["rollback", "--to", "2", "--reason", "test"]);
    assert!(published_files(project) == second);
    done(project, &["rollback", "--reason", "test"]);
    let report = done(project, &["run"]);
    assert_eq!((report["release"].clone(), report["biz_date"].clone()), (3.into(), "2025-09-30".into()));
    assert!(published_files(project) == second);
    let said = fails(project, &["rollback", "--to", "17", "--reason", "test"], 3);
    assert!(said.contains("no release 17"), "{said}");
    assert!(fs::read_to_string(project.join("warehouse/_audit.jsonl")).unwrap().contains("\"rollback\""));
}

#[test]
fn a_release_is_computed_again_with_other_machine_limits_and_comes_out_the_same() {
    // Acceptance P4.
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let limits = ["--set", "engine.threads=1", "--set", "engine.memory_mb=256"];
    for release in ["1", "2"] {
        let verified = done(project, &[&["verify", "--release", release][..], &limits].concat());
        assert_eq!((verified["status"].clone(), verified["different"].as_array().unwrap().len()), ("same".into(), 0));
    }
    // A published file that was touched is found.
    let file = project.join("published/2/mart_vip_list.parquet");
    let mut content = fs::read(&file).unwrap();
    content.push(0);
    fs::write(&file, content).unwrap();
    let output = tally_in(project, &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("mart_vip_list.parquet"));
    // The night after it goes on as if it had not been looked at.
    assert_eq!(done(project, &["run"])["status"], "nothing to do");
}

#[test]
fn chosen_nodes_are_computed_again_and_the_rest_stays() {
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let before = published_files(project);
    // The bank adds a tier: one row in a file of its own.
    let reference = project.join("sql/reference");
    fs::create_dir_all(&reference).unwrap();
    let tiers = fs::read_to_string(crate::program::workspace().join("sql/reference/ref_tier.csv")).unwrap();
    fs::write(reference.join("ref_tier.csv"), tiers.replace("MASS,1,0.00,false", "MASS,1,0.00,true")).unwrap();
    let report = done(project, &["run", "--select", "mart_vip_list+"]);
    assert_eq!((report["release"].clone(), report["biz_date"].clone()), (3.into(), "2025-09-30".into()));
    let recomputed: Vec<String> =
        steps(project).into_iter().filter(|(_, taken)| !taken).map(|(name, _)| name).collect();
    let kept = |name: &&str| recomputed.iter().any(|n| n == name);
    assert!(["mart_vip_list", "mart_customer_view"].iter().all(kept) && !kept(&"mart_segment"), "{recomputed:?}");
    let after = published_files(project);
    let changed: Vec<&String> = before.iter().zip(&after).filter(|(b, a)| b.1 != a.1).map(|(b, _)| &b.0).collect();
    assert_eq!(changed, ["mart_customer_view.parquet", "mart_vip_list.parquet", "stat_change.parquet"]);
    let differing = done(project, &["diff", "--release", "2"]);
    let list = differing["tables"].as_array().unwrap().iter().find(|t| t["table"] == "mart_vip_list").unwrap();
    assert!(list["added"].as_u64().unwrap() > 0 && list["removed"] == 0, "{list}");
    assert!(fails(project, &["run", "--select", "mart_vip_lst"], 2).contains("did you mean mart_vip_list"));
}

#[test]
fn loading_and_computing_can_be_two_runs() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let loaded = done(project, &["run", "--select", "raw"]);
    assert_eq!((loaded["status"].clone(), current(project).as_str()), ("loaded".into(), "1"));
    done(project, &["run"]);
    assert!(
        steps(project).iter().filter(|(name, _)| name.starts_with("raw_")).all(|(_, is_taken_over)| *is_taken_over)
    );
    let undisturbed = bank_before_second_night();
    done(undisturbed.path(), &["run"]);
    assert!(published_files(project) == published_files(undisturbed.path()));
}

const TRANSACTIONS: &str = "CORE_TRANSACTION_20250930_D.dat.gz";

#[test]
fn a_late_posting_restates_the_month_it_belongs_to() {
    // Acceptance B4 on a whole bank: +3,100.00 of 27 August comes with the night of 30 September, and goes out again in
    // September, so that balances and ledger tie.
    let folder = bank_before_second_night();
    let project = folder.path();
    let sql = "select account_no, balance_avg, balance from agg_account_month where month = date '2025-08-01' and \
               account_kind = 'DEMAND' and balance > 100 order by account_no limit 1";
    let before = query_unmasked(project, sql);
    let account = before[0]["account_no"].as_str().unwrap().to_owned();
    redeliver(project, TRANSACTIONS, 1, |mut lines| {
        let line = |id: &str, date: &str, dc: &str| {
            let fields = [
                id,
                &account,
                &format!("{date}090000"),
                date,
                date,
                "CASH_IN",
                dc,
                "3100.00",
                "CNY",
                "",
                "COUNTER",
                "",
                "",
                "",
                "",
                "",
                "0101",
                "0",
                "",
            ];
            format!("{}\n", fields.join("|@|")).into_bytes()
        };
        lines.push(line("202508270000009999998", "20250827", "C"));
        lines.push(line("202509010000009999999", "20250901", "D"));
        lines
    });
    let report = done(project, &["run"]);
    assert_eq!(report["restated_months"][0]["month"], "2025-08-01");
    assert_eq!(report["restated_months"][0]["version"], 2);
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let after = query_unmasked(project, sql);
    // 5 of 31 days: 3,100.00 x 5 / 31 = 500.00.
    assert_eq!(cents(&after[0]["balance_avg"]) - cents(&before[0]["balance_avg"]), 50_000);
    assert_eq!(cents(&after[0]["balance"]) - cents(&before[0]["balance"]), 310_000);
    let restated = query_unmasked(project, "select * from stat_restatement");
    assert_eq!(restated.len(), 1);
    assert_eq!(restated[0]["account_no"], account.as_str());
    assert_eq!(restated[0]["balance_avg_difference"], "500.00");
    // The version before stays what it was.
    let args = ["query", sql, "--release", "1", "--unmasked", "--purpose", "test"];
    assert_eq!(done(project, &args).as_array().unwrap()[0], before[0]);
    assert_eq!(query(project, "select count(*) as n from stat_balance_break")[0]["n"], 0);
    // August as it is known today has the posting, also in what is not kept by month.
    let today = ["query", sql, "--as-of", "2025-08-31", "--unmasked", "--purpose", "test"];
    assert_eq!(done(project, &today).as_array().unwrap()[0], after[0]);
    // A month that was locked stays as long as months are kept, whatever becomes of daily releases.
    done(project, &["vacuum", "--delete", "--set", "retention.releases=1"]);
    assert_eq!(done(project, &args).as_array().unwrap()[0], before[0]);
    done(project, &["vacuum", "--delete", "--set", "retention.releases=1", "--set", "retention.months=0"]);
    assert!(fails(project, &args, 3).contains("no release 1"));
    assert_eq!(done(project, &["vacuum"])["files"], 0);
}

#[test]
fn a_corrected_file_restates_from_its_date() {
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let wrong = published_files(project);
    // The first night's branch file is delivered again with another name for each branch.
    redeliver(project, "CORE_ACCOUNT_20250831_F.dat.gz", 2, |lines| lines[..lines.len() - 1].to_vec());
    let again = tally_in(project, &["run"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("was corrected (batch_seq 2)") && said.contains("tally run --from 2025-08-31"), "{said}");
    let output = tally_in(project, &["run", "--from", "2025-08-31", "--output", "json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    // One account is missing: the general ledger says so, and readers still see what was there.
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the_general_ledger_ties"), "{said}");
    assert!(published_files(project) == wrong);
    // Put right by a correction of the correction.
    let original = bank_before_second_night();
    for ending in ["", ".ctl"] {
        let name = format!("landing/CORE_ACCOUNT_20250831_F.dat.gz{ending}");
        fs::copy(original.path().join(&name), project.join(&name)).unwrap();
    }
    done(project, &["run", "--from", "2025-08-31"]);
    assert_eq!(current(project), "4");
    assert!(published_files(project) == wrong);
    done(project, &["run", "--full"]);
    assert!(published_files(project) == wrong);
}

#[test]
fn a_past_date_is_looked_at_as_it_was_known_and_as_it_is_known_today() {
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let unmasked = ["--unmasked", "--purpose", "test"];
    let ask = |sql: &str, when: [&str; 2]| done(project, &[&["query", sql][..], &when, &unmasked].concat());
    // Acceptance P4: nothing was corrected since, so both are the same.
    for (table, order) in [
        ("mart_customer_view", "customer_id"),
        ("dim_household", "customer_id"),
        ("mart_vip_list", "customer_id"),
        ("mart_churn_flag", "customer_id, churn_rule"),
        ("mart_segment", "customer_id"),
        ("agg_account_month", "account_no"),
        ("hist_customer_record", "source_system, source_customer_no"),
    ] {
        let sql = format!("select * from {table} order by {order}");
        let then = ask(&sql, ["--release", "1"]);
        assert!(then.as_array().unwrap().len() > 1, "{table}");
        assert_eq!(then, ask(&sql, ["--as-of", "2025-08-31"]), "{table}");
    }
    let said = fails(project, &[&["query", "select 1", "--as-of", "2025-08-30"][..], &unmasked].concat(), 3);
    assert!(said.contains("no business date"), "{said}");
    // Runs and their steps are tables, too.
    let steps = query_unmasked(project, "select count(*) as n from meta_run_step where step = 'mart_vip_list'");
    assert_eq!(steps[0]["n"], 2);
    let rows =
        query_unmasked(project, "select rows from meta_run_step where step = 'mart_customer_view' order by run_id");
    let customers = query(project, "select count(*) as n from mart_customer_view");
    assert_eq!(rows[1]["rows"], customers[0]["n"]);
}

#[test]
fn a_corrected_row_is_loaded_on_its_own_business_date() {
    let folder = bank_before_second_night();
    let project = folder.path();
    // A posting of 3 September whose type is missing goes to quarantine; its twin takes the money out again.
    let account = query_unmasked(project, "select account_no from agg_account_month order by account_no limit 1");
    let account = account[0]["account_no"].as_str().unwrap().to_owned();
    redeliver(project, TRANSACTIONS, 1, |mut lines| {
        let empty = ["", "", "", "", ""].join("|@|");
        for (id, dc, kind) in [("202509030000009999998", "C", ""), ("202509030000009999999", "D", "CASH_OUT")] {
            let row = format!(
                "{id}|@|{account}|@|20250903090000|@|20250903|@|20250903|@|{kind}|@|{dc}|@|50.00|@|CNY|@||@|COUNTER|@|{empty}|@|0101|@|0|@|\n"
            );
            lines.push(row.into_bytes());
        }
        lines
    });
    // One row of a few hundred is more than the usual limit.
    let sources = project.join("sql/sources/core");
    fs::create_dir_all(&sources).unwrap();
    let contract = fs::read_to_string(crate::program::workspace().join("sql/sources/core/transaction.toml")).unwrap();
    let contract = contract.replacen("[[columns]]", "[limits]\nquarantine_share = 0.01\n\n[[columns]]", 1);
    fs::write(sources.join("transaction.toml"), contract).unwrap();
    done(project, &["run"]);
    let listed = done(project, &["quarantine", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let line = listed[0]["line"].to_string();
    let breaks = || query(project, "select count(*) as n from stat_balance_break")[0]["n"].clone();
    assert_eq!(breaks(), 1);
    let unknown = ["quarantine", "requeue", TRANSACTIONS, &line, "--field", "typ=CASH_IN", "--reason", "test"];
    assert!(fails(project, &unknown, 2).contains("txn_type"));
    let args = ["quarantine", "requeue", TRANSACTIONS, &line, "--field", "txn_type=CASH_IN", "--reason", "ticket 1"];
    assert_eq!(done(project, &args)["biz_date"], "2025-09-30");
    let again = tally_in(project, &["run"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("corrected rows of CORE_TRANSACTION") && said.contains("--from 2025-09-30"), "{said}");
    done(project, &["run", "--from", "2025-09-30"]);
    assert_eq!(breaks(), 0);
    assert_eq!(done(project, &["quarantine", "list"]).as_array().unwrap().len(), 0);
    let sql =
        "select txn_type, cast(biz_date as varchar) as d from fct_transaction where txn_id = '202509030000009999998'";
    let loaded = query_unmasked(project, sql);
    assert_eq!((loaded[0]["txn_type"].clone(), loaded[0]["d"].clone()), ("CASH_IN".into(), "2025-09-30".into()));
    assert!(fs::read_to_string(project.join("warehouse/_audit.jsonl")).unwrap().contains("ticket 1"));
    let said = tally_in(project, &["run"]);
    assert!(!String::from_utf8_lossy(&said.stderr).contains("corrected rows"), "nothing waits any more");
}

#[test]
fn a_table_that_becomes_a_view_is_read_from_the_next_night_on_as_one() {
    let folder = bank(60, 2);
    let project = folder.path();
    let metrics = project.join("sql/metrics");
    fs::create_dir_all(&metrics).unwrap();
    let builtin = |name: &str| fs::read_to_string(crate::program::workspace().join("sql/metrics").join(name)).unwrap();
    let described = builtin("agg_supply_chain.toml");
    let as_table = described.replace("materialisation = \"view\"", "materialisation = \"table\"");
    assert_ne!(as_table, described);
    fs::write(metrics.join("agg_supply_chain.toml"), as_table).unwrap();
    fs::write(metrics.join("agg_supply_chain.sql"), builtin("agg_supply_chain.sql")).unwrap();
    done(project, &["run", "--to", "2025-08-31"]);
    let count = || query_unmasked(project, "select count(*) as n from agg_supply_chain")[0]["n"].as_i64().unwrap();
    let kept = count();
    fs::remove_dir_all(&metrics).unwrap();
    // The release has it as a table, whatever it is described as today.
    assert_eq!(count(), kept);
    done(project, &["run"]);
    assert!(count() >= kept);
    let months = query_unmasked(project, "select count(*) as n from agg_counterparty_month");
    assert!(months[0]["n"].as_i64().unwrap() > 0);
}

#[test]
fn a_table_that_no_release_has_any_more_goes_with_its_folder() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let statistics = project.join("sql/statistics");
    fs::create_dir_all(&statistics).unwrap();
    fs::write(statistics.join("stat_tried.sql"), "-- Tried.\nselect count(*) as n from dim_customer\n").unwrap();
    let keep_as = |materialisation: &str| {
        let toml = format!(
            "description = \"d\"\ngrain = \"one row\"\nkey = [\"n\"]\nmaterialisation = \"{materialisation}\"\nowner = \"o\"\n\
             columns = [{{ name = \"n\", type = \"int\", class = \"C1\", description = \"Customers\" }}]\n"
        );
        fs::write(statistics.join("stat_tried.toml"), toml).unwrap();
    };
    keep_as("table");
    done(project, &["run", "--select", "stat_tried"]);
    let table = project.join("warehouse/statistics/stat_tried");
    assert!(table.is_dir());
    keep_as("view");
    done(project, &["run"]);
    done(project, &["vacuum", "--delete"]);
    assert!(table.is_dir(), "a release that is kept has it");
    let all = ["vacuum", "--delete", "--set", "retention.releases=1", "--set", "retention.months=0"];
    done(project, &all);
    assert!(!table.exists());
    assert!(project.join("warehouse/statistics").is_dir());
    assert_eq!(done(project, &["vacuum"])["files"], 0);
    assert_eq!(query_unmasked(project, "select n from stat_tried").len(), 1);
}
