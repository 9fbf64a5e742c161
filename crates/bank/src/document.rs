//! Identity documents of persons and organisations: one canonical key per document, whatever its spelling.
//!
//! Types are the canonical codes of the domain specification, section 2.9: 01 resident ID, 02 temporary ID, 03
//! household register, 04 Chinese passport, 05 foreign passport, 06 and 07 travel permits, 08 residence permit of
//! Hong Kong, Macau and Taiwan, 09 foreigner's permanent resident card, 10 to 12 officers', soldiers' and police cards,
//! 51 unified social credit code, 52 organisation code, 53 business licence.

use chrono::NaiveDate;

use crate::business_date::BusinessDate;
use crate::credit_code::{CreditCode, OrganisationCode};
use crate::half_width::half_width;
use crate::id_number::{IdNumber, Sex};

/// Type of the resident identity card, and group of every number of its form.
pub const RESIDENT_ID: &str = "01";
/// Group of unified social credit codes and the organisation codes inside them.
pub const CREDIT_CODE: &str = "51";
/// Shortest number that can tell people apart.
const NUMBER_LENGTH_MIN: usize = 5;

/// What a delivered document says about its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Outcome of the checks.
    pub status: DocumentStatus,
    /// `<group>|<canonical number>`, the same for every spelling of one document; empty without a document.
    pub key: String,
    /// Birth date that a valid number tells.
    pub birth_date: Option<NaiveDate>,
    /// Sex that a valid number tells.
    pub sex: Option<Sex>,
}

/// Outcome of a document's checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentStatus {
    /// Its check digit and dates hold: two valid numbers that differ are two holders.
    Valid,
    /// It has the form of its type, which has no check digit. A renewal has another number.
    Unchecked,
    /// It fails the check that is named.
    Failed(&'static str),
    /// No number was delivered, or a word in place of one.
    None,
}

impl DocumentStatus {
    /// `VALID`, `UNCHECKED`, `NONE` or the failing check (`LEN`, `CHARS`, `REGION`, `DATE`, `CHECK`, `CENTENARIAN`, `FORM`, `COUNTRY`).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DocumentStatus::Valid => "VALID",
            DocumentStatus::Unchecked => "UNCHECKED",
            DocumentStatus::Failed(code) => code,
            DocumentStatus::None => "NONE",
        }
    }
}

impl Document {
    /// Judge a document as delivered. `as_of` bounds birth dates; `synthetic` accepts region 99, which is nobody's.
    ///
    /// Temporary cards and household registers carry the resident number, so they share its key. A code of an
    /// organisation is keyed by the organisation code inside it, so that papers of before and after 2015 meet
    /// (domain specification, section 3.2).
    #[must_use]
    pub fn judge(
        id_type: Option<&str>,
        id_no: Option<&str>,
        country: Option<&str>,
        as_of: BusinessDate,
        synthetic: bool,
    ) -> Self {
        let number = canonical(id_no.unwrap_or_default());
        if is_placeholder(&number) {
            return Document { status: DocumentStatus::None, key: String::new(), birth_date: None, sex: None };
        }
        let of_form = |group: &str, key: &str, holds: bool| {
            let status = if holds { DocumentStatus::Unchecked } else { DocumentStatus::Failed("FORM") };
            Document { status, key: format!("{group}|{key}"), birth_date: None, sex: None }
        };
        let first = number.as_bytes()[0];
        let digits_from = |from: usize| number.bytes().skip(from).all(|c| c.is_ascii_digit());
        match id_type.unwrap_or_default() {
            "01" | "02" | "03" => resident(RESIDENT_ID, &number, as_of, synthetic),
            "08" => resident("08", &number, as_of, synthetic),
            "09" if number.len() == 18 => foreigner(&number, as_of),
            "09" => {
                let holds = number.len() == 15 && number.bytes().take(3).all(|c| c.is_ascii_uppercase());
                of_form("09", &number, holds && digits_from(3))
            }
            passport @ ("04" | "05") => {
                let country = if passport == "04" { "CN" } else { country.map_or("", str::trim) };
                if country.is_empty() {
                    // Countries number their passports alike.
                    return failed("04", &format!("|{number}"), "COUNTRY");
                }
                let holds = (5..=18).contains(&number.len()) && number.bytes().all(|c| c.is_ascii_alphanumeric());
                of_form("04", &format!("{country}|{number}"), holds)
            }
            "06" => {
                let holds = matches!(first, b'H' | b'M') && matches!(number.len(), 9 | 11) && digits_from(1);
                of_form("06", number.get(..9).unwrap_or(&number), holds)
            }
            "07" => of_form("07", number.get(..8).unwrap_or(&number), number.len() >= 8),
            "51" => match CreditCode::parse(&number) {
                Ok(code) => organisation(code.organisation_code()),
                Err(code) => failed(CREDIT_CODE, &number, code.into()),
            },
            "52" => match OrganisationCode::parse(&number) {
                Ok(code) => organisation(code),
                Err(code) => failed(CREDIT_CODE, &number, code.into()),
            },
            "53" => of_form("53", &number, matches!(number.len(), 13 | 15) && digits_from(0)),
            other => of_form(other, &number, true),
        }
    }
}

/// The first 17 digits and the check character of a number of the resident card's form (GB 11643-1999).
fn resident(group: &str, number: &str, as_of: BusinessDate, synthetic: bool) -> Document {
    match IdNumber::parse(number, as_of, synthetic) {
        Ok(id) => Document {
            status: DocumentStatus::Valid,
            key: format!("{group}|{id}"),
            birth_date: Some(id.birth_date()),
            sex: Some(id.sex()),
        },
        Err(code) => failed(group, number, code.into()),
    }
}

/// Foreigner's permanent resident card of 2023: 9, then no region but where it was applied for and the nationality.
fn foreigner(number: &str, as_of: BusinessDate) -> Document {
    match IdNumber::parse_foreigner(number, as_of) {
        Ok(id) => Document {
            status: DocumentStatus::Valid,
            key: format!("09|{id}"),
            birth_date: Some(id.birth_date()),
            sex: Some(id.sex()),
        },
        Err(code) => failed("09", number, code.into()),
    }
}

fn organisation(code: OrganisationCode) -> Document {
    Document { status: DocumentStatus::Valid, key: format!("{CREDIT_CODE}|{code}"), birth_date: None, sex: None }
}

fn failed(group: &str, number: &str, code: &'static str) -> Document {
    Document { status: DocumentStatus::Failed(code), key: format!("{group}|{number}"), birth_date: None, sex: None }
}

/// Upper case, half width, without spaces, hyphens and brackets.
fn canonical(number: &str) -> String {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '(' | ')');
    number.chars().map(half_width).filter(kept).flat_map(char::to_uppercase).collect()
}

/// Words and runs that stand for no number at all: 无, 不详, 111111, N/A.
fn is_placeholder(number: &str) -> bool {
    let mut characters = number.chars();
    let first = characters.next();
    number.len() < NUMBER_LENGTH_MIN || !number.is_ascii() || characters.all(|c| Some(c) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(id_type: &str, number: &str) -> (String, &'static str) {
        let document = Document::judge(Some(id_type), Some(number), Some("GB"), "2025-06-30".parse().unwrap(), true);
        (document.key, document.status.code())
    }

    #[test]
    fn one_key_for_every_spelling() {
        // Acceptance C1, C7, C8, C9, C13.
        for text in ["11010519491231002X", " 11010519491231002x", "110105491231002"] {
            assert_eq!(judged("01", text), ("01|11010519491231002X".to_owned(), "VALID"), "{text}");
        }
        assert_eq!(judged("02", "990101800101000").0, judged("01", "990101198001010006").0);
        assert_eq!(judged("01", "990101990101998"), ("01|990101990101998".to_owned(), "CENTENARIAN"));
        assert_eq!(judged("08", "810000199001010000").1, "VALID");
        assert_eq!(judged("09", "915620198502140008"), ("09|915620198502140008".to_owned(), "VALID"));
        assert_eq!(judged("09", "PRT123456789012").1, "UNCHECKED");
        assert_eq!(judged("51", "91990101MA9ABCD24H").0, judged("52", "MA9ABCD2-4").0);
    }

    #[test]
    fn forms_without_a_check_digit() {
        assert_eq!(judged("04", "e12345678"), ("04|CN|E12345678".to_owned(), "UNCHECKED"));
        assert_eq!(judged("05", "E12345678").0, "04|GB|E12345678");
        let nowhere = Document::judge(Some("05"), Some("E12345678"), None, "2025-06-30".parse().unwrap(), true);
        assert_eq!((nowhere.key.as_str(), nowhere.status.code()), ("04||E12345678", "COUNTRY"));
        // Older prints of a travel permit have two digits of issue count.
        assert_eq!(judged("06", "H1234567802").0, judged("06", "H12345678").0);
        assert_eq!(judged("06", "12345678").1, "FORM");
        assert_eq!(judged("53", "990000000000001").1, "UNCHECKED");
    }

    #[test]
    fn words_are_no_numbers_and_faults_have_codes() {
        for text in ["", "无", "不详", "111111", "N/A", "000000000000000000"] {
            assert_eq!(judged("01", text), (String::new(), "NONE"), "{text}");
        }
        assert_eq!(judged("01", "110105194912310021"), ("01|110105194912310021".to_owned(), "CHECK"));
        assert_eq!(judged("51", "91350100M000100Y4Z").1, "CHARS");
    }
}
