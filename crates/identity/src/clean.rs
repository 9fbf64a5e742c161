//! Values as delivered → values as compared.

use bank::MobileNumber;
use bank::name::{is_placeholder_name, name_key, organisation_name_key};
use serde::{Deserialize, Serialize};

/// How values of a column are made comparable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clean {
    /// Lower case, single spaces.
    #[default]
    Text,
    /// As it is, without spaces around.
    Exact,
    /// Name of a person: see [`bank::name::name_key`]; words in place of a name are missing.
    Name,
    /// Name of an organisation: see [`bank::name::organisation_name_key`].
    OrganisationName,
    /// Digits only.
    Digits,
    /// Mobile number in its plain form; anything else is missing.
    Mobile,
}

impl Clean {
    /// The comparable form; empty when there is none.
    #[must_use]
    pub fn apply(self, value: &str) -> String {
        match self {
            Clean::Text => value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
            Clean::Exact => value.trim().to_owned(),
            Clean::Name if is_placeholder_name(value) => String::new(),
            Clean::Name => name_key(value),
            Clean::OrganisationName if is_placeholder_name(value) => String::new(),
            Clean::OrganisationName => organisation_name_key(value),
            Clean::Digits => value.chars().filter(char::is_ascii_digit).collect(),
            Clean::Mobile => MobileNumber::parse(value, true).map_or_else(String::new, |n| n.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_has_its_form() {
        assert_eq!(Clean::Text.apply("  St.  James "), "st. james");
        assert_eq!(Clean::Exact.apply(" Ab "), "Ab");
        assert_eq!((Clean::Name.apply("張 偉"), Clean::Name.apply("不详")), ("张伟".to_owned(), String::new()));
        assert_eq!(Clean::OrganisationName.apply("华星（集团）"), "华星集团");
        assert_eq!(Clean::Digits.apply("0571-8888 x"), "05718888");
        assert_eq!(
            (Clean::Mobile.apply("+86 138-0013-8000"), Clean::Mobile.apply("无")),
            ("13800138000".to_owned(), String::new())
        );
    }
}
