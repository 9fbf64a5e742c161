-- What a time deposit pays at the end of its term (rate x months / 12), and what it pays when withdrawn today: the demand rate for the days held.
select
    xref.customer_id,
    account.source_system,
    account.account_no,
    account.balance,
    account.rate,
    account.value_date,
    account.mature_date,
    cast(cast(biz_date() as int) - cast(account.value_date as int) as bigint) as days_held,
    cast(cast(account.mature_date as int) - cast(biz_date() as int) as bigint) as days_to_maturity,
    cast(
        cast(account.balance as decimal(18, 2)) * account.rate
        * cast(case account.term_code when 'M3' then 3 when 'M6' then 6 when 'Y1' then 12 when 'Y2' then 24 when 'Y3' then 36 when 'Y5' then 60 end as decimal(3, 0))
        / cast(12 as decimal(2, 0)) as decimal(18, 2)
    ) as term_interest,
    cast(
        cast(account.balance as decimal(18, 2)) * listed.rate * cast(cast(biz_date() as int) - cast(account.value_date as int) as decimal(5, 0))
        / cast(price.year_days as decimal(3, 0)) as decimal(18, 2)
    ) as early_interest
from int_contribution_parameter as price
cross join ref_listed_rate as listed
inner join int_account as account on listed.currency = account.currency and listed.product = 'DEMAND'
inner join dim_customer_xref as xref
    on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
where account.account_kind <> 'DEMAND' and account.balance > 0 and account.mature_date > biz_date() and account.value_date <= biz_date()
