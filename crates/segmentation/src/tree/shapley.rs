//! What each column adds to the score of a row: Shapley values of trees.

use rayon::prelude::*;

use super::node::{BinSet, Tree};
use crate::evaluation::count;

/// Points of quadrature that are computed side by side.
const LANES: usize = 2;
/// Points of quadrature at most: exact for paths through twice as many columns.
const POINTS_MAX: usize = 32;
/// A share of no rows would divide by zero.
const SHARE_MIN: f64 = 1e-12;
/// Newton's steps to a point of quadrature.
const STEPS: usize = 50;

type Lanes = [f64; LANES];

/// Shapley values of the sum of some trees, exact, where what is not known of a row is averaged over the rows of the fit that came to each node (Lundberg,
/// Erion and Lee 2018, path-dependent TreeSHAP).
///
/// The Shapley value of column j by a leaf of value v is v (aⱼ − sⱼ) ∫₀¹ Πᵢ (aᵢ x + sᵢ (1 − x)) dx over the other columns i of its path, where aᵢ is 1 when the
/// row agrees with the path in column i and 0 otherwise, and sᵢ the share of the fit's rows that do: k! (n − k − 1)! ÷ n! = ∫ xᵏ (1 − x)ⁿ⁻ᵏ⁻¹ dx (Owen 1972,
/// multilinear extensions). Gauss and Legendre's quadrature is exact for it, and its products are shared by all leaves below a node (as the polynomials of
/// Yu et al. 2022, Linear TreeSHAP).
#[derive(Debug, Clone)]
pub struct Shapley {
    trees: Vec<Explained>,
    base: f64,
}

/// A tree, ready to explain rows.
#[derive(Debug, Clone)]
struct Explained {
    /// Points of quadrature ÷ [`LANES`].
    blocks: usize,
    nodes: usize,
    splits: Vec<Decision>,
    /// Node x variant x block: by what the product changes on the way to the node; to a leaf, by its value as well. Variants: neither this condition nor the
    /// one above on the same column is met, that one is and this one is not, both are.
    factors: Vec<Lanes>,
    /// Node x variant x block: by what the sum of the products below the node counts for its column.
    terms: Vec<Lanes>,
}

/// An inner node.
#[derive(Debug, Clone)]
struct Decision {
    place: usize,
    column: usize,
    left_bins: BinSet,
    left: usize,
    right: usize,
    /// The last node on the way here that is entered by a condition on the same column; the root when there is none.
    above: usize,
}

/// What explaining rows by one tree needs room for.
#[derive(Debug, Default)]
struct Room {
    products: Vec<Lanes>,
    agrees: Vec<usize>,
    variants: Vec<usize>,
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
        let mut room = Room::default();
        // Tree by tree: what is known of one tree is small.
        for tree in &self.trees {
            room.products.resize(tree.nodes * tree.blocks, [0.0; LANES]);
            room.agrees.resize(tree.nodes, 0);
            room.variants.resize(tree.nodes, 0);
            for (row, values) in rows.clone().zip(values.chunks_exact_mut(width)) {
                match tree.blocks {
                    1 => tree.add::<1>(row, &mut room, values),
                    2 => tree.add::<2>(row, &mut room, values),
                    3 => tree.add::<3>(row, &mut room, values),
                    4 => tree.add::<4>(row, &mut room, values),
                    5 => tree.add::<5>(row, &mut room, values),
                    6 => tree.add::<6>(row, &mut room, values),
                    _ => tree.add::<{ POINTS_MAX / LANES }>(row, &mut room, values),
                }
            }
        }
    }
}

impl Explained {
    fn new(tree: &Tree) -> Self {
        // Of each node the column that it is entered by, and of all conditions on it the share of rows that meet them; the columns on the way.
        let nodes = tree.nodes.len();
        let mut shares = vec![1.0_f64; nodes];
        let mut on_the_way: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes];
        let mut splits = Vec::new();
        for (place, node) in tree.nodes.iter().enumerate() {
            let Some(split) = &node.split else { continue };
            let way = std::mem::take(&mut on_the_way[place]);
            let above = way.iter().find(|(column, _)| *column == split.column).map_or(0, |(_, node)| *node);
            for child in [split.left, split.right] {
                let share = match node.cover > 0.0 {
                    true => tree.nodes[child].cover / node.cover,
                    false => 0.5,
                };
                shares[child] = (shares[above] * share).max(SHARE_MIN);
                on_the_way[child] = way.iter().copied().filter(|(column, _)| *column != split.column).collect();
                on_the_way[child].push((split.column, child));
            }
            let (left, right) = (split.left, split.right);
            splits.push(Decision { place, column: split.column, left_bins: split.bins, left, right, above });
        }
        // What is left on the way are paths of leaves.
        let columns = on_the_way.iter().map(Vec::len).max().unwrap_or(0);
        let blocks = match columns.div_ceil(2).div_ceil(LANES) {
            blocks @ 0..=6 => blocks.max(1),
            _ => POINTS_MAX / LANES,
        };
        let points = quadrature(columns.div_ceil(2).clamp(1, blocks * LANES));
        let (mut factors, mut terms) = (vec![[0.0; LANES]; nodes * 3 * blocks], vec![[0.0; LANES]; nodes * 3 * blocks]);
        for split in &splits {
            for child in [split.left, split.right] {
                let value = if tree.nodes[child].split.is_none() { tree.nodes[child].value } else { 1.0 };
                for (variant, (above, own)) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)].into_iter().enumerate() {
                    for (point, (x, weight)) in points.iter().enumerate() {
                        let known = |agrees: f64, share: f64| agrees * x + share * (1.0 - x);
                        let term = |agrees: f64, share: f64| (agrees - share) / known(agrees, share);
                        let (share, share_above) = (shares[child], shares[split.above]);
                        let place = (child * 3 + variant) * blocks + point / LANES;
                        factors[place][point % LANES] = value * known(own, share) / known(above, share_above);
                        terms[place][point % LANES] = weight * (term(own, share) - term(above, share_above));
                    }
                }
            }
        }
        Explained { blocks, nodes, splits, factors, terms }
    }

    /// Down the tree the products, up again their sums, which is when each condition's column gets its part.
    fn add<const BLOCKS: usize>(&self, row: &[u8], room: &mut Room, values: &mut [f64]) {
        let (factors, _) = self.factors.as_chunks::<BLOCKS>();
        let (terms, _) = self.terms.as_chunks::<BLOCKS>();
        let (products, _) = room.products.as_chunks_mut::<BLOCKS>();
        products[0] = [[1.0; LANES]; BLOCKS];
        room.agrees[0] = 1;
        for split in &self.splits {
            let goes_left = split.left_bins.has(row[split.column]);
            let above = room.agrees[split.above];
            let here = products[split.place];
            for (child, is_met) in [(split.left, goes_left), (split.right, !goes_left)] {
                let agrees = above & usize::from(is_met);
                room.agrees[child] = agrees;
                room.variants[child] = above + agrees;
                products[child] = each(&here, &factors[child * 3 + above + agrees], |a, b| a * b);
            }
        }
        for split in self.splits.iter().rev() {
            let (left, right) = (&products[split.left], &products[split.right]);
            let of_left = each(left, &terms[split.left * 3 + room.variants[split.left]], |a, b| a * b);
            let of_right = each(right, &terms[split.right * 3 + room.variants[split.right]], |a, b| a * b);
            let sums = each(&of_left, &of_right, |a, b| a + b);
            values[split.column] += sums.as_flattened().iter().sum::<f64>();
            products[split.place] = each(left, right, |a, b| a + b);
        }
    }
}

fn each<const BLOCKS: usize>(
    one: &[Lanes; BLOCKS],
    other: &[Lanes; BLOCKS],
    of: impl Fn(f64, f64) -> f64,
) -> [Lanes; BLOCKS] {
    std::array::from_fn(|block| std::array::from_fn(|lane| of(one[block][lane], other[block][lane])))
}

/// Points between 0 and 1 and their weights with which sums are integrals of polynomials up to the degree 2 × points − 1 (Gauss and Legendre; the roots of
/// Legendre's polynomial by Newton's method).
fn quadrature(points: usize) -> Vec<(f64, f64)> {
    let n = count(points);
    let point = |number: usize| {
        let mut x = (std::f64::consts::PI * (count(number) + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..STEPS {
            // Bonnet's recursion.
            let (mut before, mut here) = (1.0, x);
            for degree in 2..=points {
                let k = count(degree);
                (before, here) = (here, ((2.0 * k - 1.0) * x * here - (k - 1.0) * before) / k);
            }
            slope = n * (x * here - before) / (x * x - 1.0);
            let step = here / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        (f64::midpoint(x, 1.0), 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..points).map(point).collect()
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
    fn long_paths_are_exact_as_well() {
        // A chain through 12 columns, and one of them again at its end; the leaves' values and covers are all different.
        let mut nodes = Vec::new();
        for step in 0..13_usize {
            let leaf = Node { cover: 1.0 + step as f64, value: (step * step % 7) as f64 - 3.0, split: None };
            let bins = BinSet::default().with(1 + step / 12);
            let split = Split { column: step % 12, bins, left: 2 * step + 1, right: 2 * step + 2, gain: 1.0 };
            nodes.extend([Node { cover: 0.0, value: 0.0, split: Some(split) }, leaf]);
        }
        nodes.push(Node { cover: 4.0, value: 9.0, split: None });
        // A split and its left leaf, then the next split on the right.
        let mut tree = Tree { nodes };
        tree.sum_up();
        let trees = [tree.clone()];
        let shapley = Shapley::new(&trees);
        assert_eq!(shapley.trees[0].blocks, 3);
        for seed in 0..20_u32 {
            let row: Vec<u8> = (0..12).map(|column| u8::from((seed * 37 + 11) >> (column % 7) & 1 == 1) + 1).collect();
            let mut values = vec![0.0; 12];
            shapley.add([row.as_slice()].into_iter(), 12, &mut values);
            for (column, value) in values.iter().enumerate() {
                let by_definition = brute_force(&tree, &row, column);
                assert!((value - by_definition).abs() < 1e-12, "{row:?} {column}: {value} {by_definition}");
            }
        }
    }

    #[test]
    fn quadrature_integrates_powers() {
        for points in 1..=POINTS_MAX {
            let known = quadrature(points);
            for power in 0..2 * points {
                let sum: f64 = known.iter().map(|(x, weight)| weight * x.powi(power as i32)).sum();
                assert!((sum - 1.0 / (power as f64 + 1.0)).abs() < 1e-13, "{points} {power}: {sum}");
            }
        }
    }
}
