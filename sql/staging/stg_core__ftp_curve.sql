-- Internal prices of funds by tenor, as delivered for this business date.
select curve, tenor, coalesce(curve_date, biz_date()) as curve_date, rate
from raw_core__ftp_curve
where biz_date = biz_date()
