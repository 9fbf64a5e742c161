//! What customers allow and say, and whom lists name: a system that a bank adds to its project.

use std::fs;

use serde_json::Value;

use crate::program::{bank_before_second_night, deliver, done, query_unmasked};

#[test]
fn who_takes_consent_back_or_is_on_a_watch_list_leaves_the_vip_list_and_answers_count() {
    let folder = bank_before_second_night();
    let project = folder.path();
    let vips = query_unmasked(
        project,
        "select vip.customer_id, record.source_customer_no, record.id_type, record.id_no from mart_vip_list as vip \
         inner join dim_customer_xref as xref on vip.customer_id = xref.customer_id \
         inner join int_identity_record as record \
         on xref.source_system = record.source_system and xref.source_customer_no = record.source_customer_no \
         where xref.source_system = 'core' and record.id_no is not null order by record.source_customer_no",
    );
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    let (refused, listed, asked) = (&vips[0], &vips[1], &vips[2]);

    let settings = fs::read_to_string(project.join("tally.toml")).unwrap();
    let with_crm = settings.replace("systems = [\"core\"", "systems = [\"crm\", \"core\"");
    assert_ne!(settings, with_crm);
    fs::write(project.join("tally.toml"), with_crm).unwrap();
    let number = |row: &Value| text(row, "source_customer_no");
    deliver(
        project,
        "CRM_CONSENT_20250930_F.dat.gz",
        &[
            format!("{}\tprofiling\tALL\twithdrawn\t20250912093000", number(refused)),
            format!("{}\tmarketing\tSMS\twithdrawn\t20250912093000", number(refused)),
            format!("{}\tprofiling\tALL\tgranted\t20250801100000", number(asked)),
        ],
    );
    let entry = |row: &Value, until: &str| {
        format!("ATTENTION\t{}\t{}\t\tcourt case\t20250905\t{until}", text(row, "id_type"), text(row, "id_no"))
    };
    let entries = [entry(listed, "99991231"), entry(asked, "20250920")];
    deliver(project, "CRM_WATCHLIST_20250930_F.dat.gz", &entries);
    deliver(
        project,
        "CRM_SURVEY_20250930_D.dat.gz",
        &[
            format!("1\t{}\t20250915120000\tCSAT\t4\tqueue at noon", number(asked)),
            format!("2\t{}\t20250915120000\tNPS\t9\t", number(asked)),
        ],
    );
    let report = done(project, &["run"]);
    assert_eq!(report["quarantined_rows"].as_u64().unwrap_or(0), 0, "{report}");

    let of = |row: &Value, table: &str, columns: &str| {
        let sql = format!("select {columns} from {table} where customer_id = '{}'", text(row, "customer_id"));
        query_unmasked(project, &sql)
    };
    assert!(of(refused, "mart_vip_list", "customer_id").is_empty());
    assert!(of(refused, "int_watched_vip", "customer_id").is_empty());
    assert!(of(listed, "mart_vip_list", "customer_id").is_empty());
    assert_eq!(of(listed, "int_watched_vip", "list_type, reason")[0]["reason"], "court case");
    // An entry that is over and consent that was given change nothing.
    assert_eq!(of(asked, "mart_vip_list", "customer_id").len(), 1);
    // 0.6 x 75 + 0.4 x 100.
    assert_eq!(of(asked, "int_relation_index", "satisfaction_index")[0]["satisfaction_index"], "85.00");
    let said =
        query_unmasked(project, "select net_promoter_score from stat_relationship where recommendation_count > 0");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["net_promoter_score"], "100.00");
}
