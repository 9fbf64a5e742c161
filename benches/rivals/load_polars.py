"""Polars: the transaction feed to Parquet, declared types, nothing checked."""

import sys

import polars as pl

file, out = sys.argv[1:]
TEXTS = ["txn_type", "dc_flag", "ccy", "channel", "mcc", "cp_name", "cp_acct", "cp_bank_no", "summary", "branch_no",
         "reversal_flag", "orig_txn_id"]
NAMES = ["txn_id", "acct_no", "txn_at", "posting_date", "value_date", "txn_type", "dc_flag", "amount", "ccy",
         "balance_after", *TEXTS[3:]]
schema = {name: pl.String for name in NAMES} | {n: pl.Decimal(18, 2) for n in ("amount", "balance_after")}
rows = pl.scan_csv(file, separator="|", has_header=False, schema=schema, quote_char=None)
rows = rows.with_columns(
    pl.col("txn_at").str.to_datetime("%Y%m%d%H%M%S"),
    pl.col("posting_date").str.to_date("%Y%m%d"),
    pl.col("value_date").str.to_date("%Y%m%d"),
)
rows.sink_parquet(f"{out}/transaction.parquet", compression="zstd", compression_level=3)
print("written")
