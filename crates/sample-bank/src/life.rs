//! What a customer does, month by month: postings, balances, loans, cards. Balances tie to postings to the cent.

use bank::Money;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime};
use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::behaviour::Behaviour;
use crate::person::{Person, rng};

/// A deposit account at a month-end.
#[derive(Debug, Clone)]
pub struct Account {
    /// Account number.
    pub number: String,
    /// Time deposit, else demand.
    pub is_time: bool,
    /// Opened.
    pub open_date: NaiveDate,
    /// Matures, for time deposits.
    pub mature_date: Option<NaiveDate>,
    /// Closed.
    pub close_date: Option<NaiveDate>,
    /// Balance.
    pub balance: Money,
}

/// A posting on an account.
#[derive(Debug, Clone)]
pub struct Posting {
    /// Account number.
    pub account: String,
    /// When.
    pub time: NaiveDateTime,
    /// Canonical type.
    pub txn_type: &'static str,
    /// Positive in, negative out.
    pub amount: Money,
    /// Balance after it.
    pub balance_after: Money,
    /// Channel.
    pub channel: &'static str,
}

/// A loan at a month-end.
#[derive(Debug, Clone)]
pub struct Loan {
    /// Loan number.
    pub number: String,
    /// Original principal.
    pub principal: Money,
    /// Outstanding.
    pub balance: Money,
    /// Paid out.
    pub start_date: NaiveDate,
    /// Due in full.
    pub mature_date: NaiveDate,
    /// Earliest unpaid instalment.
    pub first_unpaid_due_date: Option<NaiveDate>,
}

/// A credit card at a month-end.
#[derive(Debug, Clone)]
pub struct Card {
    /// Card number.
    pub number: String,
    /// Limit.
    pub limit: Money,
    /// Used.
    pub balance: Money,
    /// Opened.
    pub open_date: NaiveDate,
}

/// Everything about a customer at one month-end.
#[derive(Debug, Clone, Default)]
pub struct Month {
    /// Deposit accounts opened so far.
    pub accounts: Vec<Account>,
    /// Postings of the month in order of time.
    pub postings: Vec<Posting>,
    /// Loans.
    pub loans: Vec<Loan>,
    /// Cards.
    pub cards: Vec<Card>,
}

/// Months before the end in which a leaving customer drains the accounts.
pub const LEAVING_MONTHS: usize = 4;

/// An event that wants to move money on the demand account.
struct Event {
    time: NaiveDateTime,
    txn_type: &'static str,
    channel: &'static str,
    amount: i128,
}

struct Life<'p> {
    person: &'p Person,
    rng: Xoshiro256PlusPlus,
    income: i128,
    demand: Option<Account>,
    time: Vec<Account>,
    loans: Vec<Loan>,
    cards: Vec<Card>,
}

/// A customer's months; those before the first account are empty.
#[must_use]
pub fn months(person: &Person, seed: u64, month_ends: &[NaiveDate]) -> Vec<Month> {
    let mut life = Life::begin(person, rng(seed, 2, person.number), month_ends.first().copied());
    month_ends.iter().enumerate().map(|(index, end)| life.month(*end, month_ends.len() - index)).collect()
}

fn yuan(rng: &mut Xoshiro256PlusPlus, low: i128, high: i128) -> i128 {
    rng.gen_range(low * 100..=high * 100)
}

impl<'p> Life<'p> {
    fn begin(person: &'p Person, mut rng: Xoshiro256PlusPlus, first_end: Option<NaiveDate>) -> Self {
        let (income, demand, time) = match person.behaviour {
            Behaviour::PayrollSaver => (yuan(&mut rng, 4_500, 18_000), yuan(&mut rng, 4_000, 60_000), (0.35, 20, 120)),
            Behaviour::Wealthy => (yuan(&mut rng, 8_000, 40_000), yuan(&mut rng, 60_000, 400_000), (1.0, 300, 3_500)),
            Behaviour::Retiree => (yuan(&mut rng, 2_200, 6_500), yuan(&mut rng, 3_000, 30_000), (0.85, 30, 260)),
            Behaviour::Student => (yuan(&mut rng, 1_000, 2_600), yuan(&mut rng, 100, 4_000), (0.0, 0, 0)),
            Behaviour::ShopOwner => (yuan(&mut rng, 30_000, 300_000), yuan(&mut rng, 8_000, 90_000), (0.15, 20, 100)),
            Behaviour::Borrower => (yuan(&mut rng, 6_500, 22_000), yuan(&mut rng, 1_000, 15_000), (0.05, 10, 50)),
            Behaviour::Dormant => (0, yuan(&mut rng, 0, 90), (0.0, 0, 0)),
        };
        let has_accounts = person.core_no.is_some();
        let is_new = first_end.is_some_and(|end| person.open_date > end);
        let (share, low, high) = time;
        let count = if has_accounts && rng.gen_bool(share) { rng.gen_range(1..=2) } else { 0 };
        let open_date = person.open_date;
        let account = |suffix: u32, is_time, balance, mature_date| Account {
            number: format!("62{:010}{suffix:03}", person.number * 37 % 10_000_000_000),
            is_time,
            open_date,
            mature_date,
            close_date: None,
            balance: Money::from_minor(balance),
        };
        let time = (1..=count)
            .map(|suffix| {
                let balance = rng.gen_range(low..=high) * 100_000 / i128::from(count);
                let term = Months::new(12 * rng.gen_range(1..=3));
                account(suffix, true, balance, open_date.checked_add_months(term))
            })
            .collect::<Vec<_>>();
        let mut life = Life {
            person,
            income,
            demand: has_accounts.then(|| account(0, false, if is_new { 0 } else { demand }, None)),
            time: if is_new { Vec::new() } else { time },
            loans: Vec::new(),
            cards: Vec::new(),
            rng,
        };
        life.borrow();
        life
    }

    fn borrow(&mut self) {
        let Some(credit) = &self.person.credit else { return };
        let start = credit.open_date;
        if self.person.behaviour == Behaviour::Borrower || self.rng.gen_bool(0.15) {
            let principal = yuan(&mut self.rng, 1_000, 18_000) * 100;
            let years = self.rng.gen_range(10..=30);
            self.loans.push(Loan {
                number: format!("LN{:09}", self.person.number),
                principal: Money::from_minor(principal),
                balance: Money::from_minor(principal * self.rng.gen_range(55..=98) / 100),
                start_date: start,
                mature_date: start.checked_add_months(Months::new(12 * years)).unwrap_or(start),
                first_unpaid_due_date: None,
            });
        }
        if self.rng.gen_bool(0.7) || self.loans.is_empty() {
            let limit = self.rng.gen_range(1..=10) * 500_000;
            self.cards.push(Card {
                number: card_number(self.person.number),
                limit: Money::from_minor(limit),
                balance: Money::from_minor(limit * self.rng.gen_range(0..=60) / 100),
                open_date: start,
            });
        }
    }

    fn month(&mut self, end: NaiveDate, months_left: usize) -> Month {
        let start = end.with_day(1).unwrap_or(end);
        let leaving = self.person.is_leaving && months_left <= LEAVING_MONTHS;
        let mut postings = Vec::new();
        if self.person.open_date <= end && self.demand.is_some() {
            let mut events = self.events(start, end, leaving, months_left);
            events.sort_by_key(|e| e.time);
            for event in events {
                self.post(&event, &mut postings);
            }
        }
        self.carry_credit(end);
        let known = |open: NaiveDate| open <= end;
        for account in &mut self.time {
            if let Some(due) = account.mature_date.filter(|due| *due <= end && account.close_date.is_none()) {
                account.mature_date = due.checked_add_months(Months::new(12));
            }
        }
        Month {
            accounts: self.demand.iter().chain(&self.time).filter(|a| known(a.open_date)).cloned().collect(),
            postings,
            loans: self.loans.iter().filter(|l| known(l.start_date)).cloned().collect(),
            cards: self.cards.iter().filter(|c| known(c.open_date)).cloned().collect(),
        }
    }

    fn events(&mut self, start: NaiveDate, end: NaiveDate, leaving: bool, months_left: usize) -> Vec<Event> {
        let mut events = Vec::new();
        let opened_now = self.person.open_date >= start && self.person.open_date <= end;
        let first_day = if opened_now { self.person.open_date } else { start };
        let mut add = |rng: &mut Xoshiro256PlusPlus, day: u32, txn_type, channel, amount: i128| {
            let date = start.with_day(day).unwrap_or(end);
            let time = date.and_hms_opt(rng.gen_range(8..21), rng.gen_range(0..60), rng.gen_range(0..60));
            if let Some(time) = time.filter(|t| t.date() >= first_day && amount != 0) {
                events.push(Event { time, txn_type, channel, amount });
            }
        };
        let rng = &mut self.rng;
        let last_day = end.day();
        if opened_now {
            let deposit = yuan(rng, 100, 20_000);
            add(rng, self.person.open_date.day(), "CASH_IN", "COUNTER", deposit);
        }
        // Before the lunar new year people take money out; in February it comes back more slowly.
        let season = if end.month() == 1 { 115 } else { 100 };
        let income = self.income * i128::from(rng.gen_range(97_u32..=103)) / 100;
        let spend = income * i128::from(rng.gen_range(80_u32..=102)) * season / 10_000;
        let parts = |rng: &mut Xoshiro256PlusPlus, total: i128, count: i128| -> Vec<i128> {
            (0..count).map(|_| total / count * i128::from(rng.gen_range(50_u32..=150)) / 100).collect()
        };
        match self.person.behaviour {
            Behaviour::Dormant => {}
            Behaviour::PayrollSaver | Behaviour::Borrower => {
                if !(leaving && months_left <= 2) {
                    add(rng, 10, "SALARY", "BATCH", income);
                }
                let repay = if self.person.behaviour == Behaviour::Borrower { 40 } else { 0 };
                if repay > 0 {
                    add(rng, 20, "LOAN_REPAY", "BATCH", -income * repay / 100);
                }
                let free = spend * (100 - repay) / 100;
                for amount in parts(rng, free / 2, 5) {
                    let day = rng.gen_range(1..=last_day);
                    add(rng, day, "QPAY_OUT", "QPAY", -amount);
                }
                let day = rng.gen_range(11..=25);
                add(rng, day, "TRF_OUT", "MBANK", -free * 3 / 10);
                let day = rng.gen_range(1..=last_day);
                add(rng, day, "POS_SPEND", "POS", -free / 10);
                let day = rng.gen_range(1..=28);
                add(rng, day, "BILLPAY", "MBANK", -free / 10);
            }
            Behaviour::Wealthy => {
                if rng.gen_bool(0.8) {
                    let day = rng.gen_range(1..=28);
                    add(rng, day, "TRF_IN", "EBANK", income);
                }
                for amount in parts(rng, spend * 8 / 10, 2) {
                    let day = rng.gen_range(1..=last_day);
                    add(rng, day, "TRF_OUT", "MBANK", -amount);
                }
            }
            Behaviour::Retiree => {
                add(rng, 15, "TRF_IN", "BATCH", income);
                for amount in parts(rng, spend * 6 / 10, 2) {
                    let day = rng.gen_range(16..=last_day);
                    let channel = if rng.gen_bool(0.7) { "COUNTER" } else { "ATM" };
                    add(rng, day, "CASH_OUT", channel, -amount);
                }
                let day = rng.gen_range(1..=last_day);
                add(rng, day, "BILLPAY", "COUNTER", -spend / 10);
            }
            Behaviour::Student => {
                add(rng, 3, "TRF_IN", "MBANK", income);
                for amount in parts(rng, spend * 95 / 100, 12) {
                    let day = rng.gen_range(3..=last_day);
                    add(rng, day, "QPAY_OUT", "QPAY", -amount);
                }
            }
            Behaviour::ShopOwner => {
                for amount in parts(rng, income, 14) {
                    let day = rng.gen_range(1..=last_day);
                    add(rng, day, "QPAY_IN", "QPAY", amount);
                }
                for amount in parts(rng, spend * 98 / 100, 6) {
                    let day = rng.gen_range(5..=last_day);
                    add(rng, day, "TRF_OUT", "MBANK", -amount);
                }
            }
        }
        let balance = self.demand.as_ref().map_or(0, |a| a.balance.minor());
        if end.month().is_multiple_of(3) {
            // Demand interest of the quarter, credited on the 21st: not customer activity.
            add(rng, 21, "INT_CREDIT", "BATCH", balance * 5 / 40_000);
        }
        if leaving {
            add(rng, 26, "TRF_OUT", "MBANK", -balance * 45 / 100);
            for account in self.time.iter_mut().filter(|a| a.close_date.is_none()).take(1) {
                let day = start.with_day(22).unwrap_or(end);
                account.close_date = Some(day);
                add(rng, 22, "TD_CLOSE", "COUNTER", account.balance.minor());
                add(rng, 27, "TRF_OUT", "COUNTER", -account.balance.minor());
            }
        }
        events
    }

    /// Post an event; money that is not there is not spent. Breaking a time deposit posts on both accounts.
    fn post(&mut self, event: &Event, postings: &mut Vec<Posting>) {
        let Some(demand) = &mut self.demand else { return };
        let amount = Money::from_minor(event.amount);
        if demand.balance + amount < Money::ZERO {
            return;
        }
        if event.txn_type == "TD_CLOSE" {
            let closing = |a: &&mut Account| a.close_date == Some(event.time.date()) && a.balance > Money::ZERO;
            if let Some(time) = self.time.iter_mut().find(closing) {
                time.balance -= amount;
                postings.push(Posting {
                    account: time.number.clone(),
                    time: event.time,
                    txn_type: "TD_CLOSE",
                    amount: -amount,
                    balance_after: time.balance,
                    channel: event.channel,
                });
            }
        }
        demand.balance += amount;
        postings.push(Posting {
            account: demand.number.clone(),
            time: event.time,
            txn_type: event.txn_type,
            amount,
            balance_after: demand.balance,
            channel: event.channel,
        });
    }

    fn carry_credit(&mut self, end: NaiveDate) {
        for loan in &mut self.loans {
            let missed = self.rng.gen_bool(0.01);
            if missed && loan.first_unpaid_due_date.is_none() {
                loan.first_unpaid_due_date = end.with_day(20);
            } else if loan.first_unpaid_due_date.is_some() && self.rng.gen_bool(0.6) {
                loan.first_unpaid_due_date = None;
            } else if loan.first_unpaid_due_date.is_none() && loan.start_date < end {
                loan.balance -= Money::from_minor(loan.principal.minor() / 240).min(loan.balance);
            }
        }
        for card in &mut self.cards {
            let used = card.limit.minor() * self.rng.gen_range(0..=70) / 100;
            card.balance = Money::from_minor((card.balance.minor() + used) / 2);
        }
    }
}

/// Card number of prefix 999999 with its Luhn digit.
fn card_number(number: u64) -> String {
    let first = format!("999999{number:09}");
    let sum: u32 = first
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    format!("{first}{}", (10 - sum % 10) % 10)
}

/// The last days of `count` months, beginning with `first`.
#[must_use]
pub fn month_ends(first: NaiveDate, count: u32) -> Vec<NaiveDate> {
    let next_start = first.checked_add_days(Days::new(1)).unwrap_or(first);
    (0..count).filter_map(|n| next_start.checked_add_months(Months::new(n))?.checked_sub_days(Days::new(1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::people;

    #[test]
    fn balances_tie_to_postings_to_the_cent() {
        let ends = month_ends("2025-08-31".parse().unwrap(), 6);
        for person in people(300, 7, ends[0]) {
            let months = months(&person, 7, &ends);
            for pair in months.windows(2) {
                for account in &pair[1].accounts {
                    let before = pair[0].accounts.iter().find(|a| a.number == account.number);
                    let moved: Money =
                        pair[1].postings.iter().filter(|p| p.account == account.number).map(|p| p.amount).sum();
                    let opening = before.map_or(Money::ZERO, |a| a.balance);
                    assert_eq!(opening + moved, account.balance, "{}", account.number);
                }
            }
        }
    }

    #[test]
    fn card_numbers_pass_luhn_and_month_ends_are_month_ends() {
        // Acceptance C14.
        assert_eq!(card_number(1), "9999990000000014");
        let ends: Vec<String> = month_ends("2025-11-30".parse().unwrap(), 4).iter().map(ToString::to_string).collect();
        assert_eq!(ends, ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]);
    }
}
