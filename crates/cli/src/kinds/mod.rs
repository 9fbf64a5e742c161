//! Node kinds of Rust code, as the warehouse knows them.

mod classifier;
mod cluster;
mod identity;
pub mod model_table;
mod model_versions;

use std::sync::Arc;

pub use classifier::score_batch;
pub use cluster::{density_batch, segment_batch};
use warehouse::NodeKind;

/// All kinds.
pub fn all(synthetic_identifiers: bool) -> Vec<Arc<dyn NodeKind>> {
    vec![
        Arc::new(identity::Match { synthetic_identifiers }),
        Arc::new(identity::Identity { synthetic_identifiers }),
        Arc::new(identity::Components),
        Arc::new(classifier::Classifier),
        Arc::new(classifier::ClassifierScore),
        Arc::new(cluster::Cluster),
        Arc::new(cluster::ClusterScore),
    ]
}
