-- Documents of customers beside the one in their record. A bank with other systems replaces this file.
select
    source_system,
    source_customer_no,
    id_type,
    id_no,
    country,
    is_main,
    is_verified,
    verified_date
from stg_core__document
