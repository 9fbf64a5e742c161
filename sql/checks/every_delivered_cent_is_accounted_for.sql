-- Amount columns of this business date's files that do not tie to their control file.
select system, feed, file, column_name, currency, announced_amount, loaded_amount, quarantined_amount, duplicate_amount
from meta_amount
where biz_date = biz_date()
    and announced_amount is not null
    and announced_amount <> loaded_amount + quarantined_amount + duplicate_amount + other_date_amount
