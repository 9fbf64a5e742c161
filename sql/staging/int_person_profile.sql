-- What systems know about persons beside who they are. A bank with other systems replaces this file.
select
    'core' as source_system,
    src_cust_no as source_customer_no,
    education,
    marital = 'married' as is_married,
    annual_income,
    coalesce(student_flag, '0') = '1' as is_student,
    expected_grad_date,
    coalesce(staff_flag, '0') = '1' as is_staff,
    coalesce(deceased_flag, '0') = '1' as is_deceased,
    coalesce(proprietor_flag, '0') = '1' or occupation = '个体工商户' as is_proprietor
from raw_core__customer
where biz_date = biz_date()
