//! Codes of organisations: the unified social credit code (统一社会信用代码, GB 32100-2015) and the organisation code
//! inside it (组织机构代码, GB 11714).

use std::fmt;

use thiserror::Error;

use crate::half_width::half_width;

/// Characters of a unified social credit code in the order of their values 0 to 30: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the eight characters of an organisation code.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// The first check that a code fails.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum CreditCodeError {
    /// Not the length of such a code.
    #[error("LEN")]
    Length,
    /// A character outside the set.
    #[error("CHARS")]
    Characters,
    /// The check character is wrong.
    #[error("CHECK")]
    Check,
}

impl From<CreditCodeError> for &'static str {
    fn from(error: CreditCodeError) -> Self {
        match error {
            CreditCodeError::Length => "LEN",
            CreditCodeError::Characters => "CHARS",
            CreditCodeError::Check => "CHECK",
        }
    }
}

/// A unified social credit code that passed its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode([u8; 18]);

impl CreditCode {
    /// Validate a code as typed; spaces around it, lower case and full width are accepted.
    ///
    /// The check of the organisation code inside it is no condition: some published codes violate it
    /// ([`OrganisationCode::is_checked`]).
    ///
    /// # Errors
    /// The first failing check.
    pub fn parse(text: &str) -> Result<Self, CreditCodeError> {
        let characters: [u8; 18] = plain(text).try_into().map_err(|_| CreditCodeError::Length)?;
        if !characters.iter().all(|c| ALPHABET.contains(c)) {
            return Err(CreditCodeError::Characters);
        }
        match check_character(&characters[..17]) == characters[17] {
            true => Ok(CreditCode(characters)),
            false => Err(CreditCodeError::Check),
        }
    }

    /// Complete 17 characters with their check character; for synthetic data.
    #[must_use]
    pub fn complete(first_17: &str) -> String {
        format!("{first_17}{}", char::from(check_character(first_17.as_bytes())))
    }

    /// Characters 9 to 17: what links a code to the papers of the time before it.
    #[must_use]
    pub fn organisation_code(&self) -> OrganisationCode {
        let mut characters = [0; 9];
        characters.copy_from_slice(&self.0[8..17]);
        OrganisationCode(characters)
    }

    /// Registered by market regulation (9) as a sole proprietor (个体工商户, 2).
    #[must_use]
    pub fn is_sole_proprietor(&self) -> bool {
        self.0.starts_with(b"92")
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|c| write!(f, "{}", char::from(*c)))
    }
}

/// An organisation code: eight characters and a check character, written without the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode([u8; 9]);

impl OrganisationCode {
    /// Validate a code as typed, with or without the hyphen before its check character.
    ///
    /// # Errors
    /// The first failing check.
    pub fn parse(text: &str) -> Result<Self, CreditCodeError> {
        let typed: Vec<u8> = plain(text).into_iter().filter(|c| *c != b'-').collect();
        let characters: [u8; 9] = typed.try_into().map_err(|_| CreditCodeError::Length)?;
        let code = OrganisationCode(characters);
        let is_written = characters[..8].iter().all(u8::is_ascii_alphanumeric) && characters[8].is_ascii_alphanumeric();
        match (is_written, code.is_checked()) {
            (false, _) => Err(CreditCodeError::Characters),
            (true, false) => Err(CreditCodeError::Check),
            (true, true) => Ok(code),
        }
    }

    /// Whether the check character is right.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        Self::check_character(&self.0[..8]) == self.0[8]
    }

    /// Check character of the first eight (GB 11714): 11 − Σ value × weight mod 11, with 10 as X and 11 as 0.
    #[must_use]
    pub fn check_character(first_8: &[u8]) -> u8 {
        let value = |c: u8| match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'Z' => u32::from(c - b'A') + 10,
            _ => 0,
        };
        let sum: u32 = first_8.iter().zip(ORGANISATION_WEIGHTS).map(|(c, weight)| value(*c) * weight).sum();
        b"0X987654321"[(sum % 11) as usize]
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|c| write!(f, "{}", char::from(*c)))
    }
}

/// Upper case, half width, without spaces around; anything else stays and fails as a character.
fn plain(text: &str) -> Vec<u8> {
    text.trim().chars().map(|c| u8::try_from(half_width(c).to_ascii_uppercase()).unwrap_or(b'?')).collect()
}

/// GB 32100-2015: (31 − Σ(value × 3^(i−1) mod 31) mod 31) mod 31.
fn check_character(first_17: &[u8]) -> u8 {
    let value = |c: u8| ALPHABET.iter().position(|a| *a == c).unwrap_or(0);
    let (mut sum, mut weight) = (0, 1);
    for character in first_17 {
        sum += value(*character) * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[(31 - sum % 31) % 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_acceptance_list() {
        // Acceptance C10, C11, C12.
        for (text, organisation_code, is_sole_proprietor) in [
            ("91350100M000100Y43", "M000100Y4", false),
            ("9199010100000022X0", "00000022X", false),
            ("92990101MA0TE8T143", "MA0TE8T14", true),
            (" 92990101ma0te8t143 ", "MA0TE8T14", true),
        ] {
            let code = CreditCode::parse(text).unwrap();
            assert_eq!(code.organisation_code().to_string(), organisation_code);
            assert_eq!(code.is_sole_proprietor(), is_sole_proprietor);
            assert!(code.organisation_code().is_checked(), "{text}");
        }
        assert_eq!(CreditCode::parse("91350100M000100Y4Z"), Err(CreditCodeError::Characters));
        assert_eq!(CreditCode::parse("91350100M000100Y44"), Err(CreditCodeError::Check));
        assert_eq!(CreditCode::parse("91350100M000100Y"), Err(CreditCodeError::Length));
    }

    #[test]
    fn the_organisation_code_links_old_papers() {
        // Acceptance C13.
        let old = OrganisationCode::parse("MA9ABCD2-4").unwrap();
        assert_eq!(CreditCode::parse("91990101MA9ABCD24H").unwrap().organisation_code(), old);
        assert_eq!(OrganisationCode::parse("MA9ABCD2-5"), Err(CreditCodeError::Check));
    }
}
