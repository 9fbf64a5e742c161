//! Learned models on linfa, over feature frames of polars. One folder per kind of model.
//!
//! [`feature`] turns table columns into a matrix; [`cluster`] finds segments in it, by [`kmeans`]; [`logistic`] learns who will be what; [`life_cycle`] says
//! when a model is fitted again and which one is applied; [`evaluation`] says how good they are. Knows Arrow, not the engine, so it can be used and tested alone.

pub mod cluster;
pub mod evaluation;
pub mod feature;
pub mod kmeans;
pub mod life_cycle;
pub mod logistic;
