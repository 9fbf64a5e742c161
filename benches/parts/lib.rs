//! Timings of parts: `cargo bench -p benches`. There is no code here, only benches.
