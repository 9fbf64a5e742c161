-- The ledger of ids: which customer each record belonged to, from when to when.
select
    source_system,
    source_customer_no,
    customer_id,
    match_rule
from dim_customer_xref
