-- Customers, branches and contracts, shown when they differ.
select customers.eva as eva_of_customers, branches.eva as eva_of_branches, contracts.eva as eva_of_contracts
from (select coalesce(sum(eva_month), 0) as eva from mart_customer_view) as customers
cross join (
    select coalesce(sum(eva), 0) as eva
    from (
        select branch_no, sum(eva) as eva
        from agg_contribution_month
        where month = cast(date_trunc('month', biz_date()) as date)
        group by branch_no
    ) as branch
) as branches
cross join (
    select coalesce(sum(spread_income + fee_income + interchange_income - activity_cost - expected_loss - tax - capital_charge), 0) as eva
    from agg_contribution_month
    where month = cast(date_trunc('month', biz_date()) as date)
) as contracts
where customers.eva <> contracts.eva or branches.eva <> contracts.eva
