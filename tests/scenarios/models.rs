//! Learned models from night to night: applied as they were fitted, fitted again by the month, compared, promoted, and held back.

use std::fs;

use sample_bank::SampleBank;

use crate::program::{done, fails, published_bank, query_unmasked, sample_bank_of};

#[test]
fn the_sql_of_a_model_gives_the_segments_that_were_published() {
    let bank = published_bank();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("model");
    let shown = done(bank, &["model", "show", "int_segment_model", "--out", out.to_str().unwrap()]);
    assert_eq!(shown["role"], "CHAMPION");
    assert!(fs::read_to_string(out.join("card.md")).unwrap().contains("## Counts that were tried"));
    let score = fs::read_to_string(out.join("score.sql")).unwrap();
    // Distances are published with six places.
    let sql = format!(
        "select count(*) as n, sum(case when mart.segment = score.segment and mart.segment_name = score.segment_name \
         and abs(mart.distance - score.distance) < 0.0000006 and abs(mart.membership - score.membership) < 0.0000006 then 0 else 1 end) as off \
         from mart_segment as mart full outer join ({score}) as score on mart.customer_id = score.customer_id"
    );
    let counted = query_unmasked(bank, &sql);
    assert!(counted[0]["n"].as_i64().unwrap() > 1_000, "{counted:?}");
    assert_eq!(counted[0]["off"], 0);
}

#[test]
fn every_segment_has_a_sheet_and_everybody_is_in_one() {
    let rows = query_unmasked(
        published_bank(),
        "select count(*) as segments, sum(customer_count) as customers, sum(customer_share) as share, \
         min(length(typical_action)) as shortest, (select count(*) from mart_segment) as all_customers from mart_segment_profile",
    );
    assert!(rows[0]["segments"].as_i64().unwrap() >= 4, "{rows:?}");
    assert_eq!(rows[0]["customers"], rows[0]["all_customers"]);
    assert!(rows[0]["shortest"].as_i64().unwrap() > 5, "{rows:?}");
}

#[test]
fn a_broken_month_stops_at_the_gates_and_somebody_may_decide_otherwise() {
    let folder = sample_bank_of(&SampleBank { customers: 400, nights: 6, ..SampleBank::default() });
    let project = folder.path();
    done(project, &["run", "--to", "2025-12-31"]);
    let listed = |role: &str| -> Vec<String> {
        let models = done(project, &["model", "list"])["models"].as_array().unwrap().clone();
        let of_role = models.iter().filter(|m| m["role"] == role);
        of_role.map(|m| m["version"].as_str().unwrap().to_owned()).collect()
    };
    let champion = listed("CHAMPION");
    assert_eq!(champion.len(), 1);
    // From one month to the next two columns are read in another unit.
    let sql = project.join("sql/learned");
    fs::create_dir_all(&sql).unwrap();
    let builtin = fs::read_to_string(crate::program::workspace().join("sql/learned/int_segment_feature.sql")).unwrap();
    let broken = builtin
        .replace("metrics.aum_month_avg,", "cast(metrics.aum_month_avg / 5000 as decimal(18, 2)) as aum_month_avg,")
        .replace("metrics.age_years,", "cast(metrics.age_years + 60 as bigint) as age_years,");
    assert_ne!(broken, builtin);
    fs::write(sql.join("int_segment_feature.sql"), broken).unwrap();
    let toml = fs::read_to_string(crate::program::workspace().join("sql/learned/int_segment_feature.toml")).unwrap();
    fs::write(sql.join("int_segment_feature.toml"), toml).unwrap();
    let said = fails(project, &["run"], 1);
    assert!(said.contains("segments_are_stable"), "{said}");
    // Readers still see the month before. A bank that knows better lets the night pass, and the new version waits beside the champion.
    assert_eq!(listed("CHAMPION"), champion);
    let checks = project.join("sql/checks");
    fs::create_dir_all(&checks).unwrap();
    for ending in ["sql", "toml"] {
        let name = format!("segments_are_stable.{ending}");
        let text = fs::read_to_string(crate::program::workspace().join("sql/checks").join(&name)).unwrap();
        fs::write(checks.join(&name), text.replace("severity = \"error\"", "severity = \"warn\"")).unwrap();
    }
    done(project, &["run"]);
    assert_eq!(listed("CHAMPION"), champion);
    assert_eq!(listed("CHALLENGER"), ["2026-01-31"]);
    let compared = done(project, &["model", "compare", "int_segment_model"]);
    let failed = compared["gates"].as_array().unwrap().iter().filter(|gate| gate["is_passed"] == false);
    let failed: Vec<&str> = failed.map(|gate| gate["gate"].as_str().unwrap()).collect();
    assert!(failed.contains(&"drift of aum_month_avg") && failed.contains(&"drift of age_years"), "{failed:?}");
    let unknown = ["model", "promote", "int_segment_model", "2020-01-31", "--by", "0042", "--reason", "x"];
    assert!(fails(project, &unknown, 2).contains("2026-01-31"));
    done(
        project,
        &[
            "model",
            "promote",
            "int_segment_model",
            "2026-01-31",
            "--by",
            "0042",
            "--reason",
            "the unit changed for good",
        ],
    );
    done(project, &["run", "--from", "2026-01-31"]);
    assert_eq!(listed("CHAMPION"), ["2026-01-31"]);
    let versions =
        query_unmasked(project, "select model_version, count(*) as n from mart_segment group by model_version");
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0]["model_version"], "2026-01-31");
}

#[test]
fn a_bank_of_one_customer_has_no_segments_and_its_nights_go_on() {
    let folder = sample_bank_of(&SampleBank { customers: 1, nights: 2, systems: 3, ..SampleBank::default() });
    done(folder.path(), &["run"]);
    assert_eq!(query_unmasked(folder.path(), "select count(*) as n from mart_segment")[0]["n"], 0);
    assert!(
        query_unmasked(folder.path(), "select count(*) as n from mart_customer_view")[0]["n"].as_i64().unwrap() >= 1
    );
}
