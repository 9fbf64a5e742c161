//! Exists also so that `cargo test --workspace` builds the program that the scenarios run.

use std::process::Command;

#[test]
fn the_program_starts_and_says_its_version() {
    let output = Command::new(env!("CARGO_BIN_EXE_tally")).arg("--version").output().map(|o| o.stdout);
    let said = output.map(|o| String::from_utf8_lossy(&o).trim().to_owned()).unwrap_or_default();
    assert_eq!(said, format!("tally {}", env!("CARGO_PKG_VERSION")));
}
