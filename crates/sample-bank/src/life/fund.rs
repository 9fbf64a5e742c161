//! The housing fund (公积金): employer and employee pay in each month; it is not the bank's money to manage.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Action, Life};
use crate::calendar::{month_start, plus_days};

/// An account of the housing fund.
#[derive(Debug, Clone)]
pub struct FundAccount {
    /// Number.
    pub number: String,
    /// Owner, an index of the persons.
    pub person: usize,
    /// Base of the contribution, fen.
    pub base: i64,
    /// Share of employee and of employer each, per cent.
    pub rate: i64,
    /// Balance, fen.
    pub balance: i64,
    /// Month last paid.
    pub last_paid: Option<NaiveDate>,
    /// Opened.
    pub open_date: NaiveDate,
}

impl FundAccount {
    /// Contribution of a month, both shares, fen.
    #[must_use]
    pub fn monthly(&self) -> i64 {
        self.base * self.rate / 100 * 2
    }
}

impl Life<'_> {
    pub(crate) fn open_fund(&mut self, person: usize, date: NaiveDate, is_past: bool, month: NaiveDate) {
        let p = &self.community.persons[person];
        // Between the least and the most that cities allow.
        let base = p.income_fen.clamp(250_000, 3_000_000) / 10_000 * 10_000;
        let number = p.number;
        let rate = self.dice.pick(&[5, 7, 8, 10, 12, 12]);
        let months_paid = if is_past { (month - date).num_days() / 30 } else { 0 };
        let balance = base * rate / 100 * 2 * months_paid * self.dice.between(30, 100) / 100;
        self.holdings[person].fund = Some(self.funds.len());
        self.funds.push(FundAccount {
            number: format!("{:012}", 990_000_000_000 + number),
            person,
            base,
            rate,
            balance,
            last_paid: None,
            open_date: date,
        });
        if !is_past {
            return;
        }
        let fund = self.funds.len() - 1;
        // Contributions of all the months that will be watched.
        let mut month = month;
        while month <= self.last_date {
            self.at(plus_days(month, 14), 5, Action::FundMonth(fund));
            month = crate::calendar::plus_months(month, 1);
        }
    }

    pub(crate) fn fund_month(&mut self, fund: usize, at: NaiveDateTime) {
        let f = &self.funds[fund];
        let (person, monthly) = (f.person, f.monthly());
        let p = &self.community.persons[person];
        if !p.behaviour.is_employed() || p.is_in_hardship(at.date()) {
            return;
        }
        let f = &mut self.funds[fund];
        f.balance += monthly;
        f.last_paid = Some(month_start(at.date()));
    }
}
