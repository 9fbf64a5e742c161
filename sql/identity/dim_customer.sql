-- Survivorship (domain specification, section 3.5): for each field the first of what somebody decided, what a valid resident
-- ID tells (birth date, sex), what was verified last (mobile), then the sources by ref_source_priority and the record that
-- changed last. Words in place of a value are no value. int_customer_field says where each value comes from.
with

-- The mobile that was proved last, by record.
verified as (

    select
        source_system,
        source_customer_no,
        first_value(value order by verified_date desc, value) as verified_mobile,
        max(verified_date) as verified_date
    from int_customer_contact
    where kind = 'mobile' and is_verified and verified_date <= biz_date() and value not in ('13800000000', '11111111111')
    group by source_system, source_customer_no

),

-- Records in force with their customer.
held as (

    select
        xref.customer_id,
        xref.identity_key,
        xref.customer_since,
        xref.document_status,
        history.*
    from dim_customer_xref as xref
    inner join hist_customer_record as history
        on xref.source_system = history.source_system
        and xref.source_customer_no = history.source_customer_no
        and history.valid_from <= biz_date() and history.valid_to > biz_date()

),

record as (

    select
        held.customer_id,
        held.identity_key,
        held.customer_since,
        held.document_status,
        held.source_system,
        held.party_type,
        held.open_date,
        held.is_inferred,
        case when held.customer_name in ('无', '不详', '未知', '-') then null else held.customer_name end as customer_name,
        case when held.sex = 'UNKNOWN' then null else held.sex end as sex,
        held.birth_date,
        case when held.mobile in ('13800000000', '11111111111') then null else held.mobile end as mobile,
        case when held.address in ('无', '不详', '未知', '-') then null else held.address end as address,
        held.region_code,
        case when held.occupation in ('无', '不详', '未知', '111111', '-') then null else held.occupation end as occupation,
        held.branch_no,
        verified.verified_mobile,
        verified.verified_date,
        held.source_system || ':' || held.source_customer_no as source_key,
        row_number() over (
            partition by held.customer_id
            order by
                held.is_inferred, coalesce(priority.priority, 99), held.valid_from desc,
                held.source_system, held.source_customer_no
        ) as record_rank
    from held
    left join ref_source_priority as priority
        on held.source_system = priority.source_system
    left join verified
        on held.source_system = verified.source_system
        and held.source_customer_no = verified.source_customer_no

),

survived as (

    select
        customer_id,
        min(identity_key) as identity_key,
        min(customer_since) as customer_since,
        min(open_date) as open_date,
        count(*) as record_count,
        bool_and(is_inferred) as is_inferred,
        min(case when document_status = 'VALID' then '0VALID' else document_status end) as document_status,
        first_value(party_type order by record_rank) as party_type,
        min(birth_date) as birth_date_min,
        max(birth_date) as birth_date_max,
        min(sex) as sex_min,
        max(sex) as sex_max,
        first_value(customer_name order by customer_name is null, record_rank) as customer_name,
        first_value(source_key order by customer_name is null, record_rank) as customer_name_source,
        first_value(sex order by sex is null, record_rank) as sex,
        first_value(source_key order by sex is null, record_rank) as sex_source,
        first_value(birth_date order by birth_date is null, record_rank) as birth_date,
        first_value(source_key order by birth_date is null, record_rank) as birth_date_source,
        first_value(coalesce(verified_mobile, mobile) order by coalesce(verified_mobile, mobile) is null, verified_mobile is null, verified_date desc, record_rank) as mobile,
        first_value(source_key order by coalesce(verified_mobile, mobile) is null, verified_mobile is null, verified_date desc, record_rank) as mobile_source,
        first_value(address order by address is null, character_length(address) desc, record_rank) as address,
        first_value(source_key order by address is null, character_length(address) desc, record_rank) as address_source,
        first_value(region_code order by region_code is null, record_rank) as region_code,
        first_value(source_key order by region_code is null, record_rank) as region_code_source,
        first_value(occupation order by occupation is null, record_rank) as occupation,
        first_value(source_key order by occupation is null, record_rank) as occupation_source,
        first_value(branch_no order by branch_no is null, record_rank) as branch_no,
        first_value(source_key order by branch_no is null, record_rank) as branch_no_source
    from record
    group by customer_id

),

-- What a resident ID tells: '01|' and 18 characters, birth date in 7 to 14, sex in 17.
survivor as (

    select
        *,
        case when identity_key like '01|%' then to_date(substr(identity_key, 10, 8), '%Y%m%d') end as told_birth_date,
        case
            when identity_key like '01|%'
                then case when cast(substr(identity_key, 20, 1) as int) % 2 = 1 then 'MALE' else 'FEMALE' end
        end as told_sex
    from survived

),

system as (

    -- Grouped twice instead of count(distinct): see docs/concepts/sql-patterns.md.
    select customer_id, count(*) as system_count
    from (select customer_id, source_system from held group by customer_id, source_system) as known
    group by customer_id

),

-- What somebody decided; of several decisions on a field the last one.
decided as (

    select
        customer_id,
        first_value(case when field = 'customer_name' then value end order by field <> 'customer_name', decided_on desc, source_key) as customer_name,
        first_value(case when field = 'sex' then value end order by field <> 'sex', decided_on desc, source_key) as sex,
        first_value(case when field = 'birth_date' then value end order by field <> 'birth_date', decided_on desc, source_key) as birth_date,
        first_value(case when field = 'mobile' then value end order by field <> 'mobile', decided_on desc, source_key) as mobile,
        first_value(case when field = 'address' then value end order by field <> 'address', decided_on desc, source_key) as address,
        first_value(case when field = 'region_code' then value end order by field <> 'region_code', decided_on desc, source_key) as region_code,
        first_value(case when field = 'occupation' then value end order by field <> 'occupation', decided_on desc, source_key) as occupation,
        first_value(case when field = 'branch_no' then value end order by field <> 'branch_no', decided_on desc, source_key) as branch_no
    from (
        select
            xref.customer_id,
            override.field,
            override.value,
            override.decided_on,
            override.source_system || ':' || override.source_customer_no as source_key
        from ref_customer_override as override
        inner join dim_customer_xref as xref
            on override.source_system = xref.source_system and override.source_customer_no = xref.source_customer_no
        where override.decided_on <= biz_date()
    ) as decision
    group by customer_id

)

select
    survivor.customer_id,
    survivor.identity_key,
    survivor.customer_since,
    survivor.party_type,
    coalesce(decided.customer_name, survivor.customer_name) as customer_name,
    case when decided.customer_name is not null then 'steward' when survivor.customer_name is not null then survivor.customer_name_source end as customer_name_source,
    coalesce(decided.sex, survivor.told_sex, survivor.sex, 'UNKNOWN') as sex,
    case when decided.sex is not null then 'steward' when survivor.told_sex is not null then 'resident ID' when survivor.sex is not null then survivor.sex_source end as sex_source,
    coalesce(try_cast(decided.birth_date as date), survivor.told_birth_date, survivor.birth_date) as birth_date,
    case when try_cast(decided.birth_date as date) is not null then 'steward' when survivor.told_birth_date is not null then 'resident ID' when survivor.birth_date is not null then survivor.birth_date_source end as birth_date_source,
    coalesce(decided.mobile, survivor.mobile) as mobile,
    case when decided.mobile is not null then 'steward' when survivor.mobile is not null then survivor.mobile_source end as mobile_source,
    coalesce(decided.address, survivor.address) as address,
    case when decided.address is not null then 'steward' when survivor.address is not null then survivor.address_source end as address_source,
    coalesce(decided.region_code, survivor.region_code) as region_code,
    case when decided.region_code is not null then 'steward' when survivor.region_code is not null then survivor.region_code_source end as region_code_source,
    coalesce(decided.occupation, survivor.occupation) as occupation,
    case when decided.occupation is not null then 'steward' when survivor.occupation is not null then survivor.occupation_source end as occupation_source,
    coalesce(decided.branch_no, survivor.branch_no) as branch_no,
    case when decided.branch_no is not null then 'steward' when survivor.branch_no is not null then survivor.branch_no_source end as branch_no_source,
    survivor.open_date,
    survivor.record_count,
    system.system_count,
    case when survivor.document_status = '0VALID' then 'VALID' else survivor.document_status end as document_status,
    survivor.birth_date_min <> survivor.birth_date_max or survivor.birth_date_min <> coalesce(survivor.told_birth_date, survivor.birth_date_min)
        as is_birth_date_disputed,
    survivor.sex_min <> survivor.sex_max or survivor.sex_min <> coalesce(survivor.told_sex, survivor.sex_min) as is_sex_disputed,
    survivor.is_inferred
from survivor
inner join system on survivor.customer_id = system.customer_id
left join decided on survivor.customer_id = decided.customer_id
