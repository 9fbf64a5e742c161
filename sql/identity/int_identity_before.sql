-- Which customer each record was before this business date: ids stay because of it.
select
    source_system,
    source_customer_no,
    customer_id,
    customer_since
from previous('dim_customer_xref')
