-- Both sides shown when they differ.
select customers.debt as debt_of_customers, loans.debt + cards.debt as debt_of_contracts
from (select coalesce(sum(liability_balance), 0) as debt from mart_customer_view) as customers
cross join (select coalesce(sum(balance), 0) as debt from int_loan) as loans
cross join (select coalesce(sum(balance), 0) as debt from int_card) as cards
where customers.debt <> loans.debt + cards.debt
