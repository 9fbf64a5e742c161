-- One row per customer number of the wealth system, as delivered for this business date.
-- The system does not know sex, region, occupation or branch.
select
    'wealth' as source_system,
    src_cust_no as source_customer_no,
    'PERSON' as party_type,
    name as customer_name,
    id_type,
    id_no,
    'UNKNOWN' as sex,
    birth_date,
    mobile,
    cast(null as varchar) as region_code,
    cast(null as varchar) as occupation,
    cast(null as varchar) as branch_no,
    cast(null as varchar) as document_tail,
    cast(null as varchar) as address,
    cast(null as varchar) as legal_rep_id_no,
    cast(null as varchar) as merged_into,
    open_date
from raw_wealth__customer
where biz_date = biz_date()
