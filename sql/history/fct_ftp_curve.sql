-- One partition per delivery.
select biz_date() as biz_date, curve, tenor, curve_date, rate
from int_ftp_curve
