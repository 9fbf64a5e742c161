-- Consent and its withdrawal (授权、拒绝), the last word of each: no built-in feed delivers any. A bank that keeps it replaces this file.
select
    source_system,
    source_customer_no,
    'profiling' as purpose,
    '' as channel,
    true as is_granted
from int_identity_record
where false
