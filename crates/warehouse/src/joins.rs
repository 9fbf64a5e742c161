//! Which joins a SELECT may use: the build side of a hash join does not spill, both sides of a sort-merge join do.

use std::collections::BTreeSet;

use datafusion::prelude::SessionContext;

use crate::night::OpenNight;
use crate::release::{Content, Pin};

/// Memory that one value of a row takes in a build side, bytes: short texts and decimals.
const VALUE_BYTES: u64 = 16;
/// A hash join may build a table of this part of the memory.
const BUILD_SIDE_PARTS: u64 = 2;

impl OpenNight<'_> {
    /// Choose the joins of the SELECT that is planned next by what it reads.
    ///
    /// A join builds its smaller side, so the second largest table decides. Of a table in partitions the largest one
    /// counts: nodes read a date or a month of it.
    pub(crate) fn choose_joins(&self, reads: &BTreeSet<String>) {
        let mut bytes = Vec::new();
        self.tables_bytes(reads, &mut bytes);
        let fits = build_side_fits(bytes, self.night.engine.memory_bytes);
        prefer_hash_joins(&self.session, fits, self.night.engine.threads);
    }

    /// Estimated bytes of each kept table that is read, through views.
    fn tables_bytes(&self, reads: &BTreeSet<String>, bytes: &mut Vec<u64>) {
        let catalog = self.night.catalog;
        for name in reads {
            match (self.pins.get(name), catalog.reads.get(name)) {
                (Some(pin), _) => {
                    let columns = catalog.schema_of(name).map_or(1, |schema| schema.fields().len());
                    bytes.push(largest_partition_rows(pin) * columns as u64 * VALUE_BYTES);
                }
                (None, Some(reads)) => self.tables_bytes(reads, bytes),
                (None, None) => {}
            }
        }
    }
}

/// The smaller side of the largest join there can be, against a part of the memory.
fn build_side_fits(mut bytes: Vec<u64>, memory_bytes: usize) -> bool {
    bytes.sort_unstable_by(|a, b| b.cmp(a));
    bytes.get(1).is_none_or(|build_side| *build_side <= memory_bytes as u64 / BUILD_SIDE_PARTS)
}

fn largest_partition_rows(pin: &Pin) -> u64 {
    pin.content.values().map(|Content { rows, .. }| *rows).max().unwrap_or(0)
}

/// The engine plans sort-merge joins for two partitions or more only.
fn prefer_hash_joins(session: &SessionContext, fits: bool, threads: usize) {
    let state = session.state_ref();
    let mut state = state.write();
    let options = state.config_mut().options_mut();
    options.optimizer.prefer_hash_join = fits;
    options.execution.target_partitions = if fits { threads.max(1) } else { threads.max(2) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_largest_table_decides() {
        assert!(build_side_fits(vec![10_000, 100], 200));
        assert!(!build_side_fits(vec![100, 101, 10_000], 200));
        assert!(build_side_fits(vec![10_000], 4));
    }

    #[tokio::test]
    async fn joins_that_do_not_fit_sort_also_with_one_thread() {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_path_buf();
        let engine = crate::Engine { threads: 1, memory_bytes: 1 << 24, spill_dir, spill_bytes: 1 << 30 };
        let session = engine.session("2025-06-30".parse().unwrap()).unwrap();
        for name in ["a", "b"] {
            let sql = format!("create table {name} as select unnest(range(0, 30000)) as n");
            session.sql(&sql).await.unwrap().collect().await.unwrap();
        }
        let sql = "select a.n from a join b on a.n = b.n";
        for (fits, join) in [(false, "SortMergeJoin"), (true, "HashJoin")] {
            prefer_hash_joins(&session, fits, 1);
            let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
            let shown = format!("{}", datafusion::physical_plan::displayable(plan.as_ref()).indent(false));
            assert!(shown.contains(join), "{shown}");
        }
    }
}
