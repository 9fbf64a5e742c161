"""k-means beside scikit-learn, linfa and ClusterAudienceKit: the same rows, start and iterations, two threads; and the whole search for k.

    cargo build --release --workspace --locked
    python3 benches/rivals/kmeans.py --rounds 3

Rows are drawn with a seed: eight overlapping groups and noise. Contenders run one after the other in each round, each in a process of its own,
so that peak memory is the process's. Needs numpy and scikit-learn (requirements.txt); clusteraudiencekit, which is built from its source
package, takes part where it is installed. Prints tables in Markdown.
"""

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SKLEARN = """
import json, resource, sys, time
import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits
file, rows, features, precision, clusters, iterations, start = sys.argv[1:8]
x = np.fromfile(file, dtype=precision).reshape(int(rows), int(features))
given = not start.isdigit()
init = np.fromfile(start, dtype=precision).reshape(int(clusters), int(features)) if given else "k-means++"
with threadpool_limits(2):
    began = time.monotonic()
    model = KMeans(int(clusters), init=init, n_init=1 if given else int(start), max_iter=int(iterations), tol=0 if given else 1e-4, random_state=1).fit(x)
    seconds = time.monotonic() - began
print(json.dumps({"seconds": seconds, "inertia": float(model.inertia_), "iterations": int(model.n_iter_),
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""
# It draws its own start, and takes lists of rows.
AUDIENCE_KIT = """
import json, resource, sys, time
import numpy as np
from clusteraudiencekit import kmeans
file, rows, features, precision, clusters, iterations = sys.argv[1:7]
x = np.fromfile(file, dtype=precision).reshape(int(rows), int(features)).tolist()
began = time.monotonic()
model = kmeans(x, int(clusters), int(iterations), 1, 2)
seconds = time.monotonic() - began
print(json.dumps({"seconds": seconds, "inertia": model.inertia, "iterations": model.n_iter,
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def rows_of(count, features, groups, seed):
    """Rows of overlapping groups, double precision."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 3, (groups, features))
    return centres[random.integers(0, groups, count)] + random.normal(0, 1.5, (count, features))


def run(command):
    """A contender's own figures."""
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--features", type=int, default=16)
    arguments.add_argument("--clusters", type=int, default=8)
    arguments.add_argument("--iterations", type=int, default=50)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--search", action="store_true", help="also ten restarts of each k of 4..10")
    arguments.add_argument("--binary", type=Path, default=ROOT / "target/release/cluster-rows")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_of(options.rows, options.features, options.clusters, 7)
        start = rows[np.random.default_rng(8).choice(options.rows, options.clusters, replace=False)]
        files = {}
        for precision in ("f64", "f32"):
            dtype = "<f8" if precision == "f64" else "<f4"
            files[precision] = (f"{folder}/rows.{precision}", f"{folder}/start.{precision}")
            rows.astype(dtype).tofile(files[precision][0])
            start.astype(dtype).tofile(files[precision][1])
        del rows

        def command(how, precision, clusters, iterations, begin):
            file = files[precision][0]
            shape = [str(options.rows), str(options.features)]
            if how == "scikit-learn":
                dtype = "<f8" if precision == "f64" else "<f4"
                return [sys.executable, "-c", SKLEARN, file, *shape, dtype, str(clusters), str(iterations), begin]
            if how == "ClusterAudienceKit":
                return [sys.executable, "-c", AUDIENCE_KIT, file, *shape, "<f8", str(clusters), str(iterations)]
            return [str(options.binary), how, file, *shape, precision, str(clusters), str(iterations), begin]

        contenders = [("tally", "f64"), ("scikit-learn", "f64"), ("tally", "f32"), ("scikit-learn", "f32"), ("linfa", "f64")]
        if importlib.util.find_spec("clusteraudiencekit"):
            contenders.append(("ClusterAudienceKit", "f64"))
        found = {contender: [] for contender in contenders}
        for _ in range(options.rounds):
            for how, precision in contenders:
                begin = files[precision][1]
                found[how, precision].append(run(command(how, precision, options.clusters, options.iterations, begin)))
        print(f"{options.rows:,} x {options.features}, k = {options.clusters}, the same start, at most {options.iterations} iterations, {options.rounds} rounds\n")
        print("| contender | s (min-max) | times tally's | peak MiB | iterations | inertia |\n|---|---|---|---|---|---|")
        for how, precision in contenders:
            mine = found["tally", precision]
            seconds = [one["seconds"] for one in found[how, precision]]
            ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(found[how, precision], mine))
            last = found[how, precision][-1]
            print(f"| {how} {precision} | {statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f}) | {ratio:.2f} | "
                  f"{last['peak_mib']} | {last['iterations']} | {last['inertia']:.6g} |")
        if options.search:
            print("\n| k | tally s | scikit-learn s | times tally's | inertia of tally / of scikit-learn |\n|---|---|---|---|---|")
            total = [0.0, 0.0]
            for clusters in range(4, 11):
                pair = [run(command(how, "f64", clusters, 300, "10")) for how in ("tally", "scikit-learn")]
                seconds = [one["seconds"] for one in pair]
                total = [a + b for a, b in zip(total, seconds)]
                print(f"| {clusters} | {seconds[0]:.2f} | {seconds[1]:.2f} | {seconds[1] / seconds[0]:.2f} | {pair[0]['inertia'] / pair[1]['inertia']:.9f} |",
                      flush=True)
            print(f"| all | {total[0]:.1f} | {total[1]:.1f} | {total[1] / total[0]:.2f} | |")


if __name__ == "__main__":
    main()
