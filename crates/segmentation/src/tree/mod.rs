//! Trees over binned columns: what single trees, forests and boosted ensembles are made of.
//!
//! [`bins`] brings columns to at most 255 bins (missing values and categories are bins of their own), [`histogram`] sums gradients by bin in whole numbers,
//! [`split`] finds the best division of a node, [`grow`] grows a tree leaf by leaf, [`node`] is the tree, [`shapley`] says what each column adds to a row's
//! score, [`rules`] writes a tree as sentences and as SQL.

pub mod bins;
pub mod grow;
pub mod histogram;
pub mod node;
pub mod rules;
pub mod shapley;
pub mod split;

pub use bins::{Binned, ColumnBins};
pub use grow::{Grown, Growth, Sample};
pub use histogram::Gradients;
pub use node::{BinSet, Node, Split, Tree};
pub use split::Criterion;
