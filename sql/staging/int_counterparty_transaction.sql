-- Postings with the account on the other side. A bank with other systems replaces this file.
select
    'core' as source_system,
    biz_date,
    txn_id,
    acct_no as account_no,
    posting_date,
    case dc_flag when 'C' then amount else -amount end as signed_amount,
    cp_acct as counterparty_account_no,
    cp_bank_no as counterparty_bank_no,
    cp_name as counterparty_name
from raw_core__transaction
where cp_acct is not null and coalesce(reversal_flag, '0') <> '1'
