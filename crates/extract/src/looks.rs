//! Whether identifiers look right (domain specification, checks W01 to W04). A row that does not is loaded all the same.

use bank::{BusinessDate, IdNumber, IdNumberError, MobileNumber};

/// A resident ID whose characters, date and check digit hold on a business date. Region 99, which belongs to nobody, is let pass here:
/// whether a synthetic document identifies anybody is decided where identities are.
#[must_use]
pub fn resident_id(text: &str, biz_date: BusinessDate) -> bool {
    matches!(IdNumber::parse(text, biz_date, true), Ok(_) | Err(IdNumberError::Centenarian))
}

/// A mobile number (domain specification, section 3.1), or one starting 10, which belongs to nobody.
#[must_use]
pub fn mobile(text: &str) -> bool {
    MobileNumber::parse(text, true).is_some()
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
        // Acceptance C15.
        assert!(mobile("008613800138000") && mobile("+86 138-0013-8000") && !mobile("12345678901"));
        let today = "2025-06-30".parse().unwrap();
        assert!(resident_id("990101198001010006", today) && !resident_id("990101189001010006", today));
        assert!(name("买买提·吐尔逊") && !name("张3") && !name("Test Two"));
    }
}
