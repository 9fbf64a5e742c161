//! Which new centroid continues which old one.

use ndarray::ArrayView2;

/// For each new centroid the old one that it continues, such that the sum of their distances is least (the assignment problem; Kuhn 1955, in
/// the form of Jonker and Volgenant 1987). `None` for new ones beyond the number of old ones. Both have the same features.
#[must_use]
pub fn match_centroids(old: ArrayView2<'_, f64>, new: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
    let size = old.nrows().max(new.nrows());
    // Pairs with somebody who is not there cost the same whatever they are.
    let cost = |row: usize, column: usize| match (row < new.nrows(), column < old.nrows()) {
        (true, true) => crate::evaluation::distance(new.row(row), old.row(column)),
        _ => 0.0,
    };
    let row_of_column = assignment(size, cost);
    let mut continued = vec![None; new.nrows()];
    for (column, row) in row_of_column.into_iter().enumerate() {
        if row < new.nrows() && column < old.nrows() {
            continued[row] = Some(column);
        }
    }
    continued
}

/// The row of each column in an assignment of least cost, by shortest augmenting paths.
fn assignment(size: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    // Place 0 stands for "not assigned"; rows and columns count from 1.
    let (mut of_row, mut of_column) = (vec![0.0; size + 1], vec![0.0; size + 1]);
    let mut row_of = vec![0; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let (mut least, mut before) = (vec![f64::INFINITY; size + 1], vec![0; size + 1]);
        let mut is_reached = vec![false; size + 1];
        let mut column = 0;
        while row_of[column] != 0 {
            is_reached[column] = true;
            let (mut step, mut next) = (f64::INFINITY, 0);
            for other in 1..=size {
                if is_reached[other] {
                    continue;
                }
                let reduced = cost(row_of[column] - 1, other - 1) - of_row[row_of[column]] - of_column[other];
                if reduced < least[other] {
                    (least[other], before[other]) = (reduced, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=size {
                if is_reached[other] {
                    of_row[row_of[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    row_of[1..].iter().map(|row| row - 1).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_sum_of_distances_decides_not_the_nearest() {
        // Alone, both would continue the old one at 0; together 9 + 2 is less than 1 + 12.
        let (old, new) = (array![[0.0], [10.0]], array![[1.0], [-2.0]]);
        assert_eq!(match_centroids(old.view(), new.view()), [Some(1), Some(0)]);
        let permuted = array![[10.1], [0.1]];
        assert_eq!(match_centroids(old.view(), permuted.view()), [Some(1), Some(0)]);
    }

    #[test]
    fn more_or_fewer_than_before() {
        let three = array![[0.0], [5.0], [9.0]];
        let two = array![[9.0], [0.5]];
        assert_eq!(match_centroids(three.view(), two.view()), [Some(2), Some(0)]);
        assert_eq!(match_centroids(two.view(), three.view()), [Some(1), None, Some(0)]);
    }

    #[test]
    fn as_good_as_every_permutation_tried() {
        use rand::{Rng, SeedableRng};
        let mut rng = rand_xoshiro::Xoshiro256Plus::seed_from_u64(1);
        for _ in 0..50 {
            let costs: Vec<f64> = (0..25).map(|_| rng.r#gen::<f64>()).collect();
            let found: f64 =
                assignment(5, |r, c| costs[r * 5 + c]).iter().enumerate().map(|(c, r)| costs[r * 5 + c]).sum();
            let mut best = f64::INFINITY;
            let mut rows = [0, 1, 2, 3, 4];
            permute(&mut rows, 0, &mut |rows| {
                best = best.min(rows.iter().enumerate().map(|(c, r)| costs[r * 5 + c]).sum());
            });
            assert!((found - best).abs() < 1e-12);
        }
    }

    fn permute(rows: &mut [usize; 5], from: usize, see: &mut impl FnMut(&[usize; 5])) {
        if from == rows.len() {
            return see(rows);
        }
        for other in from..rows.len() {
            rows.swap(from, other);
            permute(rows, from + 1, see);
            rows.swap(from, other);
        }
    }
}
