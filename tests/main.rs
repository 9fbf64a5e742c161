//! Whole nights, as a scheduler runs them: through the program, on files.
//!
//! - [`scenarios::published`]: what a clean bank publishes, and what is true of it
//! - [`scenarios::rebuild`]: same input, same bytes
//! - [`scenarios::changes`]: files of changes and full files say the same
//! - [`scenarios::faults`]: what happens when the night goes wrong
//! - [`scenarios::releases`]: looked at again, taken back, computed again, restated, cleared away
//! - [`scenarios::decisions`]: tiers that are asked for, lists that are followed up
//! - [`scenarios::identity`]: who is who over nights, and who decides
//! - [`scenarios::leaving`]: who will leave, on public data, on any table and in a bank
//! - [`scenarios::linkage`]: public data with known answers (needs TALLY_REAL_DATA)
//! - [`scenarios::models`]: learned models from night to night
//! - [`scenarios::guides`]: the guides, word for word
//! - [`scenarios::killed`]: a night killed and out of disk at any moment
//! - [`scenarios::sample_data`]: the committed sample is what the program writes
//! - [`scenarios::believable`]: the sample bank beside a real one
//! - [`scenarios::thirty_nights`]: faults of thirty nights, each with its documented end
//! - [`scenarios::berka`]: a real bank (needs TALLY_REAL_DATA)
//! - [`transcripts`]: what the command line says

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod program;
mod scenarios {
    pub mod believable;
    pub mod berka;
    pub mod changes;
    pub mod consent;
    pub mod decisions;
    pub mod faults;
    pub mod guides;
    pub mod identity;
    pub mod killed;
    pub mod leaving;
    pub mod linkage;
    pub mod models;
    pub mod published;
    pub mod rebuild;
    pub mod releases;
    pub mod sample_data;
    pub mod thirty_nights;
}
mod transcripts;
