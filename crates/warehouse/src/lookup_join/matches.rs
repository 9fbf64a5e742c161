//! Which rows of the sides belong to the rows of a batch, so many at a time: keys may have any number of rows on any side.

use super::held::{Held, HeldSide, NONE};

/// The rows of a batch of the base, and how far they are joined.
pub(super) struct Matches {
    /// The number of each row's key; [`NONE`] where no side has it.
    numbers: Vec<u32>,
    /// The row that comes next.
    row: usize,
    /// Its rows in the sides that come next; empty before the first.
    at: Vec<u32>,
}

/// Rows of the base and of each side that belong together; [`NONE`] where a side has none.
pub(super) struct MatchedRows {
    /// The first row of the base.
    pub first: usize,
    /// Each row of it; `None` when they come one after the other.
    pub base: Option<Vec<u32>>,
    pub sides: Vec<Vec<u32>>,
    pub len: usize,
}

impl Matches {
    /// Of rows whose keys have these numbers.
    pub fn of(numbers: Vec<u32>) -> Self {
        Matches { numbers, row: 0, at: Vec::new() }
    }

    /// At most so many more; `None` when there are none.
    pub fn next(&mut self, held: &Held, limit: usize) -> Option<MatchedRows> {
        if self.row >= self.numbers.len() {
            return None;
        }
        Some(match held.sides.iter().any(HeldSide::has_repeated_keys) {
            true => self.each(&held.sides, limit),
            false => self.range(&held.sides, limit),
        })
    }

    /// Every row of the base comes once.
    fn range(&mut self, sides: &[HeldSide], limit: usize) -> MatchedRows {
        let first = self.row;
        self.row = self.numbers.len().min(first + limit);
        let numbers = &self.numbers[first..self.row];
        let of_side = |side: &HeldSide| numbers.iter().map(|number| side.last(*number)).collect();
        MatchedRows { first, base: None, sides: sides.iter().map(of_side).collect(), len: numbers.len() }
    }

    /// Every row of the base comes with each combination of its rows in the sides.
    fn each(&mut self, sides: &[HeldSide], limit: usize) -> MatchedRows {
        let first = self.row;
        let mut base = Vec::new();
        let mut of_sides = vec![Vec::new(); sides.len()];
        while base.len() < limit
            && let Some(number) = self.numbers.get(self.row)
        {
            if self.at.is_empty() {
                self.at.extend(sides.iter().map(|side| side.last(*number)));
            }
            // A batch has fewer rows than that.
            base.push(u32::try_from(self.row).unwrap_or(NONE));
            of_sides.iter_mut().zip(&self.at).for_each(|(rows, row)| rows.push(*row));
            // The first side that has another row goes on, and those before it begin again.
            let goes_on = self.at.iter_mut().zip(sides).any(|(row, side)| {
                let before = side.before(*row);
                *row = if before == NONE { side.last(*number) } else { before };
                before != NONE
            });
            if !goes_on {
                self.at.clear();
                self.row += 1;
            }
        }
        MatchedRows { first, len: base.len(), base: Some(base), sides: of_sides }
    }
}
