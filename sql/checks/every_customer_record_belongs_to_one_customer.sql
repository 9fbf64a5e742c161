-- Records in force without a customer.
select record.source_system, record.source_customer_no
from int_identity_record as record
left join dim_customer_xref as xref
    on record.source_system = xref.source_system and record.source_customer_no = xref.source_customer_no
where xref.customer_id is null
