//! The loan system (信贷).

use super::core::branch_no;
use super::row::Chunk;
use super::{Night, System};
use crate::calendar::month_start;
use crate::life::Owner;
use crate::life::loan::Loan;
use crate::record::customer_no;

impl Night<'_, '_> {
    pub(crate) fn credit_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Credit).filter(|r| r.organisation.is_none()) {
            rows.text(&record.customer_no).text(&record.name).text(record.id_type).optional(record.id_no.as_deref());
            rows.date_or(record.birth_date, "").optional(record.mobile.as_deref()).optional(record.address.as_deref());
            rows.date(record.open_date).end();
        }
    }

    pub(crate) fn credit_organisations(&self, rows: &mut Chunk) {
        for record in self.records_of_organisations() {
            rows.text(&record.customer_no).text(&record.name).text(record.id_type).optional(record.id_no.as_deref());
            rows.optional(record.address.as_deref()).date(record.open_date).end();
        }
    }

    fn records_of_organisations(&self) -> impl Iterator<Item = &crate::record::Record> {
        let records = self.life.records.iter().filter(|r| r.system == System::Credit && r.organisation.is_some());
        records.filter(|r| r.open_date <= self.date)
    }

    /// Loans paid out by now; settled ones until the month after.
    fn loans(&self) -> impl Iterator<Item = &Loan> {
        let kept = |l: &&Loan| l.settle_date.is_none_or(|d| d >= month_start(self.date));
        self.life.loans.iter().filter(|l| l.start_date <= self.date).filter(kept)
    }

    fn party_no(&self, owner: Owner) -> String {
        customer_no(System::Credit, self.life.party_no(owner))
    }

    pub(crate) fn credit_loans(&self, rows: &mut Chunk) {
        for loan in self.loans() {
            let (overdue_principal, overdue_interest) = loan.overdue(self.date);
            rows.text(&loan.number).text(&format!("CT{}", &loan.number[2..])).text(&self.party_no(loan.owner));
            rows.text(loan.kind).text("CNY").amount(loan.principal).total(0, loan.balance);
            rows.amount(overdue_principal).amount(overdue_interest);
            // 月利率 in per mille: 3.30 % a year is 2.75 per mille a month.
            rows.decimal((loan.rate * 10 + 6) / 12, 4).text("LPR_FLOAT").date(loan.start_date).date(loan.mature_date());
            rows.text("EMI").number(i64::from(loan.repay_day)).number(i64::from(loan.term_count));
            rows.number(i64::from(loan.due_count)).date_or(loan.first_unpaid_due_date(self.date), "");
            rows.number(i64::from(loan.five_class(self.date))).text(loan.guarantee_kind);
            match loan.collateral {
                Some(value) => rows.amount(value),
                None => rows.text(""),
            };
            rows.date_or(loan.settle_date, "").text(&branch_no(loan.branch)).text(loan.gl_subject()).end();
        }
    }

    pub(crate) fn credit_schedules(&self, rows: &mut Chunk) {
        for loan in self.loans() {
            for term in loan.schedule(self.date) {
                rows.text(&loan.number).number(i64::from(term.number)).date(term.due_date);
                rows.total(0, term.principal).amount(term.interest).total(1, term.paid_principal);
                rows.amount(term.paid_interest).date_or(term.settle_date, "").end();
            }
        }
    }

    pub(crate) fn credit_guarantees(&self, rows: &mut Chunk) {
        for loan in self.loans() {
            let Some(guarantor) = loan.guarantor else { continue };
            rows.text(&format!("GU{}", &loan.number[2..])).text(&loan.number);
            // Guarantors need not be borrowers: they stand here with their number in the savings system.
            rows.text(&customer_no(System::Core, self.life.party_no(guarantor))).text("joint");
            rows.total(0, loan.principal).date(loan.start_date).date(loan.mature_date()).end();
        }
    }
}
