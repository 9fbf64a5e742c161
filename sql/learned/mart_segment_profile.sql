-- The sheet of each segment: means and medians over its customers in original units, beside all persons or all organisations (100 is their mean), and what goes with them.
-- Nothing in it is about one person.
with

member as (

    select
        segment.party_type,
        segment.segment,
        segment.segment_name,
        segment.segment_name_zh,
        segment.membership,
        metrics.aum_month_avg,
        metrics.liability_balance,
        metrics.external_credit_3m,
        metrics.turnover_12m,
        metrics.customer_txn_count_3m,
        metrics.echannel_share_3m,
        metrics.age_years,
        metrics.tenure_months,
        metrics.product_count,
        metrics.aum_growth_3m,
        cast(
            case
                when metrics.demand_balance + metrics.time_balance > 0
                    then cast(metrics.time_balance as decimal(24, 6)) / (metrics.demand_balance + metrics.time_balance)
                else 0
            end as decimal(9, 6)
        ) as time_share,
        coalesce(contribution.contribution, 0) as contribution,
        case when flag.customer_id is not null then 1 else 0 end as churn_count,
        preference.preferred_channel
    from mart_segment as segment
    inner join int_customer_metrics as metrics on segment.customer_id = metrics.customer_id
    left join agg_customer_contribution as contribution on segment.customer_id = contribution.customer_id
    left join (select customer_id from mart_churn_flag group by customer_id) as flag on segment.customer_id = flag.customer_id
    left join int_channel_preference as preference on segment.customer_id = preference.customer_id

),

total as (

    select
        party_type,
        count(*) as customer_count,
        sum(aum_month_avg) as aum,
        sum(contribution) as contribution,
        sum(customer_txn_count_3m) as txn_count
    from member
    group by party_type

),

channel as (

    select party_type, segment, first_value(preferred_channel order by customer_count desc, preferred_channel) as preferred_channel
    from (
        select party_type, segment, preferred_channel, count(*) as customer_count
        from member
        where preferred_channel is not null
        group by party_type, segment, preferred_channel
    ) as channels
    group by party_type, segment

),

measured as (

    select
        member.party_type,
        member.segment,
        member.segment_name,
        member.segment_name_zh,
        count(*) as customer_count,
        cast(cast(count(*) as decimal(24, 8)) / max(total.customer_count) as decimal(9, 6)) as customer_share,
        cast(cast(sum(member.aum_month_avg) as decimal(38, 8)) / count(*) as decimal(18, 2)) as aum_month_avg,
        cast(median(member.aum_month_avg) as decimal(18, 2)) as aum_month_median,
        cast(
            case
                when max(total.aum) > 0
                    then 100 * (cast(sum(member.aum_month_avg) as decimal(30, 8)) / count(*)) / (cast(max(total.aum) as decimal(24, 2)) / max(total.customer_count))
            end as decimal(18, 0)
        ) as aum_index,
        cast(
            case when max(total.aum) > 0 then cast(sum(member.aum_month_avg) as decimal(34, 8)) / cast(max(total.aum) as decimal(28, 2)) end
            as decimal(9, 6)
        ) as aum_share,
        cast(cast(sum(member.contribution) as decimal(38, 8)) / count(*) as decimal(18, 2)) as contribution_month,
        cast(
            case
                when max(total.contribution) > 0 then cast(sum(member.contribution) as decimal(34, 8)) / cast(max(total.contribution) as decimal(28, 2))
            end as decimal(18, 6)
        ) as contribution_share,
        cast(cast(sum(member.liability_balance) as decimal(38, 8)) / count(*) as decimal(18, 2)) as liability_balance,
        cast(cast(sum(member.time_share) as decimal(34, 8)) / count(*) as decimal(9, 6)) as time_share,
        cast(cast(sum(member.external_credit_3m) as decimal(38, 8)) / count(*) as decimal(18, 2)) as external_credit_3m,
        cast(cast(sum(member.turnover_12m) as decimal(38, 8)) / count(*) as decimal(18, 2)) as turnover_12m,
        cast(cast(sum(member.customer_txn_count_3m) as decimal(34, 8)) / count(*) as decimal(18, 2)) as customer_txn_count_3m,
        cast(median(cast(member.customer_txn_count_3m as decimal(18, 2))) as decimal(18, 2)) as customer_txn_median_3m,
        cast(cast(sum(member.echannel_share_3m) as decimal(34, 8)) / nullif(count(member.echannel_share_3m), 0) as decimal(9, 6)) as echannel_share_3m,
        cast(cast(sum(member.age_years) as decimal(34, 8)) / nullif(count(member.age_years), 0) as decimal(9, 2)) as age_years,
        cast(cast(sum(member.tenure_months) as decimal(34, 8)) / count(*) as decimal(9, 2)) as tenure_months,
        cast(cast(sum(member.product_count) as decimal(34, 8)) / count(*) as decimal(9, 2)) as product_count,
        cast(cast(sum(member.churn_count) as decimal(24, 8)) / count(*) as decimal(9, 6)) as churn_share,
        cast(median(member.aum_growth_3m) as decimal(18, 6)) as aum_growth_median_3m,
        cast(cast(sum(member.membership) as decimal(34, 8)) / count(*) as decimal(9, 6)) as membership
    from member
    inner join total on member.party_type = total.party_type
    group by member.party_type, member.segment, member.segment_name, member.segment_name_zh

)

select
    measured.*,
    channel.preferred_channel,
    coalesce(measured.aum_growth_median_3m < -0.05 and measured.churn_share > 0.05, false) as is_declining,
    case
        when measured.aum_growth_median_3m < -0.05 and measured.churn_share > 0.05 then 'keep: balances fall and customers show signs of leaving'
        when measured.aum_index >= 300 then 'look after personally'
        when measured.liability_balance > measured.aum_month_avg and measured.party_type = 'ORG' then 'settlement and payroll through the bank: ask for the whole cycle'
        when measured.liability_balance > measured.aum_month_avg then 'repayment, refinancing and the salary account'
        when measured.product_count < 1.5 then 'offer a second product'
        when measured.echannel_share_3m < 0.5 then 'show the mobile bank'
        else 'keep in touch'
    end as typical_action
from measured
left join channel on measured.party_type = channel.party_type and measured.segment = channel.segment
