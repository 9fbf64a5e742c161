//! What each column adds to the score of a row: Shapley values of trees.

use rayon::prelude::*;

use super::node::{BinSet, Tree};

/// Paths through so many columns have their values computed once for every way to meet their conditions.
const TABLE_COLUMNS_MAX: usize = 8;
/// Inner nodes whose decisions fit into one word.
const DECISIONS_MAX: usize = 64;

/// Shapley values of the sum of some trees, exact, where what is not known of a row is averaged over the rows of the fit that came to each node (Lundberg,
/// Erion and Lee 2018, path-dependent TreeSHAP). The value of a leaf for a row depends only on which columns of its path the row agrees with; the values
/// for all ways to agree are computed beforehand (Yang 2021, Fast TreeSHAP).
#[derive(Debug, Clone)]
pub struct Shapley {
    trees: Vec<Explained>,
    base: f64,
}

/// A tree, ready to explain rows.
#[derive(Debug, Clone)]
struct Explained {
    /// Column and left bins of each inner node.
    decisions: Vec<(usize, BinSet)>,
    paths: Vec<Path>,
    /// Whether decisions of a row fit into one word, and all paths have tables.
    is_small: bool,
}

/// The way to a leaf.
#[derive(Debug, Clone)]
struct Path {
    value: f64,
    /// Columns on it, each once.
    columns: Vec<usize>,
    /// Share of the rows of the fit that agree with it, of each of its columns.
    shares: Vec<f64>,
    /// Inner nodes on it by their place among the decisions, whether it goes left there, and the place of the node's column in `columns`.
    steps: Vec<(usize, bool, usize)>,
    /// Of each column the decisions that it makes on the way, and how a row that agrees makes them.
    wanted: Vec<(u64, u64)>,
    /// For each set of columns that agree, the values of all columns; empty for long paths.
    table: Vec<f64>,
}

impl Shapley {
    /// Of these trees.
    #[must_use]
    pub fn new(trees: &[Tree]) -> Self {
        let base = trees.iter().filter_map(|tree| tree.nodes.first()).map(|root| root.value).sum();
        Shapley { trees: trees.par_iter().map(Explained::new).collect(), base }
    }

    /// The mean score of the rows of the fit, from which the values of a row lead to its score.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Add the values of rows of bins to those of their columns, `width` values for each row.
    pub fn add<'r>(&self, rows: impl Iterator<Item = &'r [u8]> + Clone, width: usize, values: &mut [f64]) {
        // Tree by tree: the tables of one tree are small.
        for tree in &self.trees {
            for (row, values) in rows.clone().zip(values.chunks_exact_mut(width)) {
                if tree.is_small { tree.add_small(row, values) } else { tree.add(row, values) }
            }
        }
    }
}

impl Explained {
    fn new(tree: &Tree) -> Self {
        let inner: Vec<usize> = (0..tree.nodes.len()).filter(|place| tree.nodes[*place].split.is_some()).collect();
        let decisions: Vec<(usize, BinSet)> = inner
            .iter()
            .filter_map(|place| tree.nodes[*place].split.as_ref())
            .map(|split| (split.column, split.bins))
            .collect();
        let mut paths = paths(tree, &inner);
        let has_words = decisions.len() <= DECISIONS_MAX;
        for path in &mut paths {
            let width = path.columns.len();
            if has_words {
                path.wanted = vec![(0, 0); width];
                for (decision, is_left, column) in &path.steps {
                    path.wanted[*column].0 |= 1 << decision;
                    path.wanted[*column].1 |= u64::from(*is_left) << decision;
                }
            }
            if width <= TABLE_COLUMNS_MAX {
                path.table = (0..1 << width).flat_map(|agrees| path.shapley(agrees)).collect();
            }
        }
        let is_small = has_words && paths.iter().all(|path| path.columns.len() <= TABLE_COLUMNS_MAX);
        Explained { decisions, paths, is_small }
    }

    fn add_small(&self, row: &[u8], values: &mut [f64]) {
        let made = |(place, (column, left)): (usize, &(usize, BinSet))| u64::from(left.has(row[*column])) << place;
        let decisions: u64 = self.decisions.iter().enumerate().map(made).fold(0, |all, one| all | one);
        for path in &self.paths {
            let agree =
                |(place, (mask, wanted)): (usize, &(u64, u64))| usize::from(decisions & mask == *wanted) << place;
            let agrees: usize = path.wanted.iter().enumerate().map(agree).fold(0, |all, one| all | one);
            let width = path.columns.len();
            let known = &path.table[agrees * width..(agrees + 1) * width];
            path.columns.iter().zip(known).for_each(|(column, value)| values[*column] += value);
        }
    }

    fn add(&self, row: &[u8], values: &mut [f64]) {
        let is_left: Vec<bool> = self.decisions.iter().map(|(column, left)| left.has(row[*column])).collect();
        for path in &self.paths {
            let mut agrees = (1_usize << path.columns.len()) - 1;
            for (decision, left, column) in &path.steps {
                if is_left[*decision] != *left {
                    agrees &= !(1 << column);
                }
            }
            let own = if path.table.is_empty() {
                path.shapley(agrees)
            } else {
                path.table[agrees * path.columns.len()..(agrees + 1) * path.columns.len()].to_vec()
            };
            path.columns.iter().zip(own).for_each(|(column, value)| values[*column] += value);
        }
    }
}

impl Path {
    /// The Shapley values of its columns when these agree.
    fn shapley(&self, agrees: usize) -> Vec<f64> {
        let has = |column: usize| agrees >> column & 1 == 1;
        let width = self.columns.len();
        // Coefficients of the product of (share + [agrees] t) over the columns: by how many columns are known.
        let mut known = vec![0.0; width + 1];
        known[0] = 1.0;
        for (column, share) in self.shares.iter().enumerate() {
            for count in (0..=column).rev() {
                if has(column) {
                    known[count + 1] += known[count];
                }
                known[count] *= share;
            }
        }
        // known! (width - known - 1)! / width!, from one count to the next.
        let mut weights = vec![1.0 / crate::evaluation::count(width.max(1)); width];
        for count in 1..width {
            weights[count] =
                weights[count - 1] * crate::evaluation::count(count) / crate::evaluation::count(width - count);
        }
        let value = |place: usize| {
            let share = self.shares[place];
            if !has(place) {
                // The product without this column is the whole by its share, which stands in the value, too.
                return -self.value * weights.iter().zip(&known).map(|(weight, sum)| weight * sum).sum::<f64>();
            }
            // The product without this column, from the highest count down.
            let (mut without, mut sum) = (0.0, 0.0);
            for count in (0..width).rev() {
                without = known[count + 1] - share * without;
                sum += weights[count] * without;
            }
            self.value * (1.0 - share) * sum
        };
        (0..width).map(value).collect()
    }
}

/// The ways to all leaves; `inner` are the places of the nodes that are none.
fn paths(tree: &Tree, inner: &[usize]) -> Vec<Path> {
    let mut found = Vec::new();
    let empty = Path {
        value: 0.0,
        columns: Vec::new(),
        shares: Vec::new(),
        steps: Vec::new(),
        wanted: Vec::new(),
        table: Vec::new(),
    };
    let mut open = vec![(0, empty)];
    while let Some((place, path)) = open.pop() {
        let Some(node) = tree.nodes.get(place) else { continue };
        let Some(split) = &node.split else {
            found.push(Path { value: node.value, ..path });
            continue;
        };
        let decision = inner.partition_point(|known| *known < place);
        for (child, left) in [(split.right, false), (split.left, true)] {
            let mut path = path.clone();
            let column = path.columns.iter().position(|column| *column == split.column).unwrap_or_else(|| {
                path.columns.push(split.column);
                path.shares.push(1.0);
                path.columns.len() - 1
            });
            let cover = tree.nodes.get(child).map_or(0.0, |child| child.cover);
            path.shares[column] *= if node.cover > 0.0 { cover / node.cover } else { 0.5 };
            path.steps.push((decision, left, column));
            open.push((child, path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{BinSet, Node, Split};

    /// What is expected of a row of which only some columns are known (Lundberg, Erion and Lee 2018, algorithm 1).
    fn expected(tree: &Tree, place: usize, row: &[u8], known: usize) -> f64 {
        let node = &tree.nodes[place];
        let Some(split) = &node.split else { return node.value };
        if known >> split.column & 1 == 1 {
            let to = if split.bins.has(row[split.column]) { split.left } else { split.right };
            return expected(tree, to, row, known);
        }
        let weighted = |to: usize| tree.nodes[to].cover / node.cover * expected(tree, to, row, known);
        weighted(split.left) + weighted(split.right)
    }

    /// By the definition: over all sets of other columns.
    fn brute_force(tree: &Tree, row: &[u8], column: usize) -> f64 {
        let width = row.len();
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        (0..1_usize << width)
            .filter(|known| known >> column & 1 == 0)
            .map(|known| {
                let size = known.count_ones() as usize;
                let weight = factorial(size) * factorial(width - size - 1) / factorial(width);
                weight * (expected(tree, 0, row, known | 1 << column) - expected(tree, 0, row, known))
            })
            .sum()
    }

    fn example() -> Tree {
        let leaf = |cover, value| Node { cover, value, split: None };
        let split = |cover, column, bin, left, right| Node {
            cover,
            value: 0.0,
            split: Some(Split { column, bins: BinSet::default().with(bin), left, right, gain: 1.0 }),
        };
        // Column 0 twice on one path.
        let mut tree = Tree {
            nodes: vec![
                split(10.0, 0, 1, 1, 2),
                split(6.0, 1, 1, 3, 4),
                split(4.0, 2, 2, 5, 6),
                split(4.0, 0, 2, 7, 8),
                leaf(2.0, 5.0),
                leaf(1.0, -3.0),
                leaf(3.0, 0.5),
                leaf(3.0, 1.0),
                leaf(1.0, 8.0),
            ],
        };
        tree.sum_up();
        tree
    }

    #[test]
    fn equal_to_shapley_values_by_their_definition() {
        let tree = example();
        let trees = [tree.clone()];
        let shapley = Shapley::new(&trees);
        for row in (0..27_u8).map(|n| [n % 3, n / 3 % 3, n / 9]) {
            let mut values = vec![0.0; 3];
            shapley.add([row.as_slice()].into_iter(), 3, &mut values);
            for (column, value) in values.iter().enumerate() {
                let by_definition = brute_force(&tree, &row, column);
                assert!((value - by_definition).abs() < 1e-12, "{row:?} {column}: {value} {by_definition}");
            }
            let sum: f64 = values.iter().sum::<f64>() + shapley.base();
            assert!((sum - tree.value(&row)).abs() < 1e-12, "{row:?}: {sum}");
        }
    }

    #[test]
    fn decisions_that_do_not_fit_into_a_word_give_the_same() {
        let mut large = Explained::new(&example());
        assert!(large.is_small);
        large.paths.iter_mut().step_by(2).for_each(|path| path.table.clear());
        for row in (0..27_u8).map(|n| [n % 3, n / 3 % 3, n / 9]) {
            let (mut by_word, mut by_steps) = (vec![0.0; 3], vec![0.0; 3]);
            Explained::new(&example()).add_small(&row, &mut by_word);
            large.add(&row, &mut by_steps);
            assert!(by_word.iter().zip(&by_steps).all(|(a, b)| (a - b).abs() < 1e-12), "{by_word:?} {by_steps:?}");
        }
    }
}
