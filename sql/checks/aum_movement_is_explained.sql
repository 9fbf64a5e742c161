-- Customers whose AUM moved by more or less than their postings, purchases and rates say.
select customer_id, aum_begin, aum_end, unexplained_amount
from int_aum_movement
where unexplained_amount <> 0
