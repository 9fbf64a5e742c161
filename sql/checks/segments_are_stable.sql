-- The gate of a night: another population, or broken features. With few customers shares jump by chance.
select drift.party_type, drift.segment, drift.share_before, drift.share, drift.psi
from stat_segment_drift as drift
inner join (select party_type, count(*) as customer_count from mart_segment group by party_type) as total on drift.party_type = total.party_type
where drift.psi * 100 > parameter('segment_psi_max_pct') and total.customer_count >= parameter('segment_drift_customers_min')
