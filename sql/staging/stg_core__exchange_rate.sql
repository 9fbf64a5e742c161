-- One row per currency and day, as delivered for this business date: the base currency for one unit.
select
    'core' as source_system,
    ccy as currency,
    coalesce(rate_date, biz_date()) as rate_date,
    cast(cast(middle as decimal(28, 12)) / cast(quote_unit as decimal(9, 0)) as decimal(18, 8)) as middle_rate
from raw_core__exchange_rate
where biz_date = biz_date() and quote_unit > 0
