# Short names; plain cargo underneath.

# The main job on the sample bank.
run:
    cargo run --locked --bin tally -- run --project sample_data

# Everything that CI checks.
test:
    cargo test --workspace --locked

# Formatting and lints.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Write the committed sample anew (after changing crates/sample-bank).
sample-data:
    rm -rf sample_data/landing sample_data/truth sample_data/tally.toml sample_data/pseudonym.key
    cargo run --locked --bin tally -- sample-bank sample_data

# Timings of parts.
bench:
    cargo bench -p benches

# The production binary: target/dist/tally.
dist:
    cargo build --locked --profile dist --bin tally
