-- Czech words of the source → canonical types. Interest and fees are booked by the bank.
select
    'berka' as source_system,
    cast(trans_id as varchar) as txn_id,
    cast(account_id as varchar) as account_no,
    posting_date,
    -- The source knows the day only.
    arrow_cast(null, 'Timestamp(Microsecond, Some("UTC"))') as txn_at,
    case
        when purpose_code in ('UROK', 'SANKC. UROK') then case when direction = 'PRIJEM' then 'INT_CREDIT' else 'FEE' end
        when purpose_code = 'SLUZBY' then 'FEE'
        when purpose_code = 'UVER' then 'LOAN_REPAY'
        when operation = 'VKLAD' then 'CASH_IN'
        when operation in ('VYBER', 'VYBER KARTOU') then 'CASH_OUT'
        when operation = 'PREVOD Z UCTU' then 'TRF_IN'
        when operation = 'PREVOD NA UCET' then 'TRF_OUT'
        else 'ADJUST'
    end as txn_type,
    'CZK' as currency,
    cast(case when direction = 'PRIJEM' then amount else -amount end as decimal(18, 2)) as signed_amount,
    balance_after,
    case
        when operation = 'VYBER KARTOU' then 'ATM'
        when operation in ('VKLAD', 'VYBER') then 'COUNTER'
        else 'BATCH'
    end as channel,
    false as is_reversal
from raw_berka__trans
where biz_date = biz_date()
