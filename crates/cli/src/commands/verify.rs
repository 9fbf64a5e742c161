//! `tally verify`: compute a release again from the rows that it was made of, and compare.

use std::collections::BTreeMap;

use bank::BusinessDate;
use clap::Args;
use publish::{Manifest, folder};
use serde_json::json;
use warehouse::lock::WriterLock;
use warehouse::release::Pin;
use warehouse::{Journal, Night, Release};

use super::run::{prepare, stamp};
use crate::failure::CliFailure;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::project::{Project, ProjectArgs};

/// Compute a release again and prove that it comes out the same.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally verify --project mybank\n  tally verify --project mybank --release 41 --set engine.threads=1 --set engine.memory_mb=512\n\nThe release is computed from the release before it, the delivered rows that it holds and the SQL that it was made with;\nthen every table's content and every published file's bytes are compared. Readers see nothing of it. Exit code 1 when\nanything differs."
)]
pub struct VerifyArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// The release; the current one when absent.
    #[arg(long, value_name = "N")]
    release: Option<u64>,
}

/// Do it.
pub fn run(args: &VerifyArgs, printer: &Printer) -> Result<(), CliFailure> {
    let mut project = Project::open(&args.project)?;
    let _lock = WriterLock::take(&project.warehouse())?;
    let release = project.release(args.release)?;
    // As it was computed then, whatever the nodes are now.
    project.catalog = project.catalog.with_texts(&release.nodes)?;
    if release.program_version != env!("CARGO_PKG_VERSION") {
        printer.talk(&format!(
            "note: release {} was made by version {} and is computed again by {}",
            release.number,
            release.program_version,
            env!("CARGO_PKG_VERSION")
        ));
    }
    if release.settings_sha256 != project.settings_sha256 {
        printer.talk("note: the settings in tally.toml are not those that the release was made with");
    }
    let progress = Progress::new(printer, 1);
    progress.begin(0, &release.biz_date);
    let runtime = project.runtime()?;
    let compared = runtime.block_on(compute_again(&project, &release, &progress));
    progress.finish();
    // What was computed is no part of any release: the next run restores the tables that it writes.
    let compared = compared?;
    let differing: Vec<&Compared> = compared.iter().filter(|c| !c.is_same()).collect();
    printer.json(&json!({
        "release": release.number, "biz_date": release.biz_date, "compared": compared.len(),
        "status": if differing.is_empty() { "same" } else { "different" },
        "different": differing.iter().map(|c| json!({ "what": c.what, "then": c.then, "now": c.now })).collect::<Vec<_>>(),
    }));
    if differing.is_empty() {
        let (files, tables): (Vec<&Compared>, Vec<&Compared>) =
            compared.iter().partition(|c| c.what.ends_with(".parquet"));
        printer.line(&format!(
            "Release {} of {} comes out the same: {} tables by content, {} published files by bytes.",
            release.number,
            release.biz_date,
            tables.len(),
            files.len()
        ));
        return Ok(());
    }
    let rows: Vec<Vec<String>> =
        differing.iter().map(|c| vec![c.what.clone(), c.then.clone(), c.now.clone()]).collect();
    printer.table(&["what", "then", "now"], &rows);
    Err(CliFailure::data(format!("release {} does not come out the same: {} differ", release.number, differing.len()))
        .hint("the release itself is unchanged; `tally diff` shows rows"))
}

/// Something of the release, then and now.
struct Compared {
    what: String,
    then: String,
    now: String,
}

impl Compared {
    fn is_same(&self) -> bool {
        self.then == self.now
    }
}

async fn compute_again(project: &Project, release: &Release, progress: &Progress) -> Result<Vec<Compared>, CliFailure> {
    let warehouse = project.warehouse();
    let base = match release.previous {
        Some(number) => Some(project.releases().get(number).map_err(|e| {
            CliFailure::from(e)
                .hint(format!("release {} was built on it, and `tally vacuum` removed it", release.number))
        })?),
        None => None,
    };
    let date: BusinessDate =
        release.biz_date.parse().map_err(|e: bank::BusinessDateError| CliFailure::machine(e.to_string()))?;
    let stamp = stamp(project);
    let night = Night {
        engine: &project.engine,
        warehouse: &warehouse,
        catalog: &project.catalog,
        kinds: &project.kinds,
        date,
        base: base.as_ref(),
        number: release.number,
        stamp: &stamp,
    };
    let mut open = night.open(0, progress)?;
    open.take_over_release(release, |node| release.taken_over.iter().any(|taken| taken == node)).await?;
    let (again, reader) = open.compute(release.inputs.clone(), "", &mut Journal::none()).await?;
    let mut compared = tables(release, &again);
    let published = folder::of_release(&project.published(), release.number);
    if published.is_dir() {
        let scratch = project.engine.spill_dir.join("verify");
        let manifest = prepare(project, &again, &reader, &scratch).await?;
        compared.extend(files(&published, &manifest)?);
        std::fs::remove_dir_all(&scratch)?;
    }
    Ok(compared)
}

/// Every partition of every table.
fn tables(then: &Release, now: &Release) -> Vec<Compared> {
    let names: std::collections::BTreeSet<&String> = then.tables.keys().chain(now.tables.keys()).collect();
    let content = |release: &Release, name: &String| -> BTreeMap<String, String> {
        let pin: Option<&Pin> = release.tables.get(name);
        let contents = pin.into_iter().flat_map(|pin| &pin.content);
        contents.map(|(partition, c)| (partition.clone(), format!("{} rows {}", c.rows, c.hash))).collect()
    };
    let compare = |name: &String| {
        let (then, now) = (content(then, name), content(now, name));
        let differs = then.keys().chain(now.keys()).find(|partition| then.get(*partition) != now.get(*partition));
        let say = |contents: &BTreeMap<String, String>| match differs {
            Some(partition) => {
                format!("{partition} {}", contents.get(partition).map_or("nothing", String::as_str))
            }
            None => String::new(),
        };
        Compared { what: name.clone(), then: say(&then), now: say(&now) }
    };
    names.into_iter().map(compare).collect()
}

/// Every published file: as the manifest says, as it lies there, and as it comes out again.
fn files(published: &std::path::Path, again: &Manifest) -> Result<Vec<Compared>, CliFailure> {
    let manifest = Manifest::read(published)?;
    let mut compared = Vec::new();
    for table in &manifest.tables {
        let lies_there = crate::landing::sha256_of(&published.join(&table.file))?;
        let again = again.tables.iter().find(|t| t.file == table.file).map_or("", |t| t.sha256.as_str());
        let now = if lies_there == table.sha256 { again.to_owned() } else { format!("{lies_there} on disk") };
        compared.push(Compared { what: table.file.clone(), then: table.sha256.clone(), now });
    }
    Ok(compared)
}
