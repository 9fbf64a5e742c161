-- Prices of funds of all systems. A bank with other systems replaces this file.
select curve, tenor, curve_date, rate
from stg_core__ftp_curve
