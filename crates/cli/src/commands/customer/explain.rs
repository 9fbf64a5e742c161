//! `tally customer explain`: match evidence, provenance, ids, relations and list conditions of one customer.

use bank::Mask;
use clap::Args;
use serde_json::{Map, Value, json};
use warehouse::{Reader, Release};

use super::{customer_id, quoted, unknown_customer};
use crate::access::{AccessArgs, warehouse_reader};
use crate::failure::CliFailure;
use crate::printer::{Printer, text_rows};
use crate::project::{Project, ProjectArgs};

/// Bits that one character of a bar stands for.
const BAR_BITS: f64 = 1.0;

/// Why these records are one customer, where each value comes from, and why it is on the VIP list or not.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tally customer explain core:1000000074 --project sample_data\n  tally customer explain core:1000000074 --project sample_data --output json\n  tally customer explain core:1000000074 --project sample_data --unmasked --purpose \"complaint 4711\""
)]
pub struct ExplainArgs {
    /// `<system>:<customer number>`, or a customer_id of the warehouse.
    id: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// One table of the answer: its name, what it tells, its columns.
struct Section {
    name: &'static str,
    title: &'static str,
    sql: String,
    header: &'static [&'static str],
}

/// Do it.
pub async fn run(
    args: &ExplainArgs,
    project: &Project,
    release: &Release,
    printer: &Printer,
) -> Result<(), CliFailure> {
    let reader = warehouse_reader(project, release).await?;
    let Some((customer_id, published)) = customer_id(&args.id, project, &reader).await? else {
        return Err(unknown_customer(&args.id, release));
    };
    let is_masked = !args.access.unmasked && project.is_masked();
    args.access.record(project, "customer explain", release.number, customer_id.clone(), 1)?;
    let mut answer = Map::new();
    let shown_id = if is_masked { published } else { customer_id.clone() };
    answer.insert("customer_id".to_owned(), json!(shown_id));
    printer.line(&format!("Customer {shown_id} on {}, release {}", release.biz_date, release.number));
    for section in sections(&customer_id) {
        let rows = read(&reader, &section, is_masked).await?;
        let object = |row: &Vec<String>| -> Value {
            Value::Object(section.header.iter().zip(row).map(|(h, v)| ((*h).to_owned(), json!(v))).collect())
        };
        answer.insert(section.name.to_owned(), rows.iter().map(object).collect());
        if rows.is_empty() {
            continue;
        }
        printer.line(&format!("\n{}", section.title));
        match section.name {
            "evidence" => rows.iter().for_each(|row| waterfall(row, printer)),
            _ => printer.table(section.header, &rows),
        }
    }
    printer.json(&Value::Object(answer));
    Ok(())
}

fn sections(customer_id: &str) -> Vec<Section> {
    let id = quoted(customer_id);
    let of_customer = format!(
        "(select source_system || ':' || source_customer_no from dim_customer_xref where customer_id = '{id}')"
    );
    let one = "source_system || ':' || source_customer_no";
    let other = "other_source_system || ':' || other_source_customer_no";
    vec![
        Section {
            name: "records",
            title: "Records, and the strongest rule that joined each",
            sql: format!(
                "select {one}, match_rule, match_score, document_status, customer_since from dim_customer_xref \
                 where customer_id = '{id}' order by 1"
            ),
            header: &["record", "match_rule", "match_score", "document_status", "customer_since"],
        },
        Section {
            name: "evidence",
            title: "What the pairs say, in bits: a bit more is odds twice as high",
            sql: format!(
                "select {one}, {other}, match_rule, decision, match_score, evidence from int_match_pair \
                 where {one} in {of_customer} and {other} in {of_customer} order by 1, 2"
            ),
            header: &["record", "other_record", "match_rule", "decision", "match_score", "evidence"],
        },
        Section {
            name: "open_pairs",
            title: "Pairs with other customers that somebody must decide",
            sql: format!(
                "select {one}, {other}, match_rule, review_kind, match_score, evidence from mart_match_review \
                 where {one} in {of_customer} or {other} in {of_customer} order by 1, 2"
            ),
            header: &["record", "other_record", "match_rule", "review_kind", "match_score", "evidence"],
        },
        Section {
            name: "vip_list",
            title: "Why on the VIP list, or why not: one reason and no exclusion",
            sql: format!(
                "select condition, condition_kind, case when is_met then 'yes' else 'no' end, detail from int_vip_condition \
                 where customer_id = '{id}' order by condition_kind desc, condition"
            ),
            header: &["condition", "condition_kind", "is_met", "detail"],
        },
        Section {
            name: "values",
            title: "Where each value comes from",
            sql: format!(
                "select field, value, value_source, survivorship_rule, source_date from int_customer_field \
                 where customer_id = '{id}' order by field"
            ),
            header: &["field", "value", "value_source", "rule", "source_date"],
        },
        Section {
            name: "ids",
            title: "Other ids that its records had",
            sql: format!(
                "select {one}, customer_id, valid_from, valid_to from hist_customer_xref where {one} in {of_customer} \
                 and customer_id <> '{id}' order by 1, 3"
            ),
            header: &["record", "customer_id", "valid_from", "valid_to"],
        },
        Section {
            name: "relations",
            title: "Related customers",
            sql: format!(
                "select relation, strength, case when customer_id = '{id}' then other_customer_id else customer_id end, \
                 case when customer_id = '{id}' then 'from' else 'to' end from dim_customer_relation \
                 where customer_id = '{id}' or other_customer_id = '{id}' order by 1, 3"
            ),
            header: &["relation", "strength", "customer_id", "direction"],
        },
    ]
}

async fn read(reader: &Reader, section: &Section, is_masked: bool) -> Result<Vec<Vec<String>>, CliFailure> {
    let mut rows = text_rows(&reader.query(&section.sql).await?.batches)?;
    if is_masked {
        for row in &mut rows {
            let field = row.first().cloned().unwrap_or_default();
            for (name, value) in section.header.iter().zip(row) {
                *value = masked(name, &field, value);
            }
        }
    }
    Ok(rows)
}

fn masked(column: &str, field: &str, value: &str) -> String {
    let mask = match (column, field) {
        ("record" | "other_record" | "value_source", _) => {
            return match value.split_once(':') {
                Some((system, number)) => format!("{system}:{}", Mask::Account.apply(number)),
                None => value.to_owned(),
            };
        }
        ("value", "customer_name") => Mask::Name,
        ("value", "mobile") => Mask::Mobile,
        ("value", "address" | "birth_date") | ("customer_id", _) => Mask::Redact,
        _ => return value.to_owned(),
    };
    mask.apply(value)
}

/// One pair: a bar for each comparison.
fn waterfall(row: &[String], printer: &Printer) {
    let [one, other, rule, decision, score, evidence] = row else { return };
    printer.line(&format!("  {one} and {other}: {rule} {decision}, {score} bits"));
    for line in evidence.split("; ").filter(|line| !line.is_empty()) {
        let Some((what, bits)) = line.rsplit_once(' ') else { continue };
        let size = bits.parse::<f64>().unwrap_or_default().abs() / BAR_BITS;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen bits at most")]
        let bar = if bits.starts_with('-') { "▒" } else { "█" }.repeat(size.round() as usize);
        printer.line(&format!("      {what:<44} {bits:>7}  {bar}"));
    }
}
