-- The first rule that holds (domain specification, section 5.6). A: deposits of 50,000 on average, a time deposit that matures within 90 days, or a
-- balance that grows. B: a good relation and deposits here. C: deposits elsewhere and none here. D: everyone else. An approved proposal of the scheme
-- 'abcd' (ref_tier_proposal) goes before the rules.
with

deposit as (

    select
        xref.customer_id,
        sum(month.balance_avg) as deposit_month_avg,
        sum(month.balance) as deposit_balance
    from (
        select source_system, source_customer_no, greatest(balance_avg_base, 0) as balance_avg, greatest(balance_base, 0) as balance
        from agg_account_month
        where month = cast(date_trunc('month', biz_date()) as date)
        union all
        -- What joint owners have is theirs and not the holder's.
        select
            share.source_system,
            share.source_customer_no,
            cast(greatest(account.balance_avg_base, 0) * share.signed_share as decimal(18, 2)) as balance_avg,
            cast(greatest(account.balance_base, 0) * share.signed_share as decimal(18, 2)) as balance
        from int_joint_share as share
        inner join agg_account_month as account
            on share.source_system = account.source_system
            and share.account_no = account.account_no
            and account.month = cast(date_trunc('month', biz_date()) as date)
    ) as month
    inner join dim_customer_xref as xref
        on month.source_system = xref.source_system and month.source_customer_no = xref.source_customer_no
    group by xref.customer_id

),

maturity as (

    select customer_id, min(mature_date) as next_maturity_date
    from int_time_deposit
    group by customer_id

),

contact as (

    select xref.customer_id, count(*) as good_contact_count
    from int_contact as contact
    inner join dim_customer_xref as xref
        on contact.source_system = xref.source_system and contact.source_customer_no = xref.source_customer_no
    where contact.outcome in ('interested', 'deal') and contact.contact_at > biz_date() - interval '90 days'
    group by xref.customer_id

),

override as (

    select customer_id, max(tier) as abcd_class
    from int_tier_proposal
    where scheme_id = 'abcd' and state = 'EFFECTIVE' and tier in ('A', 'B', 'C', 'D')
    group by customer_id

),

known as (

    select
        metrics.customer_id,
        metrics.aum_growth_3m,
        cast(coalesce(deposit.deposit_month_avg, 0) as decimal(18, 2)) as deposit_month_avg,
        coalesce(deposit.deposit_balance, 0) as deposit_balance,
        maturity.next_maturity_date,
        coalesce(contact.good_contact_count, 0) as good_contact_count,
        coalesce(wallet.outside_amount, 0) as outside_amount,
        coalesce(potential.reason_codes like '%GROWTH%', false) as is_growing,
        override.abcd_class as override_class
    from int_customer_metrics as metrics
    left join deposit on metrics.customer_id = deposit.customer_id
    left join maturity on metrics.customer_id = maturity.customer_id
    left join contact on metrics.customer_id = contact.customer_id
    left join int_share_of_wallet as wallet on metrics.customer_id = wallet.customer_id
    left join int_potential_vip as potential on metrics.customer_id = potential.customer_id and potential.is_listed
    left join override on metrics.customer_id = override.customer_id
    where metrics.party_type = 'PERSON'

),

judged as (

    select
        *,
        deposit_month_avg >= parameter('class_a_deposit_min') as is_rich,
        coalesce(cast(next_maturity_date as int) - cast(biz_date() as int) <= parameter('class_a_maturity_days'), false) as is_maturing,
        good_contact_count >= parameter('class_b_contact_min') and deposit_balance > 0 as is_target,
        outside_amount > 0 and deposit_balance <= 0 as is_elsewhere
    from known

)

select
    customer_id,
    coalesce(
        override_class,
        case when is_rich or is_maturing or is_growing then 'A' when is_target then 'B' when is_elsewhere then 'C' else 'D' end
    ) as abcd_class,
    case
        when override_class is not null then 'asked for by a manager and approved'
        when is_rich then 'deposits of ' || cast(deposit_month_avg as varchar) || ' on average'
        when is_maturing then 'a time deposit matures on ' || cast(next_maturity_date as varchar)
        when is_growing then 'the average balance grew by half or more in three months'
        when is_target then cast(good_contact_count as varchar) || ' good contacts in ninety days, and deposits here'
        when is_elsewhere then 'moved ' || cast(outside_amount as varchar) || ' to own accounts elsewhere, no deposits here'
        else 'nothing of the other classes'
    end as reason,
    deposit_month_avg,
    next_maturity_date,
    cast(good_contact_count as bigint) as good_contact_count_90d,
    cast(least(cast(good_contact_count as decimal(9, 2)) / cast(5 as decimal(1, 0)), 1) as decimal(9, 2)) as relation_score,
    cast(outside_amount as decimal(18, 2)) as outside_amount,
    override_class is not null as is_override
from judged
