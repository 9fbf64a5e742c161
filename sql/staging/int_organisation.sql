-- What organisations declare about who stands behind them. A bank with other systems replaces this file.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    legal_form,
    legal_rep_id_type,
    legal_rep_id_no,
    controller_id_no,
    group_no,
    declared_turnover
from raw_core__organisation
where biz_date = biz_date()
