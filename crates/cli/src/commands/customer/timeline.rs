//! `tally customer timeline`: what happened with one customer, in every system.

use bank::Mask;
use clap::Args;
use serde_json::{Value, json};
use warehouse::Release;

use super::{customer_id, quoted, unknown_customer};
use crate::access::{AccessArgs, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::{Printer, text_rows};
use crate::project::{Project, ProjectArgs};

const HEADER: [&str; 6] = ["event_date", "event", "subject", "source_system", "subject_no", "detail"];

/// What happened with a customer, in every system: contracts, contacts and complaints, tiers, lists, signs of leaving.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally customer timeline core:1000000074 --project sample_data\n  tally customer timeline core:1000000074 --project sample_data --output json"
)]
pub struct TimelineArgs {
    /// `<system>:<customer number>`, or a customer_id of the warehouse.
    id: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Do it.
pub async fn run(
    args: &TimelineArgs,
    project: &Project,
    release: &Release,
    printer: &Printer,
) -> Result<(), CliFailure> {
    let reader = warehouse_reader(project, release).await?;
    let Some((customer_id, published)) = customer_id(&args.id, project, &reader).await? else {
        return Err(unknown_customer(&args.id, release));
    };
    let is_masked = !args.access.unmasked && project.is_masked();
    let sql = format!(
        "select {} from mart_customer_timeline where customer_id = '{}' order by {}",
        HEADER.join(", "),
        quoted(&customer_id),
        HEADER.join(", ")
    );
    let mut rows = text_rows(&reader.query(&sql).await?.batches)?;
    args.access.record(project, "customer timeline", release.number, customer_id.clone(), rows.len() as u64)?;
    let shown_id = if is_masked { published } else { customer_id };
    if is_masked {
        for row in &mut rows {
            for (name, value) in HEADER.iter().zip(row) {
                if *name == "subject_no" && !value.is_empty() {
                    *value = Mask::Account.apply(value);
                }
            }
        }
    }
    let object = |row: &Vec<String>| -> Value {
        Value::Object(HEADER.iter().zip(row).map(|(h, v)| ((*h).to_owned(), json!(v))).collect())
    };
    printer.json(&json!({ "customer_id": shown_id, "events": rows.iter().map(object).collect::<Vec<_>>() }));
    printer.line(&format!("Customer {shown_id} on {}, release {}\n", release.biz_date, release.number));
    printer.table(&HEADER, &rows);
    Ok(())
}
