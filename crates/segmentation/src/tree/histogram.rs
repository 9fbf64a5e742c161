//! Sums of gradients by bin, in whole numbers: the same whichever thread adds them in whichever order.

use rayon::prelude::*;

use super::bins::{BINS_MAX, Binned};

/// Rows of one part that a thread sums up.
const CHUNK_ROWS: usize = 8_192;

/// First and second derivatives of the loss, one of each for a row, as whole numbers side by side in one: the gradient in the upper half, the second
/// derivative in the lower one. Sums of all rows fit, so that sums of any rows are exact.
///
/// Gradients in few bits are those of Shi et al. (2022), Quantized training of gradient boosting decision trees; here about eleven at a million rows.
#[derive(Debug, Clone)]
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
    /// Of first and second derivatives, one for each row; second ones are not negative.
    #[must_use]
    pub fn new(gradients: &[f64], hessians: &[f64]) -> Self {
        let rows = crate::evaluation::count(gradients.len());
        // Rounding adds at most half a unit a row.
        let unit = |sum: f64, room: f64| if sum > 0.0 { sum / (room - rows).max(1.0) } else { 1.0 };
        let gradient_unit = unit(gradients.iter().map(|g| g.abs()).sum(), f64::from(i32::MAX));
        let hessian_unit = unit(hessians.iter().sum(), f64::from(u32::MAX));
        // Within the bounds of the units.
        #[allow(clippy::cast_possible_truncation)]
        let pack = |(gradient, hessian): (&f64, &f64)| {
            (((gradient / gradient_unit).round() as i64) << 32) + (hessian / hessian_unit).round() as i64
        };
        let packed = gradients.par_iter().zip(hessians).with_min_len(CHUNK_ROWS).map(pack).collect();
        Gradients { packed, gradient_unit, hessian_unit }
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
        Packed(rows.iter().map(|row| self.packed[*row as usize]).sum())
    }
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
    /// Of some rows of a table.
    #[must_use]
    pub fn of(table: &Binned, gradients: &Gradients, rows: &[u32]) -> Self {
        let empty = || vec![[0_i64; BINS_MAX]; table.columns.len()];
        let add = |mut sums: Vec<[i64; BINS_MAX]>, rows: &[u32]| {
            for row in rows {
                let packed = gradients.packed[*row as usize];
                for (column, bin) in sums.iter_mut().zip(table.row(*row as usize)) {
                    column[usize::from(*bin)] += packed;
                }
            }
            sums
        };
        if rows.len() <= 2 * CHUNK_ROWS {
            return Histogram { sums: add(empty(), rows) };
        }
        let parts = rows.par_chunks(CHUNK_ROWS).fold(empty, add);
        Histogram {
            sums: parts.reduce(empty, |mut one, other| {
                one.iter_mut().flatten().zip(other.iter().flatten()).for_each(|(a, b)| *a += b);
                one
            }),
        }
    }

    /// This node's sums without those of one of its two parts: the sums of the other part.
    pub fn subtract(&mut self, part: &Histogram) {
        self.sums.iter_mut().flatten().zip(part.sums.iter().flatten()).for_each(|(a, b)| *a -= b);
    }

    /// The sums of a column's bin.
    #[must_use]
    pub fn get(&self, column: usize, bin: usize) -> Packed {
        Packed(self.sums[column][bin])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_rows_are_exact_and_subtract() {
        let gradients: Vec<f64> = (0..1000).map(|row| f64::from(row % 7) - 3.0).collect();
        let hessians: Vec<f64> = (0..1000).map(|row| f64::from(row % 5) / 4.0).collect();
        let packed = Gradients::new(&gradients, &hessians);
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
