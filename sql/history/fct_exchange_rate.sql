-- One partition per delivery.
select biz_date() as biz_date, currency, rate_date, middle_rate
from int_exchange_rate
