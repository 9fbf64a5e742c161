-- One row per file, amount column, currency and business date; ALL where sums are not taken per currency.
select
    biz_date,
    system,
    feed,
    file,
    column_name,
    coalesce(currency, 'ALL') as currency,
    announced_amount,
    loaded_amount,
    quarantined_amount,
    duplicate_amount,
    other_date_amount
from meta_amount
