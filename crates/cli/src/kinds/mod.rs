//! Node kinds of Rust code, as the warehouse knows them.

mod cluster;
mod identity;
mod logistic;
pub mod model_table;

use std::sync::Arc;

pub use cluster::{density_batch, segment_batch};
use warehouse::NodeKind;

/// All kinds.
pub fn all(synthetic_identifiers: bool) -> Vec<Arc<dyn NodeKind>> {
    vec![
        Arc::new(identity::Match { synthetic_identifiers }),
        Arc::new(identity::Identity { synthetic_identifiers }),
        Arc::new(identity::Components),
        Arc::new(cluster::Cluster),
        Arc::new(cluster::ClusterScore),
        Arc::new(logistic::LogisticModel),
    ]
}
