-- Owners of accounts, joint owners too, loans and cards without a customer record become inferred customers:
-- their balances must stay in every total (check code Q08).
with

owners as (

    select source_system, source_customer_no, min(open_date) as open_date
    from (
        select source_system, source_customer_no, open_date from int_account
        union all
        select source_system, source_customer_no, start_date as open_date from int_loan
        union all
        select source_system, source_customer_no, open_date from int_card
        union all
        select source_system, source_customer_no, open_date from int_joint_share
    ) as holding
    group by source_system, source_customer_no

)

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
    false as is_inferred
from int_customer_record

union all

select
    owners.source_system,
    owners.source_customer_no,
    'PERSON' as party_type,
    cast(null as varchar) as customer_name,
    cast(null as varchar) as id_type,
    cast(null as varchar) as id_no,
    'UNKNOWN' as sex,
    cast(null as date) as birth_date,
    cast(null as varchar) as mobile,
    cast(null as varchar) as region_code,
    cast(null as varchar) as occupation,
    cast(null as varchar) as branch_no,
    cast(null as varchar) as document_tail,
    cast(null as varchar) as address,
    cast(null as varchar) as legal_rep_id_no,
    cast(null as varchar) as merged_into,
    owners.open_date,
    true as is_inferred
from owners
left join int_customer_record as record
    on owners.source_system = record.source_system
    and owners.source_customer_no = record.source_customer_no
where record.source_customer_no is null
