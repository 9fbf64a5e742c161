-- Contracts whose balance is delivered as it is, without postings: positions, loans, card accounts.
select
    source_system,
    'POSITION' as contract_kind,
    position_no as contract_no,
    source_customer_no,
    position_kind as component,
    cast(null as varchar) as branch_no,
    currency,
    market_value as balance,
    open_date
from int_position
union all
select
    source_system,
    'LOAN' as contract_kind,
    loan_no as contract_no,
    source_customer_no,
    loan_kind as component,
    branch_no,
    currency,
    balance,
    start_date as open_date
from int_loan
union all
select
    source_system,
    'CARD' as contract_kind,
    card_no as contract_no,
    source_customer_no,
    'CREDIT_CARD' as component,
    cast(null as varchar) as branch_no,
    currency,
    balance,
    open_date
from int_card
