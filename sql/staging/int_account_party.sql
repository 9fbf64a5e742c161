-- Who has a part in an account: its holder, joint owners, agents (主户、联名人、代理人). The built-in systems do not deliver them; docs/guides/joint-owners.md adds
-- the feed. A bank with other systems replaces this file.
select
    'core' as source_system,
    acct_no as account_no,
    src_cust_no as source_customer_no,
    role,
    cast(share_pct / 100 as decimal(9, 6)) as owner_share
from raw_core__account_party
where biz_date = biz_date()
