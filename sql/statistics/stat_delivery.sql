-- One row per file and business date; delivered = loaded + quarantined + duplicates + other dates.
select
    biz_date,
    system,
    feed,
    file,
    delivered_rows,
    loaded_rows,
    quarantined_rows,
    duplicate_rows,
    other_date_rows,
    warned_rows
from meta_file
