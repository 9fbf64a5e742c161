-- What makes a group (集团): control, a share of a quarter and more, a common legal representative, a declared group.
select distinct customer_id, other_customer_id
from dim_customer_relation
where relation in ('CONTROLLER', 'LEGAL_REP', 'GROUP_MEMBER')
    or (relation = 'SHAREHOLDER' and share_pct >= parameter('group_share_pct'))
