-- The matrix of value and risk (requirement LF-19): how many persons stand in each of the nine cells, and what is at risk there.
with

class as (

    select * from (values ('HIGH', 1), ('MEDIUM', 2), ('LOW', 3)) as classes (class, class_order)

)

select
    value.class as value_class,
    risk.class as risk_class,
    cast(value.class_order as bigint) as value_order,
    cast(risk.class_order as bigint) as risk_order,
    (value.class = 'HIGH' and risk.class in ('HIGH', 'MEDIUM')) or (value.class = 'MEDIUM' and risk.class = 'HIGH') as is_protected,
    cast(coalesce(counted.customer_count, 0) as bigint) as customer_count,
    cast(coalesce(counted.contribution_12m, 0) as decimal(18, 2)) as contribution_12m,
    cast(coalesce(counted.value_at_risk, 0) as decimal(18, 2)) as value_at_risk,
    cast(coalesce(counted.worth_contact_count, 0) as bigint) as worth_contact_count
from class as value
cross join class as risk
left join (
    select
        value_class,
        risk_class,
        count(*) as customer_count,
        sum(contribution_12m) as contribution_12m,
        sum(value_at_risk) as value_at_risk,
        sum(case when is_worth_contact then 1 else 0 end) as worth_contact_count
    from int_value_risk
    group by value_class, risk_class
) as counted on value.class = counted.value_class and risk.class = counted.risk_class
