"""DuckDB: the transaction feed to Parquet, declared types, with or without the checks of the feed's contract."""

import pathlib
import re
import sys

import duckdb

mode, file, out, threads = sys.argv[1:]
HERE = pathlib.Path(__file__).resolve().parent
control = dict(line.split("=", 1) for line in pathlib.Path(f"{file}.ctl").read_text().split())
connection = duckdb.connect(f"{out}/work.duckdb", config={"threads": threads, "memory_limit": "4GB"})
script = (HERE / f"load_duckdb_{mode}.sql").read_text()
values = {"file": file, "out": out, "rows": control["rows"], "sum_amount": control["sum_amount"],
          "biz_date": control["biz_date"]}
script = re.sub(r"\{(\w+)\}", lambda m: values[m[1]], script)
for statement in script.split(";"):
    if statement.strip():
        result = connection.execute(statement).fetchall()
print(result[0])
