-- What people had decided by this business date: a rebuild of earlier dates does not know it yet.
select
    source_system,
    source_customer_no,
    other_source_system,
    other_source_customer_no,
    decision
from ref_match_decision
where decided_on <= biz_date()
