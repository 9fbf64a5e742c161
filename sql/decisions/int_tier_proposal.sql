-- What became of each proposal (domain specification, section 5.3). Who asks does not decide; a decision of too low a level, or one
-- that came after ten business days, does not count. What was approved is in force from the first of the next month.
with

open_days as (

    select proposal.proposal_no, count(calendar.date) as business_days
    from ref_tier_proposal as proposal
    left join dim_calendar as calendar
        on calendar.is_business_day
        and calendar.date > proposal.proposed_on
        and calendar.date <= least(coalesce(proposal.decided_on, biz_date()), biz_date())
    group by proposal.proposal_no

),

level as (

    select *
    from (values ('OUTLET', 1), ('CITY', 2), ('PROVINCE', 3)) as levels (approver_level, level_rank)

),

judged as (

    select
        proposal.*,
        xref.customer_id,
        open_days.business_days,
        proposal.decided_on is not null and proposal.decided_on <= biz_date() as is_decided,
        coalesce(level.level_rank, 0) < coalesce(needed_level.level_rank, 0) as is_level_too_low,
        cast(date_trunc('month', proposal.decided_on) + interval '1 month' as date) as effective_from
    from ref_tier_proposal as proposal
    inner join dim_customer_xref as xref
        on proposal.source_system = xref.source_system and proposal.source_customer_no = xref.source_customer_no
    inner join open_days on proposal.proposal_no = open_days.proposal_no
    left join level on proposal.approver_level = level.approver_level
    left join ref_tier_approver as needed on proposal.scheme_id = needed.scheme_id and proposal.tier = needed.tier
    left join level as needed_level on needed.approver_level = needed_level.approver_level
    where proposal.proposed_on <= biz_date()

),

dated as (

    select
        judged.*,
        coalesce(
            judged.valid_to,
            cast(judged.effective_from + cast(cast(parameter('proposal_months') as varchar) || ' months' as interval) as date)
        ) as effective_to
    from judged

)

select
    proposal_no,
    scheme_id,
    customer_id,
    nullif(tier, '') as tier,
    evidence,
    applicant,
    proposed_on,
    approver,
    decided_on,
    case
        when business_days > parameter('proposal_business_days') then 'EXPIRED'
        when not is_decided then 'PENDING'
        when decision <> 'APPROVE' or applicant = approver or is_level_too_low then 'REJECTED'
        when effective_to < biz_date() then 'ENDED'
        when effective_from <= biz_date() then 'EFFECTIVE'
        else 'APPROVED'
    end as state,
    case
        when business_days > parameter('proposal_business_days') then 'nobody decided in time'
        when not is_decided then null
        when decision <> 'APPROVE' then 'the approver said no'
        when applicant = approver then 'who asks does not decide'
        when is_level_too_low then 'the approver''s level is too low for this tier'
    end as state_reason,
    case
        when is_decided and decision = 'APPROVE' and applicant <> approver and not is_level_too_low and business_days <= parameter('proposal_business_days')
            then effective_from
    end as effective_from,
    case
        when is_decided and decision = 'APPROVE' and applicant <> approver and not is_level_too_low and business_days <= parameter('proposal_business_days')
            then effective_to
    end as effective_to
from dated
