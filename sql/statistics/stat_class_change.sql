-- The upgrade record (客户升级纪录, requirement LF-10): old and new class, what changed it, when.
with

change as (

    select
        now.customer_id,
        'abcd' as scheme_id,
        before.abcd_class as class_before,
        now.abcd_class as class_now,
        now.reason
    from mart_abcd_class as now
    inner join previous('mart_abcd_class') as before on now.customer_id = before.customer_id
    where now.abcd_class <> before.abcd_class
    union all
    select
        now.customer_id,
        now.scheme_id,
        before.tier as class_before,
        now.tier as class_now,
        case now.tier_status
            when 'UP' then 'the average balance reached its threshold'
            when 'DOWN' then 'the average balance was below the threshold for too long'
            when 'GIVEN' then 'asked for and approved'
            else 'decided by the month before'
        end as reason
    from int_customer_tier as now
    inner join previous('int_customer_tier') as before on now.customer_id = before.customer_id and now.scheme_id = before.scheme_id
    where now.tier <> before.tier

)

select
    customer_id,
    scheme_id,
    class_before,
    class_now,
    biz_date() as changed_on,
    reason
from change
