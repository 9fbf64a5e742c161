-- Where each value of a golden customer comes from, field by field.
with

field as (

    select customer_id, 'customer_name' as field, customer_name as value, customer_name_source as value_source from dim_customer where customer_name_source is not null
    union all
    select customer_id, 'sex' as field, sex as value, sex_source as value_source from dim_customer where sex_source is not null
    union all
    select customer_id, 'birth_date' as field, cast(birth_date as varchar) as value, birth_date_source as value_source from dim_customer where birth_date_source is not null
    union all
    select customer_id, 'mobile' as field, mobile as value, mobile_source as value_source from dim_customer where mobile_source is not null
    union all
    select customer_id, 'address' as field, address as value, address_source as value_source from dim_customer where address_source is not null
    union all
    select customer_id, 'region_code' as field, region_code as value, region_code_source as value_source from dim_customer where region_code_source is not null
    union all
    select customer_id, 'occupation' as field, occupation as value, occupation_source as value_source from dim_customer where occupation_source is not null
    union all
    select customer_id, 'branch_no' as field, branch_no as value, branch_no_source as value_source from dim_customer where branch_no_source is not null

)

select
    field.customer_id,
    field.field,
    field.value,
    field.value_source,
    case
        when field.value_source = 'steward' then 'STEWARD'
        when field.value_source = 'resident ID' then 'RESIDENT_ID'
        when contact.value is not null then 'VERIFIED'
        else 'SOURCE_PRIORITY'
    end as survivorship_rule,
    coalesce(contact.verified_date, history.valid_from) as source_date
from field
left join hist_customer_record as history
    on field.value_source = history.source_system || ':' || history.source_customer_no
    and history.valid_from <= biz_date() and history.valid_to > biz_date()
left join (select * from int_customer_contact where kind = 'mobile' and is_verified) as contact
    on field.field = 'mobile' and field.value = contact.value
    and field.value_source = contact.source_system || ':' || contact.source_customer_no
