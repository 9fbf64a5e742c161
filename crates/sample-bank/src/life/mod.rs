//! What happens in a community, month by month: plans are made at the beginning of a month from the state of that day,
//! and carried out in order of time. Every balance is the sum of its postings.
//!
//! - [`account`]: deposit accounts, postings, interest
//! - [`person`], [`company`]: what they plan for a month
//! - [`loan`], [`card`], [`wealth`], [`fund`]: other holdings
//! - [`contact`]: what customer managers note

pub mod account;
pub mod card;
pub mod company;
pub mod contact;
pub mod fund;
pub mod loan;
pub mod person;
pub mod txn_type;
pub mod wealth;

use chrono::{NaiveDate, NaiveDateTime};

pub use account::{Account, AccountKind, Owner};
pub use txn_type::{Channel, Counterparty, Txn, TxnType};

use crate::calendar::{is_interest_day, month_end, month_start, plus_days, plus_months};
use crate::community::Community;
use crate::dice::{Dice, Purpose};
use crate::dirt::Error;
use crate::record::{Record, records};
use crate::settings::SampleBank;
use card::{CardAccount, CardTxn};
use contact::Contact;
use fund::FundAccount;
use loan::Loan;
use wealth::Position;

/// Something that will happen.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// When.
    pub at: NaiveDateTime,
    /// What.
    pub action: Action,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// Money moves on one account; a debit that is not covered does not happen.
    Post {
        /// Account.
        account: usize,
        /// Type.
        txn_type: TxnType,
        /// Channel.
        channel: Channel,
        /// Fen, negative out.
        amount: i64,
        /// Who is on the other side.
        counterparty: Counterparty,
    },
    /// Money moves between two accounts of the community.
    Pay {
        /// From this account.
        from: usize,
        /// To this account.
        to: usize,
        /// Type on the receiving side.
        received_as: TxnType,
        /// Channel.
        channel: Channel,
        /// Fen.
        amount: i64,
    },
    /// A person becomes a customer.
    Join(usize),
    /// A company pays its people.
    Payroll(usize),
    /// Demand interest of the quarter.
    Interest(usize),
    /// A time deposit matures.
    Mature(usize),
    /// A person puts an amount (fen) on a time deposit of so many months.
    Save(usize, i64, u32),
    /// A person breaks a time deposit.
    Break(usize),
    /// A share (per cent) of a person's demand balance goes to the own account at another bank.
    Drain(usize, i64),
    /// A person closes everything.
    Leave(usize),
    /// An instalment falls due.
    LoanDue(usize),
    /// The bank tries to collect what is overdue.
    Collect(usize),
    /// A card is used for so many fen at a merchant.
    Spend(usize, i64, usize),
    /// A card's month is billed.
    Bill(usize),
    /// A card's bill is paid, as far as its holder pays.
    PayBill(usize),
    /// A person buys a wealth product for so many fen.
    Buy(usize, i64),
    /// A position is sold or matures.
    Redeem(usize),
    /// A large movement on an account: a home bought, an inheritance.
    Turn(usize, i64),
    /// A loan is paid back early.
    Prepay(usize),
    /// An employer pays into the housing fund.
    FundMonth(usize),
    /// A posting of the day before is taken back.
    Reverse,
}

/// Something in a life that later explains a change: written to the truth.
#[derive(Debug, Clone)]
pub struct LifeEvent {
    /// Number of the person or organisation.
    pub party_no: u64,
    /// When.
    pub date: NaiveDate,
    /// What.
    pub kind: &'static str,
    /// Fen, where it has an amount.
    pub amount: Option<i64>,
}

/// What a person has.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    /// Demand account.
    pub demand: Option<usize>,
    /// Time deposits.
    pub time: Vec<usize>,
    /// Loans.
    pub loans: Vec<usize>,
    /// Credit card account.
    pub card: Option<usize>,
    /// Housing fund account.
    pub fund: Option<usize>,
    /// Wealth positions.
    pub positions: Vec<usize>,
    /// Logins to mobile banking in the last 30 days.
    pub login_count: i64,
    /// Last login.
    pub last_login: Option<NaiveDate>,
    /// Left the bank.
    pub is_gone: bool,
}

/// A community and its state at a point of time.
pub struct Life<'b> {
    /// The bank's settings.
    pub bank: &'b SampleBank,
    /// Who.
    pub community: Community,
    /// What each person has.
    pub holdings: Vec<Holding>,
    /// Demand account of each organisation.
    pub company_accounts: Vec<usize>,
    /// Deposit accounts, opened ones only.
    pub accounts: Vec<Account>,
    /// Loans of persons and companies.
    pub loans: Vec<Loan>,
    /// Credit cards.
    pub cards: Vec<CardAccount>,
    /// Wealth positions.
    pub positions: Vec<Position>,
    /// Housing fund.
    pub funds: Vec<FundAccount>,
    /// Customer records of all systems.
    pub records: Vec<Record>,
    /// Postings since the last delivery.
    pub txns: Vec<Txn>,
    /// Card transactions since the last delivery.
    pub card_txns: Vec<CardTxn>,
    /// Contacts since the last delivery.
    pub contacts: Vec<Contact>,
    /// Life events since the last delivery.
    pub life_events: Vec<LifeEvent>,
    dice: Dice,
    agenda: Vec<Event>,
    txn_sequence: u64,
    last_date: NaiveDate,
}

impl<'b> Life<'b> {
    /// The community on the day before its first month.
    #[must_use]
    pub fn begin(bank: &'b SampleBank, number: u64, first: NaiveDate, last: NaiveDate) -> Self {
        let community = Community::draw(bank, number, first, last);
        let records = records(bank, &community);
        let persons = community.persons.len();
        let mut life = Life {
            bank,
            holdings: vec![Holding::default(); persons],
            company_accounts: Vec::new(),
            accounts: Vec::new(),
            loans: Vec::new(),
            cards: Vec::new(),
            positions: Vec::new(),
            funds: Vec::new(),
            records,
            txns: Vec::new(),
            card_txns: Vec::new(),
            contacts: Vec::new(),
            life_events: Vec::new(),
            dice: Dice::new(bank.seed, Purpose::Life, number),
            agenda: Vec::new(),
            txn_sequence: 0,
            last_date: last,
            community,
        };
        let start = month_start(first);
        for company in 0..life.community.organisations.len() {
            life.open_company(company, start);
        }
        for person in 0..persons {
            life.settle(person, start);
        }
        life
    }

    /// Live through the months up to the last date; `night` sees the state at the end of each of `dates`.
    pub fn live(&mut self, dates: &[NaiveDate], mut night: impl FnMut(&mut Life<'b>, usize)) {
        let Some(first) = dates.first() else { return };
        let mut month = month_start(*first);
        let mut next_night = 0;
        while next_night < dates.len() {
            self.plan_month(month);
            let mut agenda = std::mem::take(&mut self.agenda);
            // Stable, so that what was planned first happens first at equal times.
            agenda.sort_by_key(|event| event.at);
            let mut events = agenda.into_iter().peekable();
            while dates.get(next_night).is_some_and(|date| *date <= month_end(month)) {
                let date = dates[next_night];
                while let Some(event) = events.next_if(|e| e.at.date() <= date) {
                    self.happen(event);
                }
                if next_night == 0 {
                    self.forget_before(self.delivered_from(*first));
                }
                night(self, next_night);
                self.forget_before(plus_days(date, 1));
                next_night += 1;
            }
            // What begins in this month and happens later waits for its month.
            self.agenda.extend(events.filter(|e| e.at.date() > month_end(month)));
            month = plus_months(month, 1);
        }
    }

    /// The first day whose postings are delivered with the first night.
    fn delivered_from(&self, first: NaiveDate) -> NaiveDate {
        match self.bank.business_dates {
            crate::calendar::BusinessDates::Day => first,
            crate::calendar::BusinessDates::MonthEnd => month_start(first),
        }
    }

    /// Drop what was delivered.
    fn forget_before(&mut self, date: NaiveDate) {
        self.txns.retain(|t| t.at.date() >= date);
        self.card_txns.retain(|t| t.at.date() >= date);
        self.contacts.retain(|c| c.at.date() >= date);
        self.life_events.retain(|e| e.date >= date);
    }

    fn plan_month(&mut self, month: NaiveDate) {
        for company in 0..self.community.organisations.len() {
            self.plan_company(company, month);
        }
        for person in 0..self.community.persons.len() {
            self.plan_person(person, month);
        }
        for loan in 0..self.loans.len() {
            self.plan_loan(loan, month);
        }
        for card in 0..self.cards.len() {
            self.plan_card(card, month);
        }
        self.plan_contacts(month);
        let quarter_day = plus_days(month, 20);
        if is_interest_day(quarter_day) {
            for account in 0..self.accounts.len() {
                self.at(quarter_day, 0, Action::Interest(account));
            }
        }
        for account in 0..self.accounts.len() {
            if let Some(date) = self.accounts[account].matures_in(month) {
                self.at(date, 1, Action::Mature(account));
            }
        }
        for day in 2..=28 {
            // One posting in about two thousand is taken back the next morning.
            if self.bank.dirt != crate::dirt::Dirt::Clean && self.dice.chance(800) {
                self.at(plus_days(month, day - 1), 9, Action::Reverse);
            }
        }
    }

    /// Put an action on the agenda, at an hour of a day; minutes and seconds by chance.
    pub(crate) fn at(&mut self, date: NaiveDate, hour: u32, action: Action) {
        let (minute, second) = (self.dice.between(0, 59), self.dice.between(0, 59));
        // Both below 60.
        if let Some(at) = date.and_hms_opt(hour.min(23), minute as u32, second as u32) {
            self.agenda.push(Event { at, action });
        }
    }

    /// A day of the month by chance, within two days of the month, and an hour at which people are awake.
    pub(crate) fn some_day(&mut self, month: NaiveDate, days: (i64, i64), action: Action) {
        let last = month_end(month);
        let date = plus_days(month, self.dice.between(days.0, days.1) - 1).min(last);
        // Between 8 and 21.
        let hour = self.dice.between(8, 21) as u32;
        self.at(date, hour, action);
    }

    pub(crate) fn note(&mut self, party_no: u64, date: NaiveDate, kind: &'static str, amount: Option<i64>) {
        self.life_events.push(LifeEvent { party_no, date, kind, amount });
    }

    pub(crate) fn party_no(&self, owner: Owner) -> u64 {
        match owner {
            Owner::Person(person) => self.community.persons[person].number,
            Owner::Organisation(company) => self.community.organisations[company].number,
        }
    }

    fn happen(&mut self, event: Event) {
        let at = event.at;
        match event.action {
            Action::Post { account, txn_type, channel, amount, counterparty } => {
                self.post(account, at, txn_type, channel, amount, counterparty);
            }
            Action::Pay { from, to, received_as, channel, amount } => {
                self.pay(from, to, at, received_as, channel, amount);
            }
            Action::Join(person) => self.join(person, at),
            Action::Payroll(company) => self.payroll(company, at),
            Action::Interest(account) => self.credit_interest(account, at),
            Action::Mature(account) => self.mature(account, at),
            Action::Save(person, amount, months) => self.save(person, amount, months, at),
            Action::Break(account) => self.break_deposit(account, at),
            Action::Drain(person, percent) => self.drain(person, percent, at),
            Action::Leave(person) => self.leave(person, at),
            Action::LoanDue(loan) => self.loan_due(loan, at),
            Action::Collect(loan) => self.collect(loan, at),
            Action::Spend(card, amount, merchant) => self.spend(card, amount, merchant, at),
            Action::Bill(card) => self.bill(card, at),
            Action::PayBill(card) => self.pay_bill(card, at),
            Action::Buy(person, amount) => self.buy(person, amount, at),
            Action::Redeem(position) => self.redeem(position, at),
            Action::FundMonth(fund) => self.fund_month(fund, at),
            Action::Turn(account, amount) => self.turn(account, amount, at),
            Action::Prepay(loan) => self.prepay(loan, at),
            Action::Reverse => self.reverse(at),
        }
    }

    /// Whether a posting row is damaged on the way; decided apart from the life, which stays the same at every level.
    pub(crate) fn damage_chance(&self, error: Error) -> u32 {
        // A file so small that one damaged row exceeds what a contract forgives is left whole.
        let per_night = match self.bank.business_dates {
            crate::calendar::BusinessDates::Day => self.bank.customers / 3,
            crate::calendar::BusinessDates::MonthEnd => self.bank.customers * 9,
        };
        if per_night < 4_000 { 0 } else { self.bank.dirt.chance(error) }
    }
}
