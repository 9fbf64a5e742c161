//! Node kinds of Rust code, as the warehouse knows them.

mod cluster;
mod identity;

pub use cluster::segment_batch;
use warehouse::NodeKind;

/// All kinds.
pub fn all(synthetic_identifiers: bool) -> Vec<Box<dyn NodeKind>> {
    vec![
        Box::new(identity::Match { synthetic_identifiers }),
        Box::new(identity::Identity { synthetic_identifiers }),
        Box::new(identity::Components),
        Box::new(cluster::Cluster),
    ]
}
