//! Help and messages, word for word. After a wanted change: `TRYCMD=overwrite cargo test --workspace transcripts`.

#[test]
fn the_command_line_says_what_it_said() {
    trycmd::TestCases::new().register_bin("tally", crate::program::binary()).env("COLUMNS", "120").case("cli/*.trycmd");
}
