-- Customer records of all systems. A bank with other systems replaces this file.
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
    open_date
from stg_core__customer

union all

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
    open_date
from stg_core__organisation

union all

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
    open_date
from stg_credit__customer

union all

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
    open_date
from stg_credit__organisation

union all

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
    open_date
from stg_card__customer

union all

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
    open_date
from stg_fund__customer

union all

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
    open_date
from stg_wealth__customer

union all

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
    open_date
from stg_channel__customer
