//! Checks written as SELECTs: rows returned are failures.

use datafusion::prelude::SessionContext;
use futures::StreamExt;

use crate::catalog::{Severity, SqlCheck};
use crate::error::WarehouseError;
use crate::release::CheckResult;
use crate::table::describe;

/// Run one check.
///
/// # Errors
/// When its SELECT cannot be planned or read.
pub async fn run(session: &SessionContext, check: &SqlCheck) -> Result<CheckResult, WarehouseError> {
    let mut stream = session.sql(&check.sql).await?.execute_stream().await?;
    let mut failed_rows = 0_u64;
    let mut example = None;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        failed_rows += batch.num_rows() as u64;
        if example.is_none() && batch.num_rows() > 0 {
            let columns: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
            example = Some(describe(&batch, 0, &columns)?);
        }
    }
    let severity = match check.severity {
        Severity::Error => "error",
        Severity::Warn => "warn",
    };
    Ok(CheckResult { check: check.name.clone(), severity: severity.to_owned(), failed_rows, example })
}
