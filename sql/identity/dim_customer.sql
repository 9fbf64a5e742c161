-- Survivorship: birth date and sex from a valid resident ID, else the first record that has a value;
-- records are ranked by ref_source_priority, real ones before inferred ones.
with

record as (

    select
        xref.customer_id,
        xref.identity_key,
        xref.document_status,
        history.*,
        row_number() over (
            partition by xref.customer_id
            order by history.is_inferred, coalesce(priority.priority, 99), history.source_system, history.source_customer_no
        ) as record_rank
    from dim_customer_xref as xref
    inner join hist_customer_record as history
        on xref.source_system = history.source_system
        and xref.source_customer_no = history.source_customer_no
        and history.valid_from <= biz_date() and history.valid_to > biz_date()
    left join ref_source_priority as priority
        on history.source_system = priority.source_system

),

survivor as (

    select
        customer_id,
        min(identity_key) as identity_key,
        min(open_date) as open_date,
        count(*) as record_count,
        bool_and(is_inferred) as is_inferred,
        min(case when document_status = 'VALID' then '0VALID' else document_status end) as document_status,
        first_value(party_type order by record_rank) as party_type,
        first_value(customer_name order by customer_name is null, record_rank) as customer_name,
        first_value(sex order by sex = 'UNKNOWN', record_rank) as sex,
        first_value(birth_date order by birth_date is null, record_rank) as birth_date,
        first_value(mobile order by mobile is null, record_rank) as mobile,
        first_value(region_code order by region_code is null, record_rank) as region_code,
        first_value(occupation order by occupation is null, record_rank) as occupation,
        first_value(branch_no order by branch_no is null, record_rank) as branch_no
    from record
    group by customer_id

),

system as (

    -- Grouped twice instead of count(distinct): see docs/concepts/sql-patterns.md.
    select customer_id, count(*) as system_count
    from (select customer_id, source_system from record group by customer_id, source_system) as known
    group by customer_id

)

select
    survivor.customer_id,
    survivor.identity_key,
    survivor.party_type,
    survivor.customer_name,
    -- A resident ID key is '01|' and 18 characters: birth date in 7 to 14, sex in 17.
    case
        when survivor.identity_key like '01|%'
            then case when cast(substr(survivor.identity_key, 20, 1) as int) % 2 = 1 then 'MALE' else 'FEMALE' end
        else survivor.sex
    end as sex,
    case
        when survivor.identity_key like '01|%' then to_date(substr(survivor.identity_key, 10, 8), '%Y%m%d')
        else survivor.birth_date
    end as birth_date,
    survivor.mobile,
    survivor.region_code,
    survivor.occupation,
    survivor.branch_no,
    survivor.open_date,
    survivor.record_count,
    system.system_count,
    case when survivor.document_status = '0VALID' then 'VALID' else survivor.document_status end as document_status,
    survivor.is_inferred
from survivor
inner join system on survivor.customer_id = system.customer_id
