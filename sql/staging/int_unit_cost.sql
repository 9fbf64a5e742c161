-- Unit costs. A bank with other systems replaces this file.
select activity, unit_cost
from stg_core__unit_cost
