//! Nights that go wrong: the exit code, a message a person can act on, and nothing half-published.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::Digest;

use crate::program::{bank_before_second_night, binary, done, fails, published_files, tally};

const SECOND_NIGHT: &str = "20250930";

/// The release that readers see is still the first.
fn still_first(project: &Path) {
    assert_eq!(fs::read_link(project.join("published/current")).unwrap().to_str(), Some("1"));
    assert_eq!(done(project, &["status"])["release"], 1);
    assert!(!published_files(project).is_empty());
}

fn file(project: &Path, feed: &str) -> std::path::PathBuf {
    project.join(format!("landing/{feed}_{SECOND_NIGHT}_F.dat.gz"))
}

#[test]
fn a_missing_file_waits_and_names_it() {
    let folder = bank_before_second_night();
    fs::remove_file(file(folder.path(), "CREDIT_LOAN")).unwrap();
    let said = fails(folder.path(), &["run"], 3);
    assert!(said.contains("CREDIT_LOAN_20250930_F.dat.gz"), "{said}");
    still_first(folder.path());
}

#[test]
fn a_missing_control_file_waits_too() {
    let folder = bank_before_second_night();
    let path = file(folder.path(), "CORE_ACCOUNT");
    fs::remove_file(format!("{}.ctl", path.display())).unwrap();
    let said = fails(folder.path(), &["run"], 3);
    assert!(said.contains("[F01]") && said.contains("CORE_ACCOUNT"), "{said}");
    still_first(folder.path());
}

#[test]
fn data_waits_for_its_flag_and_a_feed_may_be_stale_when_the_deadline_is_past() {
    // Acceptance A8.
    let folder = bank_before_second_night();
    let project = folder.path();
    let contract = fs::read_to_string(crate::program::workspace().join("sql/sources/core/branch.toml")).unwrap();
    let sources = project.join("sql/sources/core");
    fs::create_dir_all(&sources).unwrap();
    let with_flag = contract.replace("control = true", "control = true\nflag = \".ok\"\nallow_stale = true");
    fs::write(sources.join("branch.toml"), with_flag).unwrap();
    let said = fails(project, &["run"], 3);
    assert!(
        said.contains("CORE_BRANCH_20250930_F.dat.gz.ok") && said.contains("[F01]") && said.contains("WAITING"),
        "{said}"
    );
    still_first(project);
    // Without its data file the deadline decides.
    fs::rename(file(project, "CORE_BRANCH"), project.join("late.gz")).unwrap();
    assert!(fails(project, &["run"], 3).contains("CORE_BRANCH_20250930_F.dat.gz"));
    done(project, &["run", "--past-deadline"]);
    let rows = |date: &str| {
        let sql = format!("select count(*) as n from raw_core__branch where biz_date = date '{date}'");
        crate::program::query_unmasked(project, &sql)[0]["n"].clone()
    };
    assert_eq!(rows("2025-09-30"), rows("2025-08-31"));
    let manifest = fs::read_to_string(project.join("published/current/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let fresh = |feed: &str| {
        let feeds = manifest["freshness"].as_array().unwrap();
        feeds.iter().find(|f| f["system"] == "core" && f["feed"] == feed).unwrap()["biz_date"].clone()
    };
    assert_eq!((fresh("branch"), fresh("account")), ("2025-08-31".into(), "2025-09-30".into()));
}

#[test]
fn a_truncated_file_is_refused_with_and_without_a_hash() {
    let folder = bank_before_second_night();
    let path = file(folder.path(), "CORE_ACCOUNT");
    let content = fs::read(&path).unwrap();
    fs::write(&path, &content[..content.len() / 2]).unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("[F02]") && said.contains("ask for it again"), "{said}");
    let control = format!("{}.ctl", path.display());
    let without_hash: String = fs::read_to_string(&control)
        .unwrap()
        .lines()
        .filter(|l| !l.starts_with("sha256"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(&control, without_hash).unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("[F02]") && said.contains("damaged or cut short"), "{said}");
    still_first(folder.path());
}

#[test]
fn a_wrong_encoding_is_named() {
    let folder = bank_before_second_night();
    let contract = fs::read_to_string(crate::program::workspace().join("sql/sources/core/customer.toml")).unwrap();
    let sources = folder.path().join("sql/sources/core");
    fs::create_dir_all(&sources).unwrap();
    fs::write(sources.join("customer.toml"), contract.replace("gb18030", "utf-8")).unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("CORE_CUSTOMER") && said.contains("not UTF-8"), "{said}");
    still_first(folder.path());
}

#[test]
fn totals_that_do_not_tie_refuse_the_file() {
    let folder = bank_before_second_night();
    let control = format!("{}.ctl", file(folder.path(), "CREDIT_LOAN").display());
    let text = fs::read_to_string(&control).unwrap();
    let changed: String = text
        .lines()
        .map(|l| match l.strip_prefix("sum_balance=") {
            Some(sum) => format!("sum_balance=1{sum}\n"),
            None => format!("{l}\n"),
        })
        .collect();
    fs::write(&control, changed).unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("[F08]") && said.contains("difference"), "{said}");
    still_first(folder.path());
}

/// Write a data file anew with some of its rows, and a control file that agrees with it.
fn redeliver(path: &Path, keep: impl Fn(usize) -> bool, batch_seq: u32) {
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut content).unwrap();
    let rows: Vec<&[u8]> = content.split_inclusive(|b| *b == b'\n').collect();
    let kept: Vec<&[u8]> = rows.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, r)| *r).collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&kept.concat()).unwrap();
    let compressed = encoder.finish().unwrap();
    fs::write(path, &compressed).unwrap();
    let control = format!(
        "biz_date=2025-09-30\nbatch_seq={batch_seq}\nrows={}\nsha256={}\n",
        kept.len(),
        hex::encode(sha2::Sha256::digest(&compressed))
    );
    fs::write(format!("{}.ctl", path.display()), control).unwrap();
}

#[test]
fn a_full_file_that_shrank_is_held_until_somebody_accepts_it() {
    // Acceptance B3: nobody is closed because a file shrank.
    let folder = bank_before_second_night();
    redeliver(&file(folder.path(), "CORE_CONTACT_POINT"), |row| row % 2 == 0, 1);
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("[F06]") && said.contains("--accept-shrinkage core/contact_point"), "{said}");
    still_first(folder.path());
    assert!(fails(folder.path(), &["run", "--accept-shrinkage", "core/contacts"], 2).contains("core/contact_point"));
    done(folder.path(), &["run", "--accept-shrinkage", "core/contact_point"]);
    assert_eq!(done(folder.path(), &["status"])["release"], 2);
}

#[test]
fn a_general_ledger_that_does_not_tie_blocks_until_the_tolerance_allows_it() {
    // Acceptance B5: 0.50 in one branch and subject.
    let folder = bank_before_second_night();
    let path = file(folder.path(), "CORE_GL_CONTROL");
    let mut content = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut content).unwrap();
    let first = content.lines().next().unwrap().to_owned();
    let (keys, balance) = first.rsplit_once("|@|").unwrap();
    let cents = balance.replace('.', "").parse::<i64>().unwrap() + 50;
    let changed = content.replacen(&first, &format!("{keys}|@|{}.{:02}", cents / 100, cents % 100), 1);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(changed.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    fs::write(&path, &compressed).unwrap();
    let hash = hex::encode(sha2::Sha256::digest(&compressed));
    fs::write(format!("{}.ctl", path.display()), format!("rows={}\nsha256={hash}\n", changed.lines().count())).unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("the_general_ledger_ties: 1 failing row"), "{said}");
    still_first(folder.path());
    let reference = folder.path().join("sql/reference");
    fs::create_dir_all(&reference).unwrap();
    fs::write(reference.join("ref_tolerance.csv"), "tolerance,amount,reason\ngl_break,1.00,agreed with accounting\n")
        .unwrap();
    let toml = crate::program::workspace().join("sql/reference/ref_tolerance.toml");
    fs::copy(toml, reference.join("ref_tolerance.toml")).unwrap();
    done(folder.path(), &["run"]);
    let breaks = crate::program::query(folder.path(), "select break_amount, is_tolerated from stat_gl_break");
    assert_eq!(breaks, [serde_json::json!({ "break_amount": "0.50", "is_tolerated": true })]);
}

#[test]
fn yesterdays_file_under_todays_name_is_refused() {
    let folder = bank_before_second_night();
    let landing = folder.path().join("landing");
    for ending in ["", ".ctl"] {
        let name = |date: &str| landing.join(format!("CORE_TRANSACTION_{date}_D.dat.gz{ending}"));
        fs::copy(name("20250831"), name(SECOND_NIGHT)).unwrap();
    }
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("[F04]") && said.contains("2025-08-31"), "{said}");
    still_first(folder.path());
}

#[test]
fn what_is_delivered_again_counts_once() {
    // Acceptance A9.
    let folder = bank_before_second_night();
    let project = folder.path();
    done(project, &["run"]);
    let path = project.join(format!("landing/CORE_TRANSACTION_{SECOND_NIGHT}_D.dat.gz"));
    let said = || {
        let output = crate::program::tally_in(project, &["run"]);
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let content = fs::read(&path).unwrap();
    fs::write(&path, &content).unwrap();
    assert!(!said().contains("delivered again"));
    redeliver(&path, |row| row > 0, 1);
    assert!(said().contains("[F05]"), "{}", said());
    redeliver(&path, |row| row > 0, 2);
    assert!(said().contains("was corrected (batch_seq 2)"), "{}", said());
    assert_eq!(done(project, &["status"])["release"], 2);
}

#[test]
fn a_failing_check_publishes_nothing() {
    let folder = bank_before_second_night();
    let checks = folder.path().join("sql/checks");
    fs::create_dir_all(&checks).unwrap();
    fs::write(checks.join("nobody_is_rich.toml"), "description = \"for the test\"\nseverity = \"error\"\n").unwrap();
    fs::write(checks.join("nobody_is_rich.sql"), "select customer_id from mart_customer_view where tier <> 'MASS'\n")
        .unwrap();
    let said = fails(folder.path(), &["run"], 1);
    assert!(said.contains("nobody_is_rich") && said.contains("nothing was published"), "{said}");
    still_first(folder.path());
    fs::remove_dir_all(&checks).unwrap();
    assert_eq!(done(folder.path(), &["run"])["release"], 2);
}

#[test]
fn a_project_adds_and_replaces_nodes_by_files() {
    let folder = bank_before_second_night();
    let sql = folder.path().join("sql/decisions");
    fs::create_dir_all(&sql).unwrap();
    let toml = "description = \"d\"\ngrain = \"one row\"\nkey = [\"n\"]\nmaterialisation = \"table\"\npublish = true\n\
                owner = \"test\"\ncolumns = [{ name = \"n\", type = \"int\", class = \"C1\", description = \"n\" }]\n";
    fs::write(sql.join("mart_count.toml"), toml).unwrap();
    fs::write(sql.join("mart_count.sql"), "select count(*) as n from mart_customer_views\n").unwrap();
    let said = fails(folder.path(), &["run"], 2);
    assert!(said.contains("did you mean mart_customer_view"), "{said}");
    fs::write(sql.join("mart_count.sql"), "select count(*) as m from mart_customer_view\n").unwrap();
    let said = fails(folder.path(), &["plan"], 2);
    assert!(said.contains("`n` is described and not computed"), "{said}");
    fs::write(sql.join("mart_count.sql"), "select count(*) as n from mart_customer_view\n").unwrap();
    done(folder.path(), &["run"]);
    let rows = crate::program::query(folder.path(), "select n from mart_count");
    // Some of the sixty join later.
    assert!(rows[0]["n"].as_i64().unwrap() > 50);
}

#[test]
fn wrong_words_are_usage_and_say_what_to_write() {
    let folder = bank_before_second_night();
    let project = folder.path();
    assert!(fails(project, &["run", "--date", "2026-13-45"], 2).contains("2025-06-30"));
    assert!(fails(project, &["run", "--date", "2031-01-31"], 2).contains("2025-09-30 come(s) first"));
    let said = fails(&project.join("nowhere"), &["run"], 2);
    assert!(said.contains("no tally.toml") && said.contains("tally init"), "{said}");
    assert!(fails(project, &["run", "--set", "landing=nowhere"], 3).contains("landing"));
    fs::write(project.join("tally.toml"), "name = \"x\"\nsystems = [core]\n").unwrap();
    let said = fails(project, &["run"], 2);
    assert!(said.contains("tally.toml") && said.contains("line 2"), "{said}");
}

#[test]
fn no_business_date_is_left_out_in_silence() {
    let folder = crate::program::bank(60, 3);
    let project = folder.path();
    let hidden = project.join("hidden");
    fs::create_dir(&hidden).unwrap();
    let second_night = || {
        let names = fs::read_dir(project.join("landing")).unwrap().chain(fs::read_dir(&hidden).unwrap());
        names.map(|e| e.unwrap().path()).filter(|p| p.to_string_lossy().contains(SECOND_NIGHT)).collect::<Vec<_>>()
    };
    done(project, &["run", "--to", "2025-08-31"]);
    assert!(fails(project, &["run", "--from", "2025-10-31"], 2).contains("2025-09-30 come(s) first"));
    fails(project, &["run", "--full", "--from", "2025-10-31"], 2);
    for path in second_night() {
        fs::rename(&path, hidden.join(path.file_name().unwrap())).unwrap();
    }
    assert_eq!(done(project, &["run"])["biz_date"], "2025-10-31");
    for path in second_night() {
        fs::rename(&path, project.join("landing").join(path.file_name().unwrap())).unwrap();
    }
    let output = crate::program::tally_in(project, &["run"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("2025-09-30 arrived after"), "{said}");
    assert_eq!(done(project, &["run", "--full"])["biz_dates"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_date_that_was_not_delivered_is_missing() {
    let folder = bank_before_second_night();
    done(folder.path(), &["run"]);
    let said = fails(folder.path(), &["run", "--date", "2025-10-31"], 3);
    assert!(said.contains("CORE_CUSTOMER_20251031_F.dat.gz"), "{said}");
}

#[test]
fn without_a_key_nothing_is_published_unmasked_by_accident() {
    let folder = bank_before_second_night();
    fs::remove_file(folder.path().join("pseudonym.key")).unwrap();
    assert!(fails(folder.path(), &["run"], 2).contains("pseudonym key"));
    still_first(folder.path());
}

#[test]
fn too_little_memory_is_the_machine_and_publishes_nothing() {
    let folder = bank_before_second_night();
    let said = fails(folder.path(), &["run", "--set", "engine.memory_mb=1"], 5);
    assert!(said.contains("engine.memory_mb") && !said.contains("panicked"), "{said}");
    still_first(folder.path());
    assert_eq!(done(folder.path(), &["run"])["release"], 2);
}

#[test]
fn an_empty_landing_folder_says_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("mybank");
    assert!(tally(&["init", project.to_str().unwrap()]).status.success());
    assert!(done(&project, &["plan"])["biz_dates"].as_array().unwrap().is_empty());
    assert!(fails(&project, &["run"], 3).contains("tally plan"));
    assert!(fails(&project, &["status"], 3).contains("tally run"));
    assert_eq!(tally(&["init", project.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn two_runs_at_once_are_one() {
    let folder = bank_before_second_night();
    let lock = warehouse::lock::WriterLock::take(&folder.path().join("warehouse")).unwrap();
    assert!(fails(folder.path(), &["run"], 4).contains("another run"));
    drop(lock);
    assert_eq!(done(folder.path(), &["run"])["release"], 2);
}

#[test]
fn a_killed_night_leaves_the_old_release_and_is_made_up_for() {
    // Acceptance B8, at four moments of a night.
    let undisturbed = bank_before_second_night();
    done(undisturbed.path(), &["run"]);
    let folder = bank_before_second_night();
    let project = folder.path();
    for milliseconds in [400, 1_200, 2_500, 4_000] {
        let mut child = Command::new(binary())
            .args(["run", "--project", project.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        if fs::read_link(project.join("published/current")).unwrap().to_str() != Some("1") {
            break;
        }
        still_first(project);
    }
    done(project, &["run"]);
    assert!(published_files(project) == published_files(undisturbed.path()));
}

#[test]
fn ad_hoc_segments_explain_what_is_wrong_with_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t.csv");
    let out = folder.path().join("out.csv");
    let run = |features: &[&str]| {
        let mut arguments =
            vec!["segment", table.to_str().unwrap(), "--id", "id", "--out", out.to_str().unwrap(), "--output", "json"];
        arguments.extend(features);
        tally(&arguments)
    };
    let write = |text: &str| fs::File::create(&table).unwrap().write_all(text.as_bytes()).unwrap();
    write("id,x,y,c\na,0,0,k\nb,0,2,k\nc,2,0,k\nd,10,10,k\ne,10,12,k\nf,12,10,k\n");
    // Acceptance N6.
    let output = run(&["--clusters", "2", "--transform", "none"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["k"].as_u64(), report["sizes"].as_array().map(Vec::len)), (Some(2), Some(2)));
    assert!((report["inertia"].as_f64().unwrap() - 10.666_667).abs() < 1e-6);
    assert!((report["silhouette"].as_f64().unwrap() - 0.839_816).abs() < 1e-6);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("id,segment,segment_name,distance\na,2,"), "{text}");
    let said = |features: &[&str], code: i32| {
        let output = run(features);
        assert_eq!(output.status.code(), Some(code));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(&["--features", "x,z"], 2).contains("no column `z`"));
    assert!(said(&["--features", "c"], 2).contains("every feature is constant"));
    assert!(said(&["--clusters", "7"], 1).contains("6 row(s) cannot form 7 segments"));
    write("id,x\na,1\nb,1\n");
    assert!(said(&[], 2).contains("constant"));
    write("id,x\na,1\na,2\n");
    assert!(said(&[], 2).contains("does not identify the rows"));
    write("id,x\n");
    assert!(said(&[], 2).contains("no rows"));
}

#[test]
fn a_contract_asks_for_values_that_are_unique_and_found_elsewhere() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let contract = fs::read_to_string(crate::program::workspace().join("sql/sources/core/account.toml")).unwrap();
    let sources = project.join("sql/sources/core");
    fs::create_dir_all(&sources).unwrap();
    let owner = "name = \"src_cust_no\"\n";
    let with = |words: &str| {
        assert!(contract.contains(owner));
        fs::write(sources.join("account.toml"), contract.replace(owner, &format!("{owner}{words}\n"))).unwrap();
    };
    with("references = \"core/custmer.src_cust_no\"");
    assert!(fails(project, &["plan"], 2).contains("there is no such feed"));
    with("unique = true");
    let said = fails(project, &["run"], 1);
    assert!(said.contains("core/account.src_cust_no is unique"), "{said}");
    still_first(project);
    // Accounts of organisations are not found among persons: a warning.
    with("references = \"core/customer.src_cust_no\"");
    let report = done(project, &["run"]);
    let warned = report["warnings"].as_array().unwrap().iter().map(|w| w["check"].as_str().unwrap().to_owned());
    assert!(
        warned
            .collect::<Vec<_>>()
            .contains(&"core/account.src_cust_no is found in core/customer.src_cust_no".to_owned())
    );
}
