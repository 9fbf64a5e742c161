-- Prospects beside customers (requirement LF-03): evidence, the strongest customer of each prospect, and the outcome.
with

ledger as (

    select
        prospect_no,
        name_key(merchant_name) as merchant_key,
        name_key(owner_name) as owner_key,
        mobile_key(mobile) as mobile_key,
        document_key('01', id_no) as document_key,
        document_key('51', uscc) as code_key,
        case when character_length(address) >= 8 then name_key(address) end as address_key
    from prospect

),

record as (

    select
        xref.customer_id,
        record.party_type,
        name_key(record.customer_name) as name_key,
        mobile_key(record.mobile) as mobile_key,
        document_key(record.id_type, record.id_no) as document_key
    from int_identity_record as record
    inner join dim_customer_xref as xref
        on record.source_system = xref.source_system and record.source_customer_no = xref.source_customer_no

),

further_document as (

    select xref.customer_id, document_key(document.id_type, document.id_no) as document_key
    from int_customer_document as document
    inner join dim_customer_xref as xref
        on document.source_system = xref.source_system and document.source_customer_no = xref.source_customer_no

),

evidence as (

    select ledger.prospect_no, record.customer_id, 'DOCUMENT' as evidence
    from ledger inner join record on ledger.document_key = record.document_key
    union all
    select ledger.prospect_no, document.customer_id, 'DOCUMENT' as evidence
    from ledger inner join further_document as document on ledger.document_key = document.document_key
    union all
    select ledger.prospect_no, record.customer_id, 'CREDIT_CODE' as evidence
    from ledger inner join record on ledger.code_key = record.document_key
    union all
    select ledger.prospect_no, record.customer_id, 'MOBILE' as evidence
    from ledger inner join record on ledger.mobile_key = record.mobile_key
    union all
    select ledger.prospect_no, record.customer_id, 'MERCHANT_NAME' as evidence
    from ledger inner join record on ledger.merchant_key = record.name_key
    where record.party_type = 'ORG'
    union all
    select ledger.prospect_no, record.customer_id, 'OWNER_NAME' as evidence
    from ledger inner join record on ledger.owner_key = record.name_key
    where record.party_type = 'PERSON'
    union all
    select ledger.prospect_no, customer.customer_id, 'ADDRESS' as evidence
    from ledger inner join dim_customer as customer on ledger.address_key = name_key(customer.address)

),

judged as (

    select
        prospect_no,
        customer_id,
        bool_or(evidence = 'DOCUMENT') as has_document,
        bool_or(evidence = 'CREDIT_CODE') as has_code,
        bool_or(evidence = 'MOBILE') as has_mobile,
        bool_or(evidence = 'MERCHANT_NAME') as has_merchant_name,
        bool_or(evidence = 'OWNER_NAME') as has_owner_name,
        bool_or(evidence = 'ADDRESS') as has_address
    from evidence
    group by prospect_no, customer_id

),

decided as (

    select
        *,
        case
            when (has_document or has_code or has_mobile) and (has_merchant_name or has_owner_name) then 1
            when has_document or has_code or has_mobile or has_merchant_name or (has_owner_name and has_address) then 2
        end as outcome_rank,
        concat_ws(
            ', ',
            case when has_document then 'document' end,
            case when has_code then 'credit code' end,
            case when has_mobile then 'mobile' end,
            case when has_merchant_name then 'merchant name' end,
            case when has_owner_name then 'owner name' end,
            case when has_address then 'address' end
        ) as evidence
    from judged

),

ranked as (

    select
        decided.*,
        row_number() over (
            partition by prospect_no
            order by outcome_rank, has_document desc, has_code desc, has_mobile desc, has_merchant_name desc, customer_id
        ) as place,
        count(*) over (partition by prospect_no) as customer_count
    from decided
    where outcome_rank is not null

)

select
    prospect.prospect_no,
    case ranked.outcome_rank when 1 then 'matched' when 2 then 'review' else 'new' end as outcome,
    coalesce(ranked.customer_id, '') as customer_id,
    coalesce(customer.identity_key, '') as identity_key,
    coalesce(ranked.evidence, '') as evidence,
    coalesce(ranked.customer_count, 0) as customer_count
from prospect
left join ranked on prospect.prospect_no = ranked.prospect_no and ranked.place = 1
left join dim_customer as customer on ranked.customer_id = customer.customer_id
order by prospect.prospect_no
