-- Profiling was refused, or consent to it taken back, for one of the customer's records.
select xref.customer_id
from int_consent as consent
inner join dim_customer_xref as xref
    on consent.source_system = xref.source_system and consent.source_customer_no = xref.source_customer_no
where consent.purpose = 'profiling' and not consent.is_granted
group by xref.customer_id
