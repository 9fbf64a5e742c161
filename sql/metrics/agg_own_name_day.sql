-- What accounts sent to and received from accounts in the same name at other banks and securities firms (domain specification, section 4.12), of each
-- delivery. A transfer whose other side is kept at another bank and bears the owner's name.
select
    biz_date() as biz_date,
    account.source_system,
    account.account_no,
    txn.posting_date,
    cast(sum(case when txn.signed_amount < 0 then -txn.signed_amount else 0 end) as decimal(18, 2)) as sent_amount,
    cast(sum(case when txn.signed_amount > 0 then txn.signed_amount else 0 end) as decimal(18, 2)) as received_amount
from (
    select source_system, account_no, posting_date, signed_amount, counterparty_name
    from int_counterparty_transaction
    where biz_date = biz_date() and counterparty_bank_no is not null
) as txn
inner join int_account as account on txn.source_system = account.source_system and txn.account_no = account.account_no
inner join int_customer_record as record
    on account.source_system = record.source_system
    and account.source_customer_no = record.source_customer_no
    and txn.counterparty_name = record.customer_name
group by account.source_system, account.account_no, txn.posting_date
