-- What accounts of organisations and owners of shops received from and paid to each counterparty, by month of delivery. A night computes its
-- own month from the postings delivered in it.
with

business as (

    -- Accounts of organisations, and of persons who own a shop.
    select account.source_system, account.account_no
    from int_account as account
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    inner join dim_customer as customer on xref.customer_id = customer.customer_id
    left join (select customer_id from dim_customer_relation where relation = 'OWNER' group by customer_id) as owner
        on xref.customer_id = owner.customer_id
    where customer.party_type = 'ORG' or owner.customer_id is not null

)

select
    cast(date_trunc('month', biz_date()) as date) as month,
    business.source_system,
    business.account_no,
    txn.counterparty_account_no,
    coalesce(txn.counterparty_bank_no, '') as counterparty_bank_no,
    max(txn.counterparty_name) as counterparty_name,
    cast(sum(case when txn.signed_amount > 0 then txn.signed_amount else 0 end) as decimal(18, 2)) as received_amount,
    sum(case when txn.signed_amount > 0 then 1 else 0 end) as received_count,
    cast(sum(case when txn.signed_amount < 0 then -txn.signed_amount else 0 end) as decimal(18, 2)) as paid_amount,
    sum(case when txn.signed_amount < 0 then 1 else 0 end) as paid_count
from int_counterparty_transaction as txn
inner join business on txn.source_system = business.source_system and txn.account_no = business.account_no
where txn.biz_date >= cast(date_trunc('month', biz_date()) as date) and txn.biz_date <= biz_date()
group by business.source_system, business.account_no, txn.counterparty_account_no, coalesce(txn.counterparty_bank_no, '')
