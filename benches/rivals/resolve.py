"""tally resolve beside Splink 5 on the same records, rules, comparisons and threads, in one run.

    cargo build --release --workspace --locked
    python3 benches/rivals/resolve.py --records 1000000 --rounds 3 --folder /tmp/resolve --python /tmp/splinkvenv/bin/python

Makes the records (seeded, standard library and pyarrow), then runs both in turn, each in a process of its own, whose
seconds and peak memory are the system's. Two tasks: `easy` blocks tightly, `hard` makes tens of millions of pairs.
Prints a Markdown table and the ratios. Precision and recall are of the clusters against the entities that were made.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {"name": [0.9, 0.7]}
TASKS = {
    "easy": [["surname", "dob"], ["first_name", "dob"], ["email"], ["first_name", "surname", "city"]],
    "hard": [["surname"], ["dob"], ["first_name", "city"], ["email"]],
}
CONFIG = """id = "unique_id"
blocking = {blocking}
link_probability = 0.95

[[comparison]]
column = "first_name"
levels = ["exact", {{ jaro_winkler = 0.9 }}, {{ jaro_winkler = 0.7 }}]
term_frequency = true

[[comparison]]
column = "surname"
levels = ["exact", {{ jaro_winkler = 0.9 }}, {{ jaro_winkler = 0.7 }}]
term_frequency = true

[[comparison]]
column = "dob"
levels = ["exact", {{ edit_distance = 1 }}, {{ edit_distance = 2 }}]

[[comparison]]
column = "city"
levels = ["exact"]
term_frequency = true

[[comparison]]
column = "email"
levels = ["exact", {{ jaro_winkler = 0.9 }}, {{ jaro_winkler = 0.7 }}]
"""


def settings(blocking):
    """The same for Splink."""
    jaro = lambda column: {"name": "JaroWinklerAtThresholds", "args": [column, LEVELS["name"]]}
    with_frequency = lambda spec: {**spec, "term_frequency": True}
    return {
        "link_type": "dedupe_only",
        "unique_id": "unique_id",
        "comparisons": [
            with_frequency(jaro("first_name")),
            with_frequency(jaro("surname")),
            {"name": "DamerauLevenshteinAtThresholds", "args": ["dob", [1, 2]]},
            with_frequency({"name": "ExactMatch", "args": ["city"]}),
            jaro("email"),
        ],
        "blocking": blocking,
        "deterministic": [["first_name", "surname", "dob"], ["email"]],
        "recall": 0.8,
        "em": [["surname", "dob"], ["first_name", "surname", "city"]],
        "max_pairs": 1e6,
        "threshold": 0.95,
        "predict_threshold": 0.5,
        "seed": 1,
        "gold": "entity",
        "text": True,
    }


def typed(dice, text):
    """One typing error: a letter left out, doubled, replaced, or two swapped."""
    if len(text) < 3:
        return text
    place = dice.randrange(len(text) - 1)
    kind = dice.randrange(4)
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz0123456789")
    pieces = [text[place + 1:], text[place] * 2 + text[place + 1:], letter + text[place + 1:],
              text[place + 1] + text[place] + text[place + 2:]]
    return text[:place] + pieces[kind]


def make(path, records, seed=1):
    """Records of entities: eight in ten once, the rest two or three times with errors and gaps."""
    dice = random.Random(seed)
    syllables = [a + b for a in "bcdfghjklmnprstvwz" for b in ["a", "e", "i", "o", "u", "an", "en", "or"]]
    word = lambda n: "".join(dice.choice(syllables) for _ in range(n))
    first, last, cities = [word(2) for _ in range(4_000)], [word(3) for _ in range(30_000)], [word(3) for _ in range(400)]
    zipf = lambda words: words[int(len(words) * dice.random() ** 2.2)]
    number = 0
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["unique_id", "first_name", "surname", "dob", "city", "email", "entity"])
        entity = 0
        while number < records:
            entity += 1
            given, family, city = zipf(first), zipf(last), zipf(cities)
            born = f"{dice.randrange(1930, 2008)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
            email = f"{given}{family[:4]}{dice.randrange(10_000)}@{zipf(cities)}.net"
            copies = 1 if dice.random() < 0.8 else dice.choice([2, 2, 3])
            for copy in range(copies):
                row = [given, family, born, city, email]
                if copy:
                    row = [typed(dice, v) if dice.random() < 0.2 else v for v in row]
                row = ["" if dice.random() < 0.05 else v for v in row]
                out.writerow([f"{number:08}", *row, entity])
                number += 1
                if number == records:
                    break


def measured(command):
    """Wall seconds, processor seconds, peak MiB and standard output."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}: {out}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def judged(records, customers):
    """Precision and recall of the pairs that customers imply."""
    entity = {row["unique_id"]: row["entity"] for row in csv.DictReader(open(records))}
    groups, known, both = {}, {}, {}
    for row in csv.DictReader(open(customers)):
        cluster, truth = row["customer_id"], entity[row["record_id"]]
        for counts, key in ((groups, cluster), (known, truth), (both, (cluster, truth))):
            counts[key] = counts.get(key, 0) + 1
    pairs = lambda counts: sum(n * (n - 1) // 2 for n in counts.values())
    return pairs(both) / max(1, pairs(groups)), pairs(both) / pairs(known)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--tasks", default="easy,hard")
    arguments.add_argument("--folder", type=Path, default=Path("/tmp/resolve"))
    arguments.add_argument("--tally", type=Path, default=ROOT / "target/release/tally")
    arguments.add_argument("--python", default="python3", help="of the virtual environment with splink")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    records = options.folder / f"records_{options.records}.csv"
    if not records.exists():
        make(records, options.records)
    print("| task | program | wall s | processor s | peak MiB | pairs compared | precision | recall |")
    print("|---|---|---|---|---|---|---|---|")
    for task in options.tasks.split(","):
        config, model = options.folder / f"{task}.toml", options.folder / f"{task}.json"
        config.write_text(CONFIG.format(blocking=json.dumps(TASKS[task])))
        model.write_text(json.dumps(settings(TASKS[task])))
        customers = options.folder / f"{task}.csv"
        ours = [str(options.tally), "resolve", str(records), "--config", str(config), "--out", str(customers), "--output", "json"]
        rival = [options.python, str(ROOT / "benches/rivals/resolve_splink.py"), "--data", str(records), "--settings",
                 str(model), "--threads", "2", "--out", str(options.folder / f"{task}.parquet")]
        best = {}
        for _ in range(options.rounds):
            for name, command in (("tally", ours), ("Splink 5", rival)):
                run = measured(command)
                if name not in best or run[0] < best[name][0]:
                    best[name] = run
        wall, processor, memory, out = best["tally"]
        precision, recall = judged(records, customers)
        compared = json.loads(out)["compared"]
        print(f"| {task} | tally | {wall:.1f} | {processor:.1f} | {memory:.0f} | {compared} | {precision:.4f} | {recall:.4f} |")
        rival_wall, rival_processor, rival_memory, out = best["Splink 5"]
        line = json.loads(out.strip().splitlines()[-1])
        said = {key: line.get(key) for key in ("precision", "recall", "scored_pairs", "pairs")}
        pairs = said["scored_pairs"] or said["pairs"]
        print(f"| {task} | Splink 5 | {rival_wall:.1f} | {rival_processor:.1f} | {rival_memory:.0f} | {pairs} | "
              f"{said['precision']} | {said['recall']} |")
        print(f"\n{task}: Splink takes {rival_wall / wall:.1f} times our time and {rival_memory / memory:.2f} times our memory; "
              f"its own steps: {json.dumps(line)}\n")


if __name__ == "__main__":
    main()
