-- What is known of leaving: a customer with a flag leaves, others stay. A model replaces this file.
select
    metrics.customer_id,
    cast(case when flag.customer_id is not null then 1 else 0 end as decimal(9, 6)) as churn_probability
from int_customer_metrics as metrics
left join (select customer_id from mart_churn_flag group by customer_id) as flag on metrics.customer_id = flag.customer_id
