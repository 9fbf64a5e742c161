//! Checks that are asked of a whole table: SELECTs whose rows are failures, and the checks of a node's TOML that one row
//! cannot answer.

use std::collections::BTreeSet;

use bank::BusinessDate;
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use crate::catalog::{Severity, SqlCheck};
use crate::error::WarehouseError;
use crate::node::{CheckKind, Node};
use crate::release::CheckResult;
use crate::row_check::describe;

/// Failing rows that are kept with the run.
const KEPT_ROWS: usize = 1_000;

/// Run one check.
///
/// # Errors
/// When its SELECT cannot be planned or read.
pub async fn run(session: &SessionContext, check: &SqlCheck) -> Result<CheckResult, WarehouseError> {
    failures(session, check.name.clone(), check.severity, &check.sql).await
}

async fn failures(
    session: &SessionContext,
    check: String,
    severity: Severity,
    sql: &str,
) -> Result<CheckResult, WarehouseError> {
    let mut stream = session.sql(sql).await?.execute_stream().await?;
    let mut failed_rows = 0_u64;
    // The least ones, whatever order they come in.
    let mut rows: BTreeSet<String> = BTreeSet::new();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        failed_rows += batch.num_rows() as u64;
        if batch.num_rows() > 0 {
            let columns: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
            for row in 0..batch.num_rows() {
                rows.insert(describe(&batch, row, &columns)?);
                if rows.len() > KEPT_ROWS {
                    rows.pop_last();
                }
            }
        }
    }
    let rows: Vec<String> = rows.into_iter().collect();
    let example = rows.first().cloned();
    Ok(CheckResult { check, severity: severity.word().to_owned(), failed_rows, example, rows })
}

/// What a node's TOML asks of the whole table: references, freshness, number of rows beside the release before.
///
/// # Errors
/// When the table or one that is referred to cannot be read.
pub(crate) async fn of_node(
    session: &SessionContext,
    node: &Node,
    date: BusinessDate,
    rows_before: Option<u64>,
    rows: u64,
) -> Result<Vec<CheckResult>, WarehouseError> {
    let checks = &node.checks;
    let name = &node.name;
    let mut results = Vec::new();
    for (column, target) in &checks.references {
        let Some((table, other)) = target.split_once('.') else { continue };
        // Grouped first, so that the join is as small as the number of values.
        let sql = format!(
            "select r.{column} from (select {column} from {name} where {column} is not null group by {column}) as r \
             left join (select {other} as found from {table} group by {other}) as t on r.{column} = t.found \
             where t.found is null"
        );
        let severity = checks.severity(CheckKind::References);
        results.push(failures(session, format!("{name}.{column} is found in {target}"), severity, &sql).await?);
    }
    if let Some(column) = &checks.freshness {
        let days = checks.freshness_days_max;
        let sql = format!(
            "select newest from (select max({column}) as newest from {name}) \
             where newest is null or cast(biz_date() as int) - cast(newest as int) > {days}"
        );
        let severity = checks.severity(CheckKind::Freshness);
        results.push(failures(session, format!("{name}.{column} is at most {days} day(s) old"), severity, &sql).await?);
    }
    if let (Some(share), Some(before)) = (checks.row_count_change_max, rows_before) {
        let is_outside = rows.abs_diff(before) as f64 > share * before as f64;
        results.push(CheckResult {
            check: format!("{name} has as many rows as before, within {share}"),
            severity: checks.severity(CheckKind::RowCount).word().to_owned(),
            failed_rows: if is_outside { rows.abs_diff(before) } else { 0 },
            example: is_outside.then(|| format!("{before} rows before, {rows} on {date}")),
            rows: vec![],
        });
    }
    Ok(results)
}
