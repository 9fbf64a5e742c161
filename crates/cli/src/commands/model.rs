//! `tally model list|show|compare|promote`: versions of learned models.

use std::path::PathBuf;

use bank::BusinessDate;
use clap::{Args, Subcommand};
use segmentation::life_cycle::{Gate, Role, Version};
use serde_json::json;
use warehouse::Release;

use crate::access::{note, warehouse_reader};
use crate::failure::CliFailure;
use crate::kinds::model_table::{CARD_FILE, GATES_FILE, versions_of};
use crate::printer::Printer;
use crate::project::{Project, ProjectArgs, parse_date};
use crate::reference_file::ReferenceFile;

/// Versions that somebody made champion.
const PROMOTIONS: ReferenceFile = ReferenceFile {
    table: "ref_model_promotion",
    columns: &["model", "model_version", "effective_from", "promoted_by", "reason"],
};
/// Kinds of nodes whose rows are versions of a model.
const MODEL_KINDS: [&str; 2] = ["classifier", "cluster"];

/// Look at the versions of learned models, and say which one is applied.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally model list --project mybank\n  tally model show int_person_segment_model --project mybank\n  tally model compare int_person_segment_model --project mybank\n  tally model promote int_person_segment_model 2026-10-31 --by 0042 --reason \"clearer segments\" --project mybank\n\nA model is fitted when it is due and lives in the release, version by version. The champion is applied and published,\na challenger is applied beside it and waits."
)]
pub struct ModelArgs {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// All models and their versions.
    List(ListArgs),
    /// A version's card, or its files.
    Show(ShowArgs),
    /// Champion and challenger side by side.
    Compare(CompareArgs),
    /// Make a version champion from the next run on.
    Promote(PromoteArgs),
}

/// All models and their versions.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally model list --project mybank")]
pub struct ListArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

/// A version's card, or its files.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally model show int_person_segment_model --project mybank\n  tally model show int_person_segment_model --version 2026-10-31 --out segments-2026-10-31 --project mybank"
)]
pub struct ShowArgs {
    /// The model's node.
    model: String,
    /// A version; the champion when absent.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Folder to write the files to: model.json, card.md, gates.json, score.sql.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Champion and challenger side by side: the gates of the challenger, and their customers by segment of the last release.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally model compare int_person_segment_model --project mybank")]
pub struct CompareArgs {
    /// The model's node.
    model: String,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Make a version champion. It is kept in the project's sql/reference/ref_model_promotion.csv and holds from the next run on.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally model promote int_person_segment_model 2026-10-31 --by 0042 --reason \"clearer segments\" --project mybank\n  tally run --project mybank"
)]
pub struct PromoteArgs {
    /// The model's node.
    model: String,
    /// The version.
    version: String,
    /// Who decides: a staff number.
    #[arg(long, value_name = "STAFF")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Business date from which it holds; that of the last release when absent.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    from: Option<BusinessDate>,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &ModelArgs, printer: &Printer) -> Result<(), CliFailure> {
    let project = match &args.command {
        ModelCommand::List(args) => &args.project,
        ModelCommand::Show(args) => &args.project,
        ModelCommand::Compare(args) => &args.project,
        ModelCommand::Promote(args) => &args.project,
    };
    let project = Project::open(project)?;
    let runtime = project.runtime()?;
    match &args.command {
        ModelCommand::List(_) => runtime.block_on(list(&project, printer)),
        ModelCommand::Show(args) => runtime.block_on(show(args, &project, printer)),
        ModelCommand::Compare(args) => runtime.block_on(compare(args, &project, printer)),
        ModelCommand::Promote(args) => runtime.block_on(promote(args, &project, printer)),
    }
}

/// The nodes that are models, in the order of their names.
fn models(project: &Project) -> Vec<&str> {
    let is_model = |node: &&warehouse::Node| node.kind.as_deref().is_some_and(|kind| MODEL_KINDS.contains(&kind));
    project.catalog.nodes.values().filter(is_model).map(|node| node.name.as_str()).collect()
}

async fn versions(project: &Project, release: &Release, model: &str) -> Result<Vec<Version>, CliFailure> {
    let known = models(project);
    if !known.contains(&model) {
        return Err(
            CliFailure::usage(format!("there is no model `{model}`")).hint(format!("models are {}", known.join(", ")))
        );
    }
    let reader = warehouse_reader(project, release).await?;
    let answer = reader.query(&format!("select * from {model} order by fitted_on, model_version, file_name")).await?;
    versions_of(&answer.batches).map_err(CliFailure::data)
}

async fn list(project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let (mut rows, mut listed) = (Vec::new(), Vec::new());
    for model in models(project) {
        for version in versions(project, &release, model).await? {
            let failed: Vec<String> =
                gates(&version)?.into_iter().filter(|gate| !gate.is_passed).map(|gate| gate.gate).collect();
            let row = [model, &version.version, version.role.word(), &failed.join(", ")].map(ToString::to_string);
            listed.push(
                json!({ "model": model, "version": version.version, "role": version.role, "failed_gates": failed }),
            );
            rows.push(row.to_vec());
        }
    }
    printer.json(&json!({ "models": listed }));
    printer.table(&["model", "version", "role", "gates not passed"], &rows);
    Ok(())
}

async fn show(args: &ShowArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let versions = versions(project, &release, &args.model).await?;
    let is_wanted = |v: &&Version| match &args.version {
        Some(wanted) => v.version == *wanted,
        None => v.role == Role::Champion,
    };
    let version = versions.iter().find(is_wanted).ok_or_else(|| no_version(&args.model, &versions))?;
    if let Some(folder) = &args.out {
        let fail = |e: std::io::Error| CliFailure::machine(format!("cannot write {}: {e}", folder.display()));
        std::fs::create_dir_all(folder).map_err(fail)?;
        for (name, content) in &version.files {
            std::fs::write(folder.join(name), content).map_err(fail)?;
        }
        printer.talk(&format!("{} files in {}", version.files.len(), folder.display()));
    }
    printer.json(
        &json!({ "model": args.model, "version": version.version, "role": version.role, "files": version.files }),
    );
    if args.out.is_none() {
        printer.line(version.files.get(CARD_FILE).map_or("", String::as_str));
    }
    Ok(())
}

async fn compare(args: &CompareArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let versions = versions(project, &release, &args.model).await?;
    let Some(challenger) = versions.iter().find(|v| v.role == Role::Challenger) else {
        printer.json(&json!({ "model": args.model, "challenger": null }));
        printer.line("no version waits beside the champion");
        return Ok(());
    };
    let gates = gates(challenger)?;
    let rows: Vec<Vec<String>> = gates
        .iter()
        .map(|gate| {
            let passed = if gate.is_passed { "yes" } else { "no" };
            vec![gate.gate.clone(), format!("{:.4}", gate.value), format!("{:.4}", gate.limit), passed.to_owned()]
        })
        .collect();
    printer.table(&["gate", "found", "bound", "passed"], &rows);
    let reader = warehouse_reader(project, &release).await?;
    let mut sides = Vec::new();
    for (table, is_classifier) in scored_by(project, &args.model) {
        let (query, says, header): (String, &str, &[&str]) = match is_classifier {
            false => (
                format!(
                    "select segment as champion_segment, challenger_segment, count(*) as rows from {table} group by segment, challenger_segment \
                     order by segment, challenger_segment"
                ),
                "rows by segment of the champion and of",
                &["champion", "challenger", "rows"],
            ),
            true => (
                format!(
                    "select decile, count(*) as rows, cast(avg(probability) as decimal(9, 6)) as champion, \
                     cast(avg(challenger_probability) as decimal(9, 6)) as challenger from {table} group by decile order by decile"
                ),
                "mean probability by tenth of the champion, beside that of",
                &["tenth", "rows", "champion", "challenger"],
            ),
        };
        let answer = reader.query(&query).await?;
        printer.line(&format!("\n{table}: {says} {}", challenger.version));
        let texts = crate::printer::text_rows(&answer.batches)?;
        printer.table(header, &texts);
        sides.push(json!({ "table": table, "rows": texts }));
    }
    printer.json(&json!({ "model": args.model, "challenger": challenger.version, "gates": gates, "scored": sides }));
    Ok(())
}

/// Tables that are scored by a model, and whether by a classifier.
fn scored_by(project: &Project, model: &str) -> Vec<(String, bool)> {
    let scored = |node: &warehouse::Node| {
        let is_classifier = match node.kind.as_deref() {
            Some("cluster_score") => false,
            Some("classifier_score") => true,
            _ => return None,
        };
        let is_scored = node.inputs().any(|(role, name)| role == "model" && name == model);
        is_scored.then(|| (node.name.clone(), is_classifier))
    };
    project.catalog.nodes.values().filter_map(scored).collect()
}

async fn promote(args: &PromoteArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let versions = versions(project, &release, &args.model).await?;
    let Some(version) = versions.iter().find(|v| v.version == args.version) else {
        return Err(no_version(&args.model, &versions));
    };
    let from = args.from.map_or_else(|| release.biz_date.clone(), |from| from.to_string());
    let mut rows = PROMOTIONS.rows(project)?;
    rows.push(vec![args.model.clone(), args.version.clone(), from.clone(), args.by.clone(), args.reason.clone()]);
    PROMOTIONS.write(project, &rows)?;
    let subject = format!("{} {} by {}", args.model, args.version, args.by);
    note(project, "model promote", &args.reason, release.number, subject, 1)?;
    let failed: Vec<String> = gates(version)?.into_iter().filter(|g| !g.is_passed).map(|g| g.gate).collect();
    printer
        .json(&json!({ "model": args.model, "version": args.version, "effective_from": from, "failed_gates": failed }));
    if !failed.is_empty() {
        printer.talk(&format!("it did not pass: {}", failed.join(", ")));
    }
    printer.line(&format!("{} {} is champion from {from} on; next: tally run", args.model, args.version));
    Ok(())
}

fn no_version(model: &str, versions: &[Version]) -> CliFailure {
    let known: Vec<&str> = versions.iter().map(|v| v.version.as_str()).collect();
    CliFailure::usage(format!("{model} has no such version")).hint(format!("versions are {}", known.join(", ")))
}

fn gates(version: &Version) -> Result<Vec<Gate>, CliFailure> {
    let Some(text) = version.files.get(GATES_FILE) else { return Ok(Vec::new()) };
    serde_json::from_str(text).map_err(|e| CliFailure::data(format!("{GATES_FILE} of {}: {e}", version.version)))
}
