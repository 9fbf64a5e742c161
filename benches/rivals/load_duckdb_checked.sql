-- The checks of sql/sources/core/transaction.toml: field count, mandatory fields, amounts, dates, code list, dates after
-- the business date, equal and conflicting keys, announced rows and total, and failed rows are kept raw.
create temp table delivered as
select row_number() over () as line, raw, string_split(raw, '|') as fields
from read_csv('{file}', delim = '\n', header = false, quote = '', escape = '', auto_detect = false,
    columns = {'raw': 'varchar'});

create temp table typed as
select
    line, raw, hash(raw) as row_hash, len(fields) <> 19 as q01,
    nullif(trim(fields[1]), '') as txn_id, nullif(trim(fields[2]), '') as acct_no,
    try_strptime(nullif(trim(fields[3]), ''), '%Y%m%d%H%M%S') as txn_at,
    try_strptime(nullif(trim(fields[4]), ''), '%Y%m%d')::date as posting_date,
    try_strptime(nullif(trim(fields[5]), ''), '%Y%m%d')::date as value_date,
    nullif(trim(fields[6]), '') as txn_type, nullif(trim(fields[7]), '') as dc_flag,
    try_cast(nullif(trim(fields[8]), '') as decimal(18,2)) as amount, nullif(trim(fields[9]), '') as ccy,
    try_cast(nullif(trim(fields[10]), '') as decimal(18,2)) as balance_after,
    nullif(trim(fields[11]), '') as channel, nullif(trim(fields[12]), '') as mcc,
    nullif(trim(fields[13]), '') as cp_name, nullif(trim(fields[14]), '') as cp_acct,
    nullif(trim(fields[15]), '') as cp_bank_no, nullif(trim(fields[16]), '') as summary,
    nullif(trim(fields[17]), '') as branch_no, nullif(trim(fields[18]), '') as reversal_flag,
    nullif(trim(fields[19]), '') as orig_txn_id,
    nullif(trim(fields[5]), '') is not null and value_date is null as q05_value_date,
    nullif(trim(fields[10]), '') is not null and balance_after is null as q04_balance_after
from delivered;

create temp table judged as
select *,
    q01 or txn_id is null or acct_no is null or txn_at is null or posting_date is null or q05_value_date
        or txn_type is null or dc_flag is null or dc_flag not in ('C', 'D') or amount is null or q04_balance_after
        or ccy is null or branch_no is null or posting_date > date '{biz_date}' or abs(amount) > 10000000000000
        as is_rejected
from typed;

create temp table repeated as
select txn_id, min(line) as first_line, count(distinct row_hash) > 1 as is_conflict
from judged where not is_rejected
group by txn_id having count(*) > 1;

copy (
    select j.* exclude (raw, q01, q05_value_date, q04_balance_after, is_rejected)
    from judged j left join repeated r using (txn_id)
    where not j.is_rejected and (r.txn_id is null or (not r.is_conflict and j.line = r.first_line))
) to '{out}/transaction.parquet' (format parquet, compression zstd);

copy (
    select j.line, j.raw
    from judged j left join repeated r using (txn_id)
    where j.is_rejected or r.is_conflict
) to '{out}/quarantine.parquet' (format parquet, compression zstd);

select
    case when count(*) <> {rows} then error('F03 rows') end,
    case when sum(coalesce(amount, 0)) <> {sum_amount} then error('F08 amount') end,
    count(*)
from judged;
