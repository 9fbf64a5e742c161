//! What each column adds to the score of a row: Shapley values of trees.

use super::node::Tree;

/// Paths through so many columns have their values computed once for every way to meet their conditions.
const TABLE_COLUMNS_MAX: usize = 8;

/// Shapley values of the sum of some trees, exact, where what is not known of a row is averaged over the rows of the fit that came to each node (Lundberg,
/// Erion and Lee 2018, path-dependent TreeSHAP). The value of a leaf for a row depends only on which columns of its path the row agrees with; the values
/// for all ways to agree are computed beforehand (Yang 2021, Fast TreeSHAP).
#[derive(Debug, Clone)]
pub struct Shapley<'t> {
    trees: Vec<(&'t Tree, Vec<Path>)>,
    base: f64,
}

/// The way to a leaf.
#[derive(Debug, Clone)]
struct Path {
    value: f64,
    /// Columns on it, each once.
    columns: Vec<usize>,
    /// Share of the rows of the fit that agree with it, of each of its columns.
    shares: Vec<f64>,
    /// Nodes on it, whether it goes left there, and the place of the node's column in `columns`.
    steps: Vec<(usize, bool, usize)>,
    /// For each set of columns that agree, the values of all columns; empty for long paths.
    table: Vec<f64>,
}

impl<'t> Shapley<'t> {
    /// Of these trees.
    #[must_use]
    pub fn new(trees: &'t [Tree]) -> Self {
        let base = trees.iter().filter_map(|tree| tree.nodes.first()).map(|root| root.value).sum();
        Shapley { trees: trees.iter().map(|tree| (tree, paths(tree))).collect(), base }
    }

    /// The mean score of the rows of the fit, from which the values of a row lead to its score.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Add the values of a row of bins to those of its columns.
    pub fn add(&self, row: &[u8], values: &mut [f64]) {
        let mut is_left = Vec::new();
        for (tree, paths) in &self.trees {
            is_left.clear();
            let goes = tree.nodes.iter().map(|node| node.split.as_ref().is_some_and(|s| s.bins.has(row[s.column])));
            is_left.extend(goes);
            for path in paths {
                let mut agrees = (1_usize << path.columns.len()) - 1;
                for (node, left, column) in &path.steps {
                    if is_left[*node] != *left {
                        agrees &= !(1 << column);
                    }
                }
                let width = path.columns.len();
                match path.table.get(agrees * width..(agrees + 1) * width) {
                    Some(known) if !path.table.is_empty() => {
                        path.columns.iter().zip(known).for_each(|(column, value)| values[*column] += value);
                    }
                    _ => {
                        for (place, column) in path.columns.iter().enumerate() {
                            values[*column] += path.shapley(place, agrees);
                        }
                    }
                }
            }
        }
    }
}

impl Path {
    /// The Shapley value of one of its columns when these agree.
    fn shapley(&self, place: usize, agrees: usize) -> f64 {
        let has = |column: usize| agrees >> column & 1 == 1;
        // Coefficients of the product of (share + [agrees] t) over the other columns: by how many columns are known.
        let mut known = vec![1.0];
        for other in (0..self.columns.len()).filter(|other| *other != place) {
            let mut next = vec![0.0; known.len() + 1];
            for (count, sum) in known.iter().enumerate() {
                next[count] += sum * self.shares[other];
                if has(other) {
                    next[count + 1] += sum;
                }
            }
            known = next;
        }
        let own = if has(place) { 1.0 } else { 0.0 } - self.shares[place];
        let width = self.columns.len();
        // known! (width - known - 1)! / width!, from one count to the next.
        let mut weight = 1.0 / crate::evaluation::count(width);
        let mut sum = 0.0;
        for (count, coefficient) in known.iter().enumerate() {
            sum += weight * coefficient;
            if count + 1 < width {
                weight *= crate::evaluation::count(count + 1) / crate::evaluation::count(width - count - 1);
            }
        }
        self.value * own * sum
    }
}

/// The ways to all leaves.
fn paths(tree: &Tree) -> Vec<Path> {
    let mut found = Vec::new();
    let mut open =
        vec![(0, Path { value: 0.0, columns: Vec::new(), shares: Vec::new(), steps: Vec::new(), table: Vec::new() })];
    while let Some((place, path)) = open.pop() {
        let Some(node) = tree.nodes.get(place) else { continue };
        let Some(split) = &node.split else {
            found.push(Path { value: node.value, ..path });
            continue;
        };
        for (child, left) in [(split.right, false), (split.left, true)] {
            let mut path = path.clone();
            let column = path.columns.iter().position(|column| *column == split.column).unwrap_or_else(|| {
                path.columns.push(split.column);
                path.shares.push(1.0);
                path.columns.len() - 1
            });
            let cover = tree.nodes.get(child).map_or(0.0, |child| child.cover);
            path.shares[column] *= if node.cover > 0.0 { cover / node.cover } else { 0.5 };
            path.steps.push((place, left, column));
            open.push((child, path));
        }
    }
    for path in &mut found {
        let width = path.columns.len();
        if width > 0 && width <= TABLE_COLUMNS_MAX {
            path.table = (0..1 << width)
                .flat_map(|agrees| (0..width).map(move |place| (place, agrees)))
                .map(|(place, agrees)| path.shapley(place, agrees))
                .collect();
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
            shapley.add(&row, &mut values);
            for (column, value) in values.iter().enumerate() {
                let by_definition = brute_force(&tree, &row, column);
                assert!((value - by_definition).abs() < 1e-12, "{row:?} {column}: {value} {by_definition}");
            }
            let sum: f64 = values.iter().sum::<f64>() + shapley.base();
            assert!((sum - tree.value(&row)).abs() < 1e-12, "{row:?}: {sum}");
        }
    }

    #[test]
    fn long_paths_without_tables_have_the_same_values() {
        let tree = example();
        let mut with = paths(&tree);
        for path in &mut with {
            for agrees in 0..1 << path.columns.len() {
                for place in 0..path.columns.len() {
                    let value = path.table[agrees * path.columns.len() + place];
                    assert!((path.shapley(place, agrees) - value).abs() < 1e-15);
                }
            }
        }
    }
}
