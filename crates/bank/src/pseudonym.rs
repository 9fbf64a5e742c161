//! Pseudonyms: HMAC-SHA-256 over `document type | canonical number`, so that one person has one pseudonym in every source.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The bank's secret for pseudonyms. Never printed, never stored beside the data.
#[derive(Clone)]
pub struct PseudonymKey(Vec<u8>);

impl PseudonymKey {
    /// From the bytes of a key file or environment variable; `None` when there are none.
    #[must_use]
    pub fn try_new(secret: &[u8]) -> Option<Self> {
        (!secret.is_empty()).then(|| PseudonymKey(secret.to_vec()))
    }

    /// Pseudonym of an identity key such as `01|11010519491231002X`, 64 hexadecimal characters.
    #[must_use]
    pub fn pseudonym(&self, identity_key: &str) -> String {
        // HMAC takes keys of any length; the error type exists for other constructions.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(identity_key.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdNumber;

    #[test]
    fn every_spelling_of_a_number_has_one_pseudonym() {
        // Acceptance O8.
        let key = PseudonymKey::try_new(b"test-key").unwrap();
        for typed in
            ["11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"]
        {
            let number = IdNumber::parse(typed, "2025-06-30".parse().unwrap(), false).unwrap();
            assert_eq!(
                key.pseudonym(&format!("01|{number}")),
                "19560cbce2c45031272119bff5dd6e0682bb9872883d33462138e61564597a17"
            );
        }
    }
}
