//! Leaving as a process over months, with causes: planted, and apart from any rule or model that looks for it.

use chrono::{Datelike, NaiveDate};

use crate::behaviour::Behaviour;
use crate::calendar::{month_start, plus_days, plus_months};
use crate::dice::Dice;
use crate::person::Person;

/// How a customer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChurnKind {
    /// The employer or the customer moves the salary to another bank; savings follow over months.
    PayrollMoved,
    /// Savings are carried away month by month; deposits that mature are not renewed.
    SlowDrain,
    /// Nearly everything goes in one transfer.
    SuddenTransfer,
}

impl ChurnKind {
    /// Name in the truth tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ChurnKind::PayrollMoved => "payroll_moved",
            ChurnKind::SlowDrain => "slow_drain",
            ChurnKind::SuddenTransfer => "sudden_transfer",
        }
    }
}

/// A planted departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Churn {
    /// How.
    pub kind: ChurnKind,
    /// First day of the first month in which it shows.
    pub from: NaiveDate,
    /// Months until hardly anything is left.
    pub months: u32,
    /// Whether the accounts are closed at the end.
    pub closes: bool,
}

impl Churn {
    /// Chance of leaving within a year, in ten thousand, and why: short tenure and few products make it likelier,
    /// salary and loans at the bank less so; some people follow every better rate.
    #[must_use]
    pub fn hazard_per_year(person: &Person, product_count: usize, follows_rates: bool, first_date: NaiveDate) -> u32 {
        let mut hazard = match person.behaviour {
            Behaviour::Dormant | Behaviour::Student | Behaviour::WalletUser => return 0,
            Behaviour::Wealthy | Behaviour::Investor => 800,
            Behaviour::ShopOwner => 700,
            Behaviour::Borrower => 300,
            _ => 600,
        };
        let tenure_days = (first_date - person.open_date).num_days();
        for (applies, percent) in [
            (tenure_days < 2 * 365, 160),
            (tenure_days > 8 * 365, 60),
            (product_count <= 1, 150),
            (product_count >= 3, 55),
            (person.employer.is_some(), 70),
            (follows_rates, 230),
            (person.behaviour == Behaviour::Retiree, 60),
        ] {
            if applies {
                hazard = hazard * percent / 100;
            }
        }
        hazard
    }

    /// Whether and how a person leaves between two dates (and a little before, so that some are on their way when the
    /// bank is first seen).
    pub fn draw(
        person: &Person,
        product_count: usize,
        first: NaiveDate,
        last: NaiveDate,
        dice: &mut Dice,
    ) -> Option<Self> {
        let follows_rates = dice.chance(2_000);
        let begin = plus_days(first, -60);
        let days = (last - begin).num_days();
        let hazard = i64::from(Churn::hazard_per_year(person, product_count, follows_rates, first));
        if !dice.chance(u32::try_from(hazard * days / 365).unwrap_or(0).min(8_000)) {
            return None;
        }
        let kind = if person.behaviour.is_employed() {
            dice.weighted(&[(ChurnKind::PayrollMoved, 5), (ChurnKind::SlowDrain, 4), (ChurnKind::SuddenTransfer, 1)])
        } else {
            dice.weighted(&[(ChurnKind::SlowDrain, 7), (ChurnKind::SuddenTransfer, 3)])
        };
        let from = month_start(plus_days(begin, dice.between(0, days)));
        let from = from.max(plus_months(month_start(person.open_date), 2));
        let months = if kind == ChurnKind::SuddenTransfer { 1 } else { u32::try_from(dice.between(3, 6)).unwrap_or(3) };
        Some(Churn { kind, from, months, closes: dice.chance(3_000) })
    }

    /// Which month of leaving the month of `date` is, from 0; nothing before it begins.
    #[must_use]
    pub fn month_of(&self, date: NaiveDate) -> Option<u32> {
        let months = |d: NaiveDate| d.year() * 12 + d.month0() as i32;
        u32::try_from(months(date) - months(self.from)).ok()
    }
}
