-- Watch lists (特别关注、不良信用、失信名单): no built-in feed delivers any. A bank with lists replaces this file; entries that are over are left out.
select
    'INTERNAL' as list_type,
    id_type,
    id_no,
    cast(null as varchar) as reason
from int_identity_record
where false
