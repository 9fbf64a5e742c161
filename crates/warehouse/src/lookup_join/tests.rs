//! The lookup join beside the engine's own joins, on sides with keys missing, repeated and null.

use datafusion::physical_plan::displayable;
use datafusion::prelude::SessionContext;

const TABLES: [&str; 6] = [
    // Every seventh row has no key, and keys come twice.
    "create table base as select n, case when n % 7 > 0 then 'k' || (n % 9000) end as k, 'b' || n as word from (select unnest(range(0, 20000)) as n)",
    "create table one as select 'k' || n as k, n * 2 as a from (select unnest(range(100, 12000)) as n)",
    // Three rows for some keys, one for others.
    "create table several as select 'k' || (n % 5000) as k, n as a, 's' || n as word from (select unnest(range(0, 12000)) as n)",
    "create table nothing as select k, a from one where a < 0",
    "create table nulls as select case when n % 2 = 0 then 'k' || n end as k, n as a from (select unnest(range(0, 3000)) as n)",
    "create table again as select 'k' || (n % 40) as k, n as a from (select unnest(range(0, 80)) as n)",
];

const JOINED: &str = "select base.n, base.k, base.word, one.a as one_a, several.k as several_k, several.a as several_a, \
     several.word as several_word, nothing.a as nothing_a, nulls.a as nulls_a, again.a as again_a \
     from base left join one on base.k = one.k left join several on base.k = several.k left join nothing on base.k = nothing.k \
     left join nulls on base.k = nulls.k left join again on base.k = again.k";

async fn session(threads: usize, memory_bytes: usize, tables: &[&str]) -> (SessionContext, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let spill_dir = folder.path().to_path_buf();
    let engine = crate::Engine { threads, memory_bytes, spill_dir, spill_bytes: 1 << 30 };
    let session = engine.session("2025-06-30".parse().unwrap()).unwrap();
    for sql in tables {
        session.sql(sql).await.unwrap().collect().await.unwrap();
    }
    (session, folder)
}

/// The engine without any rule of ours.
async fn plain_session() -> SessionContext {
    let session = SessionContext::new();
    for sql in TABLES {
        session.sql(sql).await.unwrap().collect().await.unwrap();
    }
    session
}

async fn plan(session: &SessionContext, sql: &str) -> String {
    let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    format!("{}", displayable(plan.as_ref()).indent(false))
}

/// The rows in text, in one order.
async fn rows(session: &SessionContext, sql: &str) -> Vec<String> {
    let batches = session.sql(sql).await.unwrap().collect().await.unwrap();
    let shown = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
    let mut lines: Vec<String> = shown.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn a_lookup_join_is_the_chain_of_its_left_joins() {
    for threads in [1, 2] {
        let (session, _folder) = session(threads, 1 << 28, &TABLES).await;
        let shown = plan(&session, JOINED).await;
        assert!(shown.contains("LookupJoinExec: on=[k], sides=5") && !shown.contains("HashJoin"), "{shown}");
        let joined = rows(&session, JOINED).await;
        // 2,000 of 9,000 keys come three times and 3,000 twice on one side, 40 twice on another.
        assert!(joined.len() > 30_000, "{}", joined.len());
        let plain = plain_session().await;
        assert!(!plan(&plain, JOINED).await.contains("LookupJoin"));
        assert!(joined == rows(&plain, JOINED).await);
    }
}

#[tokio::test]
async fn keys_of_several_columns_are_joined_as_by_the_engine() {
    let joined = "select base.n, base.k, one.a as one_a, several.word, nulls.a as nulls_a from base \
         left join one on base.k = one.k and base.n * 2 = one.a left join several on base.k = several.k and base.n = several.a \
         left join nulls on nulls.a = base.n and nulls.k = base.k";
    // The first key is computed, so it is not the same: two of three are joined in one step.
    let (session, _folder) = session(2, 1 << 28, &TABLES).await;
    let shown = plan(&session, joined).await;
    assert!(shown.contains("LookupJoinExec: on=[n, k], sides=2"), "{shown}");
    let found = rows(&session, joined).await;
    assert!(found.iter().filter(|row| row.contains(" s2 ")).count() == 1 && found.len() > 20_000);
    assert!(found == rows(&plain_session().await, joined).await);
}

#[tokio::test]
async fn what_stands_above_a_lookup_join_is_right_too() {
    let (session, _folder) = session(2, 1 << 28, &TABLES).await;
    // Filters on either side, sums by the key, and an inner join that tells its keys to the scan below.
    let above = format!(
        "select j.k, count(*) as many, sum(several_a) as a, min(one_a) as least from ({JOINED}) as j inner join again on j.k = again.k \
         where coalesce(one_a, 0) < 20000 group by j.k"
    );
    assert!(plan(&session, &above).await.contains("LookupJoinExec"));
    let found = rows(&session, &above).await;
    assert_eq!(found, rows(&plain_session().await, &above).await);
}

#[tokio::test]
async fn other_joins_are_left_to_the_engine() {
    let (session, _folder) = session(2, 1 << 28, &TABLES).await;
    let large = "create table large as select 'k' || n as k, n as a from (select unnest(range(0, 150000)) as n)";
    session.sql(large).await.unwrap().collect().await.unwrap();
    for (sql, sides) in [
        // Another key, a key of a side, a condition beside the key, one join alone, other kinds of joins.
        ("select 1 from base left join one on base.k = one.k left join several on base.word = several.k", None),
        ("select 1 from base left join one on base.k = one.k left join several on one.k = several.k", None),
        (
            "select 1 from base left join one on base.k = one.k left join several on base.k = several.k and several.a < base.n",
            None,
        ),
        ("select 1 from base left join one on base.k = one.k", None),
        ("select 1 from base inner join one on base.k = one.k left join several on base.k = several.k", None),
        // Numbers, and several columns in any order.
        (
            "select one.k, several.k from base left join one on base.n = one.a left join several on base.n = several.a",
            Some(2),
        ),
        (
            "select one.k, several.k from base left join one on base.n = one.a and base.k = one.k left join several on base.k = several.k and base.n = several.a",
            Some(2),
        ),
        (
            "select one.k, several.k from base left join one on base.n = one.a and base.k = one.k left join several on base.k = several.k",
            None,
        ),
        // What is joined by another key is a base for what follows.
        (
            "select base.n from base left join again on base.word = again.k left join one on base.k = one.k left join several on base.k = several.k",
            Some(2),
        ),
        // Of what is filtered the table's rows count.
        (
            "select 1 from (select * from base where n < 5) as base left join one on base.k = one.k left join several on base.k = several.k",
            Some(2),
        ),
        // A side that is larger than the base is not held, its sums by the key are.
        ("select 1 from base left join one on base.k = one.k left join large on base.k = large.k", None),
        (
            "select sums.a from base left join one on base.k = one.k left join (select k, sum(a) as a from large group by k) as sums on base.k = sums.k",
            Some(2),
        ),
    ] {
        let shown = plan(&session, sql).await;
        assert_eq!(shown.contains("LookupJoinExec"), sides.is_some(), "{sql}: {shown}");
        let expected = sides.map(|sides: usize| format!("sides={sides}")).unwrap_or_default();
        assert!(shown.contains(&expected), "{sql}: {shown}");
    }
}

#[tokio::test]
async fn a_filter_reaches_the_column_it_is_of() {
    // Two columns of the base are called k; the inner join tells its keys to the second.
    let above = "select found.n, found.one_a, found.word from (\
         select base.n, base.word, again.k as k, base.k as base_k, one.a as one_a, nulls.a as nulls_a from base inner join again on base.n = again.a \
         left join one on base.k = one.k left join nulls on base.k = nulls.k) as found inner join again as few on found.k = few.k and few.a < 3";
    let (session, _folder) = session(2, 1 << 28, &TABLES).await;
    assert!(plan(&session, above).await.contains("LookupJoinExec"));
    let found = rows(&session, above).await;
    assert!(found.len() > 4);
    assert_eq!(found, rows(&plain_session().await, above).await);
}

#[tokio::test]
async fn a_key_with_many_rows_comes_in_batches() {
    let (session, _folder) = session(1, 1 << 28, &TABLES).await;
    let hot = "create table hot as select 'k1' as k, n as a from (select unnest(range(0, 3000)) as n)";
    session.sql(hot).await.unwrap().collect().await.unwrap();
    let sql = "select base.n, one.a as one_a, two.a as two_a from base left join hot as one on base.k = one.k left join hot as two on base.k = two.k";
    let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    assert!(displayable(plan.as_ref()).indent(false).to_string().contains("LookupJoinExec"));
    let mut stream = datafusion::physical_plan::execute_stream(plan, session.task_ctx()).unwrap();
    let (mut sizes, mut pairs) = (Vec::new(), 0_u64);
    while let Some(batch) = futures::StreamExt::next(&mut stream).await {
        let batch = batch.unwrap();
        sizes.push(batch.num_rows());
        pairs += (batch.num_rows() - batch.column(2).null_count()) as u64;
    }
    assert!(sizes.iter().all(|rows| *rows <= 8_192));
    // Rows 1, 9,001 and 18,001 have the key unless it is a seventh one: 1 and 9,001 have it, 18,001 too.
    let with_key = [1, 9_001, 18_001].iter().filter(|n| *n % 7 > 0).count() as u64;
    assert_eq!(pairs, with_key * 3_000 * 3_000);
}

#[tokio::test]
async fn a_lookup_join_asks_for_what_it_holds() {
    let (session, _folder) = session(1, 1 << 28, &TABLES).await;
    let wide = "create table wide as select k, repeat('x', 400) as a from one";
    session.sql(wide).await.unwrap().collect().await.unwrap();
    let sql = "select base.n, wide.a as wide_a, one.a as one_a from base left join wide on base.k = wide.k left join one on base.k = one.k";
    let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    assert!(self::plan(&session, sql).await.contains("LookupJoinExec"));
    // Texts are longer here than the plan takes them to be.
    for (memory_bytes, fits) in [(1 << 24, true), (1 << 22, false)] {
        let (small, _folder) = self::session(1, memory_bytes, &[]).await;
        let rows = datafusion::physical_plan::collect(plan.clone().reset_state().unwrap(), small.task_ctx()).await;
        match rows {
            Ok(_) => assert!(fits),
            Err(error) => assert!(!fits && error.to_string().contains("LookupJoinExec needs"), "{error}"),
        }
        // What was held is given back.
        assert_eq!(small.runtime_env().memory_pool.reserved(), 0);
    }
}
