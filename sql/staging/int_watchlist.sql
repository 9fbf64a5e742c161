-- Watch lists (特别关注、不良信用、失信名单); entries that are over are left out. A bank with other systems replaces this file.
select
    list_type,
    id_type,
    id_no,
    reason
from raw_crm__watchlist
where biz_date = biz_date()
    and coalesce(valid_from, biz_date()) <= biz_date() and coalesce(valid_to, date '9999-12-31') >= biz_date()
