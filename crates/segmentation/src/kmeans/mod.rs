//! k-means by Lloyd's iterations with Hamerly's bounds, through linfa's traits, in single or double precision.
//!
//! Rows are cut into blocks of a fixed size and partial sums are added in the order of blocks, so that the number of threads
//! does not change a bit of the result.

mod exchange;
mod kernel;
mod lloyd;
mod matching;
mod params;
mod search;
mod seeding;
#[cfg(test)]
mod tests;

pub(crate) use kernel::squared_distance;
pub use matching::match_centroids;
pub use params::{KMeans, KMeansError, KMeansParams, Start};
