//! What bank to write.

use chrono::NaiveDate;

use crate::calendar::BusinessDates;
use crate::dirt::Dirt;
use crate::error::SampleError;

/// Text encoding of all files, instead of each system's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// GB18030.
    Gb18030,
}

/// What bank to write.
#[derive(Debug, Clone)]
pub struct SampleBank {
    /// Customers: persons and organisations.
    pub customers: u64,
    /// Business dates delivered.
    pub nights: u32,
    /// First business date.
    pub first_date: NaiveDate,
    /// Which days are business dates.
    pub business_dates: BusinessDates,
    /// Between full files, deliver only the customers and accounts that changed.
    pub with_deltas: bool,
    /// Seed.
    pub seed: u64,
    /// How many of the six source systems, in the order of [`crate::feed::System`].
    pub systems: usize,
    /// One encoding for all files; each system's own when not given.
    pub encoding: Option<Encoding>,
    /// How differently systems write the same person down.
    pub dirt: Dirt,
    /// Whether files come late, twice and broken on some nights.
    pub with_faults: bool,
}

impl Default for SampleBank {
    fn default() -> Self {
        SampleBank {
            customers: 800,
            nights: 15,
            // The month-end before; fifteen months show a year of growth and three months of leaving.
            first_date: NaiveDate::from_ymd_opt(2025, 8, 31).unwrap_or(NaiveDate::MIN),
            business_dates: BusinessDates::MonthEnd,
            with_deltas: false,
            seed: 1,
            systems: 6,
            encoding: None,
            dirt: Dirt::Usual,
            with_faults: false,
        }
    }
}

impl SampleBank {
    /// The business dates.
    ///
    /// # Errors
    /// When month-ends were asked for and the first date is none, or when there is no customer, night or system.
    pub fn dates(&self) -> Result<Vec<NaiveDate>, SampleError> {
        let wrong = |what: &str| Err(SampleError::Settings(what.to_owned()));
        if self.customers == 0 || self.customers > 10_000_000 {
            return wrong("customers must be between 1 and 10,000,000");
        }
        if self.nights == 0 || self.nights > 3_660 {
            return wrong("nights must be between 1 and 3,660");
        }
        if !(1..=6).contains(&self.systems) {
            return wrong("systems must be between 1 and 6");
        }
        let dates = self.business_dates.dates(self.first_date, self.nights);
        if dates.is_empty() {
            return Err(SampleError::NotMonthEnd(self.first_date.to_string()));
        }
        Ok(dates)
    }

    /// Branches: one for 400 customers, at least 4 and at most 400.
    #[must_use]
    pub fn branch_count(&self) -> u64 {
        (self.customers / 400).clamp(4, 400)
    }
}
