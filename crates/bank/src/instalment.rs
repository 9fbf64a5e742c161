//! Equal monthly instalments (等额本息): what is paid, and what is left after some months. Exact integers, never a float.

use crate::Money;

/// Scale of (1 + i)^n, small enough that a product of two fits in 128 bits.
const POWER_SCALE: i128 = 1_000_000_000_000_000;
/// Scale of the instalment of one unit of principal.
const FACTOR_SCALE: i128 = 100_000_000_000_000_000_000;
/// More months than any loan has.
const MONTHS_MAX: u32 = 1_200;

/// A loan's plan: principal, rate a year in hundred-millionths, months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstalmentPlan {
    principal: i128,
    rate: i128,
    months: u32,
}

impl InstalmentPlan {
    /// `rate` is a fraction a year x 10^8: 3.5 % is 3,500,000. `None` for a principal below zero, a negative rate or one above
    /// 100 %, no months or more than 1,200, and a power that leaves the range.
    #[must_use]
    pub fn new(principal: Money, rate: i128, months: u32) -> Option<Self> {
        let is_sound = principal.minor() >= 0
            && principal.minor() < 1_000_000_000_000_000
            && (0..=100_000_000).contains(&rate)
            && (1..=MONTHS_MAX).contains(&months);
        let plan = InstalmentPlan { principal: principal.minor(), rate, months };
        (is_sound && (rate == 0 || plan.power().is_some())).then_some(plan)
    }

    /// P i q / (q - 1) with q = (1 + i)^n and i a twelfth of the rate, rounded half up to the cent; P / n without a rate.
    #[must_use]
    pub fn instalment(&self) -> Money {
        let months = i128::from(self.months);
        let Some(power) = self.power().filter(|_| self.rate > 0) else {
            return Money::from_minor(half_up(self.principal, months));
        };
        // i to eighteen places; the scales of q cancel.
        let month_rate = half_up(self.rate * 10_000_000_000, 12);
        let factor = half_up(month_rate * (FACTOR_SCALE / 1_000_000_000_000_000_000) * power, power - POWER_SCALE);
        Money::from_minor(half_up(self.principal * factor, FACTOR_SCALE))
    }

    /// Interest of a month on what is outstanding, rounded half up to the cent.
    #[must_use]
    pub fn interest(&self, outstanding: Money) -> Money {
        Money::from_minor(half_up(outstanding.minor() * self.rate, 1_200_000_000))
    }

    /// What is outstanding after some instalments; the last of them takes all that is left.
    #[must_use]
    pub fn balance_after(&self, months: u32) -> Money {
        let instalment = self.instalment();
        let mut outstanding = Money::from_minor(self.principal);
        if months >= self.months {
            return Money::ZERO;
        }
        for _ in 0..months {
            let principal = instalment - self.interest(outstanding);
            outstanding = (outstanding - principal).max(Money::ZERO);
        }
        outstanding
    }

    /// The last instalment: what is left before it, and its interest.
    #[must_use]
    pub fn last_instalment(&self) -> Money {
        let outstanding = self.balance_after(self.months - 1);
        outstanding + self.interest(outstanding)
    }

    /// (1 + i)^n at [`POWER_SCALE`], by squaring.
    fn power(&self) -> Option<i128> {
        let mut square = POWER_SCALE + half_up(self.rate * (POWER_SCALE / 100_000_000), 12);
        let (mut power, mut left) = (POWER_SCALE, self.months);
        while left > 0 {
            if left & 1 == 1 {
                power = half_up(power.checked_mul(square)?, POWER_SCALE);
            }
            left >>= 1;
            if left > 0 {
                square = half_up(square.checked_mul(square)?, POWER_SCALE);
            }
        }
        // Ten thousand times the principal: no loan, and the factor would leave its range.
        (power < 10_000 * POWER_SCALE && power > POWER_SCALE).then_some(power)
    }
}

/// a / b to the nearest, halves up; b above zero.
fn half_up(a: i128, b: i128) -> i128 {
    (a + b / 2).div_euclid(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn a_mortgage_of_thirty_years() {
        let plan = InstalmentPlan::new(money("1000000.00"), 3_500_000, 360).unwrap();
        assert_eq!(plan.instalment(), money("4490.45"));
        assert_eq!(plan.interest(money("1000000.00")), money("2916.67"));
        assert_eq!(plan.balance_after(12), money("980808.69"));
        assert_eq!(plan.balance_after(360), Money::ZERO);
    }

    #[test]
    fn the_last_instalment_takes_what_rounding_leaves() {
        let plan = InstalmentPlan::new(money("120000.00"), 4_500_000, 12).unwrap();
        assert_eq!(plan.instalment(), money("10245.42"));
        assert_eq!(plan.balance_after(11), money("10207.18"));
        assert_eq!(plan.last_instalment(), money("10245.46"));
    }

    #[test]
    fn without_a_rate_the_principal_is_shared() {
        let plan = InstalmentPlan::new(money("100.00"), 0, 3).unwrap();
        assert_eq!((plan.instalment(), plan.last_instalment()), (money("33.33"), money("33.34")));
    }

    #[test]
    fn what_no_loan_is_has_no_plan() {
        for (principal, rate, months) in
            [("-1.00", 1, 12), ("1.00", -1, 12), ("1.00", 100_000_001, 12), ("1.00", 1, 0), ("1.00", 1, 1_201)]
        {
            assert_eq!(InstalmentPlan::new(money(principal), rate, months), None);
        }
        assert_eq!(InstalmentPlan::new(money("1.00"), 100_000_000, 1_200), None, "a power out of range");
    }

    #[test]
    fn the_instalment_agrees_with_the_plain_formula() {
        for (principal, rate, months) in
            [(123_456_789_i128, 3_650_000_i128, 240_u32), (1_000_000_000_000, 4_900_000, 360), (55_500, 18_000_000, 36)]
        {
            let plan = InstalmentPlan::new(Money::from_minor(principal), rate, months).unwrap();
            #[allow(clippy::cast_precision_loss)]
            let (p, i) = (principal as f64, rate as f64 / 1.2e9);
            let plain = p * i / (1.0 - (1.0 + i).powi(-i32::try_from(months).unwrap()));
            #[allow(clippy::cast_precision_loss)]
            let difference = plan.instalment().minor() as f64 - plain;
            assert!(difference.abs() <= 0.51, "{principal} {rate} {months}: {difference}");
        }
    }
}
