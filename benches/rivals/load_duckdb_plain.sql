-- Declared types to Parquet, a row that does not fit ends it.
copy (
    select *
    from read_csv('{file}', delim = '|', header = false, quote = '', escape = '', auto_detect = false, nullstr = '',
        dateformat = '%Y%m%d', timestampformat = '%Y%m%d%H%M%S', columns = {
            'txn_id': 'varchar', 'acct_no': 'varchar', 'txn_at': 'timestamp', 'posting_date': 'date',
            'value_date': 'date', 'txn_type': 'varchar', 'dc_flag': 'varchar', 'amount': 'decimal(18,2)',
            'ccy': 'varchar', 'balance_after': 'decimal(18,2)', 'channel': 'varchar', 'mcc': 'varchar',
            'cp_name': 'varchar', 'cp_acct': 'varchar', 'cp_bank_no': 'varchar', 'summary': 'varchar',
            'branch_no': 'varchar', 'reversal_flag': 'varchar', 'orig_txn_id': 'varchar'})
) to '{out}/transaction.parquet' (format parquet, compression zstd);
