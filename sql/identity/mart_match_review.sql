-- Pairs of records that somebody must look at: rules that ask, and links that would join what must stay apart.
-- What people have decided is left out.
select
    pair.source_system,
    pair.source_customer_no,
    pair.other_source_system,
    pair.other_source_customer_no,
    one.customer_id,
    other.customer_id as other_customer_id,
    one_record.customer_name,
    other_record.customer_name as other_customer_name,
    one_record.birth_date,
    other_record.birth_date as other_birth_date,
    one_record.mobile,
    other_record.mobile as other_mobile,
    pair.match_rule,
    case pair.decision when 'LINK' then 'CONFLICT' else 'REVIEW' end as review_kind,
    pair.match_score,
    pair.evidence
from int_match_pair as pair
inner join dim_customer_xref as one
    on pair.source_system = one.source_system and pair.source_customer_no = one.source_customer_no
inner join dim_customer_xref as other
    on pair.other_source_system = other.source_system and pair.other_source_customer_no = other.source_customer_no
inner join int_identity_record as one_record
    on pair.source_system = one_record.source_system and pair.source_customer_no = one_record.source_customer_no
inner join int_identity_record as other_record
    on pair.other_source_system = other_record.source_system
    and pair.other_source_customer_no = other_record.source_customer_no
left join (
    -- A decision may name the pair in either order.
    select source_system, source_customer_no, other_source_system, other_source_customer_no, decision
    from int_match_decision
    union all
    select other_source_system, other_source_customer_no, source_system, source_customer_no, decision
    from int_match_decision
) as decided
    on pair.source_system = decided.source_system
    and pair.source_customer_no = decided.source_customer_no
    and pair.other_source_system = decided.other_source_system
    and pair.other_source_customer_no = decided.other_source_customer_no
where one.customer_id <> other.customer_id and decided.decision is null
