-- Answers to surveys: no built-in feed delivers any. A bank with surveys replaces this file.
select
    source_system,
    source_customer_no,
    biz_date() as survey_date,
    cast(null as decimal(9, 2)) as satisfaction_score
from int_customer_record
where false
