-- One row per customer that any system tells something about: what one of its records says holds.
select
    xref.customer_id,
    case min(
        case profile.education
            when 'phd' then 1 when 'master' then 2 when 'bachelor' then 3 when 'college' then 4 when 'secondary' then 5 when 'primary' then 6
        end
    )
        when 1 then 'phd' when 2 then 'master' when 3 then 'bachelor' when 4 then 'college' when 5 then 'secondary' when 6 then 'primary'
    end as education,
    bool_or(profile.is_married) as is_married,
    max(profile.annual_income) as annual_income,
    bool_or(profile.is_student) as is_student,
    max(profile.expected_grad_date) as expected_grad_date,
    bool_or(profile.is_staff) as is_staff,
    bool_or(profile.is_deceased) as is_deceased,
    bool_or(profile.is_proprietor) as is_proprietor
from int_person_profile as profile
inner join dim_customer_xref as xref
    on profile.source_system = xref.source_system and profile.source_customer_no = xref.source_customer_no
group by xref.customer_id
