-- The first month that balances are known of, no further back than a year: who has no row from it on had nothing here, before it nothing is known.
select min(month) as first_month
from agg_customer_record_month
where month > cast(date_trunc('month', biz_date()) as date) - interval '13 months'
having count(*) > 0
