-- What joint ownership moves: to each joint owner the share of the account, and from its holder the same, so that the rest is the holder's (domain
-- specification, section 4.1). Nothing by default: with joint_shares_count 0 the whole account is its holder's. Shares that come to more than the whole count for
-- nobody, and owners_have_no_more_than_the_whole names them.
with

owner as (

    select
        party.source_system,
        party.account_no,
        party.source_customer_no,
        account.source_customer_no as holder_source_customer_no,
        account.open_date,
        party.owner_share
    from int_account_party as party
    inner join (
        select source_system, account_no
        from int_account_party
        where role in ('primary', 'joint')
        group by source_system, account_no
        having min(owner_share) >= 0 and sum(owner_share) <= 1
    ) as whole on party.source_system = whole.source_system and party.account_no = whole.account_no
    inner join int_account as account on party.source_system = account.source_system and party.account_no = account.account_no
    where parameter('joint_shares_count') = 1
        and party.role = 'joint'
        and party.owner_share > 0
        and party.source_customer_no <> account.source_customer_no

)

select
    source_system,
    account_no,
    source_customer_no as joint_source_customer_no,
    true as is_joint_owner,
    source_customer_no,
    open_date,
    owner_share as signed_share
from owner
union all
select
    source_system,
    account_no,
    source_customer_no as joint_source_customer_no,
    false as is_joint_owner,
    holder_source_customer_no as source_customer_no,
    open_date,
    cast(-owner_share as decimal(9, 6)) as signed_share
from owner
