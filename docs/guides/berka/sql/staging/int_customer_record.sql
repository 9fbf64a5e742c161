-- Birth number YYMMDD; women have 50 added to the month. There are no names and no documents, and 26 pairs of clients
-- share birth number and district, so a client is identified by client_id alone.
with

opened as (

    select disp.client_id, min(account.open_date) as open_date
    from raw_berka__disp as disp
    inner join raw_berka__account as account on disp.account_id = account.account_id
    where account.open_date <= biz_date()
    group by disp.client_id

),

decoded as (

    select
        client_id,
        district_id,
        substr(birth_number, 1, 2) as year_digits,
        cast(substr(birth_number, 3, 2) as int) as month_number,
        substr(birth_number, 5, 2) as day_digits
    from raw_berka__client

)

select
    'berka' as source_system,
    cast(decoded.client_id as varchar) as source_customer_no,
    'PERSON' as party_type,
    cast(null as varchar) as customer_name,
    cast(null as varchar) as id_type,
    cast(null as varchar) as id_no,
    case when decoded.month_number > 50 then 'FEMALE' else 'MALE' end as sex,
    to_date('19' || year_digits || lpad(cast(month_number % 50 as varchar), 2, '0') || day_digits, '%Y%m%d') as birth_date,
    cast(null as varchar) as mobile,
    cast(decoded.district_id as varchar) as region_code,
    cast(null as varchar) as occupation,
    cast(decoded.district_id as varchar) as branch_no,
    cast(null as varchar) as document_tail,
    cast(null as varchar) as address,
    cast(null as varchar) as legal_rep_id_no,
    cast(null as varchar) as merged_into,
    opened.open_date
from decoded
left join opened on decoded.client_id = opened.client_id
