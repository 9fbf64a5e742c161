-- Days past due, bucket and floor of the class of each loan; use of each card (domain specification, sections 4.13, 4.14 and 11).
-- Days past due count from the earliest unpaid day; payments settle what is oldest first, so that day is what the source has left.
with

exposed as (

    select
        source_system,
        'LOAN' as contract_kind,
        loan_no as contract_no,
        source_customer_no,
        balance,
        cast(null as decimal(18, 2)) as credit_limit,
        five_class,
        greatest(coalesce(cast(biz_date() as int) - cast(first_unpaid_due_date as int), 0), 0) as days_past_due
    from int_loan
    union all
    select
        source_system,
        'CARD' as contract_kind,
        card_no as contract_no,
        source_customer_no,
        balance,
        card_limit as credit_limit,
        cast(null as bigint) as five_class,
        cast(null as bigint) as days_past_due
    from int_card

)

select
    exposed.source_system,
    exposed.contract_kind,
    exposed.contract_no,
    exposed.source_customer_no,
    xref.customer_id,
    balance,
    credit_limit,
    cast(days_past_due as bigint) as days_past_due,
    case
        when days_past_due is null then null
        when days_past_due = 0 then 'M0'
        when days_past_due <= 30 then 'M1'
        when days_past_due <= 60 then 'M2'
        when days_past_due <= 90 then 'M3'
        when days_past_due <= 120 then 'M4'
        when days_past_due <= 150 then 'M5'
        when days_past_due <= 180 then 'M6'
        else 'M6+'
    end as bucket,
    five_class,
    case
        when days_past_due is null or days_past_due = 0 then null
        when days_past_due > 360 then 'LOSS'
        when days_past_due > 270 then 'DOUBTFUL'
        when days_past_due > 90 then 'SUBSTANDARD'
        else 'SPECIAL_MENTION'
    end as class_floor,
    cast(
        case when credit_limit > 0 then cast(balance as decimal(28, 8)) / credit_limit end as decimal(9, 4)
    ) as utilisation,
    coalesce(credit_limit > 0 and balance > credit_limit, false) as is_over_limit
from exposed
inner join dim_customer_xref as xref
    on exposed.source_system = xref.source_system and exposed.source_customer_no = xref.source_customer_no
