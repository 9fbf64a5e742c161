"""Value metrics of one night beside the same aggregates hand-written in DuckDB SQL, over the same Parquet.

    python3 benches/nights/nights.py --customers 200000 --nights 13 --bank /tmp/nights     # makes the bank and its warehouse
    python3 benches/rivals/metrics.py --bank /tmp/nights --rounds 3

Each round computes the last night again with tally (`run --from`), whose log says how long each node took with planning, writing and
committing, and then runs every file of metrics/ in DuckDB, which reads the Parquet files of the release that was left and writes Parquet.
Needs duckdb and deltalake (requirements.txt). Prints a table in Markdown, ratios, and whether the sums agree.
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import duckdb
from deltalake import DeltaTable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Sums that both must agree on: column of ours, column of theirs.
SUMS = {
    "agg_account_month": [("balance_accumulator", "balance_accumulator"), ("external_debit_amount", "external_debit_amount"),
                          ("interchange_amount", "interchange_amount"), ("turnover_amount", "turnover_amount")],
    "agg_channel_month": [("txn_count", "txn_count"), ("txn_amount", "txn_amount"), ("out_of_hours_count", "out_of_hours_count")],
    "agg_spend_month": [("purchase_count", "purchase_count"), ("spend_amount", "spend_amount")],
    "int_customer_metrics": [("aum_month_avg", "aum_month_avg"), ("net_inflow_3m", "net_inflow_3m"), ("turnover_12m", "turnover_12m")],
    "agg_contribution_year": [("eva_12m", "eva_12m")],
    "mart_customer_view": [("aum_month_avg", "aum_month_avg")],
}
# What is computed on the way counts with the node that needs it.
PARTS = {
    "agg_account_month": ["int_rate_day", "int_posting_month"],
    "agg_channel_month": ["dim_calendar"],
    "int_customer_metrics": ["int_reopened_month", "agg_customer_record_month"],
    "mart_customer_view": ["int_customer_standing"],
    "agg_contribution_year": ["agg_customer_record_contribution"],
}
PARTITIONED = {"agg_account_month", "agg_channel_month", "agg_spend_month"}


def tables(bank, connection, date):
    """Views of the release's tables, and of reference files."""
    for log in sorted((bank / "warehouse").glob("*/*/_delta_log")):
        table = DeltaTable(str(log.parent))
        # Of a table that no release has any more, vacuum has taken the files.
        files = [file for uri in table.file_uris() if Path(file := uri.removeprefix("file://")).exists()]
        name = log.parent.name
        if files:
            listed = ", ".join(f"'{file}'" for file in files)
            connection.execute(f"create view {name} as select * from read_parquet([{listed}], hive_partitioning = true, union_by_name = true)")
    for reference in ["ref_txn_type", "ref_channel", "ref_aum_component", "ref_merchant_category"]:
        types = ", types = {'mcc_from': 'varchar', 'mcc_to': 'varchar'}" if reference == "ref_merchant_category" else ""
        connection.execute(f"create view {reference} as select * from read_csv('{ROOT}/sql/reference/{reference}.csv'{types})")
    connection.execute(f"""create view account as select 'core' as source_system, acct_no as account_no, src_cust_no as source_customer_no,
        dep_kind as account_kind, ccy as currency, balance, branch_no, nullif(close_date, date '9999-12-31') as close_date
        from raw_core__account where biz_date = date '{date}'""")
    connection.execute(f"""create view unit_cost as select activity, cost as unit_cost from raw_core__unit_cost where biz_date = date '{date}'""")
    connection.execute(f"""create view card_account as select src_cust_no as source_customer_no, balance, card_limit
        from raw_card__account where biz_date = date '{date}'""")
    connection.execute(f"""create view calendar as select day::date as date, coalesce(holiday.is_business_day, isodow(day) <= 5) as is_business_day
        from range(timestamp '2024-01-01', timestamp '2029-01-01', interval 1 day) as days(day)
        left join read_csv('{ROOT}/sql/reference/ref_holiday.csv') as holiday on day::date = holiday.date""")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bank", type=Path, required=True)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--tally", type=Path, default=ROOT / "target/release/tally")
    arguments.add_argument("--out", type=Path, default=Path("/tmp"))
    options = arguments.parse_args()
    bank, tally = options.bank, str(options.tally)
    status = json.loads(subprocess.run([tally, "plan", "--project", str(bank), "--output", "json"], check=True,
                                       stdout=subprocess.PIPE).stdout)
    date = status["current"]["biz_date"]
    nodes = sorted(path.stem for path in (HERE / "metrics").glob("*.sql"))
    ours, theirs = {node: [] for node in nodes}, {node: [] for node in nodes}
    for _ in range(options.rounds):
        subprocess.run([tally, "run", "--from", date, "--to", date, "--project", str(bank), "--output", "json"], check=True, stdout=subprocess.DEVNULL)
        newest = max((bank / "warehouse/_runs").glob("*/run.json"))
        steps = {step["step"]: step["duration_ms"] for step in json.loads(newest.read_text())["steps"]}
        connection = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
        tables(bank, connection, date)
        for node in nodes:
            ours[node].append(sum(steps[part] for part in [*PARTS.get(node, []), node]) / 1000)
            sql = (HERE / "metrics" / f"{node}.sql").read_text().replace("{date}", date)
            began = time.monotonic()
            connection.execute(f"copy ({sql}) to '{options.out}/{node}.parquet' (format parquet, compression zstd)")
            theirs[node].append(time.monotonic() - began)
    print("| node | tally s | DuckDB s | DuckDB / tally | rows | sums agree |\n|---|---|---|---|---|---|")
    for node in nodes:
        mine, other = statistics.median(ours[node]), statistics.median(theirs[node])
        where = f"where month = date_trunc('month', date '{date}')" if node in PARTITIONED else ""
        agree = []
        rows = [connection.execute(f"select count(*) from {source}").fetchone()[0]
                for source in (f"(select * from {node} {where})", f"'{options.out}/{node}.parquet'")]
        for left, right in SUMS[node]:
            one = connection.execute(f"select sum({left}) from {node} {where}").fetchone()[0]
            two = connection.execute(f"select sum({right}) from '{options.out}/{node}.parquet'").fetchone()[0]
            agree.append(one == two or f"{left}: {one} and {two}")
        said = "yes" if all(word is True for word in agree) and rows[0] == rows[1] else f"{rows} {agree}"
        print(f"| {node} | {mine:.2f} | {other:.2f} | {other / mine:.2f} | {rows[0]} | {said} |")
    mine, other = (sum(statistics.median(times[node]) for node in nodes) for times in (ours, theirs))
    print(f"| all | {mine:.2f} | {other:.2f} | {other / mine:.2f} | | |")


if __name__ == "__main__":
    main()
