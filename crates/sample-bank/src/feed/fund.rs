//! The housing fund's system (公积金).

use super::row::Chunk;
use super::{Night, System};
use crate::record::customer_no;

impl Night<'_, '_> {
    pub(crate) fn fund_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Fund) {
            let employer = record.person.and_then(|p| self.life.community.persons[p].employer);
            let employer = employer.map(|e| self.life.community.organisations[e].name.as_str());
            rows.text(&record.customer_no).text(&record.name).text(record.id_type).optional(record.id_no.as_deref());
            rows.optional(record.mobile.as_deref()).optional(employer).date(record.open_date).end();
        }
    }

    pub(crate) fn fund_accounts(&self, rows: &mut Chunk) {
        for fund in self.life.funds.iter().filter(|f| f.open_date <= self.date) {
            let person = &self.life.community.persons[fund.person];
            let employer = person.employer.map(|e| self.life.community.organisations[e].credit_code.as_str());
            rows.text(&fund.number).text(&customer_no(System::Fund, person.number)).optional(employer);
            rows.amount(fund.base).decimal(fund.rate, 2).decimal(fund.rate, 2).amount(fund.monthly());
            rows.total(0, fund.balance).date_or(fund.last_paid, "").text("NORMAL").end();
        }
    }
}
