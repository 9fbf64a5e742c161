"""The load benchmark: the transaction feed of the sample bank, one business date, into a table of typed columns.

    python3 benches/rivals/load.py [--rows 10000000] [--rounds 5] [--work DIR]

Contenders run one after the other in every round, each in a process of its own with two threads, on the same rows:

- tally: UTF-8 and GB18030, clean and with bad and repeated rows: every row check, key uniqueness, announced rows and totals, SHA-256, quarantine, Delta commit
- DuckDB, declared types -> Parquet (zstd), nothing checked
- DuckDB, the same checks in SQL (duckdb_checked.sql)
- Polars, scan_csv -> sink_parquet (zstd), nothing checked

None of the rivals reads GB18030 or a delimiter of three characters in every version, so they get UTF-8 and `|`.
Wall seconds, peak resident memory, and the ratio to tally of the same round; medians are written to
docs/performance.md between its two marks.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
THREADS = 2
DATE = "2026-06-30"
COMPACT = DATE.replace("-", "")
# A month of one of the sample bank's customers has about ten postings.
ROWS_PER_CUSTOMER = 10.4
MARKS = ("<!-- load: written by benches/rivals/load.py -->", "<!-- load: end -->")


def run(command):
    print("+", " ".join(map(str, command)), flush=True)
    subprocess.run([str(c) for c in command], check=True, cwd=ROOT)


def environment(work):
    """A virtual environment with the pinned rivals."""
    python = work / "venv" / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", work / "venv"])
    run([python, "-m", "pip", "install", "--quiet", "--requirement", HERE / "requirements.txt"])
    return python


def binaries():
    """Release builds of the program and of its loader alone."""
    run(["cargo", "build", "--release", "--workspace", "--locked"])
    return ROOT / "target/release/tally", ROOT / "target/release/load-feed"


def deliver(work, tally, rows):
    """The feed in four forms: clean in GB18030 as delivered, in UTF-8, in UTF-8 with a delimiter of one character, and
    that with the usual share of bad and repeated rows."""
    folder = work / f"feed_{rows}"
    forms = {name: folder / name / "core" for name in ("gb18030", "utf8", "narrow", "dirty")}
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        customers = int(rows / ROWS_PER_CUSTOMER)
        for name, encoding, dirt in (("gb18030", "gb18030", "clean"), ("utf8", "utf-8", "clean"),
                                     ("dirty", "utf-8", "usual")):
            bank = folder / f"bank_{name}"
            run([tally, "sample-bank", bank, "--customers", customers, "--nights", 1, "--start", DATE,
                 "--systems", 1, "--encoding", encoding, "--dirty", dirt])
            forms[name].mkdir(parents=True)
            feed = forms[name] / f"T_{COMPACT}.dat"
            delivered = bank / "landing" / f"CORE_TRANSACTION_{COMPACT}_D.dat.gz"
            with open(feed, "wb") as out:
                subprocess.run(["gzip", "-dc", delivered], stdout=out, check=True)
            control(feed, delivered.with_name(delivered.name + ".ctl"))
            contract(forms[name] / "transaction.toml", encoding, "|@|")
            shutil.rmtree(bank)
        narrow(forms["utf8"], forms["narrow"])
        wide = forms["dirty"].rename(folder / "wide")
        narrow(wide, forms["dirty"])
        shutil.rmtree(wide)
        (folder / "done").touch()
    return forms


def narrow(wide, folder):
    """The same file with `|` between fields."""
    folder.mkdir(parents=True)
    name = f"T_{COMPACT}.dat"
    with open(wide / name, "rb") as source, open(folder / name, "wb") as out:
        subprocess.run(["sed", "s/|@|/|/g"], stdin=source, stdout=out, check=True)
    control(folder / name, wide / f"{name}.ctl")
    contract(folder / "transaction.toml", "utf-8", "|")


def control(feed, announced):
    """The control file of a rewritten data file: the same rows and sums, another hash."""
    with open(feed, "rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    text = re.sub(r"sha256=\w+", f"sha256={digest}", announced.read_text())
    feed.with_name(feed.name + ".ctl").write_text(text)


def contract(path, encoding, delimiter):
    text = (ROOT / "sql/sources/core/transaction.toml").read_text()
    text = re.sub(r'name = "CORE_TRANSACTION_.*"', 'name = "T_{biz_date}.dat"', text)
    text = re.sub(r'encoding = ".*"', f'encoding = "{encoding}"', text)
    path.write_text(re.sub(r'delimiter = ".*"', f'delimiter = "{delimiter}"', text))


def timed(command):
    """Wall seconds, peak resident MiB, and the last line said."""
    environ = os.environ | {"POLARS_MAX_THREADS": str(THREADS)}
    start = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, env=environ)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_maxrss / 1024, said.strip().splitlines()[-1]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--warmup", type=int, default=1)
    arguments.add_argument("--work", type=pathlib.Path, default=ROOT / "target/rivals")
    options = arguments.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    python = environment(options.work)
    tally, load_feed = binaries()
    forms = deliver(options.work, tally, options.rows)
    out = options.work / "out"

    def ours(form):
        folder = forms[form]
        return [load_feed, folder / "transaction.toml", folder / f"T_{COMPACT}.dat", out, THREADS]

    plain = forms["narrow"] / f"T_{COMPACT}.dat"
    contenders = {
        "tally, UTF-8, one": ours("narrow"),
        "tally, UTF-8, three": ours("utf8"),
        "tally, GB18030, three": ours("gb18030"),
        "tally, UTF-8, one, bad and repeated rows": ours("dirty"),
        "DuckDB, nothing checked": [python, HERE / "load_duckdb.py", "plain", plain, out, THREADS],
        "DuckDB, the same checks in SQL": [python, HERE / "load_duckdb.py", "checked", plain, out, THREADS],
        "Polars, nothing checked": [python, HERE / "load_polars.py", plain, out],
    }
    results = {name: [] for name in contenders}
    for round_number in range(1 - options.warmup, options.rounds + 1):
        for name, command in contenders.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            seconds, mebibytes, said = timed(command)
            size = sum(f.stat().st_size for f in out.rglob("*.parquet")) / 1e6
            print(f"round {round_number} {name}: {seconds:.2f} s, {mebibytes:.0f} MiB, {size:.0f} MB, {said}", flush=True)
            # Rounds from 1 count; those before warm the disk's cache.
            if round_number > 0:
                results[name].append((seconds, mebibytes, size))
    shutil.rmtree(out, ignore_errors=True)
    report(plain, results)


def report(plain, results):
    base = results["tally, UTF-8, one"]
    with open(plain, "rb") as data:
        rows = sum(block.count(b"\n") for block in iter(lambda: data.read(1 << 24), b""))
    lines = [
        MARKS[0],
        f"{rows:,} rows, {plain.stat().st_size / 1e9:.2f} GB as UTF-8 with `|`, {THREADS} threads, "
        f"{len(base)} paired rounds; {pins()}.",
        "",
        "| contender, characters in the delimiter | wall s (min-max) | times tally's wall, median of rounds | peak MiB | Parquet MB |",
        "|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        seconds = [r[0] for r in runs]
        ratio = statistics.median(run[0] / ours[0] for run, ours in zip(runs, base))
        lines.append(
            f"| {name} | {statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f}) | {ratio:.2f} "
            f"| {max(r[1] for r in runs):.0f} | {runs[0][2]:.0f} |"
        )
    lines.append(MARKS[1])
    page = ROOT / "docs/performance.md"
    text = page.read_text()
    block = "\n".join(lines)
    if MARKS[0] in text:
        start, end = text.index(MARKS[0]), text.index(MARKS[1]) + len(MARKS[1])
        text = text[:start] + block + text[end:]
        page.write_text(text)
    print(block)


def pins():
    pinned = [line.strip() for line in (HERE / "requirements.txt").read_text().splitlines()]
    return ", ".join(line.replace("==", " ") for line in pinned if "==" in line)


if __name__ == "__main__":
    main()
