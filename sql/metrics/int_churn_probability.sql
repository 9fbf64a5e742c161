-- What is known of leaving: the model's probability; of whom it does not score, who has a flag leaves and others stay.
select
    metrics.customer_id,
    cast(coalesce(score.probability, case when flag.customer_id is not null then 1 else 0 end) as decimal(9, 6)) as churn_probability
from int_customer_metrics as metrics
left join int_churn_score as score on metrics.customer_id = score.customer_id
left join (select customer_id from mart_churn_flag group by customer_id) as flag on metrics.customer_id = flag.customer_id
