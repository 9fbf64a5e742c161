"""Splink 5 (DuckDB) resolving the same people: how right, and how fast.

Accuracy (public sets with gold, below the folder TALLY_REAL_DATA or --real; JSON lines, --table adds Markdown):

    python resolve_splink.py [--sets febrl1,italy] [--threads 2] [--grid] [--table]

Speed (any Parquet or CSV; two files for link_only; one JSON line):

    python resolve_splink.py --data FILE.parquet --settings FILE.json --threads 2 --out F.parquet

A settings file has the keys of the entries of MODELS: link_type, unique_id, comparisons (names of
splink.comparison_library with args, kwargs, term_frequency), blocking (SQL over l and r, or a list of columns),
deterministic and recall, em (and em_without_tf, em_fix_prior), max_pairs, seed, threshold. If wanted: predict_threshold
(the clustering threshold if absent), gold (a column: precision and recall are added to the line), text (the columns of
a CSV are all text). Column names in lower case: see load_italy. --settings-of NAME prints those of a set.

Nothing is learnt from gold: u from random pairs, m by expectation maximisation, the prior from deterministic rules.
Measured with splink 5.0.0, duckdb 2.0.0, pyarrow 26.0.1, sqlglot 30.30.0, Python 3.11.
"""

import argparse
import json
import logging
import os
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

REAL = os.environ.get("TALLY_REAL_DATA", "/work/shared/data")
PROBABILITIES = [0.01, 0.05, *[n / 10 for n in range(1, 10)], 0.95, 0.99, 0.999, 0.9999]
WEIGHTS = range(14, 31)  # 0.9999 is a weight of 13.3
FLOOR = 0.0001  # pairs below this probability are in no clustering of the grid


# --- the models, as Splink's own documentation writes them -----------------------------------------------------------


def exact(column, term_frequency=False):
    """An exact match comparison."""
    return {"name": "ExactMatch", "args": [column], "term_frequency": term_frequency}


def birth_date(column, **kwargs):
    """Splink's comparison for dates of birth."""
    return {"name": "DateOfBirthComparison", "args": [column], "kwargs": kwargs}


# docs/demos/examples/duckdb/febrl3: comparisons, blocking, deterministic rules, recall, pairs, training rules.
FEBRL = {
    "link_type": "dedupe_only",
    "unique_id": "rec_id",
    "comparisons": [
        {"name": "NameComparison", "args": ["given_name"]},
        {"name": "NameComparison", "args": ["surname"]},
        birth_date("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        {"name": "DamerauLevenshteinAtThresholds", "args": ["soc_sec_id", [2]]},
        exact("street_number", True),
        exact("postcode", True),
    ],
    "blocking": [["soc_sec_id"], ["given_name"], ["surname"], ["date_of_birth"], ["postcode"]],
    "deterministic": [
        ["soc_sec_id"],
        ["given_name", "surname", "date_of_birth"],
        "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
    ],
    "recall": 0.9,
    "em": [["date_of_birth"], ["postcode"]],
    "max_pairs": 1e6,
    "threshold": 0.95,
}

# docs/demos/examples/duckdb/accuracy_analysis_from_labels_column: the demo that measures fake_1000 against its gold.
FAKE = {
    "link_type": "dedupe_only",
    "unique_id": "unique_id",
    "comparisons": [
        {"name": "ForenameSurnameComparison", "args": ["first_name", "surname"]},
        birth_date("dob", input_is_string=False),
        exact("city", True),
        {"name": "EmailComparison", "args": ["email"]},
    ],
    "blocking": [["first_name"], ["surname"], ["dob"], ["email"]],
    "deterministic": [
        "l.first_name = r.first_name and levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1",
        "l.surname = r.surname and levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1",
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        "l.email = r.email",
    ],
    "recall": 0.7,
    "em": [["dob"], ["email"], ["first_name", "surname"]],
    "em_without_tf": True,
    "max_pairs": 1e6,
    "threshold": 0.95,
}

# docs/getting_started: the quickstart, two narrow blocking rules.
FAKE_START = FAKE | {
    "comparisons": [
        {"name": "NameComparison", "args": ["first_name"]},
        {"name": "JaroAtThresholds", "args": ["surname"]},
        *FAKE["comparisons"][1:],
    ],
    "blocking": [["first_name", "dob"], ["surname"]],
    "deterministic": [["first_name", "surname"]],
    "em": [["first_name", "surname"], ["email"]],
    "em_without_tf": False,
}

# No demo of Splink's has this survey: coarse fields, exact matches, as its demo of linking without deduplication.
# Of the three columns on work (q, qual, sett) one, as Splink wants fields that do not predict each other; italy_all
# takes them all. Training rules as tight as they must be: with loose ones (region and year, as its other demos would
# have it) the classes found are those born where they live and the rest, and the clusters' F1 stays below 0.1.
ITALY_FIELDS = ["anasc", "sex", "nascreg", "studio", "ireg", "acom4c", "parent", "cit", "qual", "q", "sett"]
ITALY_KEYS = ITALY_FIELDS[:9]


def italy_model(fields):
    """The model of the survey over these fields; term frequencies for the two regions."""
    return {
        "link_type": "link_only",
        "unique_id": "uid",
        "comparisons": [exact(f, f in ("nascreg", "ireg")) for f in fields],
        "blocking": [
            ["ireg", "anasc"],
            ["anasc", "nascreg", "sex"],
            ["ireg", "nascreg", "sex", "studio", "acom4c"],
            ["anasc", "sex", "studio", "parent"],
        ],
        "deterministic": [ITALY_KEYS],
        "recall": 0.7,
        "em": [
            ["anasc", "sex", "nascreg", "ireg", "acom4c"],
            ["anasc", "studio", "ireg", "acom4c", "parent", "qual"],
            ["anasc", "sex", "studio", "parent", "nascreg", "qual"],
            ["sex", "nascreg", "ireg", "studio", "acom4c", "parent"],
        ],
        "em_fix_prior": True,
        "max_pairs": 1e7,
        "threshold": 0.95,
    }


# --- the sets ---------------------------------------------------------------------------------------------------------


def load_febrl(number):
    """A loader of FEBRL set 1, 2 or 3: names and texts trimmed, empty texts null."""

    def load(con, real):
        raw = f"read_csv('{real}/identity_febrl/dataset{number}.csv', all_varchar = true, header = true)"
        names = [row[0] for row in rows(con, f"describe select * from {raw}")]
        columns = ", ".join(f"nullif(trim(\"{n}\"), '') as {n.strip()}" for n in names)
        rows(con, f"create table febrl as select {columns} from {raw}")
        rows(con, "create table gold as select rec_id as uid, 'febrl' as source,"
                    r" regexp_extract(rec_id, '^rec-(\d+)-(org|dup-\d+)$', 1) as entity from febrl")
        return ["febrl"]

    return load


def load_fake(con, real):
    """fake_1000 without its gold column."""
    raw = f"read_csv('{real}/identity_fake_1000/fake_1000.csv')"
    rows(con, f"create table fake as select * exclude (cluster) from {raw}")
    rows(con, f"create table gold as select unique_id as uid, 'fake' as source, cluster as entity from {raw}")
    assert rows(con, "select count(distinct entity) from gold") == [(251,)]
    return ["fake"]


def load_italy(con, real):
    """Both years without their gold column `id`, column names in lower case.

    Splink compares lower-cased SQL with column names as they are to see which levels a training rule implies: with
    upper-case names it finds none, leaves the prior of the block unadjusted and training goes astray.

    The unique id is a digest: single-best-link clustering breaks ties by the lowest unique id, and `id` itself, or
    the order of the file, would let the gold decide them.
    """
    for year in ("08", "10"):
        raw = f"read_csv('{real}/identity_italy_shiw/italy{year}.csv')"
        uid = f"left(md5('{year}/' || id), 16)"
        fields = ", ".join(f"{c.upper()} as {c}" for c in ITALY_FIELDS)
        rows(con, f"create table y{year} as select {uid} as uid, {fields} from {raw} order by uid")
        select = f"select {uid} as uid, 'y{year}' as source, id as entity from {raw}"
        rows(con, f"create table gold as {select}" if year == "08" else f"insert into gold {select}")
    return ["y08", "y10"]


# name: loader, model, true pairs (None: as the gold says), part of the default run
SETS = {
    "febrl1": (load_febrl(1), FEBRL, 500, True),
    "febrl2": (load_febrl(2), FEBRL, 1934, True),
    "febrl3": (load_febrl(3), FEBRL, 6538, True),
    "fake_1000": (load_fake, FAKE, None, True),
    "italy": (load_italy, italy_model(ITALY_KEYS), 7453, True),
    "fake_1000_start": (load_fake, FAKE_START, None, False),
    "italy_all": (load_italy, italy_model(ITALY_FIELDS), 7453, False),
}
MODELS = {name: model for name, (_, model, _, _) in SETS.items()}


# --- Splink -----------------------------------------------------------------------------------------------------------


class Clock:
    """Seconds by step."""

    def __init__(self):
        self.seconds = {}

    def run(self, step, work, *args):
        """Do the work, note its seconds."""
        started = time.perf_counter()
        result = work(*args)
        self.seconds[f"{step}_s"] = round(time.perf_counter() - started, 3)
        return result


@contextmanager
def database(args):
    """An in-memory DuckDB that spills to a folder of its own, and not without bound."""
    with tempfile.TemporaryDirectory() as spill:
        config = {"threads": args.threads, "temp_directory": spill, "memory_limit": args.memory,
                  "max_temp_directory_size": args.spill}
        with duckdb.connect(config=config) as con:
            rows(con, "set enable_progress_bar = false")
            yield con


def rows(con, sql):
    """Run a statement to its end (DuckDB 2 lets a connection do nothing else until then)."""
    return con.execute(sql).fetchall()


def comparison(spec):
    """A comparison of splink.comparison_library from its name and arguments."""
    made = getattr(cl, spec["name"])(*spec.get("args", []), **spec.get("kwargs", {}))
    return made.configure(term_frequency_adjustments=True) if spec.get("term_frequency") else made


def rule(spec):
    """A blocking rule: SQL as it stands, or columns to be equal."""
    return spec if isinstance(spec, str) else block_on(*spec)


def make_linker(con, tables, model):
    """A linker over tables of the connection; nothing trained yet."""
    settings = SettingsCreator(
        link_type=model["link_type"],
        unique_id_column_name=model["unique_id"],
        comparisons=[comparison(c) for c in model["comparisons"]],
        blocking_rules_to_generate_predictions=[rule(r) for r in model["blocking"]],
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection=con)
    inputs = [api.register(table, dataset_display_name=f"in_{table}") for table in tables]
    return Linker(inputs if len(inputs) > 1 else inputs[0], settings, log_level=logging.ERROR)


def train(linker, model, clock=None):
    """The prior from deterministic rules, u from random pairs, m by expectation maximisation."""
    clock = clock or Clock()
    clock.run("train_prior", train_prior, linker, model)
    clock.run("train_u", train_u, linker, model)
    clock.run("train_m", train_m, linker, model)


def train_prior(linker, model):
    """The probability that two random records match."""
    rules = [rule(r) for r in model["deterministic"]]
    linker.training.estimate_probability_two_random_records_match(rules, model["recall"])


def train_u(linker, model):
    """u from random pairs."""
    linker.training.estimate_u_using_random_sampling(max_pairs=model["max_pairs"], seed=model.get("seed", 1))


def train_m(linker, model):
    """m by expectation maximisation, a session for each training rule."""
    for spec in model["em"]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule(spec),
            estimate_without_term_frequencies=model.get("em_without_tf", False),
            fix_probability_two_random_records_match=model.get("em_fix_prior", False),
        )


def untrained(linker):
    """The comparison levels no training saw (Splink takes 0.000001 for the m or u of such a level)."""
    levels = [(c, level) for c in linker._settings_obj.comparisons for level in c.comparison_levels]
    return [f"{c.output_column_name}: {level.label_for_charts}" for c, level in levels
            if not level.is_null_level and not (level._m_is_trained and level._u_is_trained)]


def predict(linker, threshold):
    """The scored pairs at or above a probability, and how many were scored."""
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    scored = records(linker._db_api.duckdb_con, blocked.physical_name)
    predictions = linker.inference.predict(threshold_match_probability=threshold)
    blocked.drop_table_from_database_and_remove_from_cache()
    return predictions, scored


def records(con, table):
    """The rows of a table."""
    return rows(con, f"select count(*) from {table}")[0][0]


def components(linker, predictions, **threshold):
    """Clusters as connected components."""
    return linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, **threshold)


def best_links(ties):
    """Clusters with at most one record of either source, ties as asked."""

    def cluster(linker, predictions, **threshold):
        sources = [frame.dataset_display_name for frame in linker._input_tables_dict.values()]
        con = linker._db_api.duckdb_con
        # DuckDB 2.0.0 would join every record with every other first (minutes, and tens of gigabytes spilled).
        rows(con, "set disabled_optimizers = 'join_order'")
        clusters = linker.clustering.cluster_using_single_best_links(
            predictions, duplicate_free_datasets=sources, ties_method=ties, **threshold
        )
        rows(con, "reset disabled_optimizers")
        return clusters

    return cluster


# --- against gold -----------------------------------------------------------------------------------------------------

# Pairs within groups of `gold` rows: all of them, or those of different sources.
WITHIN = {
    "dedupe_only": "select coalesce(sum(n * (n - 1) // 2), 0)::bigint from"
                   " (select sum(n)::bigint as n from g group by k)",
    "link_only": "select coalesce(sum((n * n - squares) // 2), 0)::bigint from"
                 " (select sum(n)::bigint as n, sum(n * n)::bigint as squares from g group by k)",
}


def pairs_within(con, link_type, table, key):
    """The pairs that share a key among records with a source."""
    grouped = f"with g as (select {key} as k, source, count(*) as n from {table} group by all)"
    return rows(con, f"{grouped} {WITHIN[link_type]}")[0][0]


def scores(found, right, true):
    """Precision, recall and F1 of pairs."""
    precision = right / found if found else 0.0
    recall = right / true if true else 0.0
    f1 = 2 * right / (found + true) if found + true else 0.0
    return {"found": found, "right": right, "precision": round(precision, 4), "recall": round(recall, 4),
            "f1": round(f1, 4)}


def judge_clusters(con, model, clusters, true):
    """All pairs the clusters imply, against gold."""
    uid, link_type = model["unique_id"], model["link_type"]
    joined = f"{clusters.physical_name} c join gold g on g.uid = c.{uid}"
    judged = f"(select c.cluster_id, g.source, g.entity from {joined})"
    found = pairs_within(con, link_type, judged, "cluster_id")
    return scores(found, pairs_within(con, link_type, judged, "(cluster_id, entity)"), true)


def judge_pairs(con, model, table, true, threshold=None):
    """Pairs by themselves, before any clustering, against gold."""
    uid = model["unique_id"]
    where = "" if threshold is None else f"where p.match_probability >= {threshold}"
    sql = (f"select count(*), count(*) filter (l.entity = r.entity) from {table} p"
           f" join gold l on l.uid = p.{uid}_l join gold r on r.uid = p.{uid}_r {where}")
    return scores(*rows(con, sql)[0], true)


def grid():
    """Every threshold tried: its label and Splink's argument."""
    probabilities = [(f"p {p}", {"threshold_match_probability": p}) for p in PROBABILITIES]
    return probabilities + [(f"weight {w}", {"threshold_match_weight": float(w)}) for w in WEIGHTS]


def judge_method(con, linker, model, predictions, true, cluster):
    """One way of clustering at every threshold: a list of label and scores."""
    judged = []
    for label, threshold in grid():
        clusters = cluster(linker, predictions, **threshold)
        judged.append((label, judge_clusters(con, model, clusters, true)))
        clusters.drop_table_from_database_and_remove_from_cache()
    return judged


def methods(model):
    """The ways of clustering that suit a set."""
    found = {"clusters": components}
    if model["link_type"] == "link_only":
        found |= {"single best link": best_links("lowest_id"), "single best link, ties dropped": best_links("drop")}
    return found


def lines_of(name, method, judged, full):
    """The lines of a method: at 0.95, the best in hindsight, and with `full` the whole grid."""
    best = max(judged, key=lambda j: j[1]["f1"])
    chosen = [("p 0.95", dict(judged)["p 0.95"], "0.95"), (*best, "best")]
    if full:
        chosen += [(*j, "grid") for j in judged]
    return [{"set": name, "method": method, "at": at, "threshold": label, **result} for label, result, at in chosen]


def prepare(name, con, real):
    """A set loaded and its true pairs counted and checked."""
    load, model, expected, _ = SETS[name]
    tables = load(con, real)
    true = pairs_within(con, model["link_type"], "gold", "entity")
    assert expected in (None, true), f"{name}: {true} true pairs, {expected} expected"
    return tables, model, true


def accuracy_of(name, args):
    """Splink on one set: JSON lines."""
    with database(args) as con:
        tables, model, true = prepare(name, con, args.real)
        started = time.perf_counter()
        linker = make_linker(con, tables, model)
        train(linker, model)
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        reachable = blocked_recall(con, model, blocked, true)
        predictions, scored = predict(linker, FLOOR)
        seconds = time.perf_counter() - started
        lines = [{"set": name, "method": "model", "true": true, "scored_pairs": scored, "blocking_recall": reachable,
                  "prior": linker._settings_obj._probability_two_random_records_match,
                  "untrained": untrained(linker), "train_predict_s": round(seconds, 2)}]
        at = judge_pairs(con, model, predictions.physical_name, true, 0.95)
        lines.append({"set": name, "method": "raw pairs", "at": "0.95", "threshold": "p 0.95", **at})
        for method, cluster in methods(model).items():
            lines += lines_of(name, method, judge_method(con, linker, model, predictions, true, cluster), args.grid)
        return lines


def blocked_recall(con, model, blocked, true):
    """The share of the true pairs that the blocking rules let through."""
    uid = model["unique_id"]
    keys = ", ".join(f"regexp_replace(join_key_{side}::text, '^.*-__-', '') as {uid}_{side}" for side in "lr")
    return judge_pairs(con, model, f"(select {keys} from {blocked.physical_name})", true)["recall"]


def accuracy(args):
    """All sets asked for; the Markdown table last."""
    lines = []
    for name in args.sets:
        for line in accuracy_of(name, args):
            lines.append(line)
            print(json.dumps(line), flush=True)
    if args.table:
        print(markdown(lines))


def markdown(lines):
    """The lines as a Markdown table: a row for each set and method."""
    out = ["| set | method | P at 0.95 | R | F1 | best threshold | P | R | F1 |", "|---" * 9 + "|"]
    by_key = {(line["set"], line["method"], line["at"]): line for line in lines if "at" in line}
    for name, method, at in by_key:
        if at != "0.95":
            continue
        cells = [f"{by_key[name, method, at][k]:.4f}" for k in ("precision", "recall", "f1")]
        best = by_key.get((name, method, "best"))
        cells += [best["threshold"], *[f"{best[k]:.4f}" for k in ("precision", "recall", "f1")]] if best else [""] * 4
        out.append(f"| {name} | {method} | {' | '.join(cells)} |")
    return "\n".join(out)


# --- speed ------------------------------------------------------------------------------------------------------------


def load_files(con, files, text):
    """Files as tables of the database, one a source; with `text` the columns of a CSV are not guessed at."""
    csv = "read_csv('{}', all_varchar = true)" if text else "read_csv('{}')"
    for number, file in enumerate(files):
        reader = "read_parquet('{}')" if file.endswith(".parquet") else csv
        rows(con, f"create table source{number} as from {reader.format(file)}")
    return [f"source{number}" for number in range(len(files))]


def distinct_clusters(con, clusters):
    """How many clusters there are."""
    return rows(con, f"select count(distinct cluster_id) from {clusters.physical_name}")[0][0]


def write_clusters(con, model, clusters, out):
    """The unique id (and source) of every record with its cluster."""
    source = ", source_dataset" if model["link_type"] == "link_only" else ""
    rows(con, f"copy (select {model['unique_id']}{source}, cluster_id from {clusters.physical_name}) to '{out}'"
                " (format parquet, compression zstd)")


def gold_of(con, model, tables):
    """The gold table from a column of the sources; the true pairs."""
    uid, gold = model["unique_id"], model["gold"]
    parts = [f"select {uid} as uid, '{t}' as source, {gold} as entity from {t}" for t in tables]
    rows(con, f"create table gold as {' union all '.join(parts)}")
    return pairs_within(con, model["link_type"], "gold", "entity")


def speed(args):
    """One run over files, as one JSON line."""
    model = json.loads(Path(args.settings).read_text())
    with database(args) as con:
        clock, threshold = Clock(), model["threshold"]
        started = time.perf_counter()
        tables = clock.run("load", load_files, con, args.data, model.get("text", False))
        linker = clock.run("linker", make_linker, con, tables, model)
        clock.run("train", train, linker, model, clock)
        predictions, scored = clock.run("predict", predict, linker, model.get("predict_threshold", threshold))
        clusters = clock.run("cluster", lambda: components(linker, predictions, threshold_match_probability=threshold))
        if args.out:
            clock.run("write", write_clusters, con, model, clusters, args.out)
        total = round(time.perf_counter() - started, 3)
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        line = {"tool": f"splink {version('splink')}, duckdb {duckdb.__version__}", "threads": args.threads,
                "memory_limit": args.memory, "records": sum(records(con, t) for t in tables), **clock.seconds,
                "total_s": total, "scored_pairs": scored, "kept_pairs": records(con, predictions.physical_name),
                "clusters": distinct_clusters(con, clusters), "untrained": untrained(linker), "peak_mib": peak}
        if "gold" in model:
            line |= judge_clusters(con, model, clusters, gold_of(con, model, tables))
        print(json.dumps(line))


# --- the command ------------------------------------------------------------------------------------------------------


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", default=REAL, help="folder of the public sets")
    parser.add_argument("--sets", default=",".join(n for n, s in SETS.items() if s[3]), help=f"of {', '.join(SETS)}")
    parser.add_argument("--grid", action="store_true", help="a line for every threshold")
    parser.add_argument("--table", action="store_true", help="a Markdown table after the lines")
    parser.add_argument("--settings-of", choices=SETS, help="print the settings of a set as JSON, and stop")
    parser.add_argument("--data", nargs="+", help="speed: files of records")
    parser.add_argument("--settings", help="speed: settings as JSON")
    parser.add_argument("--out", help="speed: Parquet file of clusters")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="8GB", help="DuckDB's memory limit")
    parser.add_argument("--spill", default="16GB", help="the most DuckDB may spill to disk")
    args = parser.parse_args()
    args.sets = args.sets.split(",")
    if unknown := set(args.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    if args.data and not args.settings:
        parser.error("--data needs --settings")
    return args


def main():
    """Accuracy, or with --data speed."""
    args = arguments()
    if args.settings_of:
        print(json.dumps(MODELS[args.settings_of], indent=1))
    elif args.data:
        speed(args)
    else:
        accuracy(args)


if __name__ == "__main__":
    sys.exit(main())
