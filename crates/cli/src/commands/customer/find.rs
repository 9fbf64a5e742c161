//! `tally customer find`.

use bank::Mask;
use clap::Args;
use serde_json::json;
use warehouse::Release;

use super::quoted;
use crate::access::{AccessArgs, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::{Printer, text_rows};
use crate::project::{Project, ProjectArgs};

/// Customers by name, mobile or document, in any spelling that any system has for them.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally customer find --name 王小明 --project sample_data\n  tally customer find --mobile \"+86 138-0013-8000\" --project sample_data\n  tally customer find --id-no 990101800101000 --project sample_data"
)]
pub struct FindArgs {
    /// Name; spaces, traditional characters and interpuncts do not matter.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["mobile", "id_no"])]
    name: Option<String>,
    /// Mobile number, with or without prefix.
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<String>,
    /// Document number: resident ID of 15 or 18 characters, credit code, organisation code, passport.
    #[arg(long, value_name = "NUMBER")]
    id_no: Option<String>,
    /// Customers shown at most.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Do it.
pub async fn run(args: &FindArgs, project: &Project, release: &Release, printer: &Printer) -> Result<(), CliFailure> {
    let reader = warehouse_reader(project, release).await?;
    let mut conditions = Vec::new();
    if let Some(name) = &args.name {
        conditions.push(format!("name_key(record.customer_name) = name_key('{}')", quoted(name)));
    }
    if let Some(mobile) = &args.mobile {
        conditions.push(format!("mobile_key(record.mobile) = mobile_key('{}')", quoted(mobile)));
    }
    if let Some(id_no) = &args.id_no {
        conditions.push(format!(
            "document_key(record.id_type, record.id_no) = document_key(record.id_type, '{}')",
            quoted(id_no)
        ));
    }
    let sql = format!(
        "select customer.customer_id, customer.identity_key, customer.party_type, customer.customer_name, customer.mobile, \
         customer.branch_no, customer.system_count, customer.record_count from dim_customer as customer \
         where customer.customer_id in (select xref.customer_id from dim_customer_xref as xref \
         inner join hist_customer_record as record on xref.source_system = record.source_system \
         and xref.source_customer_no = record.source_customer_no and record.valid_to = date '9999-12-31' \
         where {}) order by customer.customer_id limit {}",
        conditions.join(" and "),
        args.limit
    );
    let found = text_rows(&reader.query(&sql).await?.batches)?;
    if found.is_empty() {
        return Err(CliFailure::missing(format!("no customer like this in release {}", release.number))
            .hint("try a part of what you know: the name alone, or the mobile alone"));
    }
    // What was searched for is somebody's: the log says which fields, not which values.
    let asked = [("name", &args.name), ("mobile", &args.mobile), ("id_no", &args.id_no)];
    let asked: Vec<&str> = asked.iter().filter(|(_, value)| value.is_some()).map(|(field, _)| *field).collect();
    args.access.record(
        project,
        "customer find",
        release.number,
        format!("by {}", asked.join(", ")),
        found.len() as u64,
    )?;
    let key = if args.access.unmasked || !project.is_masked() { None } else { Some(project.pseudonym_key()?) };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in found {
        let [customer_id, identity_key, party_type, name, mobile, rest @ ..] = row.as_slice() else { continue };
        let shown = match &key {
            Some(key) => {
                [key.pseudonym(identity_key), party_type.clone(), Mask::Name.apply(name), Mask::Mobile.apply(mobile)]
            }
            None => [customer_id.clone(), party_type.clone(), name.clone(), mobile.clone()],
        };
        rows.push(shown.into_iter().chain(rest.iter().cloned()).collect());
    }
    let header = ["customer_id", "party_type", "name", "mobile", "branch_no", "systems", "records"];
    let object = |row: &Vec<String>| header.iter().zip(row).map(|(h, v)| ((*h).to_owned(), json!(v))).collect();
    printer.json(&rows.iter().map(|row| serde_json::Value::Object(object(row))).collect());
    printer.table(&header, &rows);
    printer.talk("\nNext: tally customer show CUSTOMER_ID, or tally customer explain CUSTOMER_ID");
    Ok(())
}
