-- What a debtor more than recovery_days past due has with us, and the guarantors (domain specification, section 11). Own accounts first, demand before
-- time deposits, then guarantors up to what they guarantee. Not touched: what is frozen, joint accounts, and accounts that a salary was paid into in
-- three months.
with

debtor as (

    select
        xref.customer_id,
        sum(cast((loan.overdue_principal + loan.overdue_interest + loan.penalty_amount) * rate.middle_rate as decimal(18, 2))) as arrears
    from int_rate_day as rate
    inner join int_loan as loan on rate.currency = loan.currency and rate.rate_date = biz_date()
    inner join dim_customer_xref as xref
        on loan.source_system = xref.source_system and loan.source_customer_no = xref.source_customer_no
    where cast(biz_date() as int) - cast(loan.first_unpaid_due_date as int) > parameter('recovery_days')
    group by xref.customer_id

),

fund as (

    -- Accounts that may be taken from, with their customer.
    select
        xref.customer_id,
        account.source_system,
        account.account_no,
        account.account_kind,
        cast((account.balance - account.frozen_amount) * rate.middle_rate as decimal(18, 2)) as available_amount
    from int_rate_day as rate
    inner join int_account as account on rate.currency = account.currency and rate.rate_date = biz_date()
    inner join dim_customer_xref as xref
        on account.source_system = xref.source_system and account.source_customer_no = xref.source_customer_no
    left join (
        select source_system, account_no
        from agg_account_month
        where salary_amount > 0 and month > cast(date_trunc('month', biz_date()) as date) - interval '3 months'
        group by source_system, account_no
    ) as wage on account.source_system = wage.source_system and account.account_no = wage.account_no
    left join (
        select source_system, account_no
        from int_account_party
        where role = 'joint'
        group by source_system, account_no
    ) as joint on account.source_system = joint.source_system and account.account_no = joint.account_no
    where account.balance > account.frozen_amount and wage.account_no is null and joint.account_no is null

),

guaranteed as (

    select
        borrower.customer_id,
        guarantee.guarantor_source_system as source_system,
        guarantee.guarantor_source_customer_no as reference_no,
        guarantor.customer_id as guarantor_customer_id,
        sum(guarantee.amount) as guaranteed_amount
    from int_guarantee as guarantee
    inner join dim_customer_xref as borrower
        on guarantee.source_system = borrower.source_system and guarantee.source_customer_no = borrower.source_customer_no
    inner join dim_customer_xref as guarantor
        on guarantee.guarantor_source_system = guarantor.source_system and guarantee.guarantor_source_customer_no = guarantor.source_customer_no
    where borrower.customer_id <> guarantor.customer_id
    group by borrower.customer_id, guarantee.guarantor_source_system, guarantee.guarantor_source_customer_no, guarantor.customer_id

),

step as (

    select
        debtor.customer_id,
        debtor.arrears,
        'OWN' as fund_kind,
        case fund.account_kind when 'DEMAND' then 1 else 2 end as fund_rank,
        fund.source_system,
        fund.account_no as reference_no,
        fund.available_amount
    from debtor
    inner join fund on debtor.customer_id = fund.customer_id
    union all
    select
        debtor.customer_id,
        debtor.arrears,
        'GUARANTOR' as fund_kind,
        3 as fund_rank,
        guaranteed.source_system,
        guaranteed.reference_no,
        least(guaranteed.guaranteed_amount, pool.available_amount) as available_amount
    from debtor
    inner join guaranteed on debtor.customer_id = guaranteed.customer_id
    inner join (select customer_id, sum(available_amount) as available_amount from fund group by customer_id) as pool
        on guaranteed.guarantor_customer_id = pool.customer_id

),

ordered as (

    select
        *,
        row_number() over (partition by customer_id order by fund_rank, available_amount desc, source_system, reference_no) as step_no,
        coalesce(
            sum(available_amount) over (
                partition by customer_id
                order by fund_rank, available_amount desc, source_system, reference_no
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as available_before
    from step

)

select
    customer_id,
    cast(step_no as bigint) as step_no,
    fund_kind,
    source_system,
    reference_no,
    cast(arrears - available_before as decimal(18, 2)) as arrears_before,
    cast(available_amount as decimal(18, 2)) as available_amount,
    cast(least(available_amount, arrears - available_before) as decimal(18, 2)) as proposed_amount,
    cast(greatest(arrears - available_before - available_amount, 0) as decimal(18, 2)) as arrears_after
from ordered
where arrears > available_before
