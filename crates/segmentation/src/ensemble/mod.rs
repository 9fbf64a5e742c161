//! Sums of trees: a single tree, a forest whose trees vote, and trees that are boosted one after the other.

pub mod boosting;
pub mod forest;
pub mod params;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use boosting::{Boosted, BoostingParams, boost};
pub use forest::{ForestParams, TreeParams, forest, single_tree};
pub use params::{EnsembleError, TreeEnsemble};

use crate::tree::{Binned, ColumnBins, Tree};

/// Rows that a thread takes at a time.
const CHUNK_ROWS: usize = 512;

/// Rows with their outcomes and what they weigh.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'o> {
    /// Of each row of the table.
    pub outcomes: &'o [bool],
    /// Weight of each row of the table; 1 when absent.
    pub weights: Option<&'o [f64]>,
}

impl Outcomes<'_> {
    pub(crate) fn weight(&self, row: u32) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row as usize])
    }

    pub(crate) fn is_positive(&self, row: u32) -> bool {
        self.outcomes[row as usize]
    }
}

/// Trees whose values are added up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    /// Bins of the columns that the trees read.
    pub columns: Vec<ColumnBins>,
    /// What the trees' values are added to.
    pub base: f64,
    /// Trees.
    pub trees: Vec<Tree>,
}

impl Ensemble {
    /// The score of a row of bins: log odds of boosted trees, a share of votes of a forest.
    #[must_use]
    pub fn score(&self, row: &[u8]) -> f64 {
        self.base + self.trees.iter().map(|tree| tree.value(row)).sum::<f64>()
    }

    /// The scores of rows of a table.
    #[must_use]
    pub fn scores(&self, table: &Binned, rows: &[u32]) -> Vec<f64> {
        let mut scores = vec![0.0; rows.len()];
        scores.par_chunks_mut(CHUNK_ROWS).zip(rows.par_chunks(CHUNK_ROWS)).for_each(|(scores, rows)| {
            // Tree by tree: one tree and some rows stay near the processor.
            for tree in &self.trees {
                let add = |(score, row): (&mut f64, &u32)| *score += tree.value(table.row(*row as usize));
                scores.iter_mut().zip(rows).for_each(add);
            }
            scores.iter_mut().for_each(|score| *score += self.base);
        });
        scores
    }

    /// How much each column's divisions gained, as a share of all gains.
    #[must_use]
    pub fn importance(&self) -> Vec<f64> {
        let mut gains = vec![0.0; self.columns.len()];
        let splits = self.trees.iter().flat_map(|tree| &tree.nodes).filter_map(|node| node.split.as_ref());
        splits.for_each(|split| gains[split.column] += split.gain);
        let sum: f64 = gains.iter().sum();
        if sum > 0.0 {
            gains.iter_mut().for_each(|gain| *gain /= sum);
        }
        gains
    }
}
