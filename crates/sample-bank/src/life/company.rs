//! What an organisation plans for a month: receipts, suppliers, wages.

use chrono::{NaiveDate, NaiveDateTime};

use super::{AccountKind, Action, Channel, Counterparty, Life, Owner, TxnType};
use crate::calendar::day_of_month;

impl Life<'_> {
    /// The account of an organisation with what it had before anybody watched: a month's receipts, more or less.
    pub(crate) fn open_company(&mut self, company: usize, start: NaiveDate) {
        let organisation = &self.community.organisations[company];
        let (open_date, receipts) = (organisation.open_date, organisation.receipts_fen);
        let account = self.open_account(Owner::Organisation(company), AccountKind::Demand, 0, open_date);
        let balance = self.dice.around(receipts, 60) + self.dice.between(0, 99);
        self.endow(account, balance, start);
        self.company_accounts.push(account);
        if let Some(since) = self.community.organisations[company].credit_since {
            self.grant_company(company, since, start);
        }
    }

    pub(crate) fn plan_company(&mut self, company: usize, month: NaiveDate) {
        let organisation = &self.community.organisations[company];
        let (is_shop, payday) = (organisation.is_shop(), day_of_month(month, organisation.payday));
        let suppliers = organisation.suppliers.clone();
        let account = self.company_accounts[company];
        let receipts = self.dice.around(organisation.receipts_fen, 20);
        if is_shop {
            self.plan_receipts(account, receipts * 2 / 3, month);
            return;
        }
        for _ in 0..9 {
            let amount = self.dice.around(receipts / 9, 70);
            let counterparty = Counterparty::Stranger(self.dice.between(200, 400) as u32);
            let (txn_type, channel) = (TxnType::TransferIn, Channel::Ebank);
            self.some_day(month, (1, 28), Action::Post { account, txn_type, channel, amount, counterparty });
        }
        let purchases = receipts * 62 / 100;
        let shares = suppliers.len() as i64 + 4;
        for supplier in suppliers {
            let amount = self.dice.around(purchases / shares, 20);
            let (to, received_as, channel) = (self.company_accounts[supplier], TxnType::TransferIn, Channel::Ebank);
            self.some_day(month, (8, 28), Action::Pay { from: account, to, received_as, channel, amount });
        }
        for _ in 0..4 {
            let amount = -self.dice.around(purchases / shares, 30);
            let counterparty = Counterparty::Stranger(self.dice.between(400, 480) as u32);
            let (txn_type, channel) = (TxnType::TransferOut, Channel::Ebank);
            self.some_day(month, (5, 28), Action::Post { account, txn_type, channel, amount, counterparty });
        }
        // What is not needed goes to the owners, the tax office and other banks.
        let spare = self.accounts[account].balance - receipts * 3 / 2;
        if spare > 0 {
            let (txn_type, counterparty) = (TxnType::TransferOut, Counterparty::Stranger(481));
            self.post_at(account, day_of_month(month, 27), txn_type, Channel::Ebank, -spare, counterparty);
        }
        let fee = -self.dice.between(5, 60) * 100;
        self.post_at(account, day_of_month(month, 26), TxnType::Fee, Channel::Batch, fee, Counterparty::Nobody);
        self.at(payday, 9, Action::Payroll(company));
    }

    /// Wages: one debit for each credit, so that both sides agree; the owners add money when it is short.
    pub(crate) fn payroll(&mut self, company: usize, at: NaiveDateTime) {
        let month = crate::calendar::month_start(at.date());
        let account = self.company_accounts[company];
        let mut wages = Vec::new();
        for person in 0..self.community.persons.len() {
            let p = &self.community.persons[person];
            if p.employer != Some(company) || p.is_in_hardship(month) || self.holdings[person].is_gone {
                continue;
            }
            let income = p.income_fen;
            let Some(demand) = self.holdings[person].demand.filter(|_| !self.salary_has_moved(person, month)) else {
                continue;
            };
            let amount = self.salary(person, income, month);
            wages.push((demand, amount));
        }
        let total: i64 = wages.iter().map(|(_, amount)| amount).sum();
        let missing = total - self.accounts[account].balance;
        if missing > 0 {
            let top_up = missing + total;
            self.post(account, at, TxnType::TransferIn, Channel::Ebank, top_up, Counterparty::Stranger(9));
        }
        for (demand, amount) in wages {
            self.pay(account, demand, at, TxnType::Salary, Channel::Batch, amount);
        }
    }
}
