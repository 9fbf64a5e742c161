-- Persons without a tier.
select customer_id, party_type
from mart_customer_view
where party_type = 'PERSON' and tier is null
