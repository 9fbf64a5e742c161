//! What people decide: tiers that are asked for, lists that are kept and followed up.

use std::fs;
use std::path::Path;

use crate::program::{bank_before_second_night, done, fails, query, query_unmasked, tally_in};

/// A person with a tier and money, as `<system>:<number>`.
fn somebody(project: &Path) -> String {
    let sql = "select xref.source_customer_no as number from dim_customer_xref as xref \
               inner join mart_customer_view as customer on xref.customer_id = customer.customer_id \
               where xref.source_system = 'core' and customer.tier = 'BASIC' and customer.relationship_stage <> 'LOST' \
               order by customer.aum_balance desc, xref.source_customer_no limit 1";
    format!("core:{}", query_unmasked(project, sql)[0]["number"].as_str().unwrap())
}

/// Fill the decision of the only proposal in an exported file.
fn decide(file: &Path, approver: &str, level: &str, decision: &str, on: &str) {
    let text = fs::read_to_string(file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with("approver,approver_level,decision,decided_on"), "{text}");
    assert!(lines[1].ends_with(",,,,"), "{text}");
    let row = lines[1].strip_suffix(",,,,").unwrap();
    lines[1] = format!("{row},{approver},{level},{decision},{on}");
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

#[test]
fn who_asks_for_a_tier_does_not_decide_and_what_is_approved_is_in_force_next_month() {
    // Acceptance J7.
    let folder = bank_before_second_night();
    let project = folder.path();
    let customer = somebody(project);
    let propose = ["level", "propose", &customer, "--tier", "PRIVATE", "--by", "M1", "--reason", "family office"];
    let said = fails(project, &["level", "propose", &customer, "--tier", "SILVER", "--by", "M1", "--reason", "x"], 2);
    assert!(said.contains("SILVER") && said.contains("PLATINUM"), "{said}");
    let proposed = done(project, &propose);
    assert_eq!(proposed["proposal_no"], "P20250831-1");
    assert!(proposed["evidence"].as_str().unwrap().contains("tier BASIC"), "{proposed}");
    assert!(fails(project, &propose, 2).contains("P20250831-1"), "asked for twice");

    let file = project.join("open.csv");
    let out = file.to_str().unwrap();
    fails(project, &["level", "export", "--out", out], 2);
    let export = ["level", "export", "--out", out, "--unmasked", "--purpose", "weekly approval"];
    for (approver, level, why) in [
        ("M1", "PROVINCE", "M1 asked for"),
        ("A1", "CITY", "needs an approver of PROVINCE"),
        ("A1", "VILLAGE", "VILLAGE"),
        ("", "PROVINCE", "fill approver"),
    ] {
        assert_eq!(done(project, &export)["open"], 1);
        decide(&file, approver, level, "APPROVE", "2025-08-31");
        let said = fails(project, &["level", "import", out], 1);
        assert!(said.contains(why), "{said}");
    }
    done(project, &export);
    decide(&file, "A1", "PROVINCE", "APPROVE", "2025-08-31");
    assert_eq!(done(project, &["level", "import", out])["approved"], 1);
    assert_eq!(done(project, &["level", "import", out])["approved"], 0, "the same decision again changes nothing");
    assert_eq!(done(project, &export)["open"], 0);

    done(project, &["run"]);
    let history = done(project, &["level", "history", &customer]);
    assert_eq!(history["proposals"][0]["state"], "EFFECTIVE", "{history}");
    assert_eq!(history["proposals"][0]["effective_from"], "2025-09-01");
    assert!(history["proposals"][0]["evidence"].as_str().unwrap().contains("tier BASIC"), "evidence is frozen");
    assert_eq!(history["tiers"].as_array().unwrap().len(), 2);
    assert_eq!(history["tiers"][0]["tier"], "BASIC");
    assert_eq!(history["tiers"][1]["tier"], "PRIVATE");
    assert!(fs::read_to_string(project.join("warehouse/_audit.jsonl")).unwrap().contains("level import"));
}

#[test]
fn a_list_keeps_its_members_and_shows_what_became_of_them() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let condition = "tier = 'GOLD' or tier = 'PLATINUM'";
    let create = ["list", "create", "spring", "--where", condition, "--purpose", "win back"];
    fails(project, &["list", "create", "a b", "--where", condition, "--purpose", "x"], 2);
    fails(project, &["list", "create", "none", "--where", "tier = 'SILVER'", "--purpose", "x"], 1);
    let members = done(project, &create)["members"].as_u64().unwrap();
    let sql = format!("select count(*) as n from mart_customer_view where {condition}");
    assert_eq!(query(project, &sql)[0]["n"], members);
    assert!(members > 0);
    assert!(fails(project, &create, 2).contains("never changes"));
    let shown = done(project, &["list", "show", "spring"]);
    assert_eq!(shown.as_array().unwrap().len() as u64, members);
    assert!(shown[0].get("source_customer_no").is_none(), "masked: {}", shown[0]);
    assert_eq!(shown[0]["still_meets"], true);
    assert_eq!(done(project, &["list", "track", "spring"])["nights"].as_array().unwrap().len(), 0);

    done(project, &["run"]);
    let tracked = done(project, &["list", "track", "spring"]);
    let night = &tracked["nights"][0];
    assert_eq!((night["biz_date"].as_str(), night["members"].as_u64()), (Some("2025-09-30"), Some(members)));
    // The list's change is the change of its members' AUM between the releases.
    let sum = |release: &str, sql: &str| {
        let rows = done(project, &["query", sql, "--release", release, "--unmasked", "--purpose", "test"]);
        rows[0]["aum"].as_str().unwrap().to_owned()
    };
    let then = sum("1", &format!("select sum(aum_balance) as aum from mart_customer_view where {condition}"));
    assert_eq!(night["aum_then"], then);
    let now = sum(
        "2",
        "select sum(aum_balance) as aum from mart_customer_view where customer_id in (select xref.customer_id \
         from dim_customer_xref as xref inner join ref_list_member as member on xref.source_system = member.source_system \
         and xref.source_customer_no = member.source_customer_no)",
    );
    assert_eq!(night["aum_balance"], now);
    let lists = done(project, &["list", "show"]);
    assert_eq!(lists[0]["list_name"], "spring");
    assert_eq!(lists[0]["member_count"], members);
    assert!(tally_in(project, &["list", "show", "summer"]).status.code() == Some(3));
}
