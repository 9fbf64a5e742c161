-- One row per organisation of the credit system, as delivered for this business date.
select
    'credit' as source_system,
    src_cust_no as source_customer_no,
    'ORG' as party_type,
    name as customer_name,
    id_type,
    id_no,
    'UNKNOWN' as sex,
    cast(null as date) as birth_date,
    cast(null as varchar) as mobile,
    cast(null as varchar) as region_code,
    cast(null as varchar) as occupation,
    cast(null as varchar) as branch_no,
    cast(null as varchar) as document_tail,
    address,
    cast(null as varchar) as legal_rep_id_no,
    cast(null as varchar) as merged_into,
    open_date
from raw_credit__organisation
where biz_date = biz_date()
