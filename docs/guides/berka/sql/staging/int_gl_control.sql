-- No row: the bank did not give out a general ledger, so there is nothing to compare with.
select
    cast(null as varchar) as branch_no,
    cast(null as varchar) as gl_subject,
    cast(null as varchar) as currency,
    cast(null as decimal(18, 2)) as balance
where false
