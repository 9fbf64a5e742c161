-- Both sides shown when they differ.
select customers.debt as debt_of_customers, loans.debt + cards.debt + overdrafts.debt as debt_of_contracts
from (select coalesce(sum(liability_balance), 0) as debt from mart_customer_view) as customers
cross join (
    select coalesce(sum(cast(loan.balance * rate.middle_rate as decimal(18, 2)) + cast(loan.overdue_interest * rate.middle_rate as decimal(18, 2))), 0) as debt
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
) as loans
cross join (
    select coalesce(sum(cast(card.balance * rate.middle_rate as decimal(18, 2))), 0) as debt
    from int_rate_day as rate
    inner join int_card as card on rate.currency = card.currency and rate.rate_date = biz_date()
) as cards
cross join (
    -- Accounts and positions below zero.
    select coalesce(sum(greatest(-cast(held.balance * rate.middle_rate as decimal(18, 2)), 0)), 0) as debt
    from int_rate_day as rate
    inner join (
        select currency, balance from int_account
        union all
        select currency, market_value as balance from int_position
    ) as held on rate.currency = held.currency and rate.rate_date = biz_date()
) as overdrafts
where customers.debt <> loans.debt + cards.debt + overdrafts.debt
