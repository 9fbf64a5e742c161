//! Resident identity numbers (居民身份证): GB 11643-1999, with the 15-digit form of 1989.
//!
//! Result codes and their order are those of the domain specification: `LEN`, `CHARS`, `REGION`, `DATE`, `CHECK`.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use crate::business_date::BusinessDate;
use crate::half_width::half_width;

/// Province prefixes of GB/T 2260; 91 was allotted to citizens registered abroad.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83,
];
/// Prefix of numbers that can belong to nobody; accepted only in test mode.
const SYNTHETIC_PREFIX: u8 = 99;
/// Age beyond which a birth date is taken for a typing error.
const AGE_MAX_YEARS: i32 = 130;
/// ISO 7064 MOD 11-2 weights of the first 17 digits, and the check character for each remainder.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

/// A resident identity number that passed every check, in its canonical 18-character form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber {
    characters: [u8; 18],
    birth_date: NaiveDate,
}

/// The first check that a number fails.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum IdNumberError {
    /// Neither 15 nor 18 characters.
    #[error("LEN")]
    Length,
    /// A character other than digits, or `X` anywhere but last.
    #[error("CHARS")]
    Characters,
    /// The first two digits are no province.
    #[error("REGION")]
    Region,
    /// No calendar date, a date after the business date, or an age over 130.
    #[error("DATE")]
    Date,
    /// The check character is wrong.
    #[error("CHECK")]
    Check,
    /// A 15-digit number with sequence 996-999, once kept for people over 100: the century is not certain.
    #[error("CENTENARIAN")]
    Centenarian,
}

impl From<IdNumberError> for &'static str {
    fn from(error: IdNumberError) -> Self {
        match error {
            IdNumberError::Length => "LEN",
            IdNumberError::Characters => "CHARS",
            IdNumberError::Region => "REGION",
            IdNumberError::Date => "DATE",
            IdNumberError::Check => "CHECK",
            IdNumberError::Centenarian => "CENTENARIAN",
        }
    }
}

/// Sex as the 17th digit tells it: odd is male.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Odd sequence.
    Male,
    /// Even sequence.
    Female,
}

impl Sex {
    /// `MALE` or `FEMALE`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Sex::Male => "MALE",
            Sex::Female => "FEMALE",
        }
    }
}

impl IdNumber {
    /// Validate a number as typed: spaces around it, full-width characters and a lower-case `x` are accepted.
    ///
    /// `as_of` bounds the birth date. `synthetic` accepts region 99, which belongs to nobody.
    ///
    /// # Errors
    /// The first failing check, see [`IdNumberError`].
    pub fn parse(text: &str, as_of: BusinessDate, synthetic: bool) -> Result<Self, IdNumberError> {
        let typed: Vec<char> = text.trim().chars().map(|c| half_width(c).to_ascii_uppercase()).collect();
        let characters = match typed.len() {
            18 => digits_of::<18>(&typed)?,
            15 => upgrade(&digits_of::<15>(&typed)?),
            _ => return Err(IdNumberError::Length),
        };
        if characters[..17].contains(&b'X') {
            return Err(IdNumberError::Characters);
        }
        let province = (characters[0] - b'0') * 10 + (characters[1] - b'0');
        let known = PROVINCES.contains(&province) || province == 91 || (synthetic && province == SYNTHETIC_PREFIX);
        if !known {
            return Err(IdNumberError::Region);
        }
        let number = Self::checked(characters, as_of)?;
        if typed.len() == 15 && &characters[14..16] == b"99" && characters[16] >= b'6' {
            return Err(IdNumberError::Centenarian);
        }
        Ok(number)
    }

    /// Birth date, then check character.
    fn checked(characters: [u8; 18], as_of: BusinessDate) -> Result<Self, IdNumberError> {
        let birth_date = birth_date(&characters).ok_or(IdNumberError::Date)?;
        let age_years = as_of.date().year() - birth_date.year();
        if birth_date > as_of.date() || age_years > AGE_MAX_YEARS {
            return Err(IdNumberError::Date);
        }
        if check_character(&characters) != characters[17] {
            return Err(IdNumberError::Check);
        }
        Ok(IdNumber { characters, birth_date })
    }

    /// Validate the 18 digits of a foreigner's permanent resident card (2023): first digit 9, then no region code, and the
    /// birth date, sequence and check character of a resident number.
    ///
    /// # Errors
    /// The first failing check; `REGION` when the first digit is not 9.
    pub fn parse_foreigner(text: &str, as_of: BusinessDate) -> Result<Self, IdNumberError> {
        let typed: Vec<char> = text.trim().chars().map(|c| half_width(c).to_ascii_uppercase()).collect();
        if typed.len() != 18 {
            return Err(IdNumberError::Length);
        }
        let characters = digits_of::<18>(&typed)?;
        match characters[0] {
            b'9' => Self::checked(characters, as_of),
            _ => Err(IdNumberError::Region),
        }
    }

    /// Complete 17 digits with their check character; for synthetic data.
    ///
    /// # Errors
    /// `LEN` or `CHARS` when `first_17` is not 17 digits.
    pub fn complete(first_17: &str) -> Result<String, IdNumberError> {
        let typed: Vec<char> = first_17.chars().chain(['0']).collect();
        if typed.len() != 18 {
            return Err(IdNumberError::Length);
        }
        let characters = digits_of::<18>(&typed)?;
        Ok(format!("{first_17}{}", char::from(check_character(&characters))))
    }

    /// Birth date in positions 7-14.
    #[must_use]
    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// Sex in position 17.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if (self.characters[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female }
    }
}

impl fmt::Display for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.characters.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

/// Digits, and `X` in the last of 18 places.
fn digits_of<const N: usize>(typed: &[char]) -> Result<[u8; N], IdNumberError> {
    let mut characters = [b'0'; N];
    for (place, character) in typed.iter().enumerate() {
        characters[place] = match character {
            '0'..='9' => u8::try_from(*character).map_err(|_| IdNumberError::Characters)?,
            'X' if place == 17 => b'X',
            _ => return Err(IdNumberError::Characters),
        };
    }
    Ok(characters)
}

/// 15 digits → 18: the century is 19, the check character is computed.
fn upgrade(old: &[u8; 15]) -> [u8; 18] {
    let mut characters = [b'0'; 18];
    characters[..6].copy_from_slice(&old[..6]);
    characters[6..8].copy_from_slice(b"19");
    characters[8..17].copy_from_slice(&old[6..]);
    characters[17] = check_character(&characters);
    characters
}

fn check_character(characters: &[u8; 18]) -> u8 {
    let sum: u32 = characters.iter().zip(WEIGHTS).map(|(c, w)| u32::from(c - b'0') * w).sum();
    CHECK_CHARACTERS[(sum % 11) as usize]
}

fn birth_date(characters: &[u8; 18]) -> Option<NaiveDate> {
    let number = |from: usize, to: usize| characters[from..to].iter().fold(0, |n, c| n * 10 + u32::from(c - b'0'));
    NaiveDate::from_ymd_opt(i32::try_from(number(6, 10)).ok()?, number(10, 12), number(12, 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, IdNumberError>) {
        let as_of = "2025-06-30".parse().unwrap();
        let got = IdNumber::parse(text, as_of, true).map(|id| id.to_string());
        assert_eq!(got.as_deref().map_err(|e| *e), expect, "{text}");
    }

    #[test]
    fn the_published_example_is_valid_in_every_spelling() {
        // Acceptance C1, C7.
        for text in
            ["11010519491231002X", "11010519491231002x", " 11010519491231002X ", "１１０１０５１９４９１２３１００２Ｘ"]
        {
            check(text, Ok("11010519491231002X"));
        }
        check("110105491231002", Ok("11010519491231002X"));
        check("990101800101000", Ok("990101198001010006"));
        let id = IdNumber::parse("11010519491231002X", "2025-06-30".parse().unwrap(), false).unwrap();
        assert_eq!((id.birth_date().to_string().as_str(), id.sex()), ("1949-12-31", Sex::Female));
    }

    #[test]
    fn each_fault_has_its_code() {
        // Acceptance C2-C8.
        check("440524188001010014", Err(IdNumberError::Date));
        check("110105194912310021", Err(IdNumberError::Check));
        check("990101198001010006", Ok("990101198001010006"));
        for swapped in ["990101189001010006", "990101198001100006", "990101198001010016"] {
            assert!(IdNumber::parse(swapped, "2025-06-30".parse().unwrap(), true).is_err(), "{swapped}");
        }
        check("990101199902300005", Err(IdNumberError::Date));
        check("990101190002290007", Err(IdNumberError::Date));
        check("990101200002290003", Ok("990101200002290003"));
        check("990101209912310000", Err(IdNumberError::Date));
        check("990101990101998", Err(IdNumberError::Centenarian));
        check("810000199001010000", Ok("810000199001010000"));
        check("830000198506150008", Ok("830000198506150008"));
        check("1101051949", Err(IdNumberError::Length));
        check("1101051949123100XX", Err(IdNumberError::Characters));
    }

    #[test]
    fn synthetic_numbers_need_test_mode() {
        let as_of = "2025-06-30".parse().unwrap();
        assert_eq!(IdNumber::parse("990101198001010006", as_of, false), Err(IdNumberError::Region));
        assert_eq!(IdNumber::complete("99010119800101000").as_deref(), Ok("990101198001010006"));
    }
}
