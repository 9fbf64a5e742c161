"""Segments beside scikit-learn in the same space: inertia of each k against its best of ten starts, and the k that silhouettes choose.

    cargo build --release --workspace --locked
    TALLY_REAL_DATA=../shared/data python3 benches/rivals/segments.py [--features sample_features.csv]

Wholesale customers from the folder of real data; iris and wine as scikit-learn ships them; with --features any CSV whose first column is the id.
Columns are standardised here, so that both see the same numbers. Needs numpy and scikit-learn.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import silhouette_score

ROOT = Path(__file__).resolve().parents[2]


def wholesale():
    """Logarithms of the six amounts."""
    folder = Path(os.environ["TALLY_REAL_DATA"]) / "wholesale_customers"
    with next(folder.glob("*.csv")).open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    return np.log(np.array([[float(value) for value in row[2:]] for row in rows[1:]]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--features", type=Path)
    arguments.add_argument("--tally", type=Path, default=ROOT / "target/release/tally")
    options = arguments.parse_args()
    sets = {"wholesale": wholesale(), "iris": load_iris().data, "wine": load_wine().data}
    if options.features:
        with options.features.open() as file:
            rows = list(csv.reader(file))[1:]
        sets["sample bank"] = np.array([[float(value or 0) for value in row[1:]] for row in rows])
    print("| rows | k | inertia of tally / scikit-learn's best of 10 | / its best of 300 | silhouette of tally / scikit-learn |\n|---|---|---|---|---|")
    chosen = []
    for name, rows in sets.items():
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        silhouettes = {}
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder) / "rows.csv"
            header = ",".join(["id"] + [f"f{place}" for place in range(rows.shape[1])])
            lines = [f"{place:06}," + ",".join(repr(float(value)) for value in row) for place, row in enumerate(rows)]
            table.write_text("\n".join([header, *lines]) + "\n")

            def segment(clusters):
                command = [str(options.tally), "segment", str(table), "--id", "id", "--transform", "none", "--clusters", str(clusters),
                           "--out", f"{folder}/out.csv", "--output", "json"]
                return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

            for clusters in range(2, 11):
                ours = segment(clusters)
                ten = KMeans(clusters, n_init=10, random_state=0).fit(rows)
                many = KMeans(clusters, n_init=300, random_state=1, tol=0).fit(rows)
                theirs = silhouette_score(rows, ten.labels_)
                silhouettes[clusters] = theirs
                print(f"| {name} | {clusters} | {ours['inertia'] / ten.inertia_:.6f} | {ours['inertia'] / many.inertia_:.6f} | "
                      f"{ours['silhouette']:.4f} / {theirs:.4f} |", flush=True)
            choice = segment("2..10")
        chosen.append(f"{name}: tally {choice['k']}, scikit-learn {max(silhouettes, key=silhouettes.get)}")
    print("\nChosen k of 2..10: " + "; ".join(chosen))


if __name__ == "__main__":
    main()
