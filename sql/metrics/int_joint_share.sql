-- What joint owners have of an account; the rest is its holder's (domain specification, section 4.1). Nothing by default: with joint_shares_count 0 the whole
-- account is its holder's. Shares that come to more than the whole count for nobody, and joint_owners_have_no_more_than_the_whole names them.
select
    party.source_system,
    party.account_no,
    party.source_customer_no,
    party.owner_share
from int_account_party as party
inner join (
    select source_system, account_no
    from int_account_party
    where role = 'joint'
    group by source_system, account_no
    having min(owner_share) >= 0 and sum(owner_share) <= 1
) as whole on party.source_system = whole.source_system and party.account_no = whole.account_no
where parameter('joint_shares_count') = 1 and party.role = 'joint' and party.owner_share > 0
