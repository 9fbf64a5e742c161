//! Numbers as people write them, brought to plain decimals; only where a contract asks for it.

/// Full-width digits become half-width, thousand separators in their places go, an exponent is worked out. What is
/// none of that stays as it is, to be refused.
#[must_use]
pub fn plain(text: &str) -> String {
    let half: String = text.chars().map(half_width).collect();
    let ungrouped = without_separators(&half);
    without_exponent(&ungrouped).unwrap_or(ungrouped)
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '．' | '，' | '－' | '＋' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// 12,000.00 → 12000.00, but 12,00 stays: groups after the first have three digits.
fn without_separators(text: &str) -> String {
    let (whole, rest) = text.find(['.', 'E', 'e']).map_or((text, ""), |at| text.split_at(at));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default().trim_start_matches(['-', '+']);
    let is_grouped =
        (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    if is_grouped { format!("{}{rest}", whole.replace(',', "")) } else { text.to_owned() }
}

/// 1.2E3 → 1200, by moving the point.
fn without_exponent(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() <= 36)?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |d| ("-", d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    Some(match usize::try_from(point) {
        Ok(point) if point >= all.len() => format!("{sign}{all:0<point$}"),
        Ok(point) => format!("{sign}{}.{}", &all[..point], &all[point..]),
        Err(_) => format!("{sign}0.{}{all}", "0".repeat(usize::try_from(-point).ok()?)),
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_as_people_write_them() {
        let cases =
            [("12,000.00", "12000.00"), ("1.2E3", "1200"), ("1.2e-3", "0.0012"), ("12E1", "120"), ("－５", "-5")];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected);
        }
        for wrong in ["12,00.00", "1,2345", "E3", "abc", "1.2E99", ",000"] {
            assert_eq!(plain(wrong), wrong);
        }
    }
}
