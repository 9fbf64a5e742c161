//! How identifying values are shown: by characters, never bytes, so that nothing is cut in the middle.
//!
//! The shapes follow common practice around JR/T 0171-2020 annex A (informative); which column gets which mask is
//! written beside the column.

use serde::{Deserialize, Serialize};

/// The way a value is hidden when it leaves the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// Shown as it is.
    None,
    /// Replaced by the keyed pseudonym of the person.
    Pseudonym,
    /// First character of a Chinese name, first letter of each Latin word.
    Name,
    /// First 3 and last 4.
    Mobile,
    /// First 6 and last 4.
    IdNumber,
    /// First 4 and last 4.
    Account,
    /// First 6 and last 4, length kept.
    Card,
    /// First character and the domain.
    Email,
    /// Nothing at all is shown.
    Redact,
}

impl Mask {
    /// The masked form of `value`. `Pseudonym` needs a key and is redacted here;
    #[must_use]
    pub fn apply(self, value: &str) -> String {
        match self {
            Mask::None => value.to_owned(),
            Mask::Name => name(value),
            Mask::Mobile => keep(value, 3, 4),
            Mask::IdNumber | Mask::Card => keep(value, 6, 4),
            Mask::Account => keep(value, 4, 4),
            Mask::Email => email(value),
            Mask::Pseudonym | Mask::Redact => "***".to_owned(),
        }
    }
}

/// Hide whatever in free text looks like a document, account, card or phone number: runs of seven digits or more.
#[must_use]
pub fn hide_numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_digit() || (run.len() >= 14 && matches!(character, 'X' | 'x')) {
            run.push(character);
            continue;
        }
        shown.push_str(&if run.len() >= 7 { keep(&run, 2, 2) } else { run.clone() });
        run.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

fn keep(value: &str, first: usize, last: usize) -> String {
    let length = value.chars().count();
    if length <= first + last {
        return "*".repeat(length);
    }
    value.chars().enumerate().map(|(i, c)| if i < first || i >= length - last { c } else { '*' }).collect()
}

fn name(value: &str) -> String {
    if value.is_ascii() {
        let word = |w: &str| w.chars().enumerate().map(|(i, c)| if i == 0 { c } else { '*' }).collect::<String>();
        return value.split(' ').map(word).collect::<Vec<_>>().join(" ");
    }
    value.chars().enumerate().map(|(i, c)| if i == 0 { c } else { '*' }).collect()
}

fn email(value: &str) -> String {
    match (value.chars().next(), value.split_once('@')) {
        (Some(first), Some((_, domain))) => format!("{first}***@{domain}"),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_the_bank_shows_them() {
        // Acceptance O7.
        let check = |mask: Mask, value: &str, expect: &str| assert_eq!(mask.apply(value), expect);
        check(Mask::IdNumber, "990101198001010006", "990101********0006");
        check(Mask::Mobile, "13800138000", "138****8000");
        check(Mask::Card, "9999991234567890124", "999999*********0124");
        check(Mask::Name, "欧阳娜娜", "欧***");
        check(Mask::Name, "Zhang San", "Z**** S**");
        check(Mask::Email, "zhangsan@example.com", "z***@example.com");
        check(Mask::Account, "123", "***");
    }

    #[test]
    fn long_numbers_never_show_in_free_text() {
        assert_eq!(hide_numbers("id 11010519491231002X, 12 rows"), "id 11**************2X, 12 rows");
        assert_eq!(hide_numbers("balance 1200.50"), "balance 1200.50");
    }
}
