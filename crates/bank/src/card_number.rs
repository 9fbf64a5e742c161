//! Card numbers: 12 to 19 digits of which the last is the check digit of ISO/IEC 7812-1 (Luhn).

/// Whether the digits of a card number hold together.
#[must_use]
pub fn is_card_number(text: &str) -> bool {
    let digits = text.as_bytes();
    (12..=19).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && luhn_sum(digits).is_multiple_of(10)
}

/// The check digit that completes digits without one; characters other than digits count as 0.
#[must_use]
pub fn luhn_digit(first: &str) -> u32 {
    let completed: Vec<u8> = first.bytes().chain([b'0']).collect();
    (10 - luhn_sum(&completed) % 10) % 10
}

fn luhn_sum(digits: &[u8]) -> u32 {
    let doubled = |(place, digit): (usize, &u8)| {
        let digit = u32::from(digit.saturating_sub(b'0'));
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        if doubled > 9 { doubled - 9 } else { doubled }
    };
    digits.iter().rev().enumerate().map(doubled).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_is_the_check() {
        // Acceptance C14.
        for valid in ["9999991234567890124", "9999990000000014"] {
            assert!(is_card_number(valid), "{valid}");
            let (first, last) = valid.split_at(valid.len() - 1);
            assert_eq!(luhn_digit(first).to_string(), last);
        }
        assert!(!is_card_number("9999991234567890123") && !is_card_number("12345678901") && !is_card_number("1234x"));
    }
}
