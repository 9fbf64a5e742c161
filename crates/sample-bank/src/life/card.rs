//! Credit cards: purchases, a bill each month, paid in full, in part or late.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Action, Channel, Counterparty, Life, TxnType};
use crate::behaviour::Behaviour;
use crate::calendar::{day_of_month, plus_days};
use crate::identifiers;

/// Day of the bill, and days until it is due.
const BILL_DAY: u32 = 5;
const DAYS_TO_PAY: i64 = 20;

/// A credit card account with its main card.
#[derive(Debug, Clone)]
pub struct CardAccount {
    /// Account number.
    pub number: String,
    /// Card number.
    pub card_no: String,
    /// Holder, an index of the persons.
    pub person: usize,
    /// classic, gold, platinum.
    pub level: &'static str,
    /// Limit, fen.
    pub limit: i64,
    /// Used, fen: billed and not billed.
    pub balance: i64,
    /// Not billed yet, fen.
    pub unbilled: i64,
    /// Billed and not paid, fen.
    pub billed: i64,
    /// Least to pay of the last bill that is still open, fen.
    pub min_due: i64,
    /// The last bill.
    pub bill_date: Option<NaiveDate>,
    /// When it is due.
    pub due_date: Option<NaiveDate>,
    /// Earliest bill whose least payment was missed.
    pub first_unpaid_due_date: Option<NaiveDate>,
    /// Bills in a row whose least payment was missed.
    pub overdue_periods: i64,
    /// Last payment.
    pub last_pay: Option<(NaiveDate, i64)>,
    /// Opened.
    pub open_date: NaiveDate,
    /// Pays the whole bill, else a part.
    pub pays_in_full: bool,
    /// Purchases of a month, on average, fen.
    pub monthly_spend: i64,
    /// Branch, an index.
    pub branch: usize,
}

/// A purchase.
#[derive(Debug, Clone)]
pub struct CardTxn {
    /// Running number within the community.
    pub sequence: u64,
    /// Card account, an index.
    pub card: usize,
    /// When.
    pub at: NaiveDateTime,
    /// Fen, positive is spent.
    pub amount: i64,
    /// Merchant, an index; none for a payment.
    pub merchant: Option<usize>,
}

impl CardAccount {
    /// Five-category class by days past due.
    #[must_use]
    pub fn five_class(&self, date: NaiveDate) -> u8 {
        match self.first_unpaid_due_date.map_or(0, |due| (date - due).num_days()) {
            ..=0 => 1,
            1..=90 => 2,
            91..=270 => 3,
            271..=360 => 4,
            _ => 5,
        }
    }
}

impl Life<'_> {
    /// Give a person a card.
    pub(crate) fn issue_card(&mut self, person: usize, date: NaiveDate) {
        let p = &self.community.persons[person];
        let income = match p.behaviour {
            Behaviour::ShopOwner => p.income_fen / 5,
            _ => p.income_fen,
        };
        let (number, branch) = (p.number, p.branch);
        let limit = (income * self.dice.between(80, 350) / 100 / 100_000).clamp(2, 300) * 100_000;
        let level = match limit {
            0..2_000_000 => "classic",
            2_000_000..8_000_000 => "gold",
            _ => "platinum",
        };
        let active = self.dice.chance(7_200);
        self.holdings[person].card = Some(self.cards.len());
        self.cards.push(CardAccount {
            number: format!("CA{number:010}"),
            card_no: identifiers::card_number(1, number),
            person,
            level,
            limit,
            balance: 0,
            unbilled: 0,
            billed: 0,
            min_due: 0,
            bill_date: None,
            due_date: None,
            first_unpaid_due_date: None,
            overdue_periods: 0,
            last_pay: None,
            open_date: date,
            pays_in_full: self.dice.chance(7_500),
            monthly_spend: if active { limit * self.dice.between(2, 22) / 100 } else { 0 },
            branch,
        });
    }

    pub(crate) fn plan_card(&mut self, card: usize, month: NaiveDate) {
        let c = &self.cards[card];
        let (spend, open_date, person) = (c.monthly_spend, c.open_date, c.person);
        let is_leaving = self.community.persons[person].churn.is_some_and(|churn| churn.month_of(month) >= Some(1));
        if open_date < month && spend > 0 && !is_leaving {
            let count = self.dice.between(3, 9);
            for _ in 0..count {
                let amount = self.dice.around(spend / count, 80);
                let merchant = self.dice.below(13);
                self.some_day(month, (1, 31), Action::Spend(card, amount, merchant));
            }
        }
        let bill_day = day_of_month(month, BILL_DAY);
        self.at(bill_day, 3, Action::Bill(card));
        self.at(plus_days(bill_day, DAYS_TO_PAY - 2), 11, Action::PayBill(card));
    }

    pub(crate) fn spend(&mut self, card: usize, amount: i64, merchant: usize, at: NaiveDateTime) {
        let c = &mut self.cards[card];
        if amount <= 0 || c.balance + amount > c.limit || c.open_date > at.date() {
            return;
        }
        c.balance += amount;
        c.unbilled += amount;
        self.txn_sequence += 1;
        self.card_txns.push(CardTxn { sequence: self.txn_sequence, card, at, amount, merchant: Some(merchant) });
    }

    /// Bill what was bought; a tenth is the least to pay. A least payment that is still open is overdue.
    pub(crate) fn bill(&mut self, card: usize, at: NaiveDateTime) {
        let c = &mut self.cards[card];
        if c.min_due > 0 {
            c.first_unpaid_due_date = c.first_unpaid_due_date.or(c.due_date);
            c.overdue_periods += 1;
        }
        c.billed += c.unbilled;
        c.unbilled = 0;
        c.bill_date = Some(at.date());
        c.due_date = Some(plus_days(at.date(), DAYS_TO_PAY));
        c.min_due += c.billed / 10;
    }

    pub(crate) fn pay_bill(&mut self, card: usize, at: NaiveDateTime) {
        let c = &self.cards[card];
        let (billed, person, in_full) = (c.billed, c.person, c.pays_in_full);
        if billed == 0 {
            return;
        }
        let wish = if in_full { billed } else { (billed * self.dice.between(12, 40) / 100).max(c.min_due).min(billed) };
        let paid = match self.holdings[person].demand {
            Some(demand) => {
                let amount = wish.min(self.accounts[demand].balance);
                let (txn_type, to) = (TxnType::CardRepaid, Counterparty::Nobody);
                if self.post(demand, at, txn_type, Channel::Mbank, -amount, to) { amount } else { 0 }
            }
            // Paid from another bank.
            None if self.dice.chance(9_700) => wish,
            None => 0,
        };
        if paid == 0 {
            return;
        }
        let c = &mut self.cards[card];
        c.balance -= paid;
        c.billed -= paid;
        c.min_due = (c.min_due - paid).max(0);
        c.last_pay = Some((at.date(), paid));
        if c.min_due == 0 {
            c.first_unpaid_due_date = None;
            c.overdue_periods = 0;
        }
        self.txn_sequence += 1;
        self.card_txns.push(CardTxn { sequence: self.txn_sequence, card, at, amount: -paid, merchant: None });
    }
}
