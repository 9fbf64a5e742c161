//! Whether a file as a whole can be trusted: announced rows and amounts, and how many rows may fail.

use bank::Money;

use crate::account::{AmountKey, FileAccount};
use crate::contract::{Contract, Limits};
use crate::control::Control;
use crate::error::ExtractError;
use crate::quarantine::QuarantinedRow;

/// What the control file announces for each declared column, and for each currency where sums are taken per currency.
pub(super) fn announced(contract: &Contract, control: &Control) -> Vec<(AmountKey, Option<Money>)> {
    let mut expected = Vec::new();
    for column in &contract.delivery.totals {
        if contract.delivery.totals_by.is_none() {
            expected.push((AmountKey::of(column), control.totals.get(column).copied()));
            continue;
        }
        for (name, total) in &control.totals {
            if let Some(currency) = name.strip_prefix(column.as_str()).and_then(|rest| rest.strip_prefix('_')) {
                let key = AmountKey { column: column.clone(), currency: Some(currency.to_owned()) };
                expected.push((key, Some(*total)));
            }
        }
    }
    expected
}

/// Refuse a file that cannot be trusted. `undecodable` is the first line with undecodable bytes, and how many.
///
/// # Errors
/// F07 before F03 for a wrong encoding, then F03, F07, F08: that every row is shifted says more than that the sum is 0.
pub(super) fn verify(
    contract: &Contract,
    control: &Control,
    account: &FileAccount,
    quarantined: &[QuarantinedRow],
    undecodable: Option<(u64, u64)>,
) -> Result<(), ExtractError> {
    let file = || account.file.clone();
    let delivered = account.delivered_rows;
    if let Some((line, rows)) = undecodable.filter(|(_, rows)| beyond(&contract.limits, *rows, delivered)) {
        let encoding = contract.file.encoding.to_uppercase();
        return Err(ExtractError::Encoding { file: file(), rows, delivered, encoding, line });
    }
    if let Some(announced) = control.rows.filter(|rows| *rows != delivered) {
        return Err(ExtractError::RowCount { file: file(), found: delivered, announced });
    }
    if beyond(&contract.limits, account.quarantined_rows, delivered) {
        return Err(too_many(account, quarantined));
    }
    for (column, amount) in &account.amounts {
        // A currency that was not announced at all, in a file that announces others, is announced as nothing.
        let is_unannounced = column.currency.is_some() && !control.totals.is_empty() && amount.announced.is_none();
        let announced = amount.announced.or(is_unannounced.then_some(Money::ZERO));
        let Some(announced) = announced.filter(|total| *total != amount.found()) else { continue };
        return Err(ExtractError::Totals {
            file: file(),
            column: column.to_string(),
            found: amount.found().to_string(),
            announced: announced.to_string(),
            difference: (amount.found() - announced).to_string(),
        });
    }
    Ok(())
}

/// Too many rows failed.
pub(super) fn too_many(account: &FileAccount, quarantined: &[QuarantinedRow]) -> ExtractError {
    ExtractError::TooManyRejected {
        file: account.file.clone(),
        quarantined: account.quarantined_rows,
        delivered: account.delivered_rows,
        first: quarantined.first().map(QuarantinedRow::describe).unwrap_or_default(),
    }
}

fn beyond(limits: &Limits, rows: u64, delivered: u64) -> bool {
    // Counts of rows are far below 2^53, so the share is exact enough to compare with a limit.
    #[allow(clippy::cast_precision_loss)]
    let share = rows as f64 / delivered.max(1) as f64;
    rows > 0 && (share > limits.quarantine_share || rows > limits.quarantine_rows)
}
