-- Agreements of customers: acquiring, payroll, direct debits. A bank with other systems replaces this file.
select
    'core' as source_system,
    agr_no as agreement_no,
    src_cust_no as source_customer_no,
    kind as agreement_kind,
    start_date,
    nullif(end_date, date '9999-12-31') as end_date,
    counterpart_no as counterpart_customer_no
from raw_core__agreement
where biz_date = biz_date()
