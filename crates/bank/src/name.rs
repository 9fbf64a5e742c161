//! Names of people and organisations: keys that do not depend on spelling habits, and how alike two names are.

use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;

use crate::similarity::{edit_distance, jaro_winkler};

/// The middle dot between the parts of a name, as it is kept.
const INTERPUNCT: char = '·';
/// Similarity of Chinese names of three characters or more that differ in one.
const ONE_CHARACTER: f64 = 0.9;
/// Similarity of a Chinese name and its spelling in Latin letters.
const LATIN_FORM: f64 = 0.95;
/// Surnames that are read otherwise than the character usually is (domain specification, section 3.3).
const SURNAME_READINGS: [(char, &[&str]); 7] = [
    ('单', &["SHAN", "DAN"]),
    ('曾', &["ZENG"]),
    ('解', &["XIE"]),
    ('仇', &["QIU"]),
    ('查', &["ZHA"]),
    ('翟', &["ZHAI"]),
    ('盖', &["GE", "GAI"]),
];
/// How ü is written on passports and cards.
const UMLAUT_SPELLINGS: [&str; 4] = ["YU", "V", "U", "UE"];
/// Most spellings that are tried for one name.
const SPELLINGS_MAX: usize = 64;

/// Key of a name: compatibility forms unified (NFKC), simplified characters, upper case, one kind of interpunct, no
/// spaces in a Chinese name and single ones in another.
#[must_use]
pub fn name_key(name: &str) -> String {
    let unified: String = name.nfkc().map(one_interpunct).flat_map(char::to_uppercase).collect();
    let words: Vec<&str> = unified.split_whitespace().collect();
    if !unified.is_ascii() && unified.chars().any(is_han) {
        return fast2s::convert(&words.concat());
    }
    words.join(" ")
}

/// Key of an organisation's name: that of a name, without brackets, whatever their style, and without spaces.
///
/// "有限责任公司" and "有限公司" stay different: they are different legal names.
#[must_use]
pub fn organisation_name_key(name: &str) -> String {
    let is_left_out =
        |c: char| matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '【' | '】' | '〔' | '〕' | '《' | '》' | ' ');
    name_key(name).chars().filter(|c| !is_left_out(*c)).collect()
}

/// Whether a name says nothing: 无, 不详, a dash.
#[must_use]
pub fn is_placeholder_name(name: &str) -> bool {
    let key = name_key(name);
    !key.chars().any(char::is_alphabetic)
        || ["无", "不详", "未知", "无名", "空", "NULL", "N/A", "NA", "NONE", "UNKNOWN"].contains(&key.as_str())
}

/// How alike the names of two persons are, 0 to 1, given their keys (domain specification, section 3.3).
///
/// Equal keys are 1. Chinese names of three characters or more that differ by one edit are 0.9; others fall with the
/// share of edits. A Chinese name and one of its spellings in Latin letters are 0.95, in either order of surname and
/// given name. Latin names are compared by Jaro-Winkler.
#[must_use]
pub fn name_similarity(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    match (a.chars().any(is_han), b.chars().any(is_han)) {
        (true, true) => han_similarity(a, b),
        (true, false) => latin_form(a, b),
        (false, true) => latin_form(b, a),
        (false, false) => {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            jaro_winkler(&a, &b)
        }
    }
}

/// How alike the names of two organisations are, 0 to 1, given their keys: Jaro-Winkler over characters.
#[must_use]
pub fn organisation_name_similarity(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    jaro_winkler(&a, &b)
}

fn han_similarity(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longer = a.len().max(b.len());
    let distance = edit_distance(&a, &b, longer).unwrap_or(longer);
    if distance == 1 && a.len().min(b.len()) >= 3 {
        return ONE_CHARACTER;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of names")]
    let share = distance as f64 / longer as f64;
    1.0 - share
}

/// A Chinese name beside one in Latin letters.
fn latin_form(han: &str, latin: &str) -> f64 {
    let written: String = latin.chars().filter(char::is_ascii_alphabetic).collect();
    let spellings = latin_spellings(han);
    if spellings.iter().any(|(surname, given)| {
        written.len() == surname.len() + given.len()
            && ((written.starts_with(surname.as_str()) && written.ends_with(given.as_str()))
                || (written.starts_with(given.as_str()) && written.ends_with(surname.as_str())))
    }) {
        return LATIN_FORM;
    }
    let closest = |(surname, given): &(String, String)| {
        let full = format!("{surname}{given}");
        jaro_winkler(full.as_bytes(), written.as_bytes())
    };
    // A misspelt form is never as good as a right one.
    spellings.iter().map(closest).fold(0.0, f64::max) * LATIN_FORM
}

/// Spellings of a Chinese name in Latin letters as surname and given name, upper case without tones.
///
/// Surnames have their own readings; ü is written YU, V, U or UE. At most 64 spellings of one name.
#[must_use]
pub fn latin_spellings(han: &str) -> Vec<(String, String)> {
    let characters: Vec<char> = han.chars().filter(|c| is_han(*c)).collect();
    let is_compound =
        han.starts_with("欧阳") || han.starts_with("司马") || han.starts_with("诸葛") || han.starts_with("上官");
    let surname_length = if is_compound { 2 } else { 1 };
    let mut spellings = vec![(String::new(), String::new())];
    for (place, character) in characters.iter().enumerate() {
        let known = SURNAME_READINGS.iter().find(|(c, _)| place == 0 && c == character);
        let readings = match known {
            Some((_, readings)) => readings.iter().map(|r| (*r).to_owned()).collect(),
            None => readings_of(*character),
        };
        let mut longer = Vec::new();
        for (surname, given) in &spellings {
            for reading in &readings {
                let (mut surname, mut given) = (surname.clone(), given.clone());
                let part = if place < surname_length { &mut surname } else { &mut given };
                part.push_str(reading);
                longer.push((surname, given));
            }
        }
        longer.truncate(SPELLINGS_MAX);
        spellings = longer;
    }
    spellings
}

fn readings_of(character: char) -> Vec<String> {
    let Some(multi) = character.to_pinyin_multi() else { return vec![String::new()] };
    let mut readings = Vec::new();
    for pinyin in multi {
        let plain = pinyin.plain().to_uppercase();
        let spelt: Vec<String> = match plain.contains('Ü') {
            true => UMLAUT_SPELLINGS.iter().map(|u| plain.replace('Ü', u)).collect(),
            false => vec![plain],
        };
        for reading in spelt {
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    readings
}

fn one_interpunct(character: char) -> char {
    match character {
        '•' | '‧' | '∙' | '⋅' | '・' | '･' | '\u{0387}' | '●' | '．' => INTERPUNCT,
        _ => character,
    }
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> f64 {
        name_similarity(&name_key(a), &name_key(b))
    }

    fn assert_is(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-9, "{got} {expected}");
    }

    #[test]
    fn keys_do_not_depend_on_habits() {
        // Acceptance D7.
        assert_eq!(name_key("买买提·吐尔逊"), name_key("买买提•吐尔逊"));
        assert_eq!(name_key(" 張 偉"), "张伟");
        assert_eq!(name_key("ｚｈａｎｇ　San "), "ZHANG SAN");
        assert_eq!(organisation_name_key("深圳（南山）贸易有限公司"), organisation_name_key("深圳(南山) 貿易有限公司"));
    }

    #[test]
    fn legal_forms_are_alike_and_not_equal() {
        let (a, b) = ("华星贸易有限责任公司", "华星贸易有限公司");
        let similarity = organisation_name_similarity(&organisation_name_key(a), &organisation_name_key(b));
        assert!(similarity > 0.9 && similarity < 1.0, "{similarity}");
    }

    #[test]
    fn chinese_names_differ_by_characters() {
        assert_is(alike("欧阳娜娜", "歐陽娜娜"), 1.0);
        assert_is(alike("王小明", "王小鸣"), 0.9);
        assert_is(alike("王小明", "王明小"), 0.9);
        assert_is(alike("张伟", "张玮"), 0.5);
        assert!(alike("王小明", "李大同") < 0.4);
    }

    #[test]
    fn latin_forms_of_a_name() {
        // Domain specification, section 3.3.
        for (han, latin) in [
            ("张三", "ZHANG SAN"),
            ("张三", "San Zhang"),
            ("单田芳", "SHAN TIANFANG"),
            ("单田芳", "DAN TIAN FANG"),
            ("曾国藩", "ZENG GUOFAN"),
            ("解晓东", "XIE XIAODONG"),
            ("仇英", "QIU YING"),
            ("查良镛", "ZHA LIANGYONG"),
            ("翟天临", "ZHAI TIANLIN"),
            ("盖叫天", "GE JIAOTIAN"),
            ("吕伟", "LYU WEI"),
            ("吕伟", "LV WEI"),
            ("呂偉", "LU WEI"),
            ("欧阳娜娜", "NANA OUYANG"),
        ] {
            assert_is(alike(han, latin), 0.95);
        }
        assert!(alike("张三", "LI SI") < 0.6);
        assert!(alike("张三", "ZHANG SHAN") < 0.95);
        assert_is(alike("ZHANG SAN", "ZHANG SHAN"), 0.98);
    }

    #[test]
    fn words_in_place_of_a_name() {
        assert!(
            ["无", "不详", "-", "N/A", "  "].iter().all(|n| is_placeholder_name(n)) && !is_placeholder_name("无忌")
        );
    }
}
