-- What accounts sent to and received from accounts in the same name at other banks and securities firms (domain specification, section 4.12): what was
-- known of the month, and this delivery.
select
    month,
    source_system,
    account_no,
    cast(sum(sent_amount) as decimal(18, 2)) as sent_amount,
    cast(sum(received_amount) as decimal(18, 2)) as received_amount
from (
    select
        cast(date_trunc('month', biz_date()) as date) as month,
        account.source_system,
        account.account_no,
        case when txn.signed_amount < 0 then -txn.signed_amount else 0 end as sent_amount,
        case when txn.signed_amount > 0 then txn.signed_amount else 0 end as received_amount
    from (
        select source_system, account_no, signed_amount, counterparty_name
        from int_counterparty_transaction
        where biz_date = biz_date() and counterparty_bank_no is not null
    ) as txn
    inner join int_account as account on txn.source_system = account.source_system and txn.account_no = account.account_no
    inner join int_customer_record as record
        on account.source_system = record.source_system
        and account.source_customer_no = record.source_customer_no
        and txn.counterparty_name = record.customer_name
    union all
    select month, source_system, account_no, sent_amount, received_amount
    from previous('agg_own_name_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
group by month, source_system, account_no
