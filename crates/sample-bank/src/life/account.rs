//! Deposit accounts: postings, interest, maturity. A balance is only ever changed by a posting.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Channel, Counterparty, Life, Txn, TxnType};
use crate::calendar::{month_end, plus_days, plus_months};

/// Who owns an account or a loan, an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A person.
    Person(usize),
    /// An organisation.
    Organisation(usize),
}

/// Kind of deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// 活期.
    Demand,
    /// 定期.
    Time,
    /// 大额存单, from 200,000 yuan.
    Certificate,
}

impl AccountKind {
    /// Canonical `dep_kind`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            AccountKind::Demand => "DEMAND",
            AccountKind::Time => "TIME",
            AccountKind::Certificate => "CD",
        }
    }
}

/// A deposit account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Number.
    pub number: String,
    /// Owner.
    pub owner: Owner,
    /// Customer number of the owner in the savings system.
    pub customer_no: String,
    /// Kind.
    pub kind: AccountKind,
    /// Opened.
    pub open_date: NaiveDate,
    /// Interest runs from here.
    pub value_date: NaiveDate,
    /// Matures.
    pub mature_date: Option<NaiveDate>,
    /// Closed.
    pub close_date: Option<NaiveDate>,
    /// Term in months; 0 for demand.
    pub term_months: u32,
    /// Whether it is renewed at maturity.
    pub renews: bool,
    /// Rate in ten-thousandths of a per cent a year: 9,500 is 0.95 %.
    pub rate: i64,
    /// Balance, fen.
    pub balance: i64,
    /// Sum of end-of-day balances since interest was last credited, fen x days.
    pub accumulator: i128,
    /// Days before this one are in the accumulator.
    pub accumulated_to: NaiveDate,
    /// Last customer-initiated movement.
    pub last_active_date: Option<NaiveDate>,
    /// Branch, an index.
    pub branch: usize,
    /// Changed since the last delivery.
    pub is_changed: bool,
}

/// Rate of a term in ten-thousandths of a per cent a year; the posted rates of large banks since May 2025.
#[must_use]
pub fn deposit_rate(term_months: u32) -> i64 {
    match term_months {
        0 => 500,
        1..=3 => 6_500,
        4..=6 => 8_500,
        7..=12 => 9_500,
        13..=24 => 10_500,
        25..=36 => 12_500,
        _ => 13_000,
    }
}

/// A part of an amount, rounded half up to the fen: amount x numerator / denominator.
#[must_use]
pub fn part_of(amount: i128, numerator: i128, denominator: i128) -> i64 {
    let rounded = bank::decimal::divide_half_up(amount * numerator, denominator);
    rounded.and_then(|fen| i64::try_from(fen).ok()).unwrap_or(0)
}

impl Account {
    /// GL subject (科目).
    #[must_use]
    pub fn gl_subject(&self) -> &'static str {
        match (self.owner, self.kind) {
            (Owner::Person(_), AccountKind::Demand) => "20110101",
            (Owner::Person(_), AccountKind::Time) => "20110102",
            (Owner::Person(_), AccountKind::Certificate) => "20110103",
            (Owner::Organisation(_), AccountKind::Demand) => "20110201",
            (Owner::Organisation(_), _) => "20110202",
        }
    }

    /// Product code.
    #[must_use]
    pub fn product(&self) -> String {
        match (self.owner, self.kind) {
            (Owner::Person(_), AccountKind::Demand) => "PD000".to_owned(),
            (Owner::Person(_), AccountKind::Time) => format!("PT{:03}", self.term_months),
            (Owner::Person(_), AccountKind::Certificate) => format!("PC{:03}", self.term_months),
            (Owner::Organisation(_), AccountKind::Demand) => "OD000".to_owned(),
            (Owner::Organisation(_), _) => format!("OT{:03}", self.term_months),
        }
    }

    /// Canonical status at a date: dormant after 180 days without the customer and under 100 yuan.
    #[must_use]
    pub fn status(&self, date: NaiveDate) -> &'static str {
        let idle = self.last_active_date.is_none_or(|last| (date - last).num_days() >= 180);
        if self.close_date.is_some() {
            "CLOSED"
        } else if self.kind == AccountKind::Demand && idle && self.balance < 10_000 {
            "DORMANT"
        } else {
            "NORMAL"
        }
    }

    /// The day of the month on which it matures, if it does.
    #[must_use]
    pub fn matures_in(&self, month: NaiveDate) -> Option<NaiveDate> {
        let date = self.mature_date.filter(|_| self.close_date.is_none())?;
        (month <= date && date <= month_end(month)).then_some(date)
    }

    fn accumulate(&mut self, to: NaiveDate) {
        let days = (to - self.accumulated_to).num_days().max(0);
        self.accumulator += i128::from(self.balance) * i128::from(days);
        self.accumulated_to = self.accumulated_to.max(to);
    }
}

impl Life<'_> {
    /// Open an account and return its index. It has no money until something is posted.
    pub(crate) fn open_account(&mut self, owner: Owner, kind: AccountKind, term_months: u32, date: NaiveDate) -> usize {
        let (number, branch) = match owner {
            Owner::Person(i) => (self.community.persons[i].number, self.community.persons[i].branch),
            Owner::Organisation(i) => (self.community.organisations[i].number, self.community.organisations[i].branch),
        };
        let customer_no = crate::record::customer_no(crate::feed::System::Core, number);
        let suffix = match owner {
            Owner::Person(i) => usize::from(self.holdings[i].demand.is_some()) + self.holdings[i].time.len(),
            Owner::Organisation(_) => 0,
        };
        let mature_date = (term_months > 0).then(|| plus_months(date, term_months));
        self.accounts.push(Account {
            number: format!("62{customer_no}{suffix:03}"),
            owner,
            customer_no,
            kind,
            open_date: date,
            value_date: date,
            mature_date,
            close_date: None,
            term_months,
            renews: self.dice.chance(6_500),
            rate: deposit_rate(term_months) + if kind == AccountKind::Certificate { 1_500 } else { 0 },
            balance: 0,
            accumulator: 0,
            accumulated_to: date,
            last_active_date: None,
            branch,
            is_changed: true,
        });
        let index = self.accounts.len() - 1;
        if let Owner::Person(person) = owner {
            match kind {
                AccountKind::Demand => self.holdings[person].demand = Some(index),
                _ => self.holdings[person].time.push(index),
            }
        }
        index
    }

    /// Post on an account. A debit that is not covered, or anything on a closed account, does not happen.
    pub(crate) fn post(
        &mut self,
        account: usize,
        at: NaiveDateTime,
        txn_type: TxnType,
        channel: Channel,
        amount: i64,
        counterparty: Counterparty,
    ) -> bool {
        let date = at.date();
        let a = &mut self.accounts[account];
        if amount == 0 || a.close_date.is_some() || a.balance + amount < 0 || date < a.open_date {
            return false;
        }
        a.accumulate(date);
        a.balance += amount;
        a.is_changed = true;
        if txn_type.is_customer_initiated() {
            a.last_active_date = Some(date);
        }
        self.txn_sequence += 1;
        self.txns.push(Txn {
            sequence: self.txn_sequence,
            account,
            at,
            posting_date: date,
            value_date: date,
            txn_type,
            channel,
            amount,
            balance_after: a.balance,
            counterparty,
            reverses: None,
        });
        true
    }

    /// Pay from one account of the community to another.
    pub(crate) fn pay(
        &mut self,
        from: usize,
        to: usize,
        at: NaiveDateTime,
        received_as: TxnType,
        channel: Channel,
        amount: i64,
    ) {
        let open = |account: &Account| account.close_date.is_none() && account.open_date <= at.date();
        if from == to || !open(&self.accounts[from]) || !open(&self.accounts[to]) {
            return;
        }
        if self.post(from, at, TxnType::TransferOut, channel, -amount, Counterparty::Account(to)) {
            self.post(to, at, received_as, Channel::Batch, amount, Counterparty::Account(from));
        }
    }

    /// Demand interest from the sum of end-of-day balances (积数), annual rate over 360 days: settled on the 20th,
    /// credited on the 21st.
    pub(crate) fn credit_interest(&mut self, account: usize, at: NaiveDateTime) {
        let a = &mut self.accounts[account];
        if a.kind != AccountKind::Demand || a.close_date.is_some() {
            return;
        }
        a.accumulate(at.date());
        let interest = part_of(a.accumulator, i128::from(a.rate), 360 * 1_000_000);
        a.accumulator = 0;
        self.post(account, at, TxnType::Interest, Channel::Batch, interest, Counterparty::Nobody);
    }

    /// Interest of a term, then renewal or pay-out to the demand account.
    pub(crate) fn mature(&mut self, account: usize, at: NaiveDateTime) {
        let a = &self.accounts[account];
        if a.close_date.is_some() || a.mature_date != Some(at.date()) {
            return;
        }
        let Owner::Person(person) = a.owner else { return };
        let interest = part_of(i128::from(a.balance), i128::from(a.rate) * i128::from(a.term_months), 12 * 1_000_000);
        let is_leaving = self.community.persons[person].churn.is_some_and(|c| c.month_of(at.date()).is_some());
        let renews = a.renews && !is_leaving;
        self.post(account, at, TxnType::Interest, Channel::Batch, interest, Counterparty::Nobody);
        if renews {
            let a = &mut self.accounts[account];
            a.value_date = at.date();
            a.mature_date = Some(plus_months(at.date(), a.term_months));
            a.rate = deposit_rate(a.term_months);
            a.is_changed = true;
        } else {
            self.break_deposit(account, at);
        }
    }

    /// Pay a time deposit out to its owner's demand account and close it.
    pub(crate) fn break_deposit(&mut self, account: usize, at: NaiveDateTime) {
        let Owner::Person(person) = self.accounts[account].owner else { return };
        let Some(demand) = self.holdings[person].demand else { return };
        let amount = self.accounts[account].balance;
        if self.accounts[demand].close_date.is_some()
            || !self.post(account, at, TxnType::TimeClosed, Channel::Mbank, -amount, Counterparty::Account(demand))
        {
            return;
        }
        self.accounts[account].close_date = Some(at.date());
        self.post(demand, at, TxnType::TimeClosed, Channel::Mbank, amount, Counterparty::Account(account));
    }

    /// Put money of the demand account on a new time deposit.
    pub(crate) fn save(&mut self, person: usize, amount: i64, months: u32, at: NaiveDateTime) {
        let Some(demand) = self.holdings[person].demand else { return };
        if self.accounts[demand].balance < amount || self.accounts[demand].close_date.is_some() || amount <= 0 {
            return;
        }
        let kind = if amount >= 20_000_000 { AccountKind::Certificate } else { AccountKind::Time };
        let time = self.open_account(Owner::Person(person), kind, months, at.date());
        self.post(demand, at, TxnType::TimeOpened, Channel::Mbank, -amount, Counterparty::Account(time));
        self.post(time, at, TxnType::TimeOpened, Channel::Mbank, amount, Counterparty::Account(demand));
    }

    /// Take back a transfer or fee of the day before that was posted by mistake: the same type, the opposite sign.
    pub(crate) fn reverse(&mut self, at: NaiveDateTime) {
        let yesterday = plus_days(at.date(), -1);
        let mistaken = |t: &&Txn| {
            t.at.date() == yesterday
                && t.reverses.is_none()
                && matches!(t.txn_type, TxnType::TransferOut | TxnType::PosSpend)
                && matches!(t.counterparty, Counterparty::Stranger(_) | Counterparty::Merchant(_))
        };
        let Some(original) = self.txns.iter().rev().find(mistaken).cloned() else { return };
        let (account, txn_type) = (original.account, original.txn_type);
        if self.post(account, at, txn_type, original.channel, -original.amount, original.counterparty)
            && let Some(last) = self.txns.last_mut()
        {
            last.value_date = yesterday;
            last.reverses = Some((yesterday, original.sequence));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interest_is_the_accumulator_times_the_daily_rate() {
        // 10,000.00 for 90 days at 0.05 % a year over 360: 10,000 x 90 x 0.0005 / 360 = 1.25.
        assert_eq!(part_of(1_000_000 * 90, 500, 360 * 1_000_000), 125);
        // Half a fen is rounded up.
        assert_eq!([part_of(1, 1, 2), part_of(3, 1, 2), part_of(1, 1, 3)], [1, 2, 0]);
    }
}
