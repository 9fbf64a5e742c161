//! How alike two texts are: Jaro-Winkler and edit distance.
//!
//! Our own, because candidate pairs are scored by the ten million: texts come as slices of characters or bytes and
//! nothing is allocated up to 64 of them. A test holds both equal to the crate strsim.

/// Weight of a common prefix in Jaro-Winkler.
const PREFIX_WEIGHT: f64 = 0.1;
/// Longest prefix that counts.
const PREFIX_MAX: usize = 4;
/// Characters that fit into one machine word of marks.
const WORD: usize = 64;

/// Jaro-Winkler similarity, 0 to 1 (Winkler 1990: prefix weight 0.1, at most 4 characters, no threshold).
#[must_use]
pub fn jaro_winkler<T: PartialEq + Copy>(a: &[T], b: &[T]) -> f64 {
    let jaro = jaro(a, b);
    let prefix = a.iter().zip(b).take(PREFIX_MAX).take_while(|(x, y)| x == y).count();
    #[expect(clippy::cast_precision_loss, reason = "at most 4")]
    let prefix = prefix as f64;
    jaro + prefix * PREFIX_WEIGHT * (1.0 - jaro)
}

/// Jaro similarity, 0 to 1 (Jaro 1989). Two empty texts are alike.
#[must_use]
pub fn jaro<T: PartialEq + Copy>(a: &[T], b: &[T]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (matches, transposed) =
        if a.len() <= WORD && b.len() <= WORD { matched_short(a, b) } else { matched_long(a, b) };
    if matches == 0 {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts")]
    let [matches, transposed, a_len, b_len] = [matches, transposed / 2, a.len(), b.len()].map(|n| n as f64);
    (matches / a_len + matches / b_len + (matches - transposed) / matches) / 3.0
}

fn window(a: usize, b: usize) -> usize {
    (a.max(b) / 2).saturating_sub(1)
}

/// Matching characters, and how many of them are out of order; marks are bits of a word.
fn matched_short<T: PartialEq + Copy>(a: &[T], b: &[T]) -> (usize, usize) {
    let reach = window(a.len(), b.len());
    let (mut in_a, mut in_b) = (0_u64, 0_u64);
    for (i, x) in a.iter().enumerate() {
        let until = (i + reach + 1).min(b.len());
        for (j, y) in b.iter().enumerate().take(until).skip(i.saturating_sub(reach)) {
            if in_b & (1 << j) == 0 && x == y {
                in_a |= 1 << i;
                in_b |= 1 << j;
                break;
            }
        }
    }
    let (mut left_a, mut left_b, mut transposed) = (in_a, in_b, 0);
    while left_a != 0 {
        transposed += usize::from(a[left_a.trailing_zeros() as usize] != b[left_b.trailing_zeros() as usize]);
        left_a &= left_a - 1;
        left_b &= left_b - 1;
    }
    (in_a.count_ones() as usize, transposed)
}

fn matched_long<T: PartialEq + Copy>(a: &[T], b: &[T]) -> (usize, usize) {
    let reach = window(a.len(), b.len());
    let mut is_used = vec![false; b.len()];
    let mut matched_a = Vec::new();
    for (i, x) in a.iter().enumerate() {
        let until = (i + reach + 1).min(b.len());
        if let Some(j) = (i.saturating_sub(reach)..until).find(|j| !is_used[*j] && b[*j] == *x) {
            is_used[j] = true;
            matched_a.push(*x);
        }
    }
    let matched_b = b.iter().zip(&is_used).filter(|(_, used)| **used).map(|(y, _)| y);
    let transposed = matched_a.iter().zip(matched_b).filter(|(x, y)| x != y).count();
    (matched_a.len(), transposed)
}

/// Edit distance with transposition of neighbours (optimal string alignment), cut off: `None` when it is over `most`.
#[must_use]
pub fn edit_distance<T: PartialEq + Copy>(a: &[T], b: &[T], most: usize) -> Option<usize> {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_start..], &b[same_start..]);
    let same_end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - same_end], &b[..b.len() - same_end]);
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len()));
    }
    if a.len().max(b.len()) < WORD {
        let mut rows = [[0_u8; WORD]; 3];
        return rows_of_distance(a, b, most, &mut rows.each_mut().map(<[u8; WORD]>::as_mut_slice));
    }
    let mut rows = vec![vec![0_usize; b.len() + 1]; 3];
    let [first, second, third] = &mut rows[..] else { return None };
    rows_of_distance(a, b, most, &mut [first, second, third])
}

fn rows_of_distance<T: PartialEq + Copy, N: Cell>(
    a: &[T],
    b: &[T],
    most: usize,
    rows: &mut [&mut [N]; 3],
) -> Option<usize> {
    for (j, cell) in rows[1][..=b.len()].iter_mut().enumerate() {
        *cell = N::of(j);
    }
    for i in 0..a.len() {
        // rows: [before previous, previous, current]
        let [older, previous, current] = rows;
        current[0] = N::of(i + 1);
        let mut least = i + 1;
        for j in 0..b.len() {
            let same = usize::from(a[i] != b[j]);
            let mut cost = (previous[j].get() + same).min(previous[j + 1].get() + 1).min(current[j].get() + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(older[j - 1].get() + 1);
            }
            current[j + 1] = N::of(cost);
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(rows[1][b.len()].get()).filter(|distance| *distance <= most)
}

/// A cell of the distance table, small on the stack or large on the heap.
trait Cell: Copy {
    fn of(value: usize) -> Self;
    fn get(self) -> usize;
}

impl Cell for u8 {
    fn of(value: usize) -> Self {
        u8::try_from(value).unwrap_or(u8::MAX)
    }
    fn get(self) -> usize {
        usize::from(self)
    }
}

impl Cell for usize {
    fn of(value: usize) -> Self {
        value
    }
    fn get(self) -> usize {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn published_examples_to_four_places() {
        // Acceptance D1.
        for (a, b, expected) in [
            ("MARTHA", "MARHTA", 0.9611),
            ("DIXON", "DICKSONX", 0.8133),
            ("DWAYNE", "DUANE", 0.8400),
            ("ZHANG SAN", "ZHANG SHAN", 0.9800),
            ("LYU WEI", "LV WEI", 0.8643),
        ] {
            let got = jaro_winkler(a.as_bytes(), b.as_bytes());
            assert!((got - expected).abs() < 0.00005, "{a} {b}: {got}");
        }
    }

    #[test]
    fn equal_to_strsim_on_many_texts() {
        // Texts over few letters, so that matches, swaps and repeats are common; lengths on both sides of 64.
        let mut state = 7_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for round in 0..4_000 {
            let longest = if round % 10 == 0 { 90 } else { 12 };
            let mut text = || (0..next(longest)).map(|_| ['a', 'b', 'c', '张'][next(4) as usize]).collect::<String>();
            let (a, b) = (text(), text());
            let (x, y) = (characters(&a), characters(&b));
            assert!((jaro(&x, &y) - strsim::jaro(&a, &b)).abs() < 1e-12, "{a} {b}");
            let distance = strsim::osa_distance(&a, &b);
            for most in [0, 1, 2, 5, 100] {
                assert_eq!(edit_distance(&x, &y, most), (distance <= most).then_some(distance), "{a} {b} {most}");
            }
        }
    }
}
