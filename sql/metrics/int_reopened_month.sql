-- A posting that comes late moves the balances of its own month and of all after it; a month whose last days had no business date is completed by
-- the first night after it. Everything else that is closed stays as it is.
with

closed as (

    select month, min(as_of_date) as as_of_date
    from (
        select month, as_of_date
        from previous('agg_account_month')
        where month < cast(date_trunc('month', biz_date()) as date)
            and month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
        union all
        select month, as_of_date
        from previous('agg_contract_month')
        where month < cast(date_trunc('month', biz_date()) as date)
            and month >= cast(date_trunc('month', cast(cast(biz_date() as int) - parameter('restatement_days') as date)) as date)
    ) as known
    group by month

),

reopened_from as (

    select min(month) as month
    from (
        select cast(date_trunc('month', min(effective_date)) as date) as month
        from fct_transaction
        where biz_date = biz_date() and effective_date < cast(date_trunc('month', biz_date()) as date)
        union all
        select min(month) as month
        from closed
        where as_of_date < cast(month + interval '1 month' - interval '1 day' as date)
    ) as touched

)

select cast(date_trunc('month', biz_date()) as date) as month
union all
select closed.month
from closed
inner join reopened_from on closed.month >= reopened_from.month
