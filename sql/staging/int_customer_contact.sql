-- Contact points of customers of all systems that keep them apart from the record. A bank with other systems replaces this file.
select
    source_system,
    source_customer_no,
    kind,
    value,
    is_verified,
    verified_date,
    is_opted_in,
    valid_from
from stg_core__contact_point
