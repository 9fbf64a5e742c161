-- Relations between golden customers: persons and organisations are never one customer, only related (domain specification,
-- section 3.6). Declared relations come from source systems; derived ones from documents; weak ones (same address and
-- surname) are never used for credit.
with

found as (

    select
        one.customer_id,
        other.customer_id as other_customer_id,
        declared.relation,
        1 as strength_rank,
        declared.share_pct
    from int_declared_relation as declared
    inner join dim_customer_xref as one
        on declared.source_system = one.source_system and declared.source_customer_no = one.source_customer_no
    inner join dim_customer_xref as other
        on declared.source_system = other.source_system and declared.other_source_customer_no = other.source_customer_no

    union all

    -- The legal representative's document is a person's; of a sole proprietor (个体工商户) that person is the owner.
    select
        person.customer_id,
        xref.customer_id as other_customer_id,
        case when organisation.legal_form = 'sole_proprietor' then 'OWNER' else 'LEGAL_REP' end as relation,
        2 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from int_organisation as organisation
    inner join dim_customer_xref as xref
        on organisation.source_system = xref.source_system and organisation.source_customer_no = xref.source_customer_no
    inner join dim_customer as person
        on document_key(organisation.legal_rep_id_type, organisation.legal_rep_id_no) = person.identity_key

    union all

    select
        person.customer_id,
        xref.customer_id as other_customer_id,
        'CONTROLLER' as relation,
        2 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from int_organisation as organisation
    inner join dim_customer_xref as xref
        on organisation.source_system = xref.source_system and organisation.source_customer_no = xref.source_customer_no
    inner join dim_customer as person
        on document_key('01', organisation.controller_id_no) = person.identity_key

    union all

    -- The owner declares the code of the shop.
    select
        xref.customer_id,
        shop.customer_id as other_customer_id,
        'OWNER' as relation,
        2 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from int_proprietor as proprietor
    inner join dim_customer_xref as xref
        on proprietor.source_system = xref.source_system and proprietor.source_customer_no = xref.source_customer_no
    inner join dim_customer as shop
        on document_key('51', proprietor.business_uscc) = shop.identity_key
    -- Codes that begin with 92 are those of sole proprietors (GB 32100-2015).
    where substr(trim(proprietor.business_uscc), 1, 2) = '92'

    union all

    -- Members of a declared group, each beside its least member.
    select
        least_member.customer_id,
        xref.customer_id as other_customer_id,
        'GROUP_MEMBER' as relation,
        1 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from int_organisation as organisation
    inner join dim_customer_xref as xref
        on organisation.source_system = xref.source_system and organisation.source_customer_no = xref.source_customer_no
    inner join (
        select member.group_no, min(member_xref.customer_id) as customer_id
        from int_organisation as member
        inner join dim_customer_xref as member_xref
            on member.source_system = member_xref.source_system and member.source_customer_no = member_xref.source_customer_no
        where member.group_no is not null
        group by member.group_no
    ) as least_member
        on organisation.group_no = least_member.group_no

    union all

    select
        guarantor.customer_id,
        borrower.customer_id as other_customer_id,
        'GUARANTOR' as relation,
        1 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from int_guarantee as guarantee
    inner join dim_customer_xref as guarantor
        on guarantee.guarantor_source_system = guarantor.source_system
        and guarantee.guarantor_source_customer_no = guarantor.source_customer_no
    inner join dim_customer_xref as borrower
        on guarantee.source_system = borrower.source_system and guarantee.source_customer_no = borrower.source_customer_no

    union all

    -- Neighbours in one home: addresses of more than six customers are houses, not homes.
    select
        one.customer_id,
        other.customer_id as other_customer_id,
        'SAME_HOME' as relation,
        3 as strength_rank,
        cast(null as decimal(9, 2)) as share_pct
    from (
        select address, substr(name_key(customer_name), 1, 1) as surname, count(*) as customer_count
        from dim_customer
        where party_type = 'PERSON' and character_length(address) >= 8
        group by address, substr(name_key(customer_name), 1, 1)
        having count(*) between 2 and 6
    ) as home
    inner join dim_customer as one
        on home.address = one.address and home.surname = substr(name_key(one.customer_name), 1, 1) and one.party_type = 'PERSON'
    inner join dim_customer as other
        on home.address = other.address and home.surname = substr(name_key(other.customer_name), 1, 1)
        and other.party_type = 'PERSON' and one.customer_id < other.customer_id

)

select
    customer_id,
    other_customer_id,
    relation,
    case min(strength_rank) when 1 then 'DECLARED' when 2 then 'DERIVED' else 'WEAK' end as strength,
    max(share_pct) as share_pct
from found
where customer_id <> other_customer_id
group by customer_id, other_customer_id, relation
