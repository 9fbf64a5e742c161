//! What a person plans for a month: income, spending, seasons, leaving, new products.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::{AccountKind, Action, Channel, Counterparty, Life, Owner, TxnType};
use crate::behaviour::Behaviour;
use crate::calendar::{day_of_month, lunar_new_year, month_end, month_start, plus_days};
use crate::churn::ChurnKind;
use crate::dice::Dice;
use crate::names::{self, MERCHANTS, OTHER_BANKS};

/// First of the merchants that are utilities.
const UTILITIES: usize = 13;

impl Life<'_> {
    /// What a person has on the day before the first month, or when they will come.
    pub(crate) fn settle(&mut self, person: usize, start: NaiveDate) {
        let p = &self.community.persons[person];
        let Some(open_date) = p.known_since[0] else {
            self.adopt(person, start, true);
            return;
        };
        let profile = p.behaviour.profile();
        if open_date >= start {
            self.at(open_date, 10, Action::Join(person));
        } else {
            let demand = self.open_account(Owner::Person(person), AccountKind::Demand, 0, open_date);
            let balance = self.dice.draw(&profile.demand) * 100 + self.dice.between(0, 99);
            self.endow(demand, balance, start);
            if self.dice.chance(profile.has_time) {
                let total = self.dice.draw(&profile.time) / 1_000 * 100_000;
                let count = self.dice.between(1, 3);
                for _ in 0..count {
                    self.hold_time(person, total / count, start);
                }
            }
        }
        self.adopt(person, start, true);
    }

    /// A time deposit opened some time ago, so that maturities are spread.
    fn hold_time(&mut self, person: usize, amount: i64, start: NaiveDate) {
        let months = self.dice.weighted(&[(3, 10), (6, 12), (12, 35), (24, 15), (36, 28)]);
        let opened = plus_days(start, -self.dice.between(1, i64::from(months) * 30));
        let kind = if amount >= 20_000_000 { AccountKind::Certificate } else { AccountKind::Time };
        let account = self.open_account(Owner::Person(person), kind, months, opened);
        self.endow(account, amount, start);
    }

    /// Give an account the balance it had before anybody watched.
    pub(crate) fn endow(&mut self, account: usize, balance: i64, start: NaiveDate) {
        let idle_days = match self.accounts[account].owner {
            Owner::Person(i) if self.community.persons[i].behaviour == Behaviour::Dormant => {
                self.dice.between(200, 2_500)
            }
            _ => self.dice.between(1, 25),
        };
        let account = &mut self.accounts[account];
        account.balance = balance;
        account.last_active_date = Some(plus_days(start, -idle_days).max(account.open_date));
        // Interest of the quarter so far.
        let since =
            (1..100).map(|n| plus_days(start, -n)).find(|d| crate::calendar::is_interest_day(*d)).unwrap_or(start);
        account.accumulated_to = since.max(account.open_date);
    }

    /// A new customer brings a first deposit.
    pub(crate) fn join(&mut self, person: usize, at: NaiveDateTime) {
        let p = &self.community.persons[person];
        let (number, profile) = (p.number, p.behaviour.profile());
        let demand = self.open_account(Owner::Person(person), AccountKind::Demand, 0, at.date());
        let deposit = (self.dice.draw(&profile.demand) / 2).max(10) * 100;
        self.post(demand, at, TxnType::CashIn, Channel::Counter, deposit, Counterparty::Nobody);
        self.note(number, at.date(), "joined", Some(deposit));
    }

    /// The month of a person.
    pub(crate) fn plan_person(&mut self, person: usize, month: NaiveDate) {
        self.adopt(person, month, false);
        self.live_on(person, month);
        let p = &self.community.persons[person];
        let is_gone = self.holdings[person].is_gone || p.is_deceased || p.behaviour == Behaviour::Dormant;
        let (Some(demand), false) = (self.holdings[person].demand, is_gone) else { return };
        let leaving = p.churn.and_then(|c| Some((c, c.month_of(month)?)));
        let (behaviour, number) = (p.behaviour, p.number);
        let income = self.dice.around(p.income_fen, 3);
        let budget = if self.community.persons[person].is_in_hardship(month) { income / 2 } else { income };
        self.plan_income(person, demand, income, month);
        // Before the lunar new year people take money out; in the month after it comes back more slowly.
        let new_year = lunar_new_year(month.year());
        let spending = match month_start(new_year) == month {
            true => budget * 112 / 100,
            false => budget,
        };
        if month_start(new_year) == month && behaviour != Behaviour::Student && self.dice.chance(6_000) {
            let gifts = self.dice.between(8, 60) * 10_000;
            let day = plus_days(new_year, -self.dice.between(1, 10));
            self.post_at(demand, day, TxnType::CashOut, Channel::Atm, -gifts, Counterparty::Nobody);
        }
        self.plan_spending(person, demand, behaviour, spending, month);
        if let Some((churn, months_gone)) = leaving {
            self.plan_leaving(person, churn.kind, months_gone, churn.months, month);
            if churn.closes && months_gone == churn.months {
                self.some_day(month, (20, 27), Action::Leave(person));
            }
            self.note(number, month, churn.kind.name(), None);
        } else {
            self.plan_saving(person, demand, behaviour, month);
            self.plan_turning_points(person, demand, month);
        }
    }

    fn plan_income(&mut self, person: usize, demand: usize, income: i64, month: NaiveDate) {
        let p = &self.community.persons[person];
        if p.is_in_hardship(month) {
            return;
        }
        let (payday, employer) = (day_of_month(month, p.payday), p.employer);
        match p.behaviour {
            b if b.is_employed() && employer.is_none() && !self.salary_has_moved(person, month) => {
                let amount = self.salary(person, income, month);
                let from = Counterparty::Stranger(self.employer_number(person));
                self.post_at(demand, payday, TxnType::Salary, Channel::Batch, amount, from);
            }
            Behaviour::Retiree => {
                self.post_at(demand, payday, TxnType::TransferIn, Channel::Batch, income, Counterparty::Stranger(1));
            }
            Behaviour::Student => {
                let parent = self.community.persons[person].parent.and_then(|p| self.holdings[p].demand);
                match parent {
                    Some(from) => {
                        let channel = Channel::Mbank;
                        let received_as = TxnType::TransferIn;
                        self.some_day(
                            month,
                            (1, 5),
                            Action::Pay { from, to: demand, received_as, channel, amount: income },
                        );
                    }
                    None => self.receive(demand, TxnType::TransferIn, Channel::Mbank, income, month),
                }
            }
            Behaviour::Wealthy if self.dice.chance(8_000) => {
                self.receive(demand, TxnType::TransferIn, Channel::Ebank, income, month);
            }
            Behaviour::WalletUser => {
                for _ in 0..4 {
                    let amount = self.dice.around(income / 4, 30);
                    self.receive(demand, TxnType::WalletIn, Channel::Wallet, amount, month);
                }
            }
            Behaviour::ShopOwner => {
                // Receipts come to the owner unless the shop has its own account, then a draw does.
                match self.community.persons[person].shop {
                    Some(shop) => {
                        let from = self.company_accounts[shop];
                        let (received_as, channel) = (TxnType::TransferIn, Channel::Ebank);
                        let amount = income / 8;
                        self.some_day(month, (24, 28), Action::Pay { from, to: demand, received_as, channel, amount });
                        self.plan_receipts(demand, income / 3, month);
                    }
                    None => self.plan_receipts(demand, income, month),
                }
            }
            _ => {}
        }
    }

    /// A shop's daily takings: many payers, small amounts, by wallet and card terminal.
    pub(crate) fn plan_receipts(&mut self, account: usize, total: i64, month: NaiveDate) {
        let days = self.dice.between(21, 27);
        for _ in 0..days {
            let amount = self.dice.around(total / days, 50);
            let (txn_type, channel) = self.dice.weighted(&[
                ((TxnType::WalletIn, Channel::Wallet), 7),
                ((TxnType::MerchantIn, Channel::Pos), 2),
                ((TxnType::CashIn, Channel::Counter), 1),
            ]);
            self.receive(account, txn_type, channel, amount, month);
        }
    }

    fn receive(&mut self, account: usize, txn_type: TxnType, channel: Channel, amount: i64, month: NaiveDate) {
        let counterparty = if txn_type == TxnType::CashIn { Counterparty::Nobody } else { self.stranger() };
        self.some_day(month, (1, 31), Action::Post { account, txn_type, channel, amount, counterparty });
    }

    fn stranger(&mut self) -> Counterparty {
        Counterparty::Stranger(self.dice.between(100, 99_999) as u32)
    }

    /// Salary of a month: a thirteenth one in the month of the lunar new year.
    pub(crate) fn salary(&mut self, person: usize, income: i64, month: NaiveDate) -> i64 {
        let has_bonus = month_start(lunar_new_year(month.year())) == month;
        let bonus = has_bonus && !self.community.persons[person].number.is_multiple_of(4);
        if bonus { income * 2 } else { income }
    }

    /// Whether the salary goes to another bank by now.
    pub(crate) fn salary_has_moved(&self, person: usize, month: NaiveDate) -> bool {
        let moved = |c: crate::churn::Churn| c.kind == ChurnKind::PayrollMoved && c.month_of(month) >= Some(1);
        self.community.persons[person].churn.is_some_and(moved)
    }

    fn employer_number(&self, person: usize) -> u32 {
        // Below 200.
        (self.community.persons[person].number % 97 + 100) as u32
    }

    pub(crate) fn post_at(
        &mut self,
        account: usize,
        date: NaiveDate,
        txn_type: TxnType,
        channel: Channel,
        amount: i64,
        counterparty: Counterparty,
    ) {
        let hour = if channel == Channel::Batch { 7 } else { self.dice.between(8, 21) as u32 };
        self.at(date, hour, Action::Post { account, txn_type, channel, amount, counterparty });
    }

    fn plan_spending(&mut self, person: usize, demand: usize, behaviour: Behaviour, budget: i64, month: NaiveDate) {
        let age = self.community.persons[person].age_years(month);
        let is_busy = month.month() == 11;
        let wallet = |life: &mut Self, total: i64, count: i64, days: (i64, i64)| {
            for _ in 0..count {
                let amount = -life.dice.around(total / count, 70);
                let counterparty = Counterparty::Merchant(life.dice.below(UTILITIES));
                let (txn_type, channel) = (TxnType::WalletOut, Channel::Wallet);
                life.some_day(month, days, Action::Post { account: demand, txn_type, channel, amount, counterparty });
            }
        };
        match behaviour {
            Behaviour::Dormant => {}
            Behaviour::PayrollSaver | Behaviour::YoungProfessional | Behaviour::Borrower | Behaviour::Investor => {
                let free = match behaviour {
                    Behaviour::Borrower => budget * self.dice.between(42, 60) / 100,
                    Behaviour::YoungProfessional => budget * self.dice.between(55, 80) / 100,
                    _ => budget * self.dice.between(76, 102) / 100,
                };
                let count = if behaviour == Behaviour::YoungProfessional { 10 } else { 5 } + i64::from(is_busy) * 2;
                wallet(self, free * 45 / 100, count, (1, 31));
                self.shop(demand, free / 10, month);
                self.utility(demand, free / 10, Channel::Mbank, month);
                let (channel, to) = if age > 52 { (Channel::Atm, None) } else { (Channel::Mbank, Some(())) };
                let amount = free * 3 / 10;
                match to {
                    Some(()) => self.send(demand, amount, channel, month),
                    None => self.draw_cash(demand, amount, channel, month),
                }
            }
            Behaviour::Wealthy => {
                for _ in 0..3 {
                    let amount = self.dice.around(budget * 25 / 100, 60);
                    let channel = self.dice.pick(&[Channel::Ebank, Channel::Mbank, Channel::Counter]);
                    self.send(demand, amount, channel, month);
                }
            }
            Behaviour::Retiree => {
                for _ in 0..2 {
                    let amount = self.dice.around(budget * 38 / 100, 25) / 10_000 * 10_000;
                    let channel = if self.dice.chance(if age > 70 { 8_500 } else { 5_000 }) {
                        Channel::Counter
                    } else {
                        Channel::Atm
                    };
                    self.draw_cash(demand, amount, channel, month);
                }
                self.utility(demand, budget / 12, if age > 68 { Channel::Counter } else { Channel::Mbank }, month);
                if age <= 70 {
                    wallet(self, budget / 8, 2, (1, 31));
                }
            }
            Behaviour::Student => {
                wallet(self, budget * 95 / 100, 12, (3, 31));
                if month.month() == 9 {
                    self.send(demand, budget * 3, Channel::Mbank, month);
                }
            }
            Behaviour::WalletUser => {
                wallet(self, budget * 70 / 100, 11, (2, 31));
                let amount = budget * 28 / 100;
                self.send(demand, amount, Channel::Mbank, month);
            }
            Behaviour::ShopOwner => {
                let own = if self.community.persons[person].shop.is_some() { budget * 44 / 100 } else { budget };
                let companies = self.community.organisations.iter().filter(|o| !o.is_shop()).count();
                for purchase in 0..5 {
                    let amount = self.dice.around(own * 16 / 100, 30);
                    match (purchase < 2 && companies > 0).then(|| self.company_accounts[person % companies]) {
                        Some(to) => {
                            let (received_as, channel) = (TxnType::TransferIn, Channel::Mbank);
                            self.some_day(
                                month,
                                (4, 28),
                                Action::Pay { from: demand, to, received_as, channel, amount },
                            );
                        }
                        None => self.send(demand, amount, Channel::Mbank, month),
                    }
                }
                wallet(self, own / 8, 4, (1, 31));
            }
        }
    }

    fn send(&mut self, account: usize, amount: i64, channel: Channel, month: NaiveDate) {
        let counterparty = self.stranger();
        let txn_type = TxnType::TransferOut;
        self.some_day(month, (2, 30), Action::Post { account, txn_type, channel, amount: -amount, counterparty });
    }

    fn draw_cash(&mut self, account: usize, amount: i64, channel: Channel, month: NaiveDate) {
        let (txn_type, counterparty) = (TxnType::CashOut, Counterparty::Nobody);
        self.some_day(month, (2, 30), Action::Post { account, txn_type, channel, amount: -amount, counterparty });
    }

    fn shop(&mut self, account: usize, amount: i64, month: NaiveDate) {
        let counterparty = Counterparty::Merchant(self.dice.below(UTILITIES));
        let (txn_type, channel) = (TxnType::PosSpend, Channel::Pos);
        self.some_day(month, (1, 31), Action::Post { account, txn_type, channel, amount: -amount, counterparty });
    }

    fn utility(&mut self, account: usize, amount: i64, channel: Channel, month: NaiveDate) {
        let counterparty = Counterparty::Merchant(UTILITIES + self.dice.below(MERCHANTS.len() - UTILITIES));
        let txn_type = TxnType::BillPay;
        self.some_day(month, (5, 25), Action::Post { account, txn_type, channel, amount: -amount, counterparty });
    }

    /// What is left over is put away now and then.
    fn plan_saving(&mut self, person: usize, demand: usize, behaviour: Behaviour, month: NaiveDate) {
        let balance = self.accounts[demand].balance;
        let keeps = self.community.persons[person].income_fen.max(500_000) * 2;
        let spare = (balance - keeps) / 100_000 * 100_000;
        if spare < 1_000_000 {
            return;
        }
        let saves = match behaviour {
            Behaviour::Retiree => 2_500,
            Behaviour::PayrollSaver | Behaviour::Wealthy => 1_200,
            _ => 300,
        };
        let knows_wealth = self.community.persons[person].known_since[4].is_some_and(|d| d < month);
        if knows_wealth && self.dice.chance(2_000) {
            self.some_day(month, (11, 27), Action::Buy(person, spare * 6 / 10));
        } else if self.dice.chance(saves) {
            let months = self.dice.pick(&[3, 6, 12, 12, 24, 36]);
            self.some_day(month, (11, 27), Action::Save(person, spare * 7 / 10, months));
        }
    }

    /// Rare large movements that are not leaving: a home bought, money from a sale or an inheritance that stays.
    fn plan_turning_points(&mut self, person: usize, demand: usize, month: NaiveDate) {
        let (number, balance) = (self.community.persons[person].number, self.accounts[demand].balance);
        if balance > 10_000_000 && self.dice.chance(70) {
            let amount = balance * self.dice.between(50, 80) / 100;
            let day = plus_days(month, self.dice.between(5, 24));
            self.at(day, 10, Action::Turn(demand, -amount));
        }
        if self.dice.chance(12) {
            let amount = self.dice.between(60, 1_500) * 100_000;
            let day = plus_days(month, self.dice.between(3, 24));
            self.at(day, 10, Action::Turn(demand, amount));
        }
        let p = &self.community.persons[person];
        if p.hardship.is_some_and(|(from, _)| month_start(from) == month) {
            self.note(number, month, "income_lost", None);
        }
    }

    /// A large movement out (a home) or in (a sale, an inheritance).
    pub(crate) fn turn(&mut self, account: usize, amount: i64, at: NaiveDateTime) {
        let (txn_type, kind) = match amount {
            ..0 => (TxnType::TransferOut, "home_bought"),
            _ => (TxnType::TransferIn, "large_inflow"),
        };
        if self.post(account, at, txn_type, Channel::Counter, amount, Counterparty::Stranger(7)) {
            let party_no = self.party_no(self.accounts[account].owner);
            self.note(party_no, at.date(), kind, Some(amount.abs()));
        }
    }

    fn plan_leaving(&mut self, person: usize, kind: ChurnKind, months_gone: u32, months: u32, month: NaiveDate) {
        let left = i64::from(months.saturating_sub(months_gone)).max(1);
        let percent = match kind {
            ChurnKind::SuddenTransfer => 92,
            _ => (100 / left).min(92),
        };
        self.some_day(month, (25, 28), Action::Drain(person, percent));
        if kind == ChurnKind::SuddenTransfer || months_gone >= 1 {
            for account in self.holdings[person].time.clone() {
                if self.dice.chance(5_000) {
                    self.some_day(month, (18, 23), Action::Break(account));
                }
            }
            for position in self.holdings[person].positions.clone() {
                self.some_day(month, (15, 23), Action::Redeem(position));
            }
        }
    }

    /// Carry money to the own account at another bank.
    pub(crate) fn drain(&mut self, person: usize, percent: i64, at: NaiveDateTime) {
        let Some(demand) = self.holdings[person].demand else { return };
        let amount = self.accounts[demand].balance / 100 * percent;
        // A few banks; the person always uses the same one.
        let bank = (self.community.persons[person].number % OTHER_BANKS.len() as u64) as usize;
        self.post(demand, at, TxnType::TransferOut, Channel::Mbank, -amount, Counterparty::Self_(bank));
    }

    /// Take the rest and close the accounts, unless a loan or card is still open.
    pub(crate) fn leave(&mut self, person: usize, at: NaiveDateTime) {
        let owes = self.holdings[person].loans.iter().any(|l| self.loans[*l].balance > 0)
            || self.holdings[person].card.is_some_and(|c| self.cards[c].balance > 0);
        let Some(demand) = self.holdings[person].demand else { return };
        if owes {
            return;
        }
        for account in self.holdings[person].time.clone() {
            if self.accounts[account].close_date.is_none() {
                self.break_deposit(account, at);
            }
        }
        for position in self.holdings[person].positions.clone() {
            self.redeem(position, at);
        }
        let rest = self.accounts[demand].balance;
        self.post(demand, at, TxnType::CashOut, Channel::Counter, -rest, Counterparty::Nobody);
        let account = &mut self.accounts[demand];
        account.close_date = Some(at.date());
        account.is_changed = true;
        self.holdings[person].is_gone = true;
        let number = self.community.persons[person].number;
        for record in self.records.iter_mut().filter(|r| r.is_of(crate::feed::System::Core, person)) {
            record.status = "closed";
            record.is_changed = true;
        }
        self.note(number, at.date(), "closed", Some(rest));
    }

    /// Moves, new phones and how often the person looks into the app.
    fn live_on(&mut self, person: usize, month: NaiveDate) {
        let p = &self.community.persons[person];
        let (number, is_known) = (p.number, p.open_date < month);
        let leaving = p.churn.and_then(|c| c.month_of(month));
        let base = match p.behaviour {
            Behaviour::Dormant => 0,
            Behaviour::Retiree => 3,
            Behaviour::Student | Behaviour::YoungProfessional | Behaviour::WalletUser => 24,
            Behaviour::ShopOwner => 30,
            _ => 12,
        };
        let logins = self.dice.between(base / 2, base * 3 / 2);
        let logins = leaving.map_or(logins, |m| logins >> (m + 1).min(6));
        let day = plus_days(month_end(month), -self.dice.between(0, 20));
        let holding = &mut self.holdings[person];
        holding.login_count = logins;
        if logins > 0 {
            holding.last_login = Some(day);
        }
        if is_known && self.dice.chance(90) {
            let address = names::address(&mut self.dice);
            let p = &mut self.community.persons[person];
            p.old_address = std::mem::replace(&mut p.address, address);
            self.tell_systems(person, |record, p| record.address = Some(p.address.clone()));
            self.note(number, month, "moved_house", None);
        }
        if is_known && self.dice.chance(70) {
            let p = &mut self.community.persons[person];
            let mobile = crate::identifiers::mobile(number + 100_000_000 * u64::from(month.month()));
            p.old_mobile = std::mem::replace(&mut p.mobile, mobile);
            self.tell_systems(person, |record, p| record.mobile = Some(p.mobile.clone()));
            self.note(number, month, "new_mobile", None);
        }
    }

    /// Some systems hear of a change, others keep what they have.
    fn tell_systems(&mut self, person: usize, change: impl Fn(&mut crate::record::Record, &crate::person::Person)) {
        let hears = |dice: &mut Dice, record: &crate::record::Record| {
            dice.chance(match record.system {
                crate::feed::System::Core => 4_500,
                crate::feed::System::Credit | crate::feed::System::Wealth => 3_000,
                crate::feed::System::Card => 5_500,
                crate::feed::System::Fund => 800,
                crate::feed::System::Channel => 8_000,
            })
        };
        for record in self.records.iter_mut().filter(|r| r.person == Some(person)) {
            if hears(&mut self.dice, record) {
                change(record, &self.community.persons[person]);
                record.is_changed = true;
            }
        }
    }

    /// New loans, cards, positions and funds of a month; `is_past` for all that a person had before the first month.
    pub(crate) fn adopt(&mut self, person: usize, month: NaiveDate, is_past: bool) {
        let p = &self.community.persons[person];
        let (behaviour, known) = (p.behaviour, p.known_since);
        let comes =
            |system: usize| known[system].filter(|d| if is_past { *d < month } else { month_start(*d) == month });
        if let Some(date) = comes(1) {
            let kind = match behaviour {
                Behaviour::Borrower => self.dice.weighted(&[("MORTGAGE", 70), ("HPF_LOAN", 15), ("AUTO", 15)]),
                Behaviour::ShopOwner => "BUSINESS",
                Behaviour::Student => "STUDENT",
                Behaviour::Retiree | Behaviour::Wealthy => "CONSUMER",
                _ => self.dice.weighted(&[("CONSUMER", 60), ("AUTO", 20), ("MORTGAGE", 20)]),
            };
            // Short loans were granted lately, or they would be paid back by now.
            let longest = if matches!(kind, "MORTGAGE" | "HPF_LOAN") { 1_800 } else { 300 };
            let date = if is_past { date.max(plus_days(month, -self.dice.between(30, longest))) } else { date };
            self.grant(person, kind, date, month);
        }
        if let Some(date) = comes(2) {
            self.issue_card(person, date);
        }
        if let Some(date) = comes(3) {
            self.open_fund(person, date, is_past, month);
        }
        if let Some(date) = comes(4)
            && is_past
        {
            let total = self.dice.draw(&behaviour.profile().wealth) * 100;
            self.hold_positions(person, total, date, month);
        }
    }
}
