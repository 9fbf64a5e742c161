//! Counting where rows and cents go while a chunk is read; one chunk at a time, so that nothing is looked up per row.

use std::collections::BTreeMap;

use bank::{Money, decimal};

use crate::account::{AmountAccount, AmountKey, FileAccount};
use crate::contract::Contract;

/// Sums of the declared amount columns for one currency.
struct CurrencySums {
    currency: Option<String>,
    sums: Vec<AmountAccount>,
}

/// Sums of a chunk.
#[derive(Default)]
pub(super) struct Sums(Vec<CurrencySums>);

impl Sums {
    /// The sums of a currency.
    pub fn of(&mut self, currency: Option<&str>, columns: usize) -> &mut [AmountAccount] {
        let place = match self.0.iter().position(|s| s.currency.as_deref() == currency) {
            Some(place) => place,
            None => {
                let currency = currency.map(str::to_owned);
                self.0.push(CurrencySums { currency, sums: vec![AmountAccount::default(); columns] });
                self.0.len() - 1
            }
        };
        &mut self.0[place].sums
    }

    /// As the file's account has them.
    pub fn into_amounts(self, contract: &Contract) -> BTreeMap<AmountKey, AmountAccount> {
        let mut amounts = BTreeMap::new();
        for CurrencySums { currency, sums } in self.0 {
            for (column, sum) in contract.delivery.totals.iter().zip(sums) {
                amounts.insert(AmountKey { column: column.clone(), currency: currency.clone() }, sum);
            }
        }
        amounts
    }
}

impl FileAccount {
    /// Add the rows and amounts of a part of the file.
    pub(super) fn add(&mut self, part: FileAccount) {
        self.delivered_rows += part.delivered_rows;
        self.loaded_rows += part.loaded_rows;
        self.quarantined_rows += part.quarantined_rows;
        self.duplicate_rows += part.duplicate_rows;
        self.other_date_rows += part.other_date_rows;
        self.warned_rows += part.warned_rows;
        self.corrected_rows += part.corrected_rows;
        for (finding, rows) in part.findings {
            *self.findings.entry(finding).or_default() += rows;
        }
        for (key, amount) in part.amounts {
            let sum = self.amounts.entry(key).or_default();
            sum.loaded += amount.loaded;
            sum.quarantined += amount.quarantined;
            sum.duplicate += amount.duplicate;
            sum.other_dates += amount.other_dates;
        }
    }
}

/// Digits of an amount that is counted; sums of as many rows as a file can have fit in 128 bits.
const COUNTED_DIGITS: u8 = 28;

/// An amount as the account counts it: plain, or with thousand separators; what is no number counts as nothing.
pub(super) fn counted(field: &str) -> Money {
    let field = field.trim();
    let amount = match field.contains(',') {
        true => decimal::parse(&field.replace(',', ""), COUNTED_DIGITS, 2),
        false => decimal::parse(field, COUNTED_DIGITS, 2),
    };
    amount.map(Money::from_minor).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_amount_counts_and_nothing_overflows() {
        for (field, minor) in [("12,000.00", 1_200_000), (" -3.5 ", -350), ("", 0), ("n/a", 0), ("1.005", 0)] {
            assert_eq!(counted(field), Money::from_minor(minor), "{field}");
        }
        // An account number in a shifted row.
        assert_eq!(counted("6210000034040001234"), Money::from_minor(621_000_003_404_000_123_400));
        assert_eq!(counted(&"9".repeat(38)), Money::ZERO);
    }
}
