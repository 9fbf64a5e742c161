//! Who is who, over nights: what the truth says, an owner whose record comes later, and what people decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::program::{
    bank, bank_before_second_night, done, fails, published_bank, query_unmasked, redeliver, tally_in, truth,
};

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

/// Pairs of records of one group.
fn pairs(group_of: &BTreeMap<String, String>) -> BTreeSet<(String, String)> {
    let mut groups: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    group_of.iter().for_each(|(record, group)| groups.entry(group).or_default().push(record));
    let mut pairs = BTreeSet::new();
    for members in groups.values() {
        for (place, one) in members.iter().enumerate() {
            pairs.extend(members[place + 1..].iter().map(|other| ((*one).clone(), (*other).clone())));
        }
    }
    pairs
}

#[test]
fn customers_are_found_as_they_were_planted_and_nobody_is_taken_for_another() {
    let project = published_bank();
    let found = query_unmasked(project, "select source_system, source_customer_no, customer_id from dim_customer_xref");
    let key = |row: &Value| format!("{}:{}", text(row, "source_system"), text(row, "source_customer_no"));
    let mut planted: BTreeMap<String, String> = BTreeMap::new();
    for record in truth(project, "record") {
        let party = format!("{} {}", record["party_type"], record.get("party_no").map_or("", String::as_str));
        planted.insert(format!("{}:{}", record["source_system"], record["source_customer_no"]), party);
    }
    // Test customers belong to nobody; inferred owners have no record.
    let found: BTreeMap<String, String> = found
        .iter()
        .filter(|row| planted.contains_key(&key(row)))
        .map(|row| (key(row), text(row, "customer_id")))
        .collect();
    planted.retain(|record, _| found.contains_key(record));
    let (found, planted) = (pairs(&found), pairs(&planted));
    let right = found.intersection(&planted).count();
    assert_eq!(found.len() - right, 0, "records of different people are one customer");
    // Target of the issue at this level of dirt: F1 of 0.98, which with precision 1 is recall of 0.961.
    assert!(right * 1_000 >= planted.len() * 961, "{right} of {} pairs", planted.len());
    let islands = query_unmasked(
        project,
        "select island_share from stat_island where party_type = 'PERSON' and biz_date = (select max(biz_date) from stat_island)",
    );
    let share: f64 = text(&islands[0], "island_share").parse().unwrap();
    assert!(share > 0.1 && share < 0.4, "{share}");
}

#[test]
fn an_owner_whose_record_comes_later_keeps_the_id() {
    // Acceptance A7.
    let folder = bank(60, 2);
    let project = folder.path();
    // A person whom the core system alone knows, with an account.
    let records = truth(project, "record");
    let systems_of =
        |party: &str| records.iter().filter(|r| r.get("party_no").map(String::as_str) == Some(party)).count();
    let owner = records
        .iter()
        .find(|r| r["source_system"] == "core" && r["party_type"] == "PERSON" && systems_of(&r["party_no"]) == 1)
        .unwrap()["source_customer_no"]
        .clone();
    redeliver(project, "CORE_CUSTOMER_20250831_F.dat.gz", 1, |lines| {
        lines.into_iter().filter(|line| !line.starts_with(owner.as_bytes())).collect()
    });
    done(project, &["run", "--to", "2025-08-31"]);
    let known = || {
        let sql = format!(
            "select customer.customer_id, customer.is_inferred, customer.customer_name, metrics.aum_balance \
             from dim_customer as customer inner join dim_customer_xref as xref on customer.customer_id = xref.customer_id \
             inner join int_customer_metrics as metrics on customer.customer_id = metrics.customer_id \
             where xref.source_system = 'core' and xref.source_customer_no = '{owner}'"
        );
        query_unmasked(project, &sql).remove(0)
    };
    let first = known();
    assert_eq!((&first["is_inferred"], text(&first, "customer_name")), (&Value::Bool(true), String::new()));
    let totals = "select sum(aum_balance) as a, (select sum(balance) from int_account) as b from int_customer_metrics";
    let totals = query_unmasked(project, totals).remove(0);
    assert_eq!(totals["a"], totals["b"]);
    done(project, &["run"]);
    let second = known();
    assert_eq!(
        (text(&second, "customer_id"), &second["is_inferred"]),
        (text(&first, "customer_id"), &Value::Bool(false))
    );
    assert!(!text(&second, "customer_name").is_empty());
    let history = format!(
        "select is_inferred, valid_to = date '9999-12-31' as is_open from hist_customer_record \
         where source_system = 'core' and source_customer_no = '{owner}' order by valid_from"
    );
    let history = query_unmasked(project, &history);
    let states: Vec<(&Value, &Value)> = history.iter().map(|row| (&row["is_inferred"], &row["is_open"])).collect();
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    assert_eq!(states, [(&yes, &no), (&no, &yes)]);
}

#[test]
fn people_decide_by_file_and_the_next_night_obeys() {
    let folder = bank(300, 2);
    let project = folder.path();
    done(project, &["run", "--to", "2025-08-31"]);
    // Masked, a pair cannot be decided; unmasked, somebody says why.
    let file = project.join("review.csv");
    let out = file.to_str().unwrap();
    fails(project, &["review", "export", "--out", out], 2);
    let asked = done(project, &["review", "export", "--out", out, "--unmasked", "--purpose", "monthly review"]);
    assert!(asked["pairs"].as_u64().unwrap() > 0, "{asked}");
    let audit = fs::read_to_string(project.join("warehouse/_audit.jsonl")).unwrap();
    assert!(audit.contains("review export") && audit.contains("monthly review"));
    let exported = fs::read_to_string(&file).unwrap();
    let mut lines = exported.lines();
    let header = lines.next().unwrap().to_owned();
    let first = lines.next().unwrap();
    let decided = |decision: &str, by: &str| {
        let row = first.strip_suffix(",,,").unwrap();
        format!("{header}\n{row}{decision},{by},2025-09-30,papers seen\n")
    };
    for (decision, by, says) in [("perhaps", "A. Steward", "`perhaps` is no decision"), ("same", "", "who decided")] {
        fs::write(&file, decided(decision, by)).unwrap();
        let said = fails(project, &["review", "import", out], 1);
        assert!(said.contains(says), "{said}");
    }
    fs::write(&file, decided("same", "A. Steward")).unwrap();
    assert_eq!(done(project, &["review", "import", out])["decided"], 1);
    assert_eq!(done(project, &["review", "import", out])["decided"], 0);
    done(project, &["run"]);
    let fields: Vec<&str> = first.split(',').collect();
    let customers = query_unmasked(
        project,
        &format!(
            "select customer_id, match_rule from dim_customer_xref where (source_system = '{}' and source_customer_no = '{}') \
             or (source_system = '{}' and source_customer_no = '{}')",
            fields[0], fields[1], fields[2], fields[3]
        ),
    );
    assert_eq!(customers.len(), 2);
    assert_eq!(customers[0]["customer_id"], customers[1]["customer_id"]);
    assert!(customers.iter().any(|c| c["match_rule"] == "STEWARD"), "{customers:?}");
    // The explanation holds the pair, masked, and the one id that ended.
    let explained = done(project, &["customer", "explain", &format!("{}:{}", fields[0], fields[1])]);
    assert!(explained["records"].as_array().unwrap().iter().any(|r| r["match_rule"] == "STEWARD"), "{explained}");
    assert!(!explained.to_string().contains(fields[1]), "a customer number is shown: {explained}");
    assert_eq!(explained["ids"].as_array().unwrap().len(), 1, "{explained}");
    assert!(
        explained["values"].as_array().unwrap().iter().any(|v| v["rule"] == "RESIDENT_ID" || v["rule"] == "VERIFIED")
    );
    // Found by name in any spelling, shown masked.
    let found = done(project, &["customer", "find", "--name", &format!(" {} ", fields[4]), "--limit", "500"]);
    let found = found.as_array().unwrap();
    assert!(found.iter().any(|c| c["customer_id"] == explained["customer_id"]), "{found:?}");
    assert!(!found.iter().any(|c| c["name"] == fields[4]));
    fails(project, &["customer", "find", "--name", "查无此人"], 3);
    assert!(tally_in(project, &["review", "list"]).status.success());
}

/// Requirement LF-03: merchants of a survey that have an account with us are left out of it.
#[test]
fn prospects_who_are_customers_are_told_apart() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let one = |sql: &str| query_unmasked(project, sql).remove(0);
    let person = one("select customer_name, id_no, mobile, xref.customer_id from int_identity_record as record \
         inner join dim_customer_xref as xref on record.source_system = xref.source_system \
         and record.source_customer_no = xref.source_customer_no \
         where record.source_system = 'core' and party_type = 'PERSON' and document_status(id_type, id_no) = 'VALID' \
         and mobile_key(record.mobile) is not null order by record.source_customer_no limit 1");
    let shop = one("select customer_name, id_no from int_identity_record \
         where source_system = 'core' and party_type = 'ORG' order by source_customer_no limit 1");
    let (name, id_no, mobile) = (text(&person, "customer_name"), text(&person, "id_no"), text(&person, "mobile"));
    let (shop_name, code) = (text(&shop, "customer_name"), text(&shop, "id_no"));
    let ledger = format!(
        "序号,商户名称,经营者,联系电话,身份证号,统一社会信用代码\n\
         1,,{name},,{id_no},\n\
         2,,{name},+86 {mobile},,\n\
         3,,诸葛无名,,{id_no},\n\
         4,{shop_name},,,,{code}\n\
         5,{shop_name},,,,\n\
         6,,{name},,,\n\
         7,石头记小吃店,诸葛无名,19999999999,,\n"
    );
    let survey = project.join("survey.csv");
    fs::write(&survey, ledger).unwrap();
    let (survey, out) = (survey.to_str().unwrap(), project.join("outcome.csv"));
    let outcomes = done(project, &["prospect", "dedupe", survey, "--unmasked", "--purpose", "test"]);
    let outcomes: Vec<(String, String)> =
        outcomes.as_array().unwrap().iter().map(|row| (text(row, "prospect_no"), text(row, "outcome"))).collect();
    let expected = ["matched", "matched", "review", "matched", "review", "new", "new"];
    let expected: Vec<(String, String)> =
        (1..).zip(expected).map(|(number, outcome): (u32, _)| (number.to_string(), outcome.to_owned())).collect();
    assert_eq!(outcomes, expected);
    // Masked as everything is, and the file says the same.
    let masked = done(project, &["prospect", "dedupe", survey]);
    assert_ne!(text(&masked[0], "customer_id"), text(&person, "customer_id"));
    assert_eq!(masked[0]["evidence"], "document, owner name");
    let written = done(project, &["prospect", "dedupe", survey, "--out", out.to_str().unwrap()]);
    assert_eq!((&written["matched"], &written["new"]), (&Value::from(3), &Value::from(2)));
    assert!(out.is_file());
    // A ledger that says nothing about who a prospect is.
    fs::write(survey, "区域,面积\n东,3\n").unwrap();
    assert!(fails(project, &["prospect", "dedupe", survey], 2).contains("区域"));
}
