//! Whether identifiers look right (domain specification, checks W01 to W04). A row that does not is loaded all the same.

use bank::{BusinessDate, IdNumber, IdNumberError};

/// A resident ID whose characters, date and check digit hold on a business date. Region 99, which belongs to nobody, is let pass here:
/// whether a synthetic document identifies anybody is decided where identities are.
#[must_use]
pub fn resident_id(text: &str, biz_date: BusinessDate) -> bool {
    matches!(IdNumber::parse(text, biz_date, true), Ok(_) | Err(IdNumberError::Centenarian))
}

/// A mobile number (domain specification, section 3.1), or one starting 10, which belongs to nobody.
#[must_use]
pub fn mobile(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let number = ["+86", "0086"].iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(&digits);
    let number = match number.len() {
        13 => number.strip_prefix("86").unwrap_or(number),
        12 => number.strip_prefix('0').unwrap_or(number),
        _ => number,
    };
    let bytes = number.as_bytes();
    bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes[0] == b'1'
        && (bytes[1] == b'0' || (b'3'..=b'9').contains(&bytes[1]))
}

/// A number of 12 to 19 digits whose last is its Luhn digit (ISO/IEC 7812-1).
#[must_use]
pub fn card_number(text: &str) -> bool {
    let digits = text.as_bytes();
    if !(12..=19).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            let doubled = if place % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A name without digits and without words that testers write.
#[must_use]
pub fn name(text: &str) -> bool {
    let lower = text.to_lowercase();
    !text.chars().any(char::is_numeric)
        && !["测试", "test", "客户", "无名", "不详"].iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_the_acceptance_list() {
        // Acceptance C14, C15.
        assert!(card_number("9999991234567890124") && !card_number("9999991234567890123"));
        assert!(mobile("008613800138000") && mobile("+86 138-0013-8000") && !mobile("12345678901"));
        let today = "2025-06-30".parse().unwrap();
        assert!(resident_id("990101198001010006", today) && !resident_id("990101189001010006", today));
        assert!(name("买买提·吐尔逊") && !name("张3") && !name("Test Two"));
    }
}
