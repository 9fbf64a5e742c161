-- Balances in a currency that nobody delivered a middle rate for; they could not be counted.
select held.currency, held.kind, count(*) as contract_count
from (
    select currency, 'account' as kind from int_account
    union all
    select currency, 'position' as kind from int_position
    union all
    select currency, 'loan' as kind from int_loan
    union all
    select currency, 'card' as kind from int_card
) as held
left join (select currency from int_rate_day where rate_date = biz_date()) as known on held.currency = known.currency
where known.currency is null
group by held.currency, held.kind
