-- Today's whole state; the warehouse carries the intervals forward.
select
    source_system,
    source_customer_no,
    party_type,
    customer_name,
    id_type,
    id_no,
    sex,
    birth_date,
    mobile,
    region_code,
    occupation,
    branch_no,
    document_tail,
    address,
    legal_rep_id_no,
    merged_into,
    open_date,
    is_inferred
from int_customer_record_all
