-- What accounts sent to and received from accounts in the same name at other banks and securities firms (domain specification, section 4.12): what was
-- known of the month, and this delivery.
select
    cast(date_trunc('month', biz_date()) as date) as month,
    source_system,
    account_no,
    cast(sum(sent_amount) as decimal(18, 2)) as sent_amount,
    cast(sum(received_amount) as decimal(18, 2)) as received_amount
from (
    select source_system, account_no, sent_amount, received_amount
    from agg_own_name_day
    where biz_date = biz_date()
    union all
    select source_system, account_no, sent_amount, received_amount
    from previous('agg_own_name_month')
    where month = cast(date_trunc('month', biz_date()) as date)
) as known
-- Not by the month, which is one (docs/concepts/sql-patterns.md).
group by source_system, account_no
