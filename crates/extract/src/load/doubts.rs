//! Doubts that need more than one column of a row, or the business date.

use bank::id_number::Sex;
use bank::{BusinessDate, IdNumber};

use crate::column::Value;
use crate::contract::{ColumnType, Contract};
use crate::quarantine::{Reason, ReasonCode};

/// What the contract asks of rows as a whole, by place of columns.
pub(super) struct Doubts<'c> {
    contract: &'c Contract,
    date: BusinessDate,
    /// Date columns and the columns that they may not lie before.
    orders: Vec<(usize, usize)>,
    not_after_biz_date: Vec<usize>,
    not_expired: Vec<usize>,
    not_negative: Vec<usize>,
    /// Columns and the resident ID that they must agree with.
    birth_dates: Vec<(usize, usize)>,
    sexes: Vec<(usize, usize)>,
    /// Amounts and their limits in minor units.
    amounts: Vec<(usize, u128)>,
}

impl<'c> Doubts<'c> {
    pub fn new(contract: &'c Contract, date: BusinessDate) -> Self {
        let columns = || contract.columns.iter().enumerate();
        let place = |name: &String| contract.columns.iter().position(|c| c.name == *name);
        let limit = |place: usize| match contract.columns[place].column_type {
            ColumnType::Decimal(_, scale) => {
                let limit = u128::from(contract.limits.amount).saturating_mul(10_u128.saturating_pow(u32::from(scale)));
                Some((place, limit))
            }
            _ => None,
        };
        Doubts {
            contract,
            date,
            orders: columns().filter_map(|(i, c)| Some((i, place(c.not_before.as_ref()?)?))).collect(),
            not_after_biz_date: columns().filter(|(_, c)| c.not_after_biz_date).map(|(i, _)| i).collect(),
            not_expired: columns().filter(|(_, c)| c.not_expired).map(|(i, _)| i).collect(),
            not_negative: columns().filter(|(_, c)| c.not_negative).map(|(i, _)| i).collect(),
            birth_dates: columns().filter_map(|(i, c)| Some((i, place(c.birth_date_of.as_ref()?)?))).collect(),
            sexes: columns().filter_map(|(i, c)| Some((i, place(c.sex_of.as_ref()?)?))).collect(),
            amounts: contract.delivery.totals.iter().filter_map(place).filter_map(limit).collect(),
        }
    }

    /// Say every doubt about a row.
    pub fn of(&self, values: &[Value<'_>], mut doubt: impl FnMut(Reason)) {
        let name = |place: usize| self.contract.columns[place].name.as_str();
        let mut about = |code, place: usize, detail: String| {
            doubt(Reason { code, column: Some(name(place).to_owned()), detail });
        };
        let today = self.date.days_since_epoch();
        for (late, early) in &self.orders {
            if let (Value::Date(late_day), Value::Date(early_day)) = (&values[*late], &values[*early])
                && late_day < early_day
            {
                about(ReasonCode::Q05, *late, format!("lies before {}", name(*early)));
            }
        }
        for place in &self.not_after_biz_date {
            if matches!(&values[*place], Value::Date(day) if *day > today) {
                about(ReasonCode::Q10, *place, format!("{} lies after the business date", name(*place)));
            }
        }
        for place in &self.not_expired {
            if matches!(&values[*place], Value::Date(day) if *day < today) {
                about(ReasonCode::W07, *place, "lies before the business date".to_owned());
            }
        }
        for place in &self.not_negative {
            if matches!(&values[*place], Value::Decimal(amount) if *amount < 0) {
                about(ReasonCode::Q09, *place, "is negative".to_owned());
            }
        }
        for (place, limit) in &self.amounts {
            if matches!(&values[*place], Value::Decimal(amount) if amount.unsigned_abs() > *limit) {
                about(ReasonCode::Q10, *place, format!("more than {}", self.contract.limits.amount));
            }
        }
        for (place, id) in &self.birth_dates {
            if let (Value::Date(day), Some(id_number)) = (&values[*place], self.resident_id(&values[*id]))
                && BusinessDate::new(id_number.birth_date()).days_since_epoch() != *day
            {
                about(ReasonCode::W05, *place, format!("is not the one in {}", name(*id)));
            }
        }
        for (place, id) in &self.sexes {
            if let (Value::Text(sex @ ("1" | "2")), Some(id_number)) = (&values[*place], self.resident_id(&values[*id]))
                && (*sex == "1") != (id_number.sex() == Sex::Male)
            {
                about(ReasonCode::W06, *place, format!("is not the one in {}", name(*id)));
            }
        }
    }

    /// A number that is no resident ID says nothing about its owner.
    fn resident_id(&self, value: &Value<'_>) -> Option<IdNumber> {
        match value {
            Value::Text(text) => IdNumber::parse(text, self.date, true).ok(),
            _ => None,
        }
    }
}
