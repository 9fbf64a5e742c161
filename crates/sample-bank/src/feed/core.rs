//! The savings system (核心): customers, deposits, postings, agreements.

use super::row::{Chunk, Planted, push_decimal};
use super::{Night, System};
use crate::behaviour::Behaviour;
use crate::calendar::{plus_months, ymd};
use crate::dice::{Dice, Purpose};
use crate::dirt::Error;
use crate::identifiers;
use crate::life::{Counterparty, Owner, Txn};
use crate::names::{DISTRICTS, MERCHANTS, OTHER_BANKS};
use crate::organisation::Organisation;
use crate::person::Person;
use crate::record::customer_no;

/// Number of a branch.
#[must_use]
pub fn branch_no(branch: usize) -> String {
    format!("{:04}", branch + 101)
}

/// Customer manager of a customer with money: one for forty of a branch's customers.
#[must_use]
pub fn manager_no(branch: usize, number: u64) -> String {
    format!("{}M{:02}", branch_no(branch), number % 8 + 1)
}

/// Region of an address: 99, district.
#[must_use]
pub fn region_code(address: &str) -> String {
    let district = DISTRICTS.iter().position(|d| address.contains(d)).unwrap_or(0);
    format!("9901{:02}", district + 1)
}

impl Night<'_, '_> {
    fn person(&self, index: usize) -> &Person {
        &self.life.community.persons[index]
    }

    pub(crate) fn organisations(&self) -> impl Iterator<Item = (usize, &Organisation)> {
        let open = self.life.community.organisations.iter().enumerate();
        open.filter(|(_, o)| o.open_date <= self.date)
    }

    pub(crate) fn core_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Core).filter(|r| r.organisation.is_none()) {
            let person = record.person.map(|index| self.person(index));
            let is_shop_owner = person.is_some_and(|p| p.behaviour == Behaviour::ShopOwner);
            let shop = person.and_then(|p| p.shop).map(|s| &self.life.community.organisations[s]);
            let is_declared = is_shop_owner && person.is_some_and(|p| p.number % 3 != 0);
            let employer = person.and_then(|p| p.employer).map(|e| self.life.community.organisations[e].name.as_str());
            rows.text(&record.customer_no).text(&record.name).text(record.id_type).optional(record.id_no.as_deref());
            let expires = person.map(|p| if p.age_years(self.date) >= 46 { "99991231".to_owned() } else { expiry(p) });
            rows.optional(expires.as_deref().filter(|_| record.id_no.is_some()));
            rows.text(person.map_or("0", |p| if p.is_male { "1" } else { "2" })).date_or(record.birth_date, "");
            rows.text(person.map_or("unknown", |p| p.marital)).text(person.map_or("unknown", |p| p.education));
            rows.flag(person.is_some_and(|p| p.behaviour == Behaviour::Student));
            rows.date_or(person.and_then(|p| p.graduation_date), "");
            let occupation = person.map_or("", |p| p.behaviour.profile().occupation);
            // An owner who never registered or declared the shop stands there as an employee.
            rows.text(if is_shop_owner && !is_declared { "职员" } else { occupation }).optional(employer);
            let income = person.map_or(0, |p| p.income_fen * 12 / 1_000_000 * 1_000_000);
            rows.amount(income).optional(record.mobile.as_deref());
            rows.optional(person.and_then(|p| p.email.as_deref())).optional(record.address.as_deref());
            rows.text(&record.address.as_deref().map_or_else(String::new, region_code));
            rows.flag(person.is_some_and(|p| p.is_staff)).flag(person.is_some_and(|p| p.is_deceased));
            rows.flag(shop.is_some() || is_declared).optional(shop.map(|s| s.credit_code.as_str()));
            rows.text(&branch_no(person.map_or(0, |p| p.branch)));
            rows.date(record.open_date).text(record.status).optional(record.merged_into.as_deref()).end();
        }
    }

    pub(crate) fn core_organisations(&self, rows: &mut Chunk) {
        for (_, o) in self.organisations() {
            let representative = self.person(o.legal_representative);
            rows.text(&customer_no(System::Core, o.number)).text(&o.name).text(&o.credit_code);
            rows.text(&o.licence_no).text(o.legal_form).text(o.industry).text(o.size);
            rows.number(o.capital_wan).number(o.employees);
            rows.text(&representative.name.text).text("01").text(&representative.id_no);
            rows.optional(o.controller.map(|c| self.person(c).id_no.as_str()));
            rows.optional(o.group.map(|g| format!("GR{g:08}")).as_deref()).amount(o.declared_fen);
            rows.text(&o.address).text(&region_code(&o.address)).text(&branch_no(o.branch));
            rows.date(o.open_date).text("active").end();
        }
    }

    /// Documents beside the main one: passports of some, and the main one with the day it was verified.
    pub(crate) fn core_documents(&self, rows: &mut Chunk) {
        for record in self.records(System::Core) {
            let (Some(index), Some(id_no)) = (record.person, record.id_no.as_deref()) else { continue };
            let person = self.person(index);
            let is_verified = record.id_type == "01" && id_no == person.id_no;
            rows.text(&record.customer_no).text(record.id_type).text(id_no).text("CN").flag(true).flag(is_verified);
            rows.date_or(is_verified.then_some(record.open_date), "").end();
            if person.number.is_multiple_of(17) && record.id_type == "01" {
                rows.text(&record.customer_no).text("04").text(&identifiers::passport(person.number)).text("CN");
                rows.flag(false).flag(false).text("").end();
            }
        }
    }

    pub(crate) fn core_contact_points(&self, rows: &mut Chunk) {
        for record in self.records(System::Core) {
            let email = record.person.and_then(|p| self.person(p).email.as_deref());
            let points =
                [("mobile", record.mobile.as_deref()), ("email", email), ("address", record.address.as_deref())];
            for (kind, value) in points {
                let Some(value) = value else { continue };
                let is_verified = kind == "mobile" && record.errors.is_empty();
                rows.text(&record.customer_no).text(kind).text(value).flag(is_verified);
                rows.date_or(is_verified.then_some(record.open_date), "");
                rows.flag(record.person.is_none_or(|p| p % 9 != 0)).date(record.open_date).end();
            }
        }
    }

    pub(crate) fn core_relations(&self, rows: &mut Chunk) {
        let community = &self.life.community;
        let since = |a: &Person, b: &Person| a.open_date.max(b.open_date);
        for (index, person) in community.persons.iter().enumerate() {
            // Half of the families told the bank.
            let told = person.household.is_multiple_of(2);
            let family = [("spouse", person.spouse.filter(|s| *s > index)), ("parent", person.parent)];
            for (relation, other) in family {
                let Some(other) = other.map(|o| self.person(o)).filter(|_| told) else { continue };
                let is_known = person.known_since[0].is_some() && other.known_since[0].is_some();
                if is_known && since(person, other) <= self.date {
                    self.relation(rows, person.number, other.number, relation, None, since(person, other));
                }
            }
        }
        for (_, o) in self.organisations() {
            let representative = self.person(o.legal_representative);
            if representative.known_since[0].is_some_and(|d| d <= self.date) {
                let relation = if o.is_shop() { "owner" } else { "legal_rep" };
                let date = o.open_date.max(representative.open_date);
                self.relation(rows, representative.number, o.number, relation, None, date);
            }
            if let Some(controller) = o.controller.map(|c| self.person(c))
                && controller.known_since[0].is_some_and(|d| d <= self.date)
            {
                let date = o.open_date.max(controller.open_date);
                self.relation(rows, controller.number, o.number, "controller", Some(5_100), date);
            }
            if let Some(group) = o.group.filter(|g| *g != o.number) {
                self.relation(rows, group, o.number, "group_member", None, o.open_date);
            }
        }
    }

    fn relation(
        &self,
        rows: &mut Chunk,
        from: u64,
        to: u64,
        relation: &str,
        share: Option<i64>,
        since: chrono::NaiveDate,
    ) {
        rows.text(&customer_no(System::Core, from)).text(&customer_no(System::Core, to)).text(relation);
        match share {
            Some(percent) => rows.decimal(percent, 2),
            None => rows.text(""),
        };
        rows.date(since).text("99991231").end();
    }

    pub(crate) fn core_accounts(&self, rows: &mut Chunk) {
        for account in self.life.accounts.iter().filter(|a| a.open_date <= self.date) {
            if !self.is_full && !account.is_changed && !self.is_new(account.open_date) {
                continue;
            }
            rows.text(&account.number).text(&account.customer_no).text(&account.product()).text(account.kind.code());
            rows.text(if matches!(account.owner, Owner::Person(_)) { "I" } else { "basic" }).text("CNY");
            rows.date(account.open_date).date(account.value_date).date_or(account.mature_date, "");
            rows.date_or(account.close_date, "99991231");
            match account.term_months {
                0 => rows.text(""),
                12 => rows.text("Y1"),
                24 => rows.text("Y2"),
                36 => rows.text("Y3"),
                months => rows.text(&format!("M{months}")),
            };
            rows.flag(account.renews && account.term_months > 0).decimal(account.rate, 4).total(0, account.balance);
            rows.amount(0).date_or(account.last_active_date, "").text(&branch_no(account.branch));
            rows.text(account.gl_subject()).text(account.status(self.date)).end();
        }
    }

    pub(crate) fn core_transactions(&self, rows: &mut Chunk) {
        let number = self.life.community.number;
        let mut dice = Dice::new(self.life.bank.seed, Purpose::Damage, number * 10_000 + self.index as u64);
        let (damaged, twice) = (self.life.damage_chance(Error::RowDamaged), self.life.damage_chance(Error::RowTwice));
        for txn in self.life.txns.iter().filter(|t| t.at.date() <= self.date) {
            let start = rows.text.len();
            self.transaction(rows, txn);
            // In a million: two draws of a thousand and a ten-thousand would be coarser.
            let point = dice.between(0, 999_999);
            if point < i64::from(damaged) {
                damage(rows, start, txn, &txn_id(txn, number), &mut dice);
            } else if point < i64::from(damaged + twice) {
                let row = rows.text[start..].to_owned();
                rows.text.push_str(&row);
                rows.rows += 1;
                rows.totals[0] += i128::from(written_amount(txn));
                let (kind, key) = ("row_twice", txn_id(txn, number));
                rows.planted.push(Planted { line: rows.rows, kind, reason_code: "", key, amount: 0 });
            }
        }
    }

    fn transaction(&self, rows: &mut Chunk, txn: &Txn) {
        let account = &self.life.accounts[txn.account];
        let number = self.life.community.number;
        rows.text(&txn_id(txn, number)).text(&account.number).time(txn.at).date(txn.posting_date).date(txn.value_date);
        rows.text(txn.txn_type.code()).text(if is_credit(txn) { "C" } else { "D" }).total(0, written_amount(txn));
        rows.text("CNY").amount(txn.balance_after).text(txn.channel.code());
        let merchant = match txn.counterparty {
            Counterparty::Merchant(index) => Some(&MERCHANTS[index]),
            _ => None,
        };
        match merchant {
            Some((_, code)) => rows.number(i64::from(*code)),
            None => rows.text(""),
        };
        match txn.counterparty {
            Counterparty::Nobody => rows.text("").text("").text(""),
            Counterparty::Merchant(index) => rows.text(MERCHANTS[index].0).text("").text(""),
            Counterparty::Account(index) => {
                let other = &self.life.accounts[index];
                rows.text(self.owner_name(other.owner)).text(&other.number).text("")
            }
            Counterparty::Self_(bank) => {
                let (bank_no, _) = OTHER_BANKS[bank];
                let own = u64::try_from(txn.account).unwrap_or(0) + number * 10_000;
                rows.text(self.owner_name(account.owner)).text(&format!("9{own:015}")).text(bank_no)
            }
            Counterparty::Stranger(stranger) => {
                let (bank_no, _) = OTHER_BANKS[stranger as usize % 4];
                rows.text(&stranger_name(stranger))
                    .text(&format!("9{:015}", 500_000_000 + u64::from(stranger)))
                    .text(bank_no)
            }
        };
        rows.text(txn.txn_type.summary()).text(&branch_no(account.branch)).flag(txn.reverses.is_some());
        match txn.reverses {
            Some((date, sequence)) => rows.text(&format!("{}{number:05}{sequence:08}", ymd(date))),
            None => rows.text(""),
        };
        rows.end();
    }

    fn owner_name(&self, owner: Owner) -> &str {
        match owner {
            Owner::Person(index) => &self.person(index).name.text,
            Owner::Organisation(index) => &self.life.community.organisations[index].name,
        }
    }

    /// Debit cards: one for each person's demand account, except passbooks of the old.
    pub(crate) fn core_cards(&self, rows: &mut Chunk) {
        for (index, person) in self.life.community.persons.iter().enumerate() {
            let Some(account) = self.life.holdings[index].demand.map(|a| &self.life.accounts[a]) else { continue };
            let has_passbook = person.behaviour == Behaviour::Retiree && person.number.is_multiple_of(3);
            if account.open_date > self.date || has_passbook {
                continue;
            }
            rows.text(&identifiers::card_number(0, person.number)).text("DEBIT").text(&account.customer_no);
            rows.text(&account.number).text("main").text("classic").date(account.open_date);
            rows.text(if account.close_date.is_some() { "CLOSED" } else { "NORMAL" })
                .text(&branch_no(account.branch))
                .end();
        }
    }

    pub(crate) fn core_agreements(&self, rows: &mut Chunk) {
        let community = &self.life.community;
        for person in community.persons.iter().filter(|p| p.known_since[0].is_some_and(|d| d <= self.date)) {
            let number = &customer_no(System::Core, person.number);
            if let Some(employer) = person.employer {
                let employer_no = customer_no(System::Core, community.organisations[employer].number);
                self.agreement(
                    rows,
                    &format!("A1{:09}", person.number),
                    number,
                    "PAYROLL",
                    person.open_date,
                    &employer_no,
                );
            }
            if person.behaviour == Behaviour::ShopOwner && !person.number.is_multiple_of(5) {
                self.agreement(rows, &format!("A2{:09}", person.number), number, "ACQUIRING", person.open_date, "");
            }
            if person.behaviour.is_employed() && person.number.is_multiple_of(3) {
                self.agreement(rows, &format!("A3{:09}", person.number), number, "AUTOPAY", person.open_date, "");
            }
        }
        for (index, o) in self.organisations().filter(|(_, o)| !o.is_shop()) {
            if community.persons.iter().any(|p| p.employer == Some(index)) {
                let number = customer_no(System::Core, o.number);
                self.agreement(rows, &format!("A4{:09}", o.number), &number, "PAYROLL_ORG", o.open_date, "");
            }
        }
    }

    fn agreement(&self, rows: &mut Chunk, no: &str, customer: &str, kind: &str, since: chrono::NaiveDate, other: &str) {
        rows.text(no).text(customer).text(kind).date(since).text("99991231").text(other).end();
    }
}

/// A document issued on a birthday, valid for ten years.
fn expiry(person: &Person) -> String {
    let issued = plus_months(person.birth_date, 12 * (16 + 10));
    let mut expires = issued;
    while expires <= person.open_date {
        expires = plus_months(expires, 120);
    }
    ymd(plus_months(expires, 12 * (person.number % 9) as u32))
}

fn txn_id(txn: &Txn, community: u64) -> String {
    format!("{}{community:05}{:08}", ymd(txn.at.date()), txn.sequence)
}

/// A posting that takes another back keeps its side and has a negative amount (红字).
fn is_credit(txn: &Txn) -> bool {
    (txn.amount > 0) != txn.reverses.is_some()
}

fn written_amount(txn: &Txn) -> i64 {
    if txn.reverses.is_some() { -txn.amount.abs() } else { txn.amount.abs() }
}

fn stranger_name(number: u32) -> String {
    match number {
        0..=1 => "九九市社会保险中心".to_owned(),
        2..=9 => "九九市房产交易中心".to_owned(),
        10..=199 => format!("九九市{}单位{number}", DISTRICTS[number as usize % DISTRICTS.len()]),
        200..=499 => format!("外地客商{number}有限公司"),
        _ => format!("个人{number}"),
    }
}

/// Damage the row that begins at `start`: a thousand separator, a delimiter inside a text, or a day that does not exist.
fn damage(rows: &mut Chunk, start: usize, txn: &Txn, key: &str, dice: &mut Dice) {
    let row = rows.text[start..].to_owned();
    let mut amount = String::new();
    push_decimal(&mut amount, written_amount(txn), 2);
    let separated = thousands(&amount);
    let (kind, reason_code, damaged) = match dice.below(3) {
        0 if separated != amount => {
            ("thousand_separator", "Q04", row.replacen(&format!("|@|{amount}|@|"), &format!("|@|{separated}|@|"), 1))
        }
        1 => {
            let summary = txn.txn_type.summary();
            (
                "delimiter_in_text",
                "Q01",
                row.replacen(&format!("|@|{summary}|@|"), &format!("|@|{summary}|@|备注|@|"), 1),
            )
        }
        _ => {
            let date = ymd(txn.value_date);
            let impossible = format!("{}0230", &date[..4]);
            // The value date is the second of two dates side by side.
            let posted = ymd(txn.posting_date);
            let dates = format!("|@|{posted}|@|{date}|@|");
            let with = format!("|@|{posted}|@|{impossible}|@|");
            ("impossible_date", "Q05", row.replacen(&dates, &with, 1))
        }
    };
    rows.text.truncate(start);
    rows.text.push_str(&damaged);
    let planted = Planted { line: rows.rows, kind, reason_code, key: key.to_owned(), amount: txn.amount };
    rows.planted.push(planted);
}

/// 1234567.00 as 1,234,567.00.
fn thousands(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_from_the_right() {
        assert_eq!(["1234567.00", "-1000.50", "999.99"].map(thousands), ["1,234,567.00", "-1,000.50", "999.99"]);
    }

    #[test]
    fn regions_follow_the_address() {
        assert_eq!(region_code("九九市南湖区人民路5号"), "990103");
    }
}
