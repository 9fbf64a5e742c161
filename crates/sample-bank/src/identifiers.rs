//! Identifiers that are well formed and belong to nobody: region 99, phones starting 10, cards starting 999999.

use bank::card_number::luhn_digit;
use bank::{CreditCode, IdNumber, OrganisationCode};
use chrono::NaiveDate;

use crate::calendar::ymd;

/// Resident ID of a person. Unique below 4,990,000 persons of one birth date and sex: the number decides region and
/// sequence.
#[must_use]
pub fn resident_id(number: u64, birth_date: NaiveDate, is_male: bool) -> String {
    let region = 990_000 + number % 10_000;
    let sequence = number / 10_000 % 498 * 2 + u64::from(is_male);
    let first_17 = format!("{region}{}{sequence:03}", ymd(birth_date));
    IdNumber::complete(&first_17).unwrap_or(first_17)
}

/// The 15-digit form that was given out before 1999: no century, no check character.
#[must_use]
pub fn old_resident_id(id_no: &str) -> String {
    let part = |range| id_no.get(range).unwrap_or_default();
    format!("{}{}", part(0..6), part(8..17))
}

/// A number with one wrong digit inside, so that its check character fails.
#[must_use]
pub fn mistyped_id(id_no: &str) -> String {
    let wrong = |(place, c): (usize, char)| match (place, c.to_digit(10)) {
        (15, Some(digit)) => char::from_digit((digit + 1) % 10, 10).unwrap_or(c),
        _ => c,
    };
    id_no.chars().enumerate().map(wrong).collect()
}

/// Mobile number: 11 digits starting 10, which no carrier uses.
#[must_use]
pub fn mobile(number: u64) -> String {
    format!("10{:09}", number.wrapping_mul(7_919) % 1_000_000_000)
}

/// Passport number of no country's form.
#[must_use]
pub fn passport(number: u64) -> String {
    format!("E99{:06}", number.wrapping_mul(31) % 1_000_000)
}

/// Card number of prefix 999999 with its Luhn digit; `kind` 0 is debit, 1 credit, 2 supplementary.
#[must_use]
pub fn card_number(kind: u64, number: u64) -> String {
    let first = format!("999999{kind}{:08}", number % 100_000_000);
    format!("{first}{}", luhn_digit(&first))
}

/// Unified social credit code (GB 32100-2015) of region 990000: registered by market regulation (9) as an enterprise
/// (1) or a sole proprietor (2), with the organisation code (GB 11714) of the number inside.
#[must_use]
pub fn credit_code(is_sole_proprietor: bool, number: u64) -> String {
    let kind = if is_sole_proprietor { "92" } else { "91" };
    let first = format!("{kind}990000{}", organisation_code(number));
    CreditCode::complete(&first)
}

/// Organisation code (GB 11714): eight characters, here digits, and a check character.
fn organisation_code(number: u64) -> String {
    let first = format!("{:08}", number % 100_000_000);
    format!("{first}{}", char::from(OrganisationCode::check_character(first.as_bytes())))
}

/// Licence number of the time before unified codes: 15 digits of region 99.
#[must_use]
pub fn licence_number(number: u64) -> String {
    format!("990{:012}", number.wrapping_mul(104_729) % 1_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_pass_luhn() {
        // Acceptance C14.
        assert_eq!(card_number(0, 1), "9999990000000014");
        assert_ne!(card_number(0, 1), card_number(1, 1));
    }

    #[test]
    fn resident_ids_are_valid_unique_and_have_an_old_form() {
        let birth: NaiveDate = "1970-02-03".parse().unwrap();
        let today = bank::BusinessDate::new("2026-01-31".parse().unwrap());
        let mut seen = std::collections::BTreeSet::new();
        for number in [1, 2, 10_000, 10_001, 20_001, 999_999, 1_000_000] {
            let id = resident_id(number, birth, number % 2 == 1);
            assert_eq!(IdNumber::parse(&id, today, true).unwrap().birth_date(), birth);
            assert!(IdNumber::parse(&id, today, false).is_err(), "{id} could be somebody's");
            assert_eq!(IdNumber::parse(&old_resident_id(&id), today, true).unwrap().to_string(), id);
            assert!(IdNumber::parse(&mistyped_id(&id), today, true).is_err());
            assert!(seen.insert(id));
        }
    }

    #[test]
    fn credit_codes_carry_both_checks() {
        // Organisation code 00000001: 11 - 2 = 9. Code by hand: values of 9 1 9 9 0 0 0 0 | 0..1 | 9 times powers of 3
        // mod 31: 9+3+81+243+ (1 x 3^15 mod 31 = 30) + (9 x 3^16 mod 31 = 28 -> 252) = 618; 31 - 618 mod 31 = 2.
        let code = credit_code(false, 1);
        assert_eq!(&code[..17], "91990000000000019");
        assert_eq!(&code[17..], "2");
        assert!(credit_code(true, 77).starts_with("92990000"));
    }
}
