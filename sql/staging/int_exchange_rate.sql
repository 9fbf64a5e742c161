-- Middle rates of all systems. A bank with other systems replaces this file.
select currency, rate_date, middle_rate
from stg_core__exchange_rate
