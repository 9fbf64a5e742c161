//! Loans: instalments computed to the fen, collected first-in first-out, overdue when the account is empty.

use chrono::{NaiveDate, NaiveDateTime};

use super::account::part_of;
use super::{Action, Channel, Counterparty, Life, Owner, TxnType};
use crate::calendar::{day_of_month, minus_months, month_end, month_start, plus_days, plus_months};

/// An instalment that fell due, or will.
#[derive(Debug, Clone)]
pub struct Term {
    /// Number from 1.
    pub number: u32,
    /// Due.
    pub due_date: NaiveDate,
    /// Principal due, fen.
    pub principal: i64,
    /// Interest due, fen.
    pub interest: i64,
    /// Principal paid, fen.
    pub paid_principal: i64,
    /// Interest paid, fen.
    pub paid_interest: i64,
    /// Paid in full on.
    pub settle_date: Option<NaiveDate>,
}

impl Term {
    fn open(&self) -> i64 {
        self.principal + self.interest - self.paid_principal - self.paid_interest
    }
}

/// A loan with equal monthly instalments (等额本息).
#[derive(Debug, Clone)]
pub struct Loan {
    /// Number (借据号).
    pub number: String,
    /// Borrower.
    pub owner: Owner,
    /// Canonical `loan_kind`.
    pub kind: &'static str,
    /// Paid out, fen.
    pub principal: i64,
    /// Outstanding principal, fen; what is overdue is part of it.
    pub balance: i64,
    /// Rate in ten-thousandths of a per cent a year.
    pub rate: i64,
    /// Instalment, fen.
    pub instalment: i64,
    /// Paid out on.
    pub start_date: NaiveDate,
    /// Instalments in all.
    pub term_count: u32,
    /// Instalments that fell due.
    pub due_count: u32,
    /// Day of the month.
    pub repay_day: u32,
    /// Instalments due and not settled, and those settled in the last three months.
    pub terms: Vec<Term>,
    /// Who vouches, and for how much (fen).
    pub guarantor: Option<Owner>,
    /// CREDIT, GUARANTEE, MORTGAGE, MIXED.
    pub guarantee_kind: &'static str,
    /// Value of the collateral, fen.
    pub collateral: Option<i64>,
    /// Branch, an index.
    pub branch: usize,
    /// Paid back in full on.
    pub settle_date: Option<NaiveDate>,
}

impl Loan {
    /// Matures.
    #[must_use]
    pub fn mature_date(&self) -> NaiveDate {
        plus_months(day_of_month(self.start_date, self.repay_day), self.term_count)
    }

    /// Earliest instalment not settled.
    #[must_use]
    pub fn first_unpaid_due_date(&self, date: NaiveDate) -> Option<NaiveDate> {
        self.terms.iter().find(|t| t.settle_date.is_none() && t.due_date <= date).map(|t| t.due_date)
    }

    /// Five-category class by days past due: the floor of the rules of 2023.
    #[must_use]
    pub fn five_class(&self, date: NaiveDate) -> u8 {
        match self.first_unpaid_due_date(date).map_or(0, |due| (date - due).num_days()) {
            ..=0 => 1,
            1..=90 => 2,
            91..=270 => 3,
            271..=360 => 4,
            _ => 5,
        }
    }

    /// Principal and interest overdue, fen.
    #[must_use]
    pub fn overdue(&self, date: NaiveDate) -> (i64, i64) {
        let open = self.terms.iter().filter(|t| t.settle_date.is_none() && t.due_date <= date);
        open.fold((0, 0), |(p, i), t| (p + t.principal - t.paid_principal, i + t.interest - t.paid_interest))
    }

    /// GL subject (科目).
    #[must_use]
    pub fn gl_subject(&self) -> &'static str {
        match (self.owner, self.kind) {
            (Owner::Organisation(_), _) => "13030201",
            (_, "MORTGAGE" | "HPF_LOAN") => "13030101",
            (_, "BUSINESS") => "13030103",
            _ => "13030102",
        }
    }

    /// The instalment after the last one that fell due, from what will then be outstanding.
    fn next_term(&self, outstanding: i64, number: u32) -> Term {
        let interest = part_of(i128::from(outstanding), i128::from(self.rate), 12 * 1_000_000);
        let is_last = number == self.term_count;
        let principal = if is_last { outstanding } else { (self.instalment - interest).clamp(0, outstanding) };
        let due_date = day_of_month(plus_months(month_start(self.start_date), number), self.repay_day);
        Term { number, due_date, principal, interest, paid_principal: 0, paid_interest: 0, settle_date: None }
    }

    /// Principal that has not fallen due yet.
    fn not_due(&self) -> i64 {
        self.balance - self.terms.iter().map(|t| t.principal - t.paid_principal).sum::<i64>()
    }

    /// Instalments that a nightly extract shows: those settled in the last three months, the unpaid, the next three.
    #[must_use]
    pub fn schedule(&self, date: NaiveDate) -> Vec<Term> {
        let recent = plus_days(date, -92);
        let past = self.terms.iter().filter(|t| t.settle_date.is_none_or(|settled| settled >= recent)).cloned();
        let mut shown: Vec<Term> = past.collect();
        let mut outstanding = self.not_due();
        for number in self.due_count + 1..=(self.due_count + 3).min(self.term_count) {
            let term = self.next_term(outstanding, number);
            outstanding -= term.principal;
            shown.push(term);
        }
        shown
    }
}

/// Equal monthly instalment of a principal in fen: P r / (1 - (1 + r)^-n) in plain IEEE arithmetic, rounded to the fen.
#[must_use]
pub fn equal_instalment(principal: i64, rate: i64, terms: u32) -> i64 {
    // Below 2^53 fen, and the last instalment takes what rounding leaves.
    let monthly = rate as f64 / 12_000_000.0;
    let mut growth = 1.0;
    for _ in 0..terms {
        growth *= 1.0 + monthly;
    }
    (principal as f64 * monthly * growth / (growth - 1.0)).round() as i64
}

impl Life<'_> {
    /// Grant what a stage of life asks for. `before` is set for loans granted before the first month.
    pub(crate) fn grant(&mut self, person: usize, kind: &'static str, date: NaiveDate, start: NaiveDate) {
        let p = &self.community.persons[person];
        let (income, number, branch) = (p.income_fen, p.number, p.branch);
        let (multiple, terms, rate, guarantee_kind) = match kind {
            "MORTGAGE" => (self.dice.between(40, 110), self.dice.pick(&[120, 180, 240, 300, 360]), 33_000, "MORTGAGE"),
            "HPF_LOAN" => (self.dice.between(30, 60), self.dice.pick(&[180, 240, 300]), 26_000, "MORTGAGE"),
            "AUTO" => (self.dice.between(8, 20), 36, 45_000, "MORTGAGE"),
            "STUDENT" => (self.dice.between(3, 8), 96, 30_000, "CREDIT"),
            // A shop's receipts are no salary: a loan of a few of its months.
            "BUSINESS" => (self.dice.between(1, 4), 36, 46_000, "GUARANTEE"),
            _ => (self.dice.between(2, 12), self.dice.pick(&[12, 24, 36]), 62_000, "CREDIT"),
        };
        let principal = (income * multiple / 1_000_000).max(1) * 1_000_000;
        let rate = rate + self.dice.between(-20, 60) * 100;
        let guarantor = self.community.persons[person].guarantor.map(Owner::Person);
        let guarantee_kind = match (guarantor, guarantee_kind) {
            (Some(_), "CREDIT") => "GUARANTEE",
            (Some(_), "MORTGAGE") => "MIXED",
            (None, "GUARANTEE") => "CREDIT",
            (_, kind) => kind,
        };
        let collateral =
            matches!(guarantee_kind, "MORTGAGE" | "MIXED").then(|| principal * self.dice.between(120, 260) / 100);
        let loan = Loan {
            number: format!("LN{number:08}{}", self.holdings[person].loans.len()),
            owner: Owner::Person(person),
            kind,
            principal,
            balance: principal,
            rate,
            instalment: equal_instalment(principal, rate, terms),
            start_date: date,
            term_count: terms,
            due_count: 0,
            repay_day: 20,
            terms: Vec::new(),
            guarantor,
            guarantee_kind,
            collateral,
            branch,
            settle_date: None,
        };
        self.holdings[person].loans.push(self.loans.len());
        self.pay_out(loan, start);
    }

    /// A working-capital loan of a company, vouched for by a neighbour where there is one.
    pub(crate) fn grant_company(&mut self, company: usize, since: NaiveDate, start: NaiveDate) {
        let organisation = &self.community.organisations[company];
        let guarantor = organisation.guarantor.map(Owner::Organisation);
        let (number, receipts, branch) = (organisation.number, organisation.receipts_fen, organisation.branch);
        let principal = (receipts * self.dice.between(1, 5) / 1_000_000).max(1) * 1_000_000;
        let rate = 42_000 + self.dice.between(-40, 120) * 100;
        // Granted within the last two years, whenever the credit system first met the company.
        let date = since.max(plus_days(start, -self.dice.between(20, 700)));
        let loan = Loan {
            number: format!("LN{number:08}0"),
            owner: Owner::Organisation(company),
            kind: "WORKING_CAP",
            principal,
            balance: principal,
            rate,
            instalment: equal_instalment(principal, rate, 36),
            start_date: date,
            term_count: 36,
            due_count: 0,
            repay_day: 21,
            terms: Vec::new(),
            guarantor,
            guarantee_kind: if guarantor.is_some() { "GUARANTEE" } else { "MORTGAGE" },
            collateral: guarantor.is_none().then_some(principal * 2),
            branch,
            settle_date: None,
        };
        self.pay_out(loan, start);
    }

    /// Pay a loan out on its day, or let it have been repaid regularly so far when that day is past.
    fn pay_out(&mut self, mut loan: Loan, start: NaiveDate) {
        if loan.start_date < start {
            loop {
                let term = loan.next_term(loan.balance, loan.due_count + 1);
                if term.due_date >= start || loan.due_count + 1 >= loan.term_count {
                    break;
                }
                loan.balance -= term.principal;
                loan.due_count += 1;
            }
        } else if let Some(account) = self.repayment_account(loan.owner) {
            let (amount, date) = (loan.principal, loan.start_date);
            let from = Counterparty::Nobody;
            self.post_at(account, date, TxnType::LoanDisbursed, Channel::Batch, amount, from);
            // The purchase for which it was taken.
            let spent = amount * 96 / 100;
            let seller = Counterparty::Stranger(7);
            self.post_at(account, plus_days(date, 1), TxnType::TransferOut, Channel::Counter, -spent, seller);
        }
        self.loans.push(loan);
    }

    fn repayment_account(&self, owner: Owner) -> Option<usize> {
        match owner {
            Owner::Person(person) => self.holdings[person].demand,
            Owner::Organisation(company) => self.company_accounts.get(company).copied(),
        }
    }

    pub(crate) fn plan_loan(&mut self, loan: usize, month: NaiveDate) {
        if self.loans[loan].settle_date.is_some() {
            return;
        }
        // Who has the money sometimes pays everything back early.
        let free = self.repayment_account(self.loans[loan].owner).map_or(0, |a| self.accounts[a].balance);
        if free > self.loans[loan].balance && self.dice.chance(150) {
            self.at(day_of_month(month, 23), 10, Action::Prepay(loan));
        }
        let l = &self.loans[loan];
        let next = day_of_month(plus_months(month_start(l.start_date), l.due_count + 1), l.repay_day);
        if l.due_count < l.term_count && next <= month_end(month) && next >= month {
            self.at(next, 6, Action::LoanDue(loan));
        }
        for day in [5, 12, 26] {
            self.at(day_of_month(month, day), 22, Action::Collect(loan));
        }
    }

    /// Pay back all that is not due yet, when nothing is overdue.
    pub(crate) fn prepay(&mut self, loan: usize, at: NaiveDateTime) {
        let l = &self.loans[loan];
        let (rest, number) = (l.balance, l.due_count + 1);
        let Some(account) = self.repayment_account(l.owner) else { return };
        if rest == 0 || l.first_unpaid_due_date(at.date()).is_some() || l.start_date >= at.date() {
            return;
        }
        if self.post(account, at, TxnType::LoanRepaid, Channel::Counter, -rest, Counterparty::Nobody) {
            let date = at.date();
            let term = Term {
                number,
                due_date: date,
                principal: rest,
                interest: 0,
                paid_principal: rest,
                paid_interest: 0,
                settle_date: Some(date),
            };
            let l = &mut self.loans[loan];
            l.terms.push(term);
            l.due_count = l.term_count;
            l.balance = 0;
            l.settle_date = Some(date);
            let party_no = self.party_no(self.loans[loan].owner);
            self.note(party_no, date, "prepaid", Some(rest));
        }
    }

    pub(crate) fn loan_due(&mut self, loan: usize, at: NaiveDateTime) {
        let l = &mut self.loans[loan];
        if l.settle_date.is_some() {
            return;
        }
        let term = l.next_term(l.not_due(), l.due_count + 1);
        l.due_count += 1;
        l.terms.push(term);
        self.collect(loan, at);
    }

    /// Settle what is due from the account, oldest instalment first, interest before principal.
    pub(crate) fn collect(&mut self, loan: usize, at: NaiveDateTime) {
        let date = at.date();
        let recent = minus_months(date, 4);
        let l = &mut self.loans[loan];
        l.terms.retain(|t| t.settle_date.is_none_or(|settled| settled >= recent));
        let due: i64 = l.terms.iter().filter(|t| t.settle_date.is_none() && t.due_date <= date).map(Term::open).sum();
        let owner = l.owner;
        if due == 0 || l.settle_date.is_some() {
            return;
        }
        // Who has no account here pays from another bank; now and then somebody forgets.
        let available = match self.repayment_account(owner) {
            Some(account) => self.accounts[account].balance,
            None if self.dice.chance(9_800) => due,
            None => 0,
        };
        let was_overdue = self.loans[loan].first_unpaid_due_date(plus_days(date, -1)).is_some();
        let paid = due.min(available);
        if let Some(account) = self.repayment_account(owner)
            && (paid == 0 || !self.post(account, at, TxnType::LoanRepaid, Channel::Batch, -paid, Counterparty::Nobody))
        {
            self.note_delinquency(loan, date, was_overdue, false);
            return;
        }
        self.loans[loan].settle(paid, date);
        let is_overdue = self.loans[loan].first_unpaid_due_date(date).is_some();
        self.note_delinquency(loan, date, was_overdue, !is_overdue);
    }

    fn note_delinquency(&mut self, loan: usize, date: NaiveDate, was_overdue: bool, is_settled: bool) {
        let party_no = self.party_no(self.loans[loan].owner);
        match (was_overdue, is_settled) {
            (false, false) => self.note(party_no, date, "delinquent", None),
            (true, true) => self.note(party_no, date, "cured", None),
            _ => {}
        }
    }
}

impl Loan {
    /// Spread a payment over what is due, oldest first, interest before principal.
    fn settle(&mut self, mut paid: i64, date: NaiveDate) {
        for term in self.terms.iter_mut().filter(|t| t.settle_date.is_none() && t.due_date <= date) {
            let interest = paid.min(term.interest - term.paid_interest);
            term.paid_interest += interest;
            paid -= interest;
            let principal = paid.min(term.principal - term.paid_principal);
            term.paid_principal += principal;
            self.balance -= principal;
            paid -= principal;
            if term.open() == 0 {
                term.settle_date = Some(date);
            }
        }
        if self.balance == 0 && self.due_count >= self.term_count {
            self.settle_date = Some(date);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    fn loan(principal: i64, rate: i64, terms: u32) -> Loan {
        Loan {
            number: "LN1".to_owned(),
            owner: Owner::Person(0),
            kind: "CONSUMER",
            principal,
            balance: principal,
            rate,
            instalment: equal_instalment(principal, rate, terms),
            start_date: "2025-01-31".parse().unwrap(),
            term_count: terms,
            due_count: 0,
            repay_day: 20,
            terms: Vec::new(),
            guarantor: None,
            guarantee_kind: "CREDIT",
            collateral: None,
            branch: 0,
            settle_date: None,
        }
    }

    #[test]
    fn the_instalment_is_the_one_of_the_textbook() {
        // 100,000.00 over 12 months at 6 % a year: 8,606.64 (any annuity table: factor 0.0860664).
        assert_eq!(equal_instalment(10_000_000, 60_000, 12), 860_664);
    }

    #[test]
    fn a_loan_paid_as_due_is_paid_back_to_the_fen() {
        let mut loan = loan(10_000_000, 60_000, 12);
        let mut paid = 0;
        for number in 1..=12 {
            let term = loan.next_term(loan.not_due(), number);
            assert_eq!(term.due_date.day(), 20);
            let (due, date) = (term.open(), term.due_date);
            loan.due_count += 1;
            loan.terms.push(term);
            paid += due;
            loan.settle(due, date);
        }
        assert_eq!((loan.balance, loan.settle_date.is_some()), (0, true));
        // Eleven equal instalments and a last one within a few fen of them.
        assert!((paid - 12 * 860_664).abs() < 12, "{paid}");
    }

    #[test]
    fn what_is_overdue_is_settled_first_in_first_out() {
        let mut loan = loan(1_200_000, 0, 12);
        loan.instalment = 100_000;
        for number in 1..=3 {
            let term = loan.next_term(loan.not_due(), number);
            loan.due_count += 1;
            loan.terms.push(term);
        }
        let date: NaiveDate = "2025-04-25".parse().unwrap();
        assert_eq!(loan.overdue(date), (300_000, 0));
        loan.settle(150_000, date);
        assert_eq!(loan.first_unpaid_due_date(date).unwrap().to_string(), "2025-03-20");
        assert_eq!((loan.overdue(date), loan.five_class(date)), ((150_000, 0), 2));
    }
}
