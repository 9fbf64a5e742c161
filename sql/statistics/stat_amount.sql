-- One row per file, amount column and business date.
select
    biz_date,
    system,
    feed,
    file,
    column_name,
    announced_amount,
    loaded_amount,
    quarantined_amount,
    duplicate_amount,
    other_date_amount
from meta_amount
