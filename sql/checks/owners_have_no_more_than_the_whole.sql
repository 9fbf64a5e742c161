-- Accounts whose owners are said to have more than all of it, or less than nothing: no share of theirs counts.
select source_system, account_no, sum(owner_share) as owner_share
from int_account_party
where role in ('primary', 'joint')
group by source_system, account_no
having min(owner_share) < 0 or sum(owner_share) > 1
