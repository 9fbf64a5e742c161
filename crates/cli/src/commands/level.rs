//! `tally level propose|export|import|history`: tiers that somebody asks for and somebody else decides about.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use bank::BusinessDate;
use clap::{Args, Subcommand};
use serde_json::json;
use warehouse::Reader;

use crate::access::{AccessArgs, note, warehouse_reader};
use crate::commands::customer::{customer_id, quoted};
use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs};
use crate::reference_file::ReferenceFile;

/// The proposals of a project.
const PROPOSALS: ReferenceFile = ReferenceFile {
    table: "ref_tier_proposal",
    columns: &[
        "proposal_no",
        "scheme_id",
        "source_system",
        "source_customer_no",
        "tier",
        "applicant",
        "proposed_on",
        "approver",
        "approver_level",
        "decision",
        "decided_on",
        "valid_to",
        "reason",
        "evidence",
    ],
};
/// Who may decide about which tier.
const APPROVERS: ReferenceFile =
    ReferenceFile { table: "ref_tier_approver", columns: &["scheme_id", "tier", "approver_level"] };
/// Levels, the lowest first.
const LEVELS: [&str; 3] = ["OUTLET", "CITY", "PROVINCE"];

/// One line of the file of proposals.
struct Proposal {
    cells: Vec<String>,
}

/// Columns of [`PROPOSALS`] by name.
#[derive(Clone, Copy)]
enum Column {
    No,
    Scheme,
    System,
    Customer,
    Tier,
    Applicant,
    ProposedOn,
    Approver,
    Level,
    Decision,
    DecidedOn,
    ValidTo,
    Reason,
    Evidence,
}

impl Proposal {
    fn get(&self, column: Column) -> &str {
        self.cells.get(column as usize).map_or("", String::as_str)
    }

    fn set(&mut self, column: Column, value: &str) {
        if let Some(cell) = self.cells.get_mut(column as usize) {
            value.clone_into(cell);
        }
    }

    fn is_decided(&self) -> bool {
        !self.get(Column::Decision).is_empty()
    }
}

/// Ask for tiers, decide about them, and see how they came about (客户级别变动).
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally level propose core:1000000074 --tier PLATINUM --by M1 --reason \"deposit announced\" --project mybank\n  tally level export --out open.csv --unmasked --purpose \"weekly approval\" --project mybank\n  tally level import open.csv --project mybank\n  tally level history core:1000000074 --project mybank\n\nUpgrades that the balance earns need nobody. What is approved is in force from the first of the next month for six\nmonths; what nobody decides within ten business days expires."
)]
pub struct LevelArgs {
    #[command(subcommand)]
    command: LevelCommand,
}

#[derive(Debug, Subcommand)]
enum LevelCommand {
    /// Ask for a tier, or that the present one shall not be lowered.
    Propose(ProposeArgs),
    /// Write what waits for a decision to a file to decide in.
    Export(ExportArgs),
    /// Take over decisions from a file.
    Import(ImportArgs),
    /// Tier of a customer after each month, and what was asked for.
    History(HistoryArgs),
}

/// Ask for a tier, or that the present one shall not be lowered. The figures of the day are kept with it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally level propose core:1000000074 --tier PLATINUM --by M1 --reason \"deposit announced\" --project mybank\n  tally level propose core:1000000074 --hold --by M1 --reason \"house sold, money comes back\" --project mybank\n  tally level propose core:1000000074 --scheme abcd --tier A --by M1 --reason \"key account\" --project mybank"
)]
struct ProposeArgs {
    /// `<system>:<customer number>`.
    customer: String,
    /// The tier asked for.
    #[arg(long, required_unless_present = "hold", conflicts_with = "hold")]
    tier: Option<String>,
    /// The present tier shall not be lowered.
    #[arg(long)]
    hold: bool,
    /// Tier scheme.
    #[arg(long, default_value = "person")]
    scheme: String,
    /// Who asks.
    #[arg(long, value_name = "STAFF")]
    by: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Last day; six months from the decision on when absent.
    #[arg(long, value_name = "DATE")]
    until: Option<BusinessDate>,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Write what waits for a decision to a file to decide in. It holds names and numbers as they are, so it says why in the audit log.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tally level export --out open.csv --unmasked --purpose \"weekly approval\" --project mybank\n\nIn the file, fill approver, approver_level (OUTLET, CITY, PROVINCE), decision (APPROVE, REJECT) and decided_on."
)]
struct ExportArgs {
    /// A CSV or Parquet file.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Take over decisions from a file. They are kept in the project's sql/reference/ref_tier_proposal.csv.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally level import open.csv --project mybank\n  tally run --project mybank")]
struct ImportArgs {
    /// The file of `tally level export` with decisions.
    file: PathBuf,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Tier of a customer after each month, and what was asked for.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally level history core:1000000074 --project mybank\n  tally level history core:1000000074 --scheme class3 --output json --project mybank"
)]
struct HistoryArgs {
    /// `<system>:<customer number>`, or a customer_id of the warehouse.
    customer: String,
    /// Tier scheme.
    #[arg(long, default_value = "person")]
    scheme: String,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Do it.
pub fn run(args: &LevelArgs, printer: &Printer) -> Result<(), CliFailure> {
    let opened = |project: &ProjectArgs| -> Result<_, CliFailure> {
        let project = Project::open(project)?;
        let runtime = project.runtime()?;
        Ok((project, runtime))
    };
    match &args.command {
        LevelCommand::Propose(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(propose(args, &project, printer))
        }
        LevelCommand::Export(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(export(args, &project, printer))
        }
        LevelCommand::Import(args) => import(args, &Project::open(&args.project)?, printer),
        LevelCommand::History(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(history(args, &project, printer))
        }
    }
}

async fn propose(args: &ProposeArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(None)?;
    let reader = warehouse_reader(project, &release).await?;
    let tier = args.tier.clone().unwrap_or_default();
    if !args.hold {
        refuse_unknown_tier(&tier, &args.scheme, project)?;
    }
    let Some((system, number)) = args.customer.split_once(':') else {
        return Err(CliFailure::usage("name the customer as <system>:<customer number>, as in core:1000000074"));
    };
    let Some((id, _)) = customer_id(&args.customer, project, &reader).await? else {
        return Err(CliFailure::missing(format!("no customer with `{}` in release {}", args.customer, release.number)));
    };
    let mut proposals = proposals(project)?;
    let is_same = |p: &&Proposal| {
        !p.is_decided()
            && p.get(Column::Scheme) == args.scheme
            && (p.get(Column::System), p.get(Column::Customer)) == (system, number)
    };
    if let Some(open) = proposals.iter().find(is_same) {
        return Err(CliFailure::usage(format!(
            "{} of {} already asks for this customer and waits for a decision",
            open.get(Column::No),
            open.get(Column::ProposedOn)
        )));
    }
    let day = release.biz_date.replace('-', "");
    let prefix = format!("P{day}-");
    let last = proposals.iter().filter_map(|p| p.get(Column::No).strip_prefix(&prefix)?.parse::<u32>().ok()).max();
    let mut proposal = Proposal { cells: vec![String::new(); PROPOSALS.columns.len()] };
    let proposal_no = format!("{prefix}{}", last.unwrap_or(0) + 1);
    let evidence = evidence(&reader, &id, release.number).await?;
    let until = args.until.map(|date| date.to_string()).unwrap_or_default();
    for (column, value) in [
        (Column::No, proposal_no.as_str()),
        (Column::Scheme, &args.scheme),
        (Column::System, system),
        (Column::Customer, number),
        (Column::Tier, &tier),
        (Column::Applicant, &args.by),
        (Column::ProposedOn, &release.biz_date),
        (Column::ValidTo, &until),
        (Column::Reason, &args.reason),
        (Column::Evidence, &evidence),
    ] {
        proposal.set(column, value);
    }
    proposals.push(proposal);
    keep(project, &proposals, "level propose", &proposal_no, 1, release.number)?;
    printer.json(&json!({ "proposal_no": proposal_no, "evidence": evidence }));
    printer.line(&format!("{proposal_no}: {}", if args.hold { "no downgrade".to_owned() } else { tier }));
    printer.line(&format!("evidence: {evidence}"));
    printer.talk("Next: tally level export --out open.csv --unmasked --purpose \"...\"; somebody else decides");
    Ok(())
}

/// The figures that a proposal is judged by, as they were.
async fn evidence(reader: &Reader, id: &str, release: u64) -> Result<String, CliFailure> {
    let sql = format!(
        "select concat_ws('; ', 'tier ' || tier, 'average balance ' || cast(aum_month_avg as varchar), \
         'projected ' || cast(aum_month_projected as varchar), 'contribution of twelve months ' || cast(contribution_12m as varchar), \
         'scorecard ' || cast(gold_score as varchar), 'release {release}') from mart_customer_view where customer_id = '{}'",
        quoted(id)
    );
    let rows = text_rows(&reader.query(&sql).await?.batches)?;
    Ok(rows.first().and_then(|row| row.first()).cloned().unwrap_or_else(|| format!("release {release}")))
}

async fn export(args: &ExportArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    if !args.access.unmasked {
        return Err(CliFailure::usage("a tier cannot be decided about from masked numbers")
            .hint("add --unmasked --purpose \"...\"; the audit log keeps who asked and why"));
    }
    let release = project.release(args.access.release)?;
    let reader = warehouse_reader(project, &release).await?;
    let open: Vec<Vec<String>> = proposals(project)?.into_iter().filter(|p| !p.is_decided()).map(|p| p.cells).collect();
    reader.add("open_proposal", PROPOSALS.batch(&open)?)?;
    let sql = "select proposal.proposal_no, proposal.scheme_id, proposal.source_system, proposal.source_customer_no, \
               customer.customer_name, customer.tier as tier_now, proposal.tier, proposal.applicant, proposal.proposed_on, \
               proposal.reason, proposal.evidence, approver.approver_level as level_needed, proposal.valid_to, '' as approver, \
               '' as approver_level, '' as decision, '' as decided_on from open_proposal as proposal \
               left join dim_customer_xref as xref on proposal.source_system = xref.source_system \
               and proposal.source_customer_no = xref.source_customer_no \
               left join mart_customer_view as customer on xref.customer_id = customer.customer_id \
               left join ref_tier_approver as approver on proposal.scheme_id = approver.scheme_id and proposal.tier = approver.tier \
               order by proposal.proposed_on, proposal.proposal_no";
    let answer = reader.query(sql).await?;
    let rows: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    args.access.record(project, "level export", release.number, args.out.display().to_string(), rows as u64)?;
    write_rows(&args.out, &answer.schema, &answer.batches)?;
    printer.json(&json!({ "open": rows, "out": args.out }));
    printer.line(&format!("{rows} proposals wait for a decision: {}", args.out.display()));
    printer.talk(&format!("Next: decide in it, then tally level import {}", args.out.display()));
    Ok(())
}

fn import(args: &ImportArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let mut proposals = proposals(project)?;
    let approvers = APPROVERS.rows(project)?;
    let (mut approved, mut rejected, mut open) = (0, 0, 0);
    for (line, cells) in (2..).zip(PROPOSALS.rows_of(&args.file)?) {
        let decided = Proposal { cells };
        let refuse = |what: String| CliFailure::data(format!("{}, row {line}: {what}", args.file.display()));
        if !decided.is_decided() {
            open += 1;
            continue;
        }
        let number = decided.get(Column::No);
        let Some(proposal) = proposals.iter_mut().find(|p| p.get(Column::No) == number) else {
            return Err(refuse(format!("there is no proposal `{number}`")));
        };
        let decision = decided.get(Column::Decision).to_uppercase();
        if proposal.is_decided() {
            if proposal.get(Column::Decision) == decision
                && proposal.get(Column::Approver) == decided.get(Column::Approver)
            {
                continue;
            }
            return Err(refuse(format!("{number} was decided already: {}", proposal.get(Column::Decision))));
        }
        refuse_unclear(proposal, &decided, &decision, &approvers).map_err(refuse)?;
        match decision.as_str() {
            "APPROVE" => approved += 1,
            _ => rejected += 1,
        }
        proposal.set(Column::Decision, &decision);
        for column in [Column::Approver, Column::Level, Column::DecidedOn] {
            proposal.set(column, decided.get(column));
        }
    }
    let changed = approved + rejected;
    if changed > 0 {
        let release = project.releases().current()?.map_or(0, |release| release.number);
        keep(project, &proposals, "level import", &args.file.display().to_string(), changed, release)?;
    }
    printer.json(&json!({ "approved": approved, "rejected": rejected, "open": open }));
    printer.line(&format!("{approved} approved, {rejected} rejected, {open} still open"));
    printer.talk("Next: tally run; what is approved is in force from the first of the next month on");
    Ok(())
}

/// A decision must say who, of which level, what and when, and nobody decides about their own proposal.
fn refuse_unclear(
    proposal: &Proposal,
    decided: &Proposal,
    decision: &str,
    approvers: &[Vec<String>],
) -> Result<(), String> {
    let number = proposal.get(Column::No);
    if !["APPROVE", "REJECT"].contains(&decision) {
        return Err(format!("`{decision}` is no decision: write APPROVE or REJECT, or leave it empty"));
    }
    let approver = decided.get(Column::Approver);
    if approver.is_empty() {
        return Err(format!("{number} does not say who decided: fill approver"));
    }
    if approver == proposal.get(Column::Applicant) {
        return Err(format!("{approver} asked for {number} and cannot decide about it"));
    }
    let level = decided.get(Column::Level);
    let Some(rank) = LEVELS.iter().position(|known| *known == level) else {
        return Err(format!("approver_level `{level}` is not one of {}", LEVELS.join(", ")));
    };
    let wanted = [proposal.get(Column::Scheme), proposal.get(Column::Tier)];
    let is_tier = |row: &&Vec<String>| row.iter().take(2).eq(wanted);
    let needed = approvers.iter().find(is_tier).and_then(|row| row.get(2));
    if let Some(needed) = needed
        && decision == "APPROVE"
        && LEVELS.iter().position(|known| known == needed).is_some_and(|needed| rank < needed)
    {
        return Err(format!("{number} needs an approver of {needed}, {level} is too low"));
    }
    let on: BusinessDate = decided.get(Column::DecidedOn).parse().map_err(|e| format!("decided_on: {e}"))?;
    let asked: Result<BusinessDate, _> = proposal.get(Column::ProposedOn).parse();
    match asked {
        Ok(asked) if on < asked => Err(format!("{number} was asked for on {asked}, after {on}")),
        _ => Ok(()),
    }
}

async fn history(args: &HistoryArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(args.access.release)?;
    let reader = warehouse_reader(project, &release).await?;
    let Some((id, _)) = customer_id(&args.customer, project, &reader).await? else {
        return Err(CliFailure::missing(format!("no customer with `{}` in release {}", args.customer, release.number))
            .hint("name a customer as <system>:<customer number>, as in core:1000000074"));
    };
    args.access.record(project, "level history", release.number, id.clone(), 1)?;
    let condition = format!("customer_id = '{}' and scheme_id = '{}'", quoted(&id), quoted(&args.scheme));
    let months = format!(
        "select month, tier_before, tier, tier_status, months_below, tier_reached, aum_month_projected, effective_from \
         from fct_tier_month where {condition} order by month"
    );
    let asked = format!(
        "select proposal_no, tier, applicant, proposed_on, approver, decided_on, state, state_reason, effective_from, effective_to, \
         evidence from int_tier_proposal where {condition} order by proposed_on, proposal_no"
    );
    let (months, asked) = (reader.query(&months).await?, reader.query(&asked).await?);
    if printer.is_json() {
        printer.json(&json!({ "tiers": json_rows(&months.batches)?, "proposals": json_rows(&asked.batches)? }));
        return Ok(());
    }
    printer.rows(&months.schema, &months.batches)?;
    if asked.batches.iter().any(|batch| batch.num_rows() > 0) {
        printer.line("\nAsked for");
        printer.rows(&asked.schema, &asked.batches)?;
    }
    Ok(())
}

fn refuse_unknown_tier(tier: &str, scheme: &str, project: &Project) -> Result<(), CliFailure> {
    let known: Vec<String> = ["ref_tier", "ref_tier_approver"]
        .into_iter()
        .map(|table| ReferenceFile { table, columns: &["scheme_id", "tier"] }.rows(project))
        .collect::<Result<Vec<_>, _>>()?
        .concat()
        .into_iter()
        .filter_map(|row| row.get(..2).filter(|row| row[0] == scheme).map(|row| row[1].clone()))
        .collect();
    if known.iter().any(|name| name == tier) {
        return Ok(());
    }
    let mut names: Vec<String> = Vec::new();
    known.into_iter().for_each(|name| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    Err(match names.is_empty() {
        true => CliFailure::usage(format!("there is no scheme `{scheme}`")),
        false => {
            CliFailure::usage(format!("`{tier}` is no tier of {scheme}")).hint(format!("it has {}", names.join(", ")))
        }
    })
}

fn proposals(project: &Project) -> Result<Vec<Proposal>, CliFailure> {
    Ok(PROPOSALS.rows(project)?.into_iter().map(|cells| Proposal { cells }).collect())
}

fn keep(
    project: &Project,
    proposals: &[Proposal],
    action: &str,
    subject: &str,
    count: u64,
    release: u64,
) -> Result<(), CliFailure> {
    note(project, action, subject, release, format!("{count} proposals"), count)?;
    let rows: Vec<Vec<String>> = proposals.iter().map(|p| p.cells.clone()).collect();
    PROPOSALS.write(project, &rows)
}
