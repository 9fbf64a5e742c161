-- The parameters side by side, so that a formula reads like one.
select
    max(case when parameter = 'year_days' then value end) as year_days,
    max(case when parameter = 'demand_core_share' then value end) as demand_core_share,
    max(case when parameter = 'debit_interchange_rate' then value end) as debit_interchange_rate,
    max(case when parameter = 'debit_interchange_max' then value end) as debit_interchange_max,
    max(case when parameter = 'credit_interchange_rate' then value end) as credit_interchange_rate,
    max(case when parameter = 'tax_rate' then value end) as tax_rate,
    max(case when parameter = 'capital_ratio' then value end) as capital_ratio,
    max(case when parameter = 'hurdle_rate' then value end) as hurdle_rate,
    max(case when parameter = 'non_accrual_days' then value end) as non_accrual_days
from ref_contribution_parameter
