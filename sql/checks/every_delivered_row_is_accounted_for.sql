-- Rows of this business date's files that went nowhere.
select system, feed, file, delivered_rows, loaded_rows, quarantined_rows, duplicate_rows, other_date_rows
from meta_file
where biz_date = biz_date()
    and delivered_rows <> loaded_rows + quarantined_rows + duplicate_rows + other_date_rows
