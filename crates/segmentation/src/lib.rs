//! Learned models on linfa, over feature frames of polars. One folder per kind of model.
//!
//! [`feature`] turns table columns into a matrix; [`cluster`] finds segments in it, by [`kmeans`]; [`classifier`] learns who will do what, by [`logistic`] regression
//! or an [`ensemble`] of [`tree`]s; [`life_cycle`] says when a model is fitted again and which one is applied; [`evaluation`] says how good they are. Knows Arrow, not the engine, so it can be used and tested alone.

pub mod classifier;
pub mod cluster;
pub mod ensemble;
pub mod evaluation;
pub mod feature;
pub mod kmeans;
pub mod life_cycle;
pub mod logistic;
pub mod tree;
