-- Who lives together: family that is declared, and the same home.
select distinct customer_id, other_customer_id
from dim_customer_relation
where relation in ('SPOUSE', 'PARENT', 'CHILD', 'SAME_HOME')
