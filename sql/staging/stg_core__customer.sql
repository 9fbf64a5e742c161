-- One row per customer number of the savings system, as delivered for this business date.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    'PERSON' as party_type,
    name as customer_name,
    id_type,
    id_no,
    case sex when '1' then 'MALE' when '2' then 'FEMALE' else 'UNKNOWN' end as sex,
    birth_date,
    mobile,
    region_code,
    occupation,
    branch_no,
    cast(null as varchar) as document_tail,
    address,
    cast(null as varchar) as legal_rep_id_no,
    merged_into,
    open_date
from raw_core__customer
where biz_date = biz_date()
