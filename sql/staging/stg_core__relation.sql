-- One row per relation between customers of the core system, as delivered for this business date.
select
    'core' as source_system,
    from_no as source_customer_no,
    to_no as other_source_customer_no,
    upper(relation) as relation,
    share_pct,
    valid_from,
    valid_to
from raw_core__relation
where biz_date = biz_date()
