-- CARD_CLOSE (domain specification, section 6.1): the main credit card, the one with the most purchases of the twelve months that end with the
-- observation month, is closed or without a purchase for card_rest_months at the end of the outcome window. Asked of cards in use: with purchases in
-- card_active_months_min of these months, one of them not long ago.
with

spend as (

    select
        wanted.month,
        wanted.outcome_month,
        known.source_system,
        known.card_no,
        sum(case when known.month <= wanted.month then 1 else 0 end) as active_months,
        sum(case when known.month <= wanted.month then known.spend_amount else 0 end) as spend_amount,
        max(case when known.month <= wanted.month then known.month end) as last_month_before,
        max(known.month) as last_month_after
    from int_churn_month as wanted
    cross join agg_card_month as known
    where known.spend_count > 0
        and known.month > wanted.month - interval '12 months'
        and known.month <= wanted.outcome_month
        and known.month >= cast(date_trunc('month', biz_date()) as date)
            - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 12 as varchar) || ' months' as interval)
    group by wanted.month, wanted.outcome_month, known.source_system, known.card_no

),

-- Holders as they are delivered today, and of cards that their system has forgotten as they were.
holder as (

    select source_system, card_no, max(source_customer_no) as source_customer_no, min(is_closed) as is_closed
    from (
        select source_system, card_no, source_customer_no, case when status = 'CLOSED' then 1 else 0 end as is_closed
        from int_card
        union all
        select known.source_system, known.contract_no as card_no, known.source_customer_no, 1 as is_closed
        from int_churn_month as wanted
        cross join agg_contract_month as known
        where known.contract_kind = 'CARD'
            and known.month = wanted.month
            and known.month >= cast(date_trunc('month', biz_date()) as date)
                - cast(cast(parameter('churn_outcome_months') + parameter('churn_gap_months') + 1 as varchar) || ' months' as interval)
    ) as known
    group by source_system, card_no

),

ranked as (

    select
        spend.*,
        xref.customer_id,
        holder.is_closed = 1 as is_closed,
        row_number() over (
            partition by spend.month, xref.customer_id order by spend.spend_amount desc, spend.source_system, spend.card_no
        ) as place
    from spend
    inner join holder on spend.source_system = holder.source_system and spend.card_no = holder.card_no
    inner join dim_customer_xref as xref
        on holder.source_system = xref.source_system and holder.source_customer_no = xref.source_customer_no

)

select
    month,
    customer_id,
    is_closed
    or last_month_after <= outcome_month - cast(cast(parameter('card_rest_months') as varchar) || ' months' as interval) as is_card_lost
from ranked
where place = 1
    and active_months >= parameter('card_active_months_min')
    and last_month_before > month - cast(cast(parameter('card_rest_months') as varchar) || ' months' as interval)
