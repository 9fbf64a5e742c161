//! Same input, same bytes: any number of threads, nightly or rebuilt whole.

use crate::program::{bank, done, published_files};

#[test]
fn a_full_rebuild_publishes_the_same_bytes_with_one_thread_and_with_two() {
    // Acceptance B7.
    let folder = bank(250, 4);
    let project = folder.path();
    done(project, &["run", "--set", "engine.threads=2"]);
    let nightly = published_files(project);
    assert!(nightly.len() >= 8);
    for threads in ["1", "2"] {
        let report = done(project, &["run", "--full", "--set", &format!("engine.threads={threads}")]);
        assert_eq!(report["biz_date"], "2025-11-30");
        for (before, after) in nightly.iter().zip(&published_files(project)) {
            assert_eq!(before.0, after.0);
            assert!(before.1 == after.1, "{} differs with {threads} thread(s)", before.0);
        }
    }
}
