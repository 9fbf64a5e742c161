-- The customer file (客户历史资料): what happened with a customer, from every system, in one line of time. Computed when it is read.
with

of_record as (

    select source_system, source_customer_no, open_date as event_date, 'ACCOUNT_OPENED' as event, account_kind as subject, account_no as subject_no,
        cast(null as varchar) as detail
    from int_account
    union all
    select source_system, source_customer_no, close_date as event_date, 'ACCOUNT_CLOSED' as event, account_kind as subject, account_no as subject_no,
        cast(null as varchar) as detail
    from int_account
    where close_date <= biz_date()
    union all
    select source_system, source_customer_no, start_date as event_date, 'LOAN_STARTED' as event, loan_kind as subject, loan_no as subject_no,
        cast(principal as varchar) || ' ' || currency as detail
    from int_loan
    union all
    select source_system, source_customer_no, first_unpaid_due_date as event_date, 'INSTALMENT_UNPAID' as event, loan_kind as subject, loan_no as subject_no,
        'overdue ' || cast(overdue_principal + overdue_interest as varchar) || ' ' || currency as detail
    from int_loan
    where first_unpaid_due_date is not null
    union all
    select source_system, source_customer_no, open_date as event_date, 'CARD_OPENED' as event, 'CREDIT_CARD' as subject, card_no as subject_no,
        'limit ' || cast(card_limit as varchar) || ' ' || currency as detail
    from int_card
    union all
    select source_system, source_customer_no, open_date as event_date, 'POSITION_OPENED' as event, position_kind as subject, position_no as subject_no,
        product_code as detail
    from int_position
    union all
    select
        source_system,
        source_customer_no,
        -- By the bank's clock.
        cast(contact_at + cast(cast(parameter('utc_offset_hours') as varchar) || ' hours' as interval) as date) as event_date,
        case when outcome = 'complaint' then 'COMPLAINT' else 'CONTACT' end as event,
        purpose as subject,
        contact_id as subject_no,
        channel || ', ' || outcome as detail
    from int_contact

),

-- A list's reasons may change while somebody is on it.
listed as (

    select
        customer_id,
        valid_from,
        valid_to,
        reason_codes,
        lag(valid_to) over (partition by customer_id order by valid_from) as left_before,
        lead(valid_from) over (partition by customer_id order by valid_from) as entered_after
    from hist_vip_list

),

of_customer as (

    select
        customer_id,
        effective_from as event_date,
        'TIER_' || tier_status as event,
        scheme_id as subject,
        case when tier_before is null then tier else tier_before || ' to ' || tier end as detail
    from fct_tier_month
    where tier_status in ('NEW', 'UP', 'DOWN', 'GIVEN') and effective_from <= biz_date()
    union all
    select customer_id, valid_from as event_date, 'LIST_ENTERED' as event, 'VIP' as subject, reason_codes as detail
    from listed
    where left_before is null or left_before < valid_from
    union all
    select customer_id, valid_to as event_date, 'LIST_LEFT' as event, 'VIP' as subject, reason_codes as detail
    from listed
    where valid_to <= biz_date() and (entered_after is null or entered_after > valid_to)
    union all
    select customer_id, biz_date() as event_date, 'SIGN_OF_LEAVING' as event, churn_rule as subject, reason as detail
    from mart_churn_flag

)

select
    xref.customer_id,
    of_record.event_date,
    of_record.event,
    of_record.subject,
    of_record.source_system,
    of_record.subject_no,
    of_record.detail
from of_record
inner join dim_customer_xref as xref
    on of_record.source_system = xref.source_system and of_record.source_customer_no = xref.source_customer_no
where of_record.event_date is not null
union all
select
    customer_id,
    event_date,
    event,
    subject,
    cast(null as varchar) as source_system,
    '' as subject_no,
    detail
from of_customer
