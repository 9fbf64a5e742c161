-- The tier in force in each scheme: after the last night of a month that month's, before it the one that the month before left;
-- a new customer's at once. Near a threshold (a tenth of it) when the month is seen to its end with today's balance.
with

calendar as (

    select
        biz_date() = month_end or today.next_business_day > month_end as is_last_night
    from (
        select date, next_business_day, cast(date_trunc('month', date) + interval '1 month' - interval '1 day' as date) as month_end
        from dim_calendar
        where date = biz_date()
    ) as today

),

judged as (

    select
        month.scheme_id,
        month.customer_id,
        case when month.tier_before is null or calendar.is_last_night then month.tier else month.tier_before end as tier,
        month.tier as tier_next,
        month.tier_status,
        month.months_below,
        month.aum_month_projected,
        case when calendar.is_last_night then month.effective_from else month.month end as effective_from
    from calendar
    cross join fct_tier_month as month
    where month.month = cast(date_trunc('month', biz_date()) as date)

)

select
    judged.scheme_id,
    judged.customer_id,
    judged.tier,
    tier.tier_rank,
    judged.tier_next,
    judged.tier_status,
    judged.months_below,
    judged.effective_from,
    metrics.aum_month_avg,
    judged.aum_month_projected,
    case
        when above.aum_from > judged.aum_month_projected and judged.aum_month_projected >= above.aum_from * 0.90 then above.tier
    end as near_up_tier
from judged
inner join ref_tier as tier on judged.scheme_id = tier.scheme_id and judged.tier = tier.tier
left join ref_tier as above on judged.scheme_id = above.scheme_id and tier.tier_rank + 1 = above.tier_rank
inner join int_customer_metrics as metrics on judged.customer_id = metrics.customer_id
