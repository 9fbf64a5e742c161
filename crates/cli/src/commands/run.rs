//! `tally run`: the nightly build.

use std::path::PathBuf;

use bank::BusinessDate;
use chrono::{SecondsFormat, Utc};
use clap::Args;
use publish::audit::AuditRecord;
use publish::manifest::Freshness;
use publish::{Manifest, Masking, PublishRequest, audit, folder};
use serde_json::{Value, json};
use warehouse::lock::WriterLock;
use warehouse::night::Stamp;
use warehouse::{Night, Reader, Release, Releases};

use crate::access::{published_reader, who};
use crate::failure::CliFailure;
use crate::landing::Landing;
use crate::printer::{Printer, text_rows};
use crate::progress::{Progress, StepTime};
use crate::project::{Project, ProjectArgs, parse_date};

/// Load, compute, check and publish every business date that was delivered.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally run --project sample_data\n  tally run --project mybank --date 2026-11-20\n  tally run --project mybank --full        # everything again from the landing files\n  tally run --project mybank --set engine.threads=2\n\nA release becomes current only after every check has passed; until then readers see the one before. Running again\ndoes only what is not done."
)]
pub struct RunArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Only this business date; it must be the next one that was delivered.
    #[arg(long, value_parser = parse_date, value_name = "DATE", conflicts_with_all = ["from", "to", "full"])]
    date: Option<BusinessDate>,
    /// Not before this business date.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    from: Option<BusinessDate>,
    /// Not after this business date.
    #[arg(long, value_parser = parse_date, value_name = "DATE")]
    to: Option<BusinessDate>,
    /// Start from nothing and rebuild every business date from the landing files.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    full: bool,
    /// Accept a full file that is much smaller than the one before, as in `core/customer`; may be repeated.
    #[arg(long, value_name = "SYSTEM/FEED")]
    accept_shrinkage: Vec<String>,
    /// Wait no longer for feeds whose contract says `allow_stale`: they go on with what they said the day before.
    #[arg(long)]
    past_deadline: bool,
}

/// Releases whose files are looked at again: the restatement window of the domain specification, in days.
const RECENT_RELEASES: usize = 35;

/// Do it.
pub fn run(args: &RunArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = Project::open(&args.project)?;
    // Found before hours of work, not after.
    if project.is_masked() {
        project.pseudonym_key()?;
    }
    let landing = Landing::new(&project)?.accept_shrinkage(&args.accept_shrinkage)?;
    let landing = landing.past_deadline(args.past_deadline);
    let _lock = WriterLock::take(&project.warehouse())?;
    let releases = project.releases();
    let current = releases.current()?;
    if let Some(current) = &current {
        // A run killed between the two switches left the published pointer one release behind.
        if folder::current_release(&project.published()) != Some(current.number) {
            folder::switch(&project.published(), current.number)?;
        }
    }
    let dates = dates_to_do(args, &landing, current.as_ref())?;
    let late = if args.full { vec![] } else { arrived_late(&landing, current.as_ref())? };
    if !late.is_empty() {
        printer.talk(&format!(
            "warning: {} arrived after a later business date was processed and is not loaded; `tally run --full` includes it",
            late.join(", ")
        ));
    }
    if !args.full {
        let chain = releases.chain()?;
        let recent = &chain[chain.len().saturating_sub(RECENT_RELEASES)..];
        landing.delivered_again(recent).iter().for_each(|again| printer.talk(&format!("warning: {again}")));
    }
    if dates.is_empty() {
        return nothing_to_do(&project, current.as_ref(), printer);
    }
    let runtime = project.runtime()?;
    let progress = Progress::new(printer, dates.len());
    let mut build = Build { project: &project, landing: &landing, releases: &releases, current, base: None };
    if !args.full {
        build.base.clone_from(&build.current);
    }
    let mut manifest = None;
    for (index, date) in dates.iter().enumerate() {
        progress.begin(index, &date.to_string());
        let published = runtime.block_on(build.date(*date, &progress)).inspect_err(|_| progress.finish())?;
        if let Some(release) = &build.base {
            progress.pause(|| printer.talk(&format!("{date}  release {}  {}", release.number, said(release))));
            for feed in landing.stale(*date) {
                progress
                    .pause(|| printer.talk(&format!("warning: {feed} did not come; it stands as on the day before")));
            }
        }
        manifest = published.or(manifest);
    }
    progress.finish();
    match manifest {
        Some(manifest) => runtime.block_on(report(&project, &manifest, &dates, printer)),
        None => Ok(()),
    }
}

/// Business dates to process, in order.
fn dates_to_do(
    args: &RunArgs,
    landing: &Landing<'_>,
    current: Option<&Release>,
) -> Result<Vec<BusinessDate>, CliFailure> {
    let delivered = landing.business_dates()?;
    if delivered.is_empty() {
        return Err(CliFailure::missing(
            "no business date was delivered: no file in the landing folder has the name of a feed",
        )
        .hint("`tally plan` shows which files are expected"));
    }
    let processed = |date: &BusinessDate| !args.full && current.is_some_and(|c| date.to_string() <= c.biz_date);
    if let Some(date) = args.date {
        if current.is_some_and(|c| c.biz_dates.contains(&date.to_string())) {
            return Ok(vec![]);
        }
        if processed(&date) {
            return Err(CliFailure::usage(format!("{date} lies before the current release and was never delivered"))
                .hint("`tally run --full` rebuilds everything from the landing files"));
        }
        refuse_gap(date, delivered.iter().filter(|d| **d < date && !processed(d)))?;
        // A date without any file is reported as missing with the names that are expected.
        return Ok(vec![date]);
    }
    // A first run may begin where the bank wants its history to begin; after that no date may be left out.
    if let (Some(from), Some(_)) = (args.from, current) {
        refuse_gap(from, delivered.iter().filter(|d| **d < from && !processed(d)))?;
    }
    let wanted = |date: &BusinessDate| {
        !processed(date) && args.from.is_none_or(|from| *date >= from) && args.to.is_none_or(|to| *date <= to)
    };
    Ok(delivered.into_iter().filter(wanted).collect())
}

fn refuse_gap<'d>(date: BusinessDate, skipped: impl Iterator<Item = &'d BusinessDate>) -> Result<(), CliFailure> {
    let skipped: Vec<String> = skipped.map(ToString::to_string).collect();
    if skipped.is_empty() {
        return Ok(());
    }
    Err(CliFailure::usage(format!("{date} is not the next business date: {} come(s) first", skipped.join(", ")))
        .hint("`tally run` without --date and --from does them all in order"))
}

/// Business dates that arrived after a later one was processed: a run does not go back to them, so it must say so.
fn arrived_late(landing: &Landing<'_>, current: Option<&Release>) -> Result<Vec<String>, CliFailure> {
    let Some(current) = current else { return Ok(vec![]) };
    let began = current.biz_dates.first().cloned().unwrap_or_default();
    let dates = landing.business_dates()?.into_iter().map(|d| d.to_string());
    Ok(dates.filter(|d| *d > began && *d < current.biz_date && !current.biz_dates.contains(d)).collect())
}

fn nothing_to_do(project: &Project, current: Option<&Release>, printer: &Printer) -> Result<(), CliFailure> {
    let release = current.map(|c| c.number);
    let biz_date = current.map(|c| c.biz_date.clone());
    printer.json(&json!({ "status": "nothing to do", "release": release, "biz_date": biz_date }));
    printer.line(&match current {
        Some(c) => format!("Nothing to do: release {} of {} is current.", c.number, c.biz_date),
        None => format!("Nothing to do in {}.", project.folder.display()),
    });
    Ok(())
}

/// `12 files, 34,567 rows, 1 quarantined, 2 warnings`.
fn said(release: &Release) -> String {
    let rows: u64 = release.inputs.iter().map(|i| i.loaded_rows).sum();
    let quarantined: u64 = release.inputs.iter().map(|i| i.quarantined_rows).sum();
    let warnings = release.checks.iter().filter(|c| c.failed_rows > 0).count();
    format!("{} files, {rows} rows loaded, {quarantined} quarantined, {warnings} warning(s)", release.inputs.len())
}

struct Build<'a> {
    project: &'a Project,
    landing: &'a Landing<'a>,
    releases: &'a Releases,
    current: Option<Release>,
    /// Release that the next business date builds on.
    base: Option<Release>,
}

impl Build<'_> {
    /// One business date. Published only when it does not lie before what readers see: a full rebuild shows itself
    /// when it has caught up.
    async fn date(&mut self, date: BusinessDate, progress: &Progress) -> Result<Option<Manifest>, CliFailure> {
        let base = self.base.as_ref();
        let tables = self.landing.complete(date, base)?;
        let now = Utc::now();
        let stamp = Stamp {
            run_id: format!("{}-{}", now.format("%Y%m%dT%H%M%S%3fZ"), std::process::id()),
            created_at: now.to_rfc3339_opts(SecondsFormat::Millis, true),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_sha256: self.project.settings_sha256.clone(),
        };
        let newest = self.base.as_ref().into_iter().chain(&self.current).map(|r| r.number).max();
        let warehouse = self.project.warehouse();
        let night = Night {
            engine: &self.project.engine,
            warehouse: &warehouse,
            catalog: &self.project.catalog,
            kinds: &self.project.kinds,
            date,
            base,
            number: newest.unwrap_or(0) + 1,
            stamp: &stamp,
        };
        let mut open = night.open(tables, progress)?;
        let inputs = self.landing.deliver(date, base, &mut open).await?;
        let (release, reader) = open.compute(inputs).await?;
        self.releases.save(&release)?;
        self.record(&release, progress.end())?;
        let catches_up = self.current.as_ref().is_none_or(|c| release.biz_date >= c.biz_date);
        let manifest = match catches_up {
            true => Some(self.publish(&release, &reader).await?),
            false => None,
        };
        if manifest.is_some() {
            self.current = Some(release.clone());
        }
        self.base = Some(release);
        Ok(manifest)
    }

    async fn publish(&self, release: &Release, reader: &Reader) -> Result<Manifest, CliFailure> {
        let project = self.project;
        let warehouse = project.warehouse();
        let masking = match project.is_masked() {
            true => Masking::masked(reader, &project.pseudonym_key()?).await?,
            false => Masking::Full,
        };
        let published = project.published();
        let manifest = publish::publish(PublishRequest {
            reader,
            catalog: &project.catalog,
            release,
            masking: &masking,
            published: &published,
            freshness: freshness(reader).await?,
        })
        .await?;
        audit::append(&warehouse, publish_record(&manifest))?;
        self.releases.make_current(release.number)?;
        folder::switch(&published, release.number)?;
        Ok(manifest)
    }

    /// `_runs/<run id>/run.json`: what was read, how long each step took, how the checks went.
    fn record(&self, release: &Release, steps: Vec<StepTime>) -> Result<(), CliFailure> {
        let path: PathBuf = self.project.warehouse().join("_runs").join(&release.run_id).join("run.json");
        let record = json!({
            "run_id": release.run_id, "release": release.number, "biz_date": release.biz_date,
            "created_at": release.created_at, "inputs": release.inputs, "checks": release.checks, "steps": steps,
        });
        let text = serde_json::to_vec_pretty(&record).unwrap_or_default();
        Ok(warehouse::release::write_atomically(&path, &text)?)
    }
}

async fn freshness(reader: &Reader) -> Result<Vec<Freshness>, CliFailure> {
    let sql = "select system, feed, cast(max(biz_date) as varchar) from meta_file group by system, feed order by system, feed";
    let rows = text_rows(&reader.query(sql).await?.batches)?;
    let one = |mut row: Vec<String>| {
        let biz_date = row.pop()?;
        let feed = row.pop()?;
        Some(Freshness { system: row.pop()?, feed, biz_date })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

fn publish_record(manifest: &Manifest) -> AuditRecord {
    AuditRecord {
        at: manifest.created_at.clone(),
        who: who(),
        action: "publish".to_owned(),
        purpose: "nightly release".to_owned(),
        release: manifest.release,
        privacy: manifest.privacy.clone(),
        subject: manifest.tables.iter().map(|t| t.table.as_str()).collect::<Vec<_>>().join(","),
        rows: manifest.tables.iter().map(|t| t.rows).sum(),
        previous_sha256: String::new(),
    }
}

async fn report(
    project: &Project,
    manifest: &Manifest,
    dates: &[BusinessDate],
    printer: &Printer,
) -> Result<(), CliFailure> {
    let folder = project.published().join(folder::CURRENT);
    let reader = published_reader(project, manifest.release).await?;
    let profile = reader
        .query(
            "select segment, segment_name, customer_count, cast(customer_share * 100 as decimal(9,1)) as share_pct, \
             aum_month_avg, cast(aum_share * 100 as decimal(9,1)) as aum_share_pct, liability_balance, \
             cast(customer_txn_count_3m as decimal(18,1)) as txn_3m, cast(age_years as decimal(9,0)) as age \
             from mart_segment_profile order by segment",
        )
        .await?;
    let release = project.releases().get(manifest.release)?;
    let warnings: Vec<Value> = release
        .checks
        .iter()
        .filter(|c| c.failed_rows > 0)
        .map(|c| json!({ "check": c.check, "failed_rows": c.failed_rows }))
        .collect();
    printer.json(&json!({
        "status": "published", "release": manifest.release, "biz_date": manifest.biz_date,
        "biz_dates": dates.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "published": folder, "tables": manifest.tables.iter().map(|t| json!({
            "table": t.table, "file": t.file, "rows": t.rows, "bytes": t.bytes, "sha256": t.sha256,
        })).collect::<Vec<_>>(),
        "segments": crate::printer::json_rows(&profile.batches)?,
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
    for check in release.checks.iter().filter(|c| c.failed_rows > 0) {
        printer.talk(&format!("warning: {}: {} row(s)", check.check, check.failed_rows));
    }
    printer.line(&format!(
        "\nNext: tally status --project {0}\n      tally query \"select * from mart_vip_list limit 5\" --project {0}",
        project.folder.display()
    ));
    Ok(())
}
