-- Pairs of intervals of one record that overlap. Only those that began tonight: what was closed before is not touched.
select a.source_system, a.source_customer_no, a.valid_from, b.valid_from as valid_from_other
from hist_customer_record as a
inner join hist_customer_record as b
    on a.source_system = b.source_system and a.source_customer_no = b.source_customer_no
    and a.valid_from < b.valid_from and a.valid_to > b.valid_from
where b.valid_from = biz_date() and a.valid_to > biz_date()
