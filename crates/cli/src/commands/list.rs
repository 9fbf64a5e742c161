//! `tally list create|show|track`: customers who meet a condition today, kept as they are, and followed up night by night.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use clap::{Args, Subcommand};
use serde_json::json;
use warehouse::Reader;

use crate::access::{AccessArgs, note, warehouse_reader, who};
use crate::commands::customer::quoted;
use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::{Printer, json_rows, text_rows};
use crate::project::{Project, ProjectArgs};
use crate::reference_file::ReferenceFile;

/// The lists of a project.
const LISTS: ReferenceFile = ReferenceFile {
    table: "ref_list",
    columns: &["list_name", "condition", "created_on", "release", "created_by", "purpose"],
};
/// Their members, frozen.
const MEMBERS: ReferenceFile = ReferenceFile {
    table: "ref_list_member",
    columns: &[
        "list_name",
        "source_system",
        "source_customer_no",
        "tier",
        "aum_balance",
        "aum_month_avg",
        "product_count",
    ],
};

/// Keep a list of customers and follow it up (特定客户筛选及跟踪).
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally list create spring --where \"tier = 'GOLD' and aum_growth_3m < -0.1\" --purpose \"win back before April\" --project mybank\n  tally list show --project mybank\n  tally list show spring --project mybank\n  tally list track spring --project mybank"
)]
pub struct ListArgs {
    #[command(subcommand)]
    command: ListCommand,
}

#[derive(Debug, Subcommand)]
enum ListCommand {
    /// Freeze the customers who meet a condition today.
    Create(CreateArgs),
    /// The lists there are, or the members of one: what they had then and have now.
    Show(ShowArgs),
    /// What became of a list, one row per business date since it was made.
    Track(TrackArgs),
}

/// Freeze the customers who meet a condition today. Membership never changes afterwards.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally list create spring --where \"tier = 'GOLD' and aum_growth_3m < -0.1\" --purpose \"win back before April\" --project mybank\n  tally list create shops --where \"life_stage = 'BUSINESS_OWNER' and not is_vip_list\" --purpose \"acquiring offer\" --project mybank\n\nThe condition is SQL on the columns of mart_customer_view; `tally query \"select * from mart_customer_view limit 1\"`\nshows them."
)]
struct CreateArgs {
    /// Name: letters, digits, `-` and `_`.
    name: String,
    /// Condition on mart_customer_view.
    #[arg(long = "where", value_name = "CONDITION")]
    condition: String,
    /// What the list is for.
    #[arg(long)]
    purpose: String,
    #[command(flatten)]
    project: ProjectArgs,
}

/// The lists there are, or the members of one.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally list show --project mybank\n  tally list show spring --project mybank\n  tally list show spring --out spring.csv --unmasked --purpose \"call list of branch 0102\" --project mybank"
)]
struct ShowArgs {
    /// The list; all lists when absent.
    name: Option<String>,
    /// Where the members go, a CSV or Parquet file; the screen when left out.
    #[arg(long, value_name = "FILE", requires = "name")]
    out: Option<PathBuf>,
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    access: AccessArgs,
}

/// What became of a list, one row per business date since it was made.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tally list track spring --project mybank")]
struct TrackArgs {
    /// The list.
    name: String,
    #[command(flatten)]
    project: ProjectArgs,
}

/// Do it.
pub fn run(args: &ListArgs, printer: &Printer) -> Result<(), CliFailure> {
    let opened = |project: &ProjectArgs| -> Result<_, CliFailure> {
        let project = Project::open(project)?;
        let runtime = project.runtime()?;
        Ok((project, runtime))
    };
    match &args.command {
        ListCommand::Create(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(create(args, &project, printer))
        }
        ListCommand::Show(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(show(args, &project, printer))
        }
        ListCommand::Track(args) => {
            let (project, runtime) = opened(&args.project)?;
            runtime.block_on(track(args, &project, printer))
        }
    }
}

async fn create(args: &CreateArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let name = &args.name;
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        return Err(CliFailure::usage(format!("`{name}` is no name for a list: use letters, digits, - and _")));
    }
    let mut lists = LISTS.rows(project)?;
    if lists.iter().any(|row| row[0] == *name) {
        return Err(CliFailure::usage(format!("there is a list `{name}` already, and membership never changes"))
            .hint("give the new one another name"));
    }
    let release = project.release(None)?;
    let reader = warehouse_reader(project, &release).await?;
    // One record of each customer stands for it: the same whichever way the question is planned.
    let sql = format!(
        "select '{}' as list_name, record.source_system, record.source_customer_no, customer.tier, customer.aum_balance, \
         customer.aum_month_avg, customer.product_count from (select * from mart_customer_view where ({})) as customer \
         inner join (select customer_id, source_system, source_customer_no, row_number() over (partition by customer_id \
         order by source_system, source_customer_no) as place from dim_customer_xref) as record \
         on customer.customer_id = record.customer_id and record.place = 1 \
         order by record.source_system, record.source_customer_no",
        quoted(name),
        args.condition
    );
    let members = text_rows(&reader.query(&sql).await?.batches)?;
    if members.is_empty() {
        return Err(CliFailure::data(format!("no customer of release {} meets the condition", release.number))
            .hint(format!("tally query \"select count(*) from mart_customer_view where {}\"", args.condition)));
    }
    let count = members.len();
    note(project, "list create", &args.purpose, release.number, name.clone(), count as u64)?;
    let mut all = MEMBERS.rows(project)?;
    all.extend(members);
    // Members first: a list that has none yet is never seen.
    MEMBERS.write(project, &all)?;
    lists.push(vec![
        name.clone(),
        args.condition.clone(),
        release.biz_date.clone(),
        release.number.to_string(),
        who(),
        args.purpose.clone(),
    ]);
    LISTS.write(project, &lists)?;
    printer.json(
        &json!({ "list_name": name, "members": count, "release": release.number, "created_on": release.biz_date }),
    );
    printer.line(&format!("{name}: {count} customers of {}, release {}", release.biz_date, release.number));
    printer.talk(&format!("Next: tally run follows them up from the next night on; tally list show {name}"));
    Ok(())
}

async fn show(args: &ShowArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let release = project.release(args.access.release)?;
    let reader = warehouse_reader(project, &release).await?;
    let Some(name) = &args.name else {
        let sql = "select list.list_name, list.created_on, list.release, list.created_by, list.purpose, list.condition, \
                   coalesce(member.member_count, 0) as member_count from ref_list as list left join (select list_name, \
                   count(*) as member_count from ref_list_member group by list_name) as member \
                   on list.list_name = member.list_name order by list.created_on, list.list_name";
        let answer = reader.query(sql).await?;
        return printer.rows(&answer.schema, &answer.batches);
    };
    let condition = condition(name, project)?;
    let is_masked = !args.access.unmasked && project.is_masked();
    let id = if is_masked { "identity_key" } else { "customer_id" };
    let (number, person) = match is_masked {
        true => ("", ""),
        false => ("member.source_system, member.source_customer_no, ", "customer.customer_name, customer.mobile, "),
    };
    let sql = format!(
        "select dim.{id} as customer_id, {number}{person}member.tier as tier_then, customer.tier, member.aum_balance as aum_then, \
         customer.aum_balance, customer.aum_balance - member.aum_balance as aum_change, member.product_count as product_count_then, \
         customer.product_count, customer.churn_rule, coalesce(matching.customer_id is not null, false) as still_meets \
         from ref_list_member as member \
         left join dim_customer_xref as xref on member.source_system = xref.source_system \
         and member.source_customer_no = xref.source_customer_no \
         left join dim_customer as dim on xref.customer_id = dim.customer_id \
         left join mart_customer_view as customer on xref.customer_id = customer.customer_id \
         left join (select customer_id from mart_customer_view where ({condition})) as matching \
         on xref.customer_id = matching.customer_id \
         where member.list_name = '{}' order by member.aum_balance desc, member.source_system, member.source_customer_no",
        quoted(name)
    );
    let answer = reader.query(&sql).await?;
    let count: usize = answer.batches.iter().map(RecordBatch::num_rows).sum();
    args.access.record(project, "list show", release.number, name.clone(), count as u64)?;
    let batches = match is_masked {
        true => pseudonyms(project, &answer.batches)?,
        false => answer.batches,
    };
    let schema = batches.first().map_or(answer.schema, RecordBatch::schema);
    match &args.out {
        Some(path) => {
            write_rows(path, &schema, &batches)?;
            printer.json(&json!({ "members": count, "out": path }));
            printer.line(&format!("{count} members: {}", path.display()));
            Ok(())
        }
        None => printer.rows(&schema, &batches),
    }
}

/// The first column is what a pseudonym is made of: put the pseudonym there.
fn pseudonyms(project: &Project, batches: &[RecordBatch]) -> Result<Vec<RecordBatch>, CliFailure> {
    let key = project.pseudonym_key()?;
    let mut shown = Vec::with_capacity(batches.len());
    for batch in batches {
        let keys = text_rows(&[batch.project(&[0])?])?;
        let ids = keys.iter().map(|row| row.first().filter(|k| !k.is_empty()).map(|k| key.pseudonym(k)));
        let mut columns = batch.columns().to_vec();
        columns[0] = std::sync::Arc::new(ids.collect::<arrow::array::StringArray>());
        let schema = batch.schema();
        let fields = schema.fields().iter().zip(columns).map(|(field, column)| (field.name().clone(), column, true));
        shown.push(RecordBatch::try_from_iter_with_nullable(fields)?);
    }
    Ok(shown)
}

async fn track(args: &TrackArgs, project: &Project, printer: &Printer) -> Result<(), CliFailure> {
    let condition = condition(&args.name, project)?;
    let release = project.release(None)?;
    let reader = warehouse_reader(project, &release).await?;
    let nights = nights(&reader, &args.name).await?;
    let meets = format!(
        "select count(distinct xref.customer_id) from ref_list_member as member inner join dim_customer_xref as xref \
         on member.source_system = xref.source_system and member.source_customer_no = xref.source_customer_no \
         inner join (select customer_id from mart_customer_view where ({condition})) as matching \
         on xref.customer_id = matching.customer_id where member.list_name = '{}'",
        quoted(&args.name)
    );
    let meets = text_rows(&reader.query(&meets).await?.batches)?;
    let meets = meets.first().and_then(|row| row.first()).cloned().unwrap_or_default();
    if printer.is_json() {
        printer.json(&json!({ "nights": json_rows(&nights.batches)?, "still_meet": meets, "release": release.number }));
        return Ok(());
    }
    printer.rows(&nights.schema, &nights.batches)?;
    printer.line(&format!("\n{meets} still meet the condition in release {}: {condition}", release.number));
    if nights.batches.iter().all(|batch| batch.num_rows() == 0) {
        printer.talk("No night has followed the list up yet: tally run does from the next one on");
    }
    Ok(())
}

async fn nights(reader: &Reader, name: &str) -> Result<warehouse::Answer, CliFailure> {
    let sql = format!(
        "select biz_date, count(*) as members, sum(case when customer_id is null then 1 else 0 end) as gone, \
         sum(case when is_counted then aum_then else 0 end) as aum_then, sum(case when is_counted then aum_balance else 0 end) \
         as aum_balance, sum(case when is_counted then aum_balance else 0 end) - sum(case when is_counted then aum_then else 0 end) \
         as aum_change, sum(case when is_counted then product_count - product_count_then else 0 end) as product_change, \
         sum(case when is_counted and contact_count > 0 then 1 else 0 end) as contacted, \
         sum(case when is_counted and good_contact_count > 0 then 1 else 0 end) as interested, \
         sum(case when is_counted and churn_rule is not null then 1 else 0 end) as leaving \
         from mart_list_track where list_name = '{}' group by biz_date order by biz_date",
        quoted(name)
    );
    Ok(reader.query(&sql).await?)
}

fn condition(name: &str, project: &Project) -> Result<String, CliFailure> {
    let lists = LISTS.rows(project)?;
    match lists.iter().find(|row| row[0] == name) {
        Some(row) => Ok(row[1].clone()),
        None => {
            let names: Vec<&str> = lists.iter().map(|row| row[0].as_str()).collect();
            Err(CliFailure::missing(format!("there is no list `{name}`")).hint(match names.is_empty() {
                true => "tally list create makes one".to_owned(),
                false => format!("there are {}", names.join(", ")),
            }))
        }
    }
}
