//! The behaviour types that are planted, and their numbers.
//!
//! Amounts are chosen to look like ordinary Chinese retail customers and were not tuned to any model of ours.

/// How a customer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behaviour {
    /// Salary in, bills out, some savings.
    PayrollSaver,
    /// Large time deposits, few transactions.
    Wealthy,
    /// Pension in, counter and cash machine, time deposits.
    Retiree,
    /// Small balances, many wallet payments.
    Student,
    /// Receipts every day, paid out again to suppliers.
    ShopOwner,
    /// Salary in, mortgage and card, little left.
    Borrower,
    /// Nothing happens.
    Dormant,
}

impl Behaviour {
    /// All types with their share of customers in per cent.
    pub const SHARES: [(Behaviour, u32); 7] = [
        (Behaviour::PayrollSaver, 32),
        (Behaviour::Wealthy, 6),
        (Behaviour::Retiree, 17),
        (Behaviour::Student, 12),
        (Behaviour::ShopOwner, 8),
        (Behaviour::Borrower, 17),
        (Behaviour::Dormant, 8),
    ];

    /// Name in the truth table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Behaviour::PayrollSaver => "payroll_saver",
            Behaviour::Wealthy => "wealthy",
            Behaviour::Retiree => "retiree",
            Behaviour::Student => "student",
            Behaviour::ShopOwner => "shop_owner",
            Behaviour::Borrower => "borrower",
            Behaviour::Dormant => "dormant",
        }
    }

    /// The type at a point of 0..100.
    #[must_use]
    pub fn at(percent: u32) -> Behaviour {
        let mut upper = 0;
        for (behaviour, share) in Behaviour::SHARES {
            upper += share;
            if percent < upper {
                return behaviour;
            }
        }
        Behaviour::Dormant
    }

    /// Youngest and oldest age in years.
    #[must_use]
    pub fn ages(self) -> (u32, u32) {
        match self {
            Behaviour::Student => (18, 25),
            Behaviour::Retiree => (58, 84),
            Behaviour::Wealthy => (35, 70),
            Behaviour::Borrower => (26, 48),
            Behaviour::ShopOwner => (28, 60),
            Behaviour::PayrollSaver => (23, 58),
            Behaviour::Dormant => (22, 80),
        }
    }

    /// Years that the relation may be old.
    #[must_use]
    pub fn tenure_years(self) -> (u32, u32) {
        match self {
            Behaviour::Student => (0, 4),
            Behaviour::Retiree => (8, 25),
            Behaviour::Wealthy => (4, 22),
            Behaviour::Borrower => (2, 12),
            _ => (1, 16),
        }
    }

    /// Occupation as the savings system writes it.
    #[must_use]
    pub fn occupation(self) -> &'static str {
        match self {
            Behaviour::Student => "学生",
            Behaviour::Retiree => "退休",
            Behaviour::ShopOwner => "个体工商户",
            Behaviour::Wealthy => "企业负责人",
            Behaviour::Dormant => "",
            _ => "职员",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_bank() {
        assert_eq!(Behaviour::SHARES.iter().map(|s| s.1).sum::<u32>(), 100);
        assert_eq!(Behaviour::at(0), Behaviour::PayrollSaver);
        assert_eq!(Behaviour::at(99), Behaviour::Dormant);
    }
}
