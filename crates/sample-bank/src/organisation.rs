//! The organisations: companies and registered shops.

use chrono::NaiveDate;

use crate::calendar::plus_days;
use crate::dice::{Dice, Quantiles};
use crate::identifiers;
use crate::names;

/// Receipts of a company's month in yuan.
const RECEIPTS: Quantiles =
    Quantiles(&[(0, 60_000), (500_000, 420_000), (850_000, 2_200_000), (970_000, 9_000_000), (1_000_000, 60_000_000)]);

/// An organisation of the sample bank.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// Number in the truth; persons and organisations are counted together.
    pub number: u64,
    /// Name.
    pub name: String,
    /// Unified social credit code of region 990000.
    pub credit_code: String,
    /// Licence number of the time before it.
    pub licence_no: String,
    /// enterprise or sole_proprietor.
    pub legal_form: &'static str,
    /// GB/T 4754.
    pub industry: &'static str,
    /// large, medium, small, micro.
    pub size: &'static str,
    /// Employees.
    pub employees: i64,
    /// Registered capital in 10,000 yuan.
    pub capital_wan: i64,
    /// Receipts of a month in fen.
    pub receipts_fen: i64,
    /// Declared turnover of a year in fen: some declare much more than they receive, some less.
    pub declared_fen: i64,
    /// Legal representative, an index of the persons.
    pub legal_representative: usize,
    /// Controller, when another person.
    pub controller: Option<usize>,
    /// Group, the number of its first organisation.
    pub group: Option<u64>,
    /// Who it buys from, indices of the organisations.
    pub suppliers: Vec<usize>,
    /// Who vouches for its loan, an index of the organisations.
    pub guarantor: Option<usize>,
    /// Day on which it pays its people.
    pub payday: u32,
    /// First account.
    pub open_date: NaiveDate,
    /// Branch, an index.
    pub branch: usize,
    /// Address.
    pub address: String,
    /// Whether the credit system knows it, and since when.
    pub credit_since: Option<NaiveDate>,
}

impl Organisation {
    /// A company.
    pub fn company(number: u64, representative: usize, first_date: NaiveDate, dice: &mut Dice) -> Self {
        let (name, industry) = names::company(dice);
        let receipts = dice.draw(&RECEIPTS);
        let (size, employees) = match receipts {
            0..200_000 => ("micro", dice.between(2, 10)),
            200_000..1_500_000 => ("small", dice.between(8, 60)),
            1_500_000..8_000_000 => ("medium", dice.between(50, 300)),
            _ => ("large", dice.between(250, 2_000)),
        };
        let open_date = plus_days(first_date, -dice.between(200, 18 * 365));
        // One in twelve declares far more turnover than the account ever sees, one in twelve far less.
        let (least, most) = dice.weighted(&[((85, 125), 10), ((350, 700), 1), ((30, 60), 1)]);
        let declared_share = dice.between(least, most);
        Organisation {
            number,
            name,
            credit_code: identifiers::credit_code(false, number),
            licence_no: identifiers::licence_number(number),
            legal_form: "enterprise",
            industry,
            size,
            employees,
            capital_wan: dice.pick(&[10, 30, 50, 100, 200, 500, 1_000, 5_000]),
            receipts_fen: receipts * 100 + dice.between(0, 99),
            declared_fen: receipts * 12 * declared_share,
            legal_representative: representative,
            controller: None,
            group: None,
            suppliers: Vec::new(),
            guarantor: None,
            payday: dice.pick(&[5, 8, 10, 10, 12, 15, 15, 20, 25]),
            open_date,
            branch: 0,
            address: names::address(dice),
            credit_since: dice.chance(3_500).then(|| plus_days(open_date, dice.between(30, 150))),
        }
    }

    /// A registered shop of a sole proprietor with receipts of a month in fen.
    pub fn shop(number: u64, owner: usize, receipts_fen: i64, first_date: NaiveDate, dice: &mut Dice) -> Self {
        let (name, industry) = names::shop(dice);
        Organisation {
            name,
            credit_code: identifiers::credit_code(true, number),
            legal_form: "sole_proprietor",
            industry,
            size: "micro",
            employees: dice.between(1, 8),
            capital_wan: dice.between(1, 20),
            receipts_fen,
            declared_fen: receipts_fen / 10 * dice.between(60, 130) / 10 * 12,
            credit_since: None,
            ..Organisation::company(number, owner, first_date, dice)
        }
    }

    /// Whether it is the registered shop of a person.
    #[must_use]
    pub fn is_shop(&self) -> bool {
        self.legal_form == "sole_proprietor"
    }
}
