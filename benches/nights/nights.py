"""What one more night costs beside the full rebuild, and how the cost grows with history and customers.

    cargo build --release --workspace --locked
    python3 benches/nights/nights.py --customers 200000 --nights 13 --bank /tmp/nights

Every night is a process of its own, so that its processor time and peak memory are the system's figures (wait4), not ours.
Standard library only. Prints a table in Markdown and the ratios.
"""

import argparse
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def measured(command):
    """Run a command; its wall seconds, processor seconds and peak memory in MiB."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command} ended with {status}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=200_000)
    arguments.add_argument("--nights", type=int, default=13)
    arguments.add_argument("--bank", type=Path, default=Path("/tmp/nights"))
    arguments.add_argument("--tally", type=Path, default=ROOT / "target/release/tally")
    arguments.add_argument("--set", action="append", default=[], help="a setting, as in engine.memory_mb=2048")
    arguments.add_argument("--no-rebuild", action="store_true")
    options = arguments.parse_args()
    tally, bank = str(options.tally), options.bank
    if not bank.exists():
        subprocess.run(
            [tally, "sample-bank", str(bank), "--customers", str(options.customers), "--nights", str(options.nights)],
            check=True,
        )
    for folder in ["warehouse", "published"]:
        shutil.rmtree(bank / folder, ignore_errors=True)
    settings = [word for setting in options.set for word in ("--set", setting)]
    run = [tally, "run", "--project", str(bank), "--output", "json", *settings]
    plan = json.loads(subprocess.run([tally, "plan", "--project", str(bank), "--output", "json"], check=True,
                                     stdout=subprocess.PIPE).stdout)
    dates = [date["biz_date"] for date in plan["biz_dates"]][: options.nights]
    print("| night | business date | wall s | processor s | of it in segments s | peak MiB |")
    print("|---|---|---|---|---|---|")
    nights = []
    for number, date in enumerate(dates, 1):
        wall, processor, memory = measured([*run, "--date", date])
        newest = max((bank / "warehouse/_runs").glob("*/run.json"))
        steps = {step["step"]: step["duration_ms"] for step in json.loads(newest.read_text())["steps"]}
        segments = sum(ms for step, ms in steps.items() if step.endswith(("_segment_model", "_segment"))) / 1000
        nights.append((processor, memory))
        print(f"| {number} | {date} | {wall:.1f} | {processor:.1f} | {segments:.1f} | {memory:.0f} |", flush=True)
    wall, processor, _ = measured(run)
    print(f"\nNothing to do: {wall:.2f} s; ", end="")
    wall, processor, _ = measured([tally, "plan", "--project", str(bank)])
    print(f"plan: {wall:.2f} s")
    if options.no_rebuild:
        return
    wall, processor, memory = measured([*run, "--full"])
    last = nights[-1][0]
    print(f"Full rebuild of {len(dates)} nights: {wall:.0f} s, {processor:.0f} processor s, {memory:.0f} MiB")
    print(f"The last night costs {last / processor:.1%} of it.")


if __name__ == "__main__":
    main()
