-- The guarantee graph (担保圈), by guarantor: for how many, whether somebody guarantees back (at once, or over one or two
-- others), and how long the chain of guarantees behind is, up to three.
with

edge as (

    select distinct customer_id as guarantor_id, other_customer_id as borrower_id
    from dim_customer_relation
    where relation = 'GUARANTOR'

),

two as (

    select distinct a.guarantor_id, b.borrower_id
    from edge as a
    inner join edge as b on a.borrower_id = b.guarantor_id

),

three as (

    select distinct a.guarantor_id, b.borrower_id
    from two as a
    inner join edge as b on a.borrower_id = b.guarantor_id

),

reach as (

    select guarantor_id, borrower_id, 1 as chain_length from edge
    union all
    select guarantor_id, borrower_id, 2 as chain_length from two
    union all
    select guarantor_id, borrower_id, 3 as chain_length from three

)

select
    guarantor_id as customer_id,
    sum(case when chain_length = 1 then 1 else 0 end) as borrower_count,
    min(case when guarantor_id = borrower_id then chain_length end) as circle_length,
    coalesce(min(case when guarantor_id = borrower_id then chain_length end) = 2, false) as is_mutual,
    max(chain_length) as chain_length
from reach
group by guarantor_id
