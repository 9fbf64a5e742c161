//! Checks that contracts ask for and one file cannot answer: values that may not come twice, values found elsewhere.

use extract::Contract;
use extract::contract::{DatedBy, PrivacyClass};
use warehouse::catalog::{Severity, SqlCheck};

use crate::failure::CliFailure;

/// The checks of all contracts. What refers to a system that the project does not use is left out.
pub fn source_checks(contracts: &[Contract]) -> Result<Vec<SqlCheck>, CliFailure> {
    let mut checks = Vec::new();
    for contract in contracts {
        for column in &contract.columns {
            if column.unique {
                checks.push(unique(contract, &column.name));
            }
            if let Some(target) = &column.references {
                checks.extend(references(contract, &column.name, target, contracts)?);
            }
        }
    }
    Ok(checks)
}

/// A value in a message: as it is when nobody is behind it, hidden otherwise.
fn shown(contract: &Contract, column: &str, value: &str) -> String {
    let is_open = contract.columns.iter().any(|c| c.name == column && c.class == PrivacyClass::C1);
    match is_open {
        true => format!("{value} as value"),
        false => "'***' as value".to_owned(),
    }
}

fn unique(contract: &Contract, column: &str) -> SqlCheck {
    let (system, feed, table) = (&contract.system, &contract.feed, contract.table());
    let shown = shown(contract, column, &format!("\"{column}\""));
    SqlCheck {
        name: format!("{system}/{feed}.{column} is unique"),
        sql: format!(
            "select {shown}, count(*) as found from {table} where biz_date = biz_date() and \"{column}\" is not null \
             group by \"{column}\" having count(*) > 1"
        ),
        description: "The contract says `unique`".to_owned(),
        severity: Severity::Error,
    }
}

fn references(
    contract: &Contract,
    column: &str,
    target: &str,
    contracts: &[Contract],
) -> Result<Option<SqlCheck>, CliFailure> {
    let (system, feed, table) = (&contract.system, &contract.feed, contract.table());
    let wrong = |message: &str| {
        CliFailure::usage(format!("contract {system}/{feed}, column `{column}`: references `{target}`{message}"))
    };
    let (other_feed, other_column) =
        target.split_once('.').ok_or_else(|| wrong("; write it as core/customer.src_cust_no"))?;
    let (other_system, _) =
        other_feed.split_once('/').ok_or_else(|| wrong("; write it as core/customer.src_cust_no"))?;
    if !contracts.iter().any(|c| c.system == other_system) {
        return Ok(None);
    }
    let other = contracts.iter().find(|c| format!("{}/{}", c.system, c.feed) == other_feed);
    let other = other.ok_or_else(|| wrong(", and there is no such feed"))?;
    if !other.columns.iter().any(|c| c.name == other_column) {
        return Err(wrong(", and the feed has no such column"));
    }
    // What is delivered once is there under its first business date only.
    let dated = if other.delivery.dated_by == DatedBy::Once { "true" } else { "biz_date = biz_date()" };
    Ok(Some(SqlCheck {
        name: format!("{system}/{feed}.{column} is found in {target}"),
        sql: format!(
            "select {} from (select \"{column}\" as value from {table} where biz_date = biz_date() \
             and \"{column}\" is not null group by \"{column}\") as r \
             left join (select \"{other_column}\" as found from {} where {dated} group by \"{other_column}\") as t \
             on r.value = t.found where t.found is null",
            shown(contract, column, "r.value"),
            other.table()
        ),
        description: "The contract says `references` (Q08)".to_owned(),
        severity: Severity::Warn,
    }))
}
