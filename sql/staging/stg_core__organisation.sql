-- One row per organisation of the core system, as delivered for this business date.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    'ORG' as party_type,
    name as customer_name,
    case when uscc is not null then '51' end as id_type,
    uscc as id_no,
    'UNKNOWN' as sex,
    cast(null as date) as birth_date,
    cast(null as varchar) as mobile,
    region_code,
    cast(null as varchar) as occupation,
    branch_no,
    cast(null as varchar) as document_tail,
    address,
    legal_rep_id_no,
    cast(null as varchar) as merged_into,
    open_date
from raw_core__organisation
where biz_date = biz_date()
