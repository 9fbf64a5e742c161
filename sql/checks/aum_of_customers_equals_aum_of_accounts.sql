-- Both sides shown when they differ.
select customers.aum as aum_of_customers, accounts.aum + positions.aum as aum_of_accounts
from (select coalesce(sum(aum_balance), 0) as aum from mart_customer_view) as customers
cross join (
    select coalesce(sum(cast(coalesce(component.weight, 1) * greatest(cast(account.balance * rate.middle_rate as decimal(18, 2)), 0) as decimal(18, 2))), 0) as aum
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    left join ref_aum_component as component on account.account_kind = component.component
) as accounts
cross join (
    select coalesce(sum(cast(coalesce(component.weight, 1) * greatest(cast(position.market_value * rate.middle_rate as decimal(18, 2)), 0) as decimal(18, 2))), 0) as aum
    from int_rate_day as rate
    inner join int_position as position on rate.currency = position.currency and rate.rate_date = biz_date()
    left join ref_aum_component as component on position.position_kind = component.component
) as positions
where customers.aum <> accounts.aum + positions.aum
