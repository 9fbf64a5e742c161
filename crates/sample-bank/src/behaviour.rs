//! The behaviour types that are planted, and their numbers.
//!
//! Incomes and balances are written as quantiles, so that their skew can be read here. They follow published figures
//! of Chinese households and banks in shape (docs/concepts/sample-bank.md names them) and were not tuned to any model
//! of ours.

use crate::dice::Quantiles;

/// How a customer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behaviour {
    /// Salary in, bills out, some savings.
    PayrollSaver,
    /// Young, well paid, little saved yet: a potential VIP.
    YoungProfessional,
    /// Salary in, mortgage and card, little left.
    Borrower,
    /// Money in wealth products and term deposits.
    Investor,
    /// Large time deposits, few transactions.
    Wealthy,
    /// Pension in, counter and cash machine, time deposits.
    Retiree,
    /// Small balances, many wallet payments.
    Student,
    /// Receipts every day, paid out again to suppliers.
    ShopOwner,
    /// Paid by the day through a wallet, little kept.
    WalletUser,
    /// Nothing happens.
    Dormant,
}

/// The numbers of a behaviour type.
pub struct Profile {
    /// Name in the truth tables.
    pub name: &'static str,
    /// Share of households' first persons, in ten thousand.
    pub share: u32,
    /// Youngest and oldest age in years.
    pub ages: (i64, i64),
    /// Years that the relation may be old.
    pub tenure_years: (i64, i64),
    /// Occupation as the savings system writes it.
    pub occupation: &'static str,
    /// Income of a month in yuan; receipts of a shop.
    pub income: Quantiles,
    /// Demand balance at the beginning in yuan.
    pub demand: Quantiles,
    /// All time deposits at the beginning in yuan, where there are any.
    pub time: Quantiles,
    /// Chance of time deposits, in ten thousand.
    pub has_time: u32,
    /// Wealth positions at the beginning in yuan, where there are any.
    pub wealth: Quantiles,
    /// Chances in ten thousand of being known to: credit, card, fund, wealth, channel. Core is by choice of the others.
    pub known_to: [u32; 5],
}

const NOTHING: Quantiles = Quantiles(&[(0, 0), (1_000_000, 0)]);
const SALARY: Quantiles = Quantiles(&[
    (0, 2_600),
    (100_000, 3_800),
    (500_000, 6_800),
    (800_000, 10_500),
    (950_000, 18_000),
    (1_000_000, 45_000),
]);

impl Behaviour {
    /// All types.
    pub const ALL: [Behaviour; 10] = [
        Behaviour::PayrollSaver,
        Behaviour::YoungProfessional,
        Behaviour::Borrower,
        Behaviour::Investor,
        Behaviour::Wealthy,
        Behaviour::Retiree,
        Behaviour::Student,
        Behaviour::ShopOwner,
        Behaviour::WalletUser,
        Behaviour::Dormant,
    ];

    /// Its numbers.
    #[must_use]
    pub fn profile(self) -> &'static Profile {
        match self {
            Behaviour::PayrollSaver => &Profile {
                name: "payroll_saver",
                share: 2_300,
                ages: (23, 58),
                tenure_years: (1, 16),
                occupation: "职员",
                income: SALARY,
                demand: Quantiles(&[
                    (0, 20),
                    (300_000, 1_800),
                    (700_000, 14_000),
                    (950_000, 60_000),
                    (1_000_000, 260_000),
                ]),
                time: Quantiles(&[(0, 5_000), (500_000, 40_000), (900_000, 180_000), (1_000_000, 700_000)]),
                has_time: 3_000,
                wealth: Quantiles(&[(0, 1_000), (600_000, 25_000), (1_000_000, 250_000)]),
                known_to: [1_500, 4_000, 7_000, 1_500, 8_500],
            },
            Behaviour::YoungProfessional => &Profile {
                name: "young_professional",
                share: 650,
                ages: (23, 35),
                tenure_years: (0, 8),
                occupation: "专业技术人员",
                income: Quantiles(&[(0, 15_000), (500_000, 19_000), (900_000, 32_000), (1_000_000, 70_000)]),
                demand: Quantiles(&[(0, 500), (500_000, 16_000), (900_000, 60_000), (1_000_000, 190_000)]),
                time: Quantiles(&[(0, 10_000), (1_000_000, 120_000)]),
                has_time: 1_000,
                wealth: Quantiles(&[(0, 2_000), (700_000, 40_000), (1_000_000, 300_000)]),
                known_to: [1_500, 7_500, 9_000, 3_500, 9_900],
            },
            Behaviour::Borrower => &Profile {
                name: "borrower",
                share: 1_450,
                ages: (26, 48),
                tenure_years: (2, 12),
                occupation: "职员",
                income: Quantiles(&[(0, 4_500), (500_000, 9_500), (900_000, 20_000), (1_000_000, 48_000)]),
                demand: Quantiles(&[(0, 50), (400_000, 2_500), (800_000, 12_000), (1_000_000, 70_000)]),
                time: Quantiles(&[(0, 5_000), (1_000_000, 90_000)]),
                has_time: 500,
                wealth: Quantiles(&[(0, 1_000), (1_000_000, 60_000)]),
                known_to: [10_000, 6_500, 8_500, 700, 9_000],
            },
            Behaviour::Investor => &Profile {
                name: "investor",
                share: 300,
                ages: (30, 68),
                tenure_years: (2, 18),
                occupation: "职员",
                income: Quantiles(&[(0, 5_000), (500_000, 13_000), (1_000_000, 60_000)]),
                demand: Quantiles(&[(0, 2_000), (500_000, 22_000), (900_000, 90_000), (1_000_000, 500_000)]),
                time: Quantiles(&[(0, 20_000), (500_000, 100_000), (1_000_000, 900_000)]),
                has_time: 4_000,
                wealth: Quantiles(&[(0, 30_000), (500_000, 190_000), (900_000, 900_000), (1_000_000, 4_500_000)]),
                known_to: [1_500, 6_000, 4_000, 10_000, 9_500],
            },
            Behaviour::Wealthy => &Profile {
                name: "wealthy",
                share: 120,
                ages: (35, 72),
                tenure_years: (4, 22),
                occupation: "企业负责人",
                income: Quantiles(&[(0, 10_000), (500_000, 30_000), (900_000, 90_000), (1_000_000, 300_000)]),
                demand: Quantiles(&[(0, 20_000), (500_000, 140_000), (900_000, 600_000), (1_000_000, 4_000_000)]),
                time: Quantiles(&[(0, 300_000), (500_000, 900_000), (900_000, 3_500_000), (1_000_000, 20_000_000)]),
                has_time: 10_000,
                wealth: Quantiles(&[(0, 200_000), (500_000, 1_000_000), (900_000, 4_000_000), (1_000_000, 25_000_000)]),
                known_to: [2_500, 5_000, 1_500, 7_500, 7_000],
            },
            Behaviour::Retiree => &Profile {
                name: "retiree",
                share: 1_700,
                ages: (58, 86),
                tenure_years: (8, 25),
                occupation: "退休",
                income: Quantiles(&[(0, 900), (300_000, 2_300), (700_000, 3_900), (1_000_000, 9_000)]),
                demand: Quantiles(&[(0, 50), (500_000, 4_500), (900_000, 24_000), (1_000_000, 120_000)]),
                time: Quantiles(&[(0, 3_000), (500_000, 45_000), (900_000, 210_000), (1_000_000, 1_500_000)]),
                has_time: 6_500,
                wealth: Quantiles(&[(0, 10_000), (700_000, 80_000), (1_000_000, 600_000)]),
                known_to: [200, 800, 1_500, 1_200, 3_500],
            },
            Behaviour::Student => &Profile {
                name: "student",
                share: 600,
                ages: (18, 26),
                tenure_years: (0, 4),
                occupation: "学生",
                income: Quantiles(&[(0, 700), (500_000, 1_500), (900_000, 2_600), (1_000_000, 6_000)]),
                demand: Quantiles(&[(0, 1), (500_000, 600), (900_000, 3_500), (1_000_000, 20_000)]),
                time: NOTHING,
                has_time: 0,
                wealth: Quantiles(&[(0, 100), (1_000_000, 8_000)]),
                known_to: [600, 300, 0, 400, 9_500],
            },
            Behaviour::ShopOwner => &Profile {
                name: "shop_owner",
                share: 750,
                ages: (26, 62),
                tenure_years: (1, 16),
                occupation: "个体工商户",
                income: Quantiles(&[
                    (0, 12_000),
                    (400_000, 45_000),
                    (750_000, 110_000),
                    (950_000, 260_000),
                    (1_000_000, 900_000),
                ]),
                demand: Quantiles(&[(0, 500), (500_000, 18_000), (900_000, 70_000), (1_000_000, 190_000)]),
                time: Quantiles(&[(0, 10_000), (1_000_000, 160_000)]),
                has_time: 1_000,
                wealth: Quantiles(&[(0, 5_000), (1_000_000, 150_000)]),
                known_to: [4_000, 3_500, 500, 800, 8_500],
            },
            Behaviour::WalletUser => &Profile {
                name: "wallet_user",
                share: 1_000,
                ages: (19, 52),
                tenure_years: (0, 10),
                occupation: "快递骑手",
                income: Quantiles(&[(0, 1_500), (500_000, 4_800), (900_000, 8_000), (1_000_000, 13_000)]),
                demand: Quantiles(&[(0, 0), (500_000, 250), (900_000, 2_500), (1_000_000, 15_000)]),
                time: NOTHING,
                has_time: 0,
                wealth: Quantiles(&[(0, 100), (1_000_000, 5_000)]),
                known_to: [1_200, 1_200, 1_000, 200, 8_000],
            },
            Behaviour::Dormant => &Profile {
                name: "dormant",
                share: 1_130,
                ages: (20, 82),
                tenure_years: (3, 20),
                occupation: "",
                income: NOTHING,
                demand: Quantiles(&[(0, 0), (500_000, 6), (950_000, 90), (1_000_000, 900)]),
                time: NOTHING,
                has_time: 0,
                wealth: NOTHING,
                known_to: [200, 400, 1_500, 100, 1_500],
            },
        }
    }

    /// Whether an employer pays a salary.
    #[must_use]
    pub fn is_employed(self) -> bool {
        matches!(
            self,
            Behaviour::PayrollSaver | Behaviour::YoungProfessional | Behaviour::Borrower | Behaviour::Investor
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_bank() {
        assert_eq!(Behaviour::ALL.iter().map(|b| b.profile().share).sum::<u32>(), 10_000);
    }

    #[test]
    fn quantiles_rise_from_nothing_to_everything() {
        for behaviour in Behaviour::ALL {
            let p = behaviour.profile();
            for table in [&p.income, &p.demand, &p.time, &p.wealth] {
                assert_eq!((table.0[0].0, table.0[table.0.len() - 1].0), (0, 1_000_000));
                assert!(table.0.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1), "{}", p.name);
            }
        }
    }
}
