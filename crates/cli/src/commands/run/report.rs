//! What a run says when it is done.

use bank::BusinessDate;
use publish::{Manifest, folder};
use serde_json::{Value, json};
use warehouse::Release;
use warehouse::release::InputFile;

use crate::access::published_reader;
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::Project;

/// There is no business date to do.
pub fn nothing_to_do(project: &Project, current: Option<&Release>, printer: &Printer) -> Result<(), CliFailure> {
    let release = current.map(|c| c.number);
    let biz_date = current.map(|c| c.biz_date.clone());
    printer.json(&json!({ "status": "nothing to do", "release": release, "biz_date": biz_date }));
    printer.line(&match current {
        Some(c) => format!("Nothing to do: release {} of {} is current.", c.number, c.biz_date),
        None => format!("Nothing to do in {}.", project.folder.display()),
    });
    Ok(())
}

/// A business date is done: `2026-11-20  release 7  12 files, 34567 rows loaded, 1 quarantined, 2 warning(s)`.
pub fn said(release: &Release, stale: &[String], printer: &Printer) {
    let rows: u64 = release.inputs.iter().map(|i| i.loaded_rows).sum();
    let quarantined: u64 = release.inputs.iter().map(|i| i.quarantined_rows).sum();
    let warnings = release.checks.iter().filter(|c| c.failed_rows > 0).count();
    printer.talk(&format!(
        "{}  release {}  {} files, {rows} rows loaded, {quarantined} quarantined, {warnings} warning(s)",
        release.biz_date,
        release.number,
        release.inputs.len()
    ));
    for feed in stale {
        printer.talk(&format!("warning: {feed} did not come; it stands as on the day before"));
    }
}

/// Only loading was asked for.
pub fn loaded(date: BusinessDate, inputs: &[InputFile], printer: &Printer) {
    printer.json(&json!({ "status": "loaded", "biz_date": date.to_string(), "inputs": inputs }));
    let rows: u64 = inputs.iter().map(|i| i.loaded_rows).sum();
    printer.line(&format!("{date}: {} files, {rows} rows loaded. Next: tally run", inputs.len()));
}

/// A release was published.
pub async fn published(
    project: &Project,
    manifest: &Manifest,
    release: &Release,
    before: Option<&Release>,
    dates: &[BusinessDate],
    printer: &Printer,
) -> Result<(), CliFailure> {
    let folder = project.published().join(folder::CURRENT);
    let reader = published_reader(project, manifest.release).await?;
    let profile = reader
        .query(
            "select party_type, segment, segment_name, customer_count, cast(customer_share * 100 as decimal(9,1)) as share_pct, \
             aum_month_avg, cast(aum_share * 100 as decimal(9,1)) as aum_share_pct, liability_balance, \
             cast(customer_txn_count_3m as decimal(18,1)) as txn_3m, cast(age_years as decimal(9,0)) as age \
             from mart_segment_profile order by party_type desc, segment",
        )
        .await?;
    let changes =
        reader.query("select subject, change, customer_count from stat_change order by subject, change").await?;
    let warnings: Vec<Value> = release
        .checks
        .iter()
        .filter(|c| c.failed_rows > 0)
        .map(|c| json!({ "check": c.check, "failed_rows": c.failed_rows }))
        .collect();
    let restated = restated_months(release, before);
    printer.json(&json!({
        "status": "published", "release": manifest.release, "biz_date": manifest.biz_date,
        "biz_dates": dates.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "published": folder, "tables": manifest.tables.iter().map(|t| json!({
            "table": t.table, "file": t.file, "rows": t.rows, "bytes": t.bytes, "sha256": t.sha256,
        })).collect::<Vec<_>>(),
        "segments": json_rows(&profile.batches)?,
        "changes": json_rows(&changes.batches)?,
        "restated_months": restated.iter().map(|(month, version, before)| json!({
            "month": month, "version": version, "release_before": before,
        })).collect::<Vec<_>>(),
        "warnings": warnings,
    }));
    printer.line(&format!(
        "\nPublished release {} of {} ({}) to {}",
        manifest.release,
        manifest.biz_date,
        manifest.privacy,
        folder.display()
    ));
    let rows: Vec<Vec<String>> =
        manifest.tables.iter().map(|t| vec![t.file.clone(), t.rows.to_string(), t.description.clone()]).collect();
    printer.table(&["file", "rows", "what it is"], &rows);
    printer.line("\nSegments (amounts are means per customer)");
    let header: Vec<&str> = profile.schema.fields().iter().map(|f| f.name().as_str()).collect();
    printer.table(&header, &text_rows(&profile.batches)?);
    printer.line("\nWhat changed since the business date before");
    printer.table(&["subject", "change", "customers"], &text_rows(&changes.batches)?);
    for (month, version, before) in &restated {
        printer.talk(&format!(
            "{month} was restated and is version {version} now; version {} stays in release {before}: tally diff --release {before} shows what differs",
            version - 1
        ));
    }
    for check in release.checks.iter().filter(|c| c.failed_rows > 0) {
        printer.talk(&format!("warning: {}: {} row(s)", check.check, check.failed_rows));
    }
    printer.line(&format!(
        "\nNext: tally status --project {0}\n      tally query \"select * from mart_vip_list limit 5\" --project {0}",
        project.folder.display()
    ));
    Ok(())
}

/// Months that this release has in a newer version than the release before: month, version, release of the one before.
fn restated_months<'r>(release: &'r Release, before: Option<&Release>) -> Vec<(&'r str, u32, u64)> {
    let known = |month: &String| before.and_then(|before| before.months.get(month));
    let newer = release.months.iter().filter_map(|(month, now)| {
        let known = known(month).filter(|known| known.version < now.version)?;
        Some((month.as_str(), now.version, known.release))
    });
    newer.collect()
}
