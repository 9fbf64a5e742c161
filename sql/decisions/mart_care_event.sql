-- Whom to think of in the next days (客户关怀): birthdays, deposits that mature, anniversaries of the relationship. 29 February has its birthday on the 28th
-- in common years (domain specification, section 4.8). Nobody who died, and nobody who refused to be written to.
with

refused as (

    select xref.customer_id
    from int_consent as consent
    inner join dim_customer_xref as xref
        on consent.source_system = xref.source_system and consent.source_customer_no = xref.source_customer_no
    where consent.purpose = 'marketing' and not consent.is_granted
    group by xref.customer_id

),

-- This year's day; adding months to the first one keeps 29 February where there is one.
yearly as (

    select
        customer_id,
        event,
        first_date,
        cast(first_date + cast(cast(12 * years as varchar) || ' months' as interval) as date) as this_year,
        cast(first_date + cast(cast(12 * (years + 1) as varchar) || ' months' as interval) as date) as next_year
    from (
        select customer_id, 'BIRTHDAY' as event, birth_date as first_date, cast(date_part('year', biz_date()) - date_part('year', birth_date) as bigint) as years
        from dim_customer
        where party_type = 'PERSON' and birth_date < biz_date()
        union all
        select customer_id, 'ANNIVERSARY' as event, open_date as first_date, cast(date_part('year', biz_date()) - date_part('year', open_date) as bigint) as years
        from dim_customer
        where open_date < biz_date()
    ) as dated

),

occasion as (

    select
        customer_id,
        event,
        case when this_year >= biz_date() then this_year else next_year end as event_date,
        first_date,
        cast(null as varchar) as contract_no,
        cast(null as decimal(18, 2)) as amount
    from yearly
    union all
    select customer_id, 'MATURITY' as event, mature_date as event_date, value_date as first_date, account_no as contract_no, balance as amount
    from int_time_deposit

)

select
    occasion.customer_id,
    customer.customer_name,
    occasion.event,
    occasion.event_date,
    coalesce(occasion.contract_no, '') as contract_no,
    case occasion.event
        when 'MATURITY' then 'a deposit of ' || cast(occasion.amount as varchar) || ' matures'
        -- Not how old: with the day it would be the date of birth.
        when 'BIRTHDAY' then 'birthday'
        else 'customer for ' || cast(date_part('year', occasion.event_date) - date_part('year', occasion.first_date) as varchar) || ' years'
    end as reason,
    customer.branch_no,
    owner.owner_staff_no
from occasion
inner join dim_customer as customer on occasion.customer_id = customer.customer_id
left join dim_customer_profile as profile on occasion.customer_id = profile.customer_id
left join refused on occasion.customer_id = refused.customer_id
left join int_customer_owner as owner on occasion.customer_id = owner.customer_id
where occasion.event_date
    <= biz_date() + case when occasion.event = 'MATURITY' then parameter('care_maturity_days') else parameter('care_days') end
    and occasion.event_date > occasion.first_date
    and not coalesce(profile.is_deceased, false)
    and refused.customer_id is null
