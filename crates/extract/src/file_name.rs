//! File names with a business date in them.

use bank::BusinessDate;
use serde::Deserialize;

const PLACEHOLDER: &str = "{biz_date}";
const FORM: &str = "%Y%m%d";

/// A file name such as `CORE_CUSTOMER_{biz_date}_F.dat.gz`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct FileName(String);

impl From<String> for FileName {
    fn from(pattern: String) -> Self {
        FileName(pattern)
    }
}

impl FileName {
    /// The name with its placeholder, as written in the contract.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.0
    }

    /// Whether the name tells the business date.
    #[must_use]
    pub fn has_date(&self) -> bool {
        self.0.contains(PLACEHOLDER)
    }

    /// The name for a business date.
    #[must_use]
    pub fn for_date(&self, date: BusinessDate) -> String {
        self.0.replace(PLACEHOLDER, &date.date().format(FORM).to_string())
    }

    /// The business date of a file with this pattern, or `None` if the name is another feed's.
    #[must_use]
    pub fn date_of(&self, file_name: &str) -> Option<BusinessDate> {
        let (before, after) = self.0.split_once(PLACEHOLDER)?;
        let date = file_name.strip_prefix(before)?.strip_suffix(after)?;
        BusinessDate::parse_as(date, FORM).ok().filter(|_| date.len() == 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_dates_translate_both_ways() {
        let name = FileName::from("CORE_{biz_date}_F.dat.gz".to_owned());
        let date = "2025-06-30".parse().unwrap();
        assert_eq!(name.for_date(date), "CORE_20250630_F.dat.gz");
        assert_eq!(name.date_of("CORE_20250630_F.dat.gz"), Some(date));
        assert_eq!(name.date_of("CORE_20251345_F.dat.gz"), None);
        assert_eq!(name.date_of("CORE_20250630_F.dat.gz.ctl"), None);
    }
}
