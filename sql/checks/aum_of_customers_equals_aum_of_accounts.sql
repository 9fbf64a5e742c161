-- Both sides shown when they differ.
select customers.aum as aum_of_customers, accounts.aum as aum_of_accounts
from (select coalesce(sum(aum_balance), 0) as aum from mart_customer_view) as customers
cross join (select coalesce(sum(balance), 0) as aum from int_account) as accounts
where customers.aum <> accounts.aum
