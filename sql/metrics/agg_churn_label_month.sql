-- Who left, by each definition of leaving (domain specification, section 6.1), of the observation month that is decided tonight. Persons only. A label
-- is null for who could not leave in its sense: without a base, an open account, a payroll, a card in use, a loan.
select
    wanted.month,
    customer.customer_id,
    wanted.outcome_month,
    biz_date() as decided_on,
    balance.aum_base,
    balance.aum_outcome,
    balance.aum_drop,
    balance.drop_limit_pct,
    balance.is_balance_lost,
    account.is_account_closed,
    dormancy.is_dormant,
    card.is_card_lost,
    payroll.is_payroll_lost,
    loan.is_loan_exited,
    loan.is_loan_transferred
from int_churn_month as wanted
cross join dim_customer as customer
left join int_balance_attrition as balance on wanted.month = balance.month and customer.customer_id = balance.customer_id
left join int_account_closure as account on wanted.month = account.month and customer.customer_id = account.customer_id
left join int_dormancy as dormancy on wanted.month = dormancy.month and customer.customer_id = dormancy.customer_id
left join int_card_closure as card on wanted.month = card.month and customer.customer_id = card.customer_id
left join int_payroll_loss as payroll on wanted.month = payroll.month and customer.customer_id = payroll.customer_id
left join int_loan_exit as loan on wanted.month = loan.month and customer.customer_id = loan.customer_id
where customer.party_type = 'PERSON'
    and coalesce(
        balance.customer_id, account.customer_id, dormancy.customer_id, card.customer_id, payroll.customer_id, loan.customer_id
    ) is not null
