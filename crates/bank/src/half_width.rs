//! Full-width characters, as Chinese keyboards type them, and their half-width twins.

/// `８` → `8`, `Ｘ` → `X`, `（` → `(`, the ideographic space → a space; anything else stays.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        '\u{3000}' => ' ',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins() {
        let typed: String = "８Ｘ（－\u{3000}张x".chars().map(half_width).collect();
        assert_eq!(typed, "8X(- 张x");
    }
}
