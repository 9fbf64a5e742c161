//! `tally customer show|find|explain|timeline`.

mod explain;
mod find;
mod timeline;

use clap::{Args, Subcommand};
use warehouse::{Reader, Release};

use crate::access::{AccessArgs, published_reader, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs};

/// Look at one customer.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally customer show core:1000000074 --project sample_data\n  tally customer find --name 王小明 --project sample_data\n  tally customer explain core:1000000074 --project sample_data\n  tally customer timeline core:1000000074 --project sample_data"
)]
pub struct CustomerArgs {
    #[command(subcommand)]
    command: CustomerCommand,
}

#[derive(Debug, Subcommand)]
enum CustomerCommand {
    /// Everything in the unified customer view about one customer.
    Show(ShowArgs),
    /// Customers by name, mobile or document.
    Find(find::FindArgs),
    /// Why these records are one customer, where each value comes from, why on the VIP list or not.
    Explain(explain::ExplainArgs),
    /// What happened, in every system: contracts, contacts and complaints, tiers, lists, signs of leaving.
    Timeline(timeline::TimelineArgs),
}

/// Everything in the unified customer view about one customer.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally customer show core:1000000074 --project sample_data\n  tally customer show 3f9a --project sample_data       # the beginning of a pseudonym\n  tally customer show core:1000000074 --project sample_data --unmasked --purpose \"complaint 4711\""
)]
pub struct ShowArgs {
    /// `<system>:<customer number>`, a pseudonym (its beginning is enough), or a customer_id of the warehouse.
    id: String,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// Do it.
pub fn run(args: &CustomerArgs, printer: &Printer) -> Result<(), CliFailure> {
    let (project, access) = match &args.command {
        CustomerCommand::Show(args) => (&args.project, &args.access),
        CustomerCommand::Find(args) => (&args.project, &args.access),
        CustomerCommand::Explain(args) => (&args.project, &args.access),
        CustomerCommand::Timeline(args) => (&args.project, &args.access),
    };
    let project = Project::open(project)?;
    let release = project.release(access.release)?;
    project.runtime()?.block_on(async {
        match &args.command {
            CustomerCommand::Show(args) => show(args, &project, &release, printer).await,
            CustomerCommand::Find(args) => find::run(args, &project, &release, printer).await,
            CustomerCommand::Explain(args) => explain::run(args, &project, &release, printer).await,
            CustomerCommand::Timeline(args) => timeline::run(args, &project, &release, printer).await,
        }
    })
}

async fn show(args: &ShowArgs, project: &Project, release: &Release, printer: &Printer) -> Result<(), CliFailure> {
    let warehouse = warehouse_reader(project, release).await?;
    let published = published_reader(project, release.number).await?;
    let known = customer_id(&args.id, project, &warehouse).await?;
    let (reader, id) = match (args.access.unmasked, known) {
        (true, Some((customer_id, _))) => (&warehouse, customer_id),
        (true, None) => {
            return Err(CliFailure::usage(
                "unmasked data is found by <system>:<customer number> or customer_id, not by pseudonym",
            ));
        }
        (false, Some((_, pseudonym))) => (&published, pseudonym),
        (false, None) => (&published, args.id.clone()),
    };
    let sql = format!("select * from mart_customer_view where customer_id like '{}%' limit 2", quoted(&id));
    let answer = reader.query(&sql).await?;
    let rows = text_rows(&answer.batches)?;
    let [row] = rows.as_slice() else {
        let why = if rows.is_empty() { "no customer" } else { "more than one customer" };
        return Err(CliFailure::missing(format!("{why} with `{}` in release {}", args.id, release.number))
            .hint("name a customer as <system>:<customer number>, as in core:1000000074"));
    };
    args.access.record(project, "customer show", release.number, id, 1)?;
    if printer.is_json() {
        printer.json(json_rows(&answer.batches)?.first().unwrap_or(&serde_json::Value::Null));
        return Ok(());
    }
    let described = &project.catalog.nodes.get("mart_customer_view");
    let lines: Vec<Vec<String>> = answer
        .schema
        .fields()
        .iter()
        .zip(row)
        .map(|(field, value)| {
            let column = described.and_then(|n| n.columns.iter().find(|c| c.name == *field.name()));
            let unit = column.and_then(|c| c.unit.clone()).unwrap_or_default();
            let description = column.map(|c| c.description.clone()).unwrap_or_default();
            vec![field.name().clone(), value.clone(), unit, description]
        })
        .collect();
    printer.table(&["column", "value", "unit", "meaning"], &lines);
    Ok(())
}

/// Nobody is meant by this id.
fn unknown_customer(id: &str, release: &Release) -> CliFailure {
    CliFailure::missing(format!("no customer with `{id}` in release {}", release.number))
        .hint("name a customer as <system>:<customer number>, as in core:1000000074; tally customer find looks by name")
}

/// The warehouse's id and the published id of `<system>:<number>` or a customer_id; `None` when it is neither.
pub async fn customer_id(id: &str, project: &Project, reader: &Reader) -> Result<Option<(String, String)>, CliFailure> {
    let condition = match id.split_once(':') {
        Some((system, number)) => {
            format!("source_system = '{}' and source_customer_no = '{}'", quoted(system), quoted(number))
        }
        None => format!("customer_id = '{}'", quoted(id)),
    };
    let sql = format!(
        "select customer_id, customer.identity_key from dim_customer as customer where customer_id in \
         (select customer_id from dim_customer_xref where {condition})"
    );
    let rows = text_rows(&reader.query(&sql).await?.batches)?;
    let Some([customer_id, identity_key]) = rows.first().map(Vec::as_slice) else { return Ok(None) };
    let published = match project.is_masked() {
        true => project.pseudonym_key()?.pseudonym(identity_key),
        false => customer_id.clone(),
    };
    Ok(Some((customer_id.clone(), published)))
}

pub fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
