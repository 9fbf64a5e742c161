//! Wealth products: units at a net asset value of the day, bought from and sold to the demand account.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::account::part_of;
use super::{Channel, Counterparty, Life, TxnType};
use crate::calendar::plus_days;

/// A product: code, kind, name, risk, value of a unit on 1 January 2020 and growth a year in ten-thousandths, swing in
/// ten-thousandths.
pub struct WealthProduct {
    /// Code.
    pub code: &'static str,
    /// Canonical `kind`.
    pub kind: &'static str,
    /// Name.
    pub name: &'static str,
    /// R1 to R5.
    pub risk: &'static str,
    growth: i64,
    swing: i64,
}

/// What the bank sells.
pub const PRODUCTS: [WealthProduct; 7] = [
    product("WM01", "WMP", "日日盈现金理财", "R1", 210, 0),
    product("WM02", "WMP", "稳健半年开", "R2", 290, 6),
    product("FD01", "FUND", "货币基金", "R1", 180, 0),
    product("FD02", "FUND", "沪深指数基金", "R4", 420, 900),
    product("IN01", "INSURANCE", "年金保险", "R2", 250, 0),
    product("BD01", "BOND", "储蓄国债", "R1", 240, 0),
    product("MT01", "METAL", "积存金", "R3", 600, 450),
];

const fn product(
    code: &'static str,
    kind: &'static str,
    name: &'static str,
    risk: &'static str,
    growth: i64,
    swing: i64,
) -> WealthProduct {
    WealthProduct { code, kind, name, risk, growth, swing }
}

impl WealthProduct {
    /// Net asset value of a unit in hundred-millionths of a yuan: a straight line with a swing of about a year.
    #[must_use]
    pub fn nav(&self, date: NaiveDate) -> i64 {
        let days = i64::from(date.num_days_from_ce()) - 737_425;
        let triangle = |n: i64, period: i64| (n.rem_euclid(period) * 2 - period).abs() * 2 - period;
        let wave = triangle(days, 364) * 10_000 / 364 + triangle(days, 52) * 2_500 / 52;
        100_000_000 + days * self.growth * 100_000_000 / 3_650_000 + wave * self.swing
    }
}

/// A position.
#[derive(Debug, Clone)]
pub struct Position {
    /// Number.
    pub number: String,
    /// Holder, an index of the persons.
    pub person: usize,
    /// Product, an index of [`PRODUCTS`].
    pub product: usize,
    /// Units in ten-thousandths.
    pub units: i64,
    /// Paid for them, fen.
    pub cost: i64,
    /// Bought.
    pub buy_date: NaiveDate,
    /// Sold.
    pub sell_date: Option<NaiveDate>,
}

impl Position {
    /// Market value at a date, fen: units x value of a unit, rounded half up.
    #[must_use]
    pub fn market_value(&self, date: NaiveDate) -> i64 {
        if self.sell_date.is_some_and(|sold| sold <= date) {
            return 0;
        }
        part_of(i128::from(self.units), i128::from(PRODUCTS[self.product].nav(date)), 10_000 * 1_000_000)
    }
}

impl Life<'_> {
    /// Positions bought before the first month.
    pub(crate) fn hold_positions(&mut self, person: usize, total: i64, since: NaiveDate, start: NaiveDate) {
        let count = self.dice.between(1, 3);
        for _ in 0..count {
            let span = (start - since).num_days().max(2);
            let bought = plus_days(start, -self.dice.between(1, span - 1));
            self.add_position(person, total / count, bought);
        }
    }

    fn add_position(&mut self, person: usize, amount: i64, date: NaiveDate) {
        let product = self.dice.weighted(&[(0, 30), (1, 25), (2, 12), (3, 13), (4, 8), (5, 6), (6, 6)]);
        let nav = PRODUCTS[product].nav(date);
        let number = self.community.persons[person].number;
        self.holdings[person].positions.push(self.positions.len());
        self.positions.push(Position {
            number: format!("WP{number:09}{:03}", self.holdings[person].positions.len()),
            person,
            product,
            // Fen x 10^-2 yuan / (nav x 10^-8) in ten-thousandths, rounded down: a part of a unit is not sold.
            units: i64::try_from(i128::from(amount) * 10_000_000_000 / i128::from(nav)).unwrap_or(0),
            cost: amount,
            buy_date: date,
            sell_date: None,
        });
    }

    pub(crate) fn buy(&mut self, person: usize, amount: i64, at: NaiveDateTime) {
        let Some(demand) = self.holdings[person].demand else { return };
        if self.post(demand, at, TxnType::WealthBought, Channel::Mbank, -amount, Counterparty::Nobody) {
            self.add_position(person, amount, at.date());
        }
    }

    pub(crate) fn redeem(&mut self, position: usize, at: NaiveDateTime) {
        let p = &self.positions[position];
        if p.sell_date.is_some() || p.buy_date >= at.date() {
            return;
        }
        let (value, person) = (p.market_value(at.date()), p.person);
        let Some(demand) = self.holdings[person].demand else { return };
        if self.post(demand, at, TxnType::WealthSold, Channel::Mbank, value, Counterparty::Nobody) {
            self.positions[position].sell_date = Some(at.date());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_grow_and_swing_but_never_vanish() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(date("2020-01-01").num_days_from_ce(), 737_425);
        // 2.1 % a year on 365 days.
        assert_eq!(PRODUCTS[0].nav(date("2020-12-31")), 102_100_000);
        for product in &PRODUCTS {
            assert!(
                date("2015-01-01").iter_days().take(7_000).all(|d| product.nav(d) > 50_000_000),
                "{}",
                product.code
            );
        }
    }

    #[test]
    fn a_position_is_worth_what_was_paid_on_its_first_day() {
        let date = "2026-03-31".parse().unwrap();
        let nav = PRODUCTS[3].nav(date);
        let units = 1_000_000 * 10_000_000_000 / nav;
        let position = Position {
            number: String::new(),
            person: 0,
            product: 3,
            units,
            cost: 1_000_000,
            buy_date: date,
            sell_date: None,
        };
        assert!((position.market_value(date) - 1_000_000).abs() <= 1);
    }
}
