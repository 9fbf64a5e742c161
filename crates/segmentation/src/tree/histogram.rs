//! Sums of gradients by bin, in whole numbers: the same whichever thread adds them in whichever order.

use rayon::prelude::*;

use super::bins::{BINS_MAX, Binned, PIECE};

/// Rows of one part that a thread sums up, at least.
const PART_ROWS: usize = 4_096;
/// Rows that are fetched together before they are added: far apart in a large table, they are waited for all at once and not one by one.
const FETCH_ROWS: usize = 512;
/// Rows whose derivatives are added in one go.
const SUM_ROWS: usize = 8_192;

/// First and second derivatives of the loss, one of each for a row, as whole numbers side by side in one: the gradient in the upper half, the second
/// derivative in the lower one. Sums of all rows fit, so that sums of any rows are exact.
///
/// Gradients in few bits are those of Shi et al. (2022), Quantized training of gradient boosting decision trees; here about eleven at a million rows.
#[derive(Debug, Clone, Default)]
pub struct Gradients {
    packed: Vec<i64>,
    gradient_unit: f64,
    hessian_unit: f64,
}

/// A sum of packed gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packed(i64);

/// Sums of one node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Of first derivatives.
    pub gradient: f64,
    /// Of second derivatives.
    pub hessian: f64,
}

impl Gradients {
    /// Take over first and second derivatives, one for each row; second ones are not negative.
    pub fn set(&mut self, gradients: &[f64], hessians: &[f64]) {
        let rows = crate::evaluation::count(gradients.len());
        // In parts whose sums are added in their order, whatever thread made them.
        let sum = |of: &[f64]| -> f64 {
            let parts: Vec<f64> = of.par_chunks(SUM_ROWS).map(|part| part.iter().map(|x| x.abs()).sum()).collect();
            parts.iter().sum()
        };
        // Rounding adds at most half a unit a row.
        let unit = |sum: f64, room: f64| if sum > 0.0 { sum / (room - rows).max(1.0) } else { 1.0 };
        self.gradient_unit = unit(sum(gradients), f64::from(i32::MAX));
        self.hessian_unit = unit(sum(hessians), f64::from(u32::MAX));
        let (per_gradient, per_hessian) = (1.0 / self.gradient_unit, 1.0 / self.hessian_unit);
        let pack = |(gradient, hessian): (&f64, &f64)| {
            (nearest(gradient * per_gradient) << 32) + nearest(hessian * per_hessian)
        };
        self.packed.resize(gradients.len(), 0);
        let places = self.packed.par_iter_mut().zip(gradients.par_iter().zip(hessians)).with_min_len(SUM_ROWS);
        places.for_each(|(packed, of)| *packed = pack(of));
    }

    /// The sums in units of the loss.
    #[must_use]
    pub fn sums(&self, packed: Packed) -> Sums {
        // Each half is far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        let (gradient, hessian) = ((packed.0 >> 32) as f64, (packed.0 & 0xffff_ffff) as f64);
        Sums { gradient: gradient * self.gradient_unit, hessian: hessian * self.hessian_unit }
    }

    /// The sum of some rows.
    #[must_use]
    pub fn total(&self, rows: &[u32]) -> Packed {
        Packed(
            rows.par_chunks(SUM_ROWS).map(|part| part.iter().map(|row| self.packed[*row as usize]).sum::<i64>()).sum(),
        )
    }
}

/// The whole number nearest to a number below 2^51: added to one so large that its last bit stands for one, it is rounded by the processor.
fn nearest(x: f64) -> i64 {
    const LARGE: f64 = 6_755_399_441_055_744.0;
    (x + LARGE).to_bits().cast_signed() - LARGE.to_bits().cast_signed()
}

impl std::ops::Add for Packed {
    type Output = Packed;

    fn add(self, other: Packed) -> Packed {
        Packed(self.0 + other.0)
    }
}

impl std::ops::Sub for Packed {
    type Output = Packed;

    fn sub(self, other: Packed) -> Packed {
        Packed(self.0 - other.0)
    }
}

/// The sums of a node by column and bin.
#[derive(Debug, Clone)]
pub struct Histogram {
    sums: Vec<[i64; BINS_MAX]>,
}

impl Histogram {
    /// Of some rows of a table, by all columns.
    #[must_use]
    pub fn of(table: &Binned, gradients: &Gradients, rows: &[u32]) -> Self {
        let empty = || vec![[0_i64; BINS_MAX]; table.columns.len()];
        let part_rows = rows.len().div_ceil(rayon::current_num_threads().max(1)).max(PART_ROWS);
        let parts = rows.par_chunks(part_rows).map(|part| {
            let mut sums = empty();
            add(table, gradients, part, &mut sums);
            sums
        });
        let sums = parts.reduce_with(|mut one, other| {
            one.iter_mut().flatten().zip(other.iter().flatten()).for_each(|(a, b)| *a += b);
            one
        });
        Histogram { sums: sums.unwrap_or_else(empty) }
    }

    /// Of some rows of a table by some columns, in their order.
    #[must_use]
    pub fn of_columns(table: &Binned, gradients: &Gradients, rows: &[u32], columns: &[usize]) -> Self {
        let packed: Vec<i64> = rows.iter().map(|row| gradients.packed[*row as usize]).collect();
        let sums = columns.iter().map(|column| {
            let mut sums = [0_i64; BINS_MAX];
            let bins = table.column(*column);
            rows.iter().zip(&packed).for_each(|(row, packed)| sums[usize::from(bins[*row as usize])] += packed);
            sums
        });
        Histogram { sums: sums.collect() }
    }

    /// This node's sums without those of one of its two parts: the sums of the other part.
    pub fn subtract(&mut self, part: &Histogram) {
        self.sums.iter_mut().flatten().zip(part.sums.iter().flatten()).for_each(|(a, b)| *a -= b);
    }

    /// The sums of a column's bins.
    #[must_use]
    pub fn column(&self, column: usize) -> ColumnSums<'_> {
        ColumnSums(&self.sums[column])
    }
}

/// The sums of a column by bin.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSums<'h>(&'h [i64; BINS_MAX]);

impl ColumnSums<'_> {
    /// Of a bin.
    #[must_use]
    pub fn get(self, bin: u8) -> Packed {
        Packed(self.0[usize::from(bin)])
    }
}

/// Add rows to sums: some are fetched, then added to the sums of a piece of the columns, which stay near the processor, and to those of the next.
fn add(table: &Binned, gradients: &Gradients, rows: &[u32], sums: &mut [[i64; BINS_MAX]]) {
    let (by_row, pieces) = table.pieces();
    let mut fetched = vec![[[0_u8; PIECE]; FETCH_ROWS]; pieces];
    let mut packed = [0_i64; FETCH_ROWS];
    for rows in rows.chunks(FETCH_ROWS) {
        packed.iter_mut().zip(rows).for_each(|(packed, row)| *packed = gradients.packed[*row as usize]);
        for (number, fetched) in fetched.iter_mut().enumerate() {
            let piece = |row: &u32| by_row[*row as usize * pieces + number];
            fetched.iter_mut().zip(rows).for_each(|(place, row)| *place = piece(row));
        }
        for (sums, fetched) in sums.chunks_mut(PIECE).zip(&fetched) {
            for ((piece, packed), _) in fetched.iter().zip(&packed).zip(rows) {
                sums.iter_mut().zip(piece).for_each(|(sums, bin)| sums[usize::from(*bin)] += packed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_whole_number() {
        let found = [0.0, 0.4, 0.6, -0.4, -0.6, 2_147_483_646.7, -2_147_483_646.7].map(nearest);
        assert_eq!(found, [0, 0, 1, 0, -1, 2_147_483_647, -2_147_483_647]);
    }

    #[test]
    fn sums_of_any_rows_are_exact_and_subtract() {
        let gradients: Vec<f64> = (0..1000).map(|row| f64::from(row % 7) - 3.0).collect();
        let hessians: Vec<f64> = (0..1000).map(|row| f64::from(row % 5) / 4.0).collect();
        let mut packed = Gradients::default();
        packed.set(&gradients, &hessians);
        let rows: Vec<u32> = (0..1000).collect();
        let all = packed.total(&rows);
        let first = packed.total(&rows[..400]);
        let rest = packed.total(&rows[400..]);
        assert_eq!(all - first, rest);
        assert_eq!(first + rest, all);
        let sums = packed.sums(first);
        let expected: f64 = gradients[..400].iter().sum();
        assert!((sums.gradient - expected).abs() < 1e-3, "{} {expected}", sums.gradient);
        let expected: f64 = hessians[..400].iter().sum();
        assert!((sums.hessian - expected).abs() < 1e-3, "{} {expected}", sums.hessian);
    }
}
