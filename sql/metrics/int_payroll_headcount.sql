-- Persons whose salary an organisation pays through the bank, by agreements that are in force. Somebody with two agreements counts once.
select customer_id, cast(count(*) as bigint) as payroll_headcount
from (
    select employer.customer_id, employee.customer_id as employee_id
    from int_agreement as agreement
    inner join dim_customer_xref as employer
        on agreement.source_system = employer.source_system and agreement.counterpart_customer_no = employer.source_customer_no
    inner join dim_customer_xref as employee
        on agreement.source_system = employee.source_system and agreement.source_customer_no = employee.source_customer_no
    where agreement.agreement_kind = 'PAYROLL' and coalesce(agreement.end_date, date '9999-12-31') >= biz_date()
    group by employer.customer_id, employee.customer_id
) as employees
group by customer_id
