-- Both sides shown when they differ.
select customers.debt as debt_of_customers, loans.debt + cards.debt + overdrafts.debt as debt_of_contracts
from (select coalesce(sum(liability_balance), 0) as debt from mart_customer_view) as customers
cross join (
    select coalesce(sum(cast(loan.balance * rate.middle_rate as decimal(18, 2)) + cast(loan.overdue_interest * rate.middle_rate as decimal(18, 2))), 0) as debt
    from int_loan as loan
    inner join int_rate_day as rate on loan.currency = rate.currency and rate.rate_date = biz_date()
) as loans
cross join (
    select coalesce(sum(cast(card.balance * rate.middle_rate as decimal(18, 2))), 0) as debt
    from int_card as card
    inner join int_rate_day as rate on card.currency = rate.currency and rate.rate_date = biz_date()
) as cards
cross join (
    select coalesce(sum(greatest(-cast(account.balance * rate.middle_rate as decimal(18, 2)), 0)), 0) as debt
    from int_account as account
    inner join int_rate_day as rate on account.currency = rate.currency and rate.rate_date = biz_date()
) as overdrafts
where customers.debt <> loans.debt + cards.debt + overdrafts.debt
