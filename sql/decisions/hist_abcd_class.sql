-- Who was in which class when: business with us or a large move of assets changes it on the same night (客户升级纪录).
select customer_id, abcd_class, is_override
from mart_abcd_class
