//! How differently source systems write the same person down: three named levels, fixed.
//!
//! Rates are in ten thousand records (or persons, or rows), chosen from published figures and rounded; none was ever
//! tuned to a matcher. docs/concepts/sample-bank.md gives the reason of each line. A test keeps that table equal to
//! this one.

/// A level of dirt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirt {
    /// Every system agrees.
    Clean,
    /// What a bank that looks after its data has.
    Usual,
    /// What a bank after two mergers has.
    Bad,
}

/// One line of the table.
pub struct Rate {
    /// Name in the truth tables.
    pub name: &'static str,
    /// What happens.
    pub meaning: &'static str,
    /// In ten thousand: clean, usual, bad.
    pub per_ten_thousand: [u32; 3],
    /// Where the size comes from.
    pub source: &'static str,
}

/// The lines of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// See [`RATES`], which has the same order.
    NameTyped,
    /// See [`RATES`].
    NameOtherwise,
    /// See [`RATES`].
    NameLatin,
    /// See [`RATES`].
    DocumentMissing,
    /// See [`RATES`].
    DocumentOld,
    /// See [`RATES`].
    DocumentMistyped,
    /// See [`RATES`].
    DocumentOther,
    /// See [`RATES`].
    BirthMissing,
    /// See [`RATES`].
    BirthWrong,
    /// See [`RATES`].
    MobileMissing,
    /// See [`RATES`].
    MobileOld,
    /// See [`RATES`].
    MobileShared,
    /// See [`RATES`].
    AddressMissing,
    /// See [`RATES`].
    AddressOld,
    /// See [`RATES`].
    AddressShort,
    /// See [`RATES`].
    RecordTwice,
    /// See [`RATES`].
    Lookalike,
    /// See [`RATES`].
    MobileRecycled,
    /// See [`RATES`].
    TestCustomer,
    /// See [`RATES`].
    RowDamaged,
    /// See [`RATES`].
    RowTwice,
}

/// The table, in the order of [`Error`].
pub const RATES: [Rate; 21] = [
    rate(
        "name_typed",
        "a character of the name taken for another, or two swapped",
        [0, 100, 300],
        "1-3 % of typed names in linkage studies; Just et al. 2016: misspelling is the main cause of name mismatches",
    ),
    rate("name_otherwise", "traditional characters, a space inside, another interpunct", [0, 150, 400], "own estimate"),
    rate(
        "name_latin",
        "pinyin instead of characters (cards and wealth accounts opened by passport)",
        [0, 50, 200],
        "own estimate",
    ),
    rate(
        "document_missing",
        "no document number",
        [0, 150, 600],
        "own estimate; before the real-name rule of 2000 accounts needed no document",
    ),
    rate(
        "document_old",
        "15 digits, where the person was born before 1985",
        [0, 1_000, 3_000],
        "cards with 15 digits were valid until 2012",
    ),
    rate(
        "document_mistyped",
        "one digit wrong, the check character fails",
        [0, 40, 150],
        "0.2-1 % of keyed digits strings in data-entry studies",
    ),
    rate("document_other", "a passport instead of the resident ID", [0, 50, 150], "own estimate"),
    rate("birth_missing", "no birth date, where the document does not tell it", [0, 200, 1_000], "own estimate"),
    rate(
        "birth_wrong",
        "day and month swapped, or another year",
        [0, 50, 200],
        "Just et al. 2016: birth dates differ in a minority of duplicate pairs",
    ),
    rate("mobile_missing", "no mobile", [0, 400, 1_500], "own estimate"),
    rate(
        "mobile_old",
        "the mobile before the present one",
        [0, 900, 2_200],
        "about one number in ten changes hands in a year",
    ),
    rate(
        "mobile_shared",
        "the mobile of husband, wife or parent",
        [0, 200, 600],
        "own estimate; older customers give a child's phone",
    ),
    rate("address_missing", "no address", [0, 1_000, 3_000], "own estimate"),
    rate(
        "address_old",
        "the address before the present one",
        [0, 2_000, 3_500],
        "census 2020: 35 % live elsewhere than registered",
    ),
    rate("address_short", "shortened: no city, # for building", [0, 3_000, 5_000], "own estimate"),
    rate(
        "record_twice",
        "a second customer number in the same system",
        [0, 150, 600],
        "5-10 % duplicates in hospital indexes (AHIMA); banks with documents have fewer",
    ),
    rate(
        "lookalike",
        "of persons: same name and birth date as somebody else nearby",
        [0, 15, 40],
        "chance in a city of a million with the 100 commonest names",
    ),
    rate(
        "mobile_recycled",
        "of persons: uses a number that stands in somebody else's old records",
        [0, 60, 150],
        "carriers give numbers out again after 90 days",
    ),
    rate("test_customer", "of records: a test customer without document or account", [0, 3, 15], "own estimate"),
    rate(
        "row_damaged",
        "of posting rows, in a million: thousand separator, delimiter in a text, impossible date",
        [0, 25, 200],
        "below the 0.1 % at which a file is refused",
    ),
    rate("row_twice", "of posting rows, in a million: sent twice", [0, 60, 600], "own estimate"),
];

const fn rate(name: &'static str, meaning: &'static str, per_ten_thousand: [u32; 3], source: &'static str) -> Rate {
    Rate { name, meaning, per_ten_thousand, source }
}

impl Dirt {
    /// Chance of an error at this level; in ten thousand, in a million for rows.
    #[must_use]
    pub fn chance(self, error: Error) -> u32 {
        RATES[error as usize].per_ten_thousand[self as usize]
    }

    /// As typed on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dirt::Clean => "clean",
            Dirt::Usual => "usual",
            Dirt::Bad => "bad",
        }
    }
}

impl Error {
    /// Name in the truth tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        RATES[self as usize].name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_errors_is_the_order_of_the_table() {
        assert_eq!(Error::NameTyped.name(), "name_typed");
        assert_eq!(Error::RecordTwice.name(), "record_twice");
        assert_eq!(Error::RowTwice.name(), "row_twice");
        assert_eq!(Error::RowTwice as usize + 1, RATES.len());
    }

    #[test]
    fn levels_rise() {
        assert!(RATES.iter().all(|r| r.per_ten_thousand[0] == 0 && r.per_ten_thousand[1] < r.per_ten_thousand[2]));
    }
}
