-- Watch lists are matched on documents only (domain specification, section 11): the one in each record of the customer, and those beside it.
select xref.customer_id, list.list_type, min(list.reason) as reason
from int_watchlist as list
inner join (
    select source_system, source_customer_no, id_type, id_no from int_identity_record
    union
    select source_system, source_customer_no, id_type, id_no from int_customer_document
) as document on list.id_type = document.id_type and list.id_no = document.id_no
inner join dim_customer_xref as xref
    on document.source_system = xref.source_system and document.source_customer_no = xref.source_customer_no
group by xref.customer_id, list.list_type
