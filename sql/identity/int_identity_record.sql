-- Records in force on this business date.
select
    source_system,
    source_customer_no,
    party_type,
    customer_name,
    id_type,
    id_no,
    document_tail,
    sex,
    birth_date,
    mobile,
    region_code,
    legal_rep_id_no,
    merged_into,
    open_date
from hist_customer_record
where valid_from <= biz_date() and valid_to > biz_date()
