//! A community: up to 500 customers who live, work and trade together. Communities do not know of each other, so they
//! are made one by one, by as many threads as there are, in bounded memory.

use chrono::NaiveDate;

use crate::behaviour::Behaviour;
use crate::calendar::{plus_days, plus_months};
use crate::churn::Churn;
use crate::dice::{Dice, Purpose};
use crate::dirt::Error;
use crate::organisation::Organisation;
use crate::person::Person;
use crate::settings::SampleBank;

/// Customers of a full community.
pub const COMMUNITY_SIZE: u64 = 500;

/// Who lives and trades together.
#[derive(Debug)]
pub struct Community {
    /// Number, from 0.
    pub number: u64,
    /// Persons.
    pub persons: Vec<Person>,
    /// Organisations, companies first.
    pub organisations: Vec<Organisation>,
}

impl Community {
    /// How many communities a bank has.
    #[must_use]
    pub fn count(bank: &SampleBank) -> u64 {
        bank.customers.div_ceil(COMMUNITY_SIZE)
    }

    /// The community of a number.
    #[must_use]
    pub fn draw(bank: &SampleBank, number: u64, first: NaiveDate, last: NaiveDate) -> Self {
        let mut dice = Dice::new(bank.seed, Purpose::People, number);
        let begin = number * COMMUNITY_SIZE;
        let size = bank.customers.saturating_sub(begin).min(COMMUNITY_SIZE);
        // Of a hundred customers six are organisations: a little over half of them companies, the rest shops.
        let company_count = size * 35 / 1_000;
        let shop_count = size * 25 / 1_000;
        let person_count = size - company_count - shop_count;
        let mut community = Community { number, persons: Vec::new(), organisations: Vec::new() };
        while (community.persons.len() as u64) < person_count {
            community.add_household(begin, person_count, first, last, &mut dice);
        }
        community.add_companies(begin + person_count, company_count, first, &mut dice);
        community.add_shops(begin + person_count + company_count, shop_count, first, &mut dice);
        community.choose_branches(bank.branch_count(), &mut dice);
        for index in 0..community.persons.len() {
            community.employ(index, &mut dice);
            community.introduce(index, first, &mut dice);
            community.fate(index, first, last, &mut dice);
        }
        if number == 0 {
            community.show_everything(first);
        }
        community.confuse(bank, &mut dice);
        community
    }

    /// One person, a pair, or a pair with a child who studies.
    fn add_household(&mut self, begin: u64, person_count: u64, first: NaiveDate, last: NaiveDate, dice: &mut Dice) {
        let shares: Vec<(Behaviour, u32)> = Behaviour::ALL.iter().map(|b| (*b, b.profile().share)).collect();
        let place = |community: &Self| community.persons.len() as u64;
        let next_number = |community: &Self| begin + place(community) + 1;
        let head_index = self.persons.len();
        let head = Person::draw(next_number(self), dice.weighted(&shares), first, last, dice);
        let age = head.age_years(first);
        let (household, behaviour, name) = (head.number, head.behaviour, head.name.clone());
        self.persons.push(head);
        let marries = match (age, behaviour) {
            (_, Behaviour::Student) | (..=25, _) => 0,
            (26..=34, _) => 4_500,
            _ => 6_000,
        };
        if !dice.chance(marries) || place(self) >= person_count {
            return;
        }
        let partner_behaviour = match behaviour {
            Behaviour::Retiree => Behaviour::Retiree,
            Behaviour::Borrower => dice.pick(&[Behaviour::PayrollSaver, Behaviour::Borrower, Behaviour::WalletUser]),
            Behaviour::Wealthy => dice.pick(&[Behaviour::Investor, Behaviour::PayrollSaver, Behaviour::Dormant]),
            Behaviour::ShopOwner => dice.pick(&[Behaviour::WalletUser, Behaviour::PayrollSaver, Behaviour::Dormant]),
            _ => dice.pick(&[Behaviour::PayrollSaver, Behaviour::PayrollSaver, Behaviour::Dormant, Behaviour::Retiree]),
        };
        let mut partner = Person::draw(next_number(self), partner_behaviour, first, last, dice);
        let head = &mut self.persons[head_index];
        head.marital = "married";
        head.spouse = Some(head_index + 1);
        partner.marital = "married";
        partner.spouse = Some(head_index);
        partner.household = household;
        partner.address = head.address.clone();
        if partner.is_male == head.is_male {
            partner.is_male = !head.is_male;
            partner.id_no = crate::identifiers::resident_id(partner.number, partner.birth_date, partner.is_male);
        }
        self.persons.push(partner);
        if (42..=58).contains(&age) && dice.chance(3_500) && place(self) < person_count {
            let mut child = Person::draw(next_number(self), Behaviour::Student, first, last, dice);
            child.name = crate::names::Name::of_relative(&name, dice);
            child.household = household;
            child.parent = Some(head_index);
            child.address = self.persons[head_index].address.clone();
            self.persons.push(child);
        }
    }

    fn add_companies(&mut self, begin: u64, count: u64, first: NaiveDate, dice: &mut Dice) {
        for place in 0..count {
            let representative = dice.below(self.persons.len());
            self.organisations.push(Organisation::company(begin + place + 1, representative, first, dice));
        }
        let count = self.organisations.len();
        for index in 0..count {
            // Suppliers, sometimes in a ring; a group of three in every ten; mutual guarantees among borrowers.
            let mut suppliers: Vec<usize> =
                (0..dice.below(4)).map(|_| dice.below(count)).filter(|supplier| *supplier != index).collect();
            suppliers.sort_unstable();
            suppliers.dedup();
            self.organisations[index].suppliers = suppliers;
            if index % 10 < 3 && count >= 10 {
                let root = index / 10 * 10;
                let controller = self.organisations[root].legal_representative;
                self.organisations[index].group = Some(self.organisations[root].number);
                self.organisations[index].controller = Some(controller);
            }
            if self.organisations[index].credit_since.is_some() && count > 1 && dice.chance(4_000) {
                let neighbour = (index + 1 + dice.below(2)) % count;
                self.organisations[index].guarantor = (neighbour != index).then_some(neighbour);
            }
        }
    }

    /// Shop owners register their shops as far as there is room; the others only behave like owners.
    fn add_shops(&mut self, begin: u64, count: u64, first: NaiveDate, dice: &mut Dice) {
        let mut owners: Vec<usize> =
            (0..self.persons.len()).filter(|i| self.persons[*i].behaviour == Behaviour::ShopOwner).collect();
        // A bank too small to have an owner has somebody who registered a shop all the same.
        owners.extend((0..self.persons.len()).filter(|i| self.persons[*i].behaviour != Behaviour::ShopOwner));
        for (place, owner) in (0..count).zip(owners) {
            let receipts = self.persons[owner].income_fen;
            self.persons[owner].shop = Some(self.organisations.len());
            self.organisations.push(Organisation::shop(begin + place + 1, owner, receipts, first, dice));
        }
    }

    /// People of a community use the same few branches.
    fn choose_branches(&mut self, branch_count: u64, dice: &mut Dice) {
        // At most three of a few hundred branches.
        let near = |dice: &mut Dice, number: u64| ((number * 2 + dice.below(3) as u64) % branch_count) as usize;
        for index in 0..self.persons.len() {
            self.persons[index].branch = match self.persons[index].spouse.filter(|s| *s < index && dice.chance(8_000)) {
                Some(spouse) => self.persons[spouse].branch,
                None => near(dice, self.number),
            };
        }
        for index in 0..self.organisations.len() {
            self.organisations[index].branch = near(dice, self.number);
        }
    }

    fn employ(&mut self, index: usize, dice: &mut Dice) {
        let companies = self.organisations.iter().filter(|o| !o.is_shop()).count();
        let person = &mut self.persons[index];
        if person.behaviour.is_employed() && companies > 0 && !person.is_staff && dice.chance(5_500) {
            // Small numbers are drawn more often: a few employers pay most people.
            let employer = dice.below(companies).min(dice.below(companies));
            person.employer = Some(employer);
            person.payday = self.organisations[employer].payday;
        }
    }

    /// Which systems get to know a person, and when: an account first, then what the stage of life brings.
    fn introduce(&mut self, index: usize, first: NaiveDate, dice: &mut Dice) {
        let neighbour = Some((index + 1) % self.persons.len()).filter(|n| *n != index);
        let person = &mut self.persons[index];
        let [credit, card, fund, wealth, channel] = person.behaviour.profile().known_to;
        let since = |chance: u32, days: (i64, i64), dice: &mut Dice| {
            dice.chance(chance).then(|| plus_days(person.open_date, dice.between(days.0, days.1)))
        };
        let mut known = [
            Some(person.open_date),
            since(credit, (60, 1_500), dice),
            since(card, (20, 1_200), dice),
            since(fund, (5, 400), dice),
            since(wealth, (90, 1_800), dice),
            since(channel, (0, 700), dice),
        ];
        // Some are known to one other system only: a card by mail, a loan sold by a dealer, a fund by the employer.
        if let Some(other) = [2, 1, 3].into_iter().find(|s| known[*s].is_some())
            && dice.chance(300)
        {
            let only = known[other];
            known = [None; 6];
            known[other] = only;
        }
        if person.behaviour == Behaviour::ShopOwner {
            person.guarantor = neighbour;
        }
        if person.is_staff {
            known[5] = Some(person.open_date);
        }
        person.known_since = known;
        if person.open_date <= first {
            // Who was there before was met before, or will be within the year.
            for date in person.known_since.iter_mut().flatten() {
                if *date > plus_months(first, 10) {
                    *date = plus_days(first, -dice.between(30, 600));
                }
            }
        }
    }

    /// One shop owner whom all six systems know and who vouches for a neighbour's loan, so that there is somebody to show
    /// a whole customer view of.
    fn show_everything(&mut self, first: NaiveDate) {
        let long_here = |p: &Person| p.open_date < plus_days(first, -800) && p.churn.is_none();
        let Some(owner) = self.persons.iter().position(|p| p.shop.is_some() && long_here(p)) else { return };
        let neighbour =
            self.persons.iter().position(|p| p.known_since[1].is_some() && p.guarantor.is_none() && long_here(p));
        let opened = self.persons[owner].open_date;
        for (system, date) in self.persons[owner].known_since.iter_mut().enumerate() {
            // A few days: below a thousand.
            *date = date.or(Some(plus_days(opened, 60 + 90 * system as i64)));
        }
        if let Some(neighbour) = neighbour.filter(|n| *n != owner) {
            self.persons[neighbour].guarantor = Some(owner);
        }
    }

    /// Whether the person leaves, or loses the income for a while.
    fn fate(&mut self, index: usize, first: NaiveDate, last: NaiveDate, dice: &mut Dice) {
        let person = &self.persons[index];
        let products = person.known_since.iter().take(5).flatten().count();
        let churn = match person.known_since[0] {
            Some(_) => Churn::draw(person, products, first, last, dice),
            None => None,
        };
        let days = (last - first).num_days() + 180;
        let yearly = if person.behaviour.is_employed() || person.behaviour == Behaviour::ShopOwner { 120 } else { 0 };
        let begins = dice.chance(u32::try_from(yearly * days / 365).unwrap_or(0));
        let from = plus_days(first, dice.between(-180, days - 180));
        let until = plus_months(from, u32::try_from(dice.between(2, 7)).unwrap_or(2));
        self.persons[index].churn = churn;
        self.persons[index].hardship = begins.then_some((from, until));
    }

    /// People whom a matcher may take for one another.
    fn confuse(&mut self, bank: &SampleBank, dice: &mut Dice) {
        for index in 1..self.persons.len() {
            let other = dice.below(index);
            if dice.chance(bank.dirt.chance(Error::Lookalike)) {
                // Same name, birth date and sex by chance; another number, address and phone.
                let (name, birth_date, is_male) = {
                    let o = &self.persons[other];
                    (o.name.clone(), o.birth_date, o.is_male)
                };
                let person = &mut self.persons[index];
                // Age and behaviour should still fit.
                if (person.birth_date - birth_date).num_days().abs() < 12 * 365 && person.spouse.is_none() {
                    person.id_no = crate::identifiers::resident_id(person.number, birth_date, is_male);
                    (person.name, person.birth_date, person.is_male) = (name, birth_date, is_male);
                }
            }
            if dice.chance(bank.dirt.chance(Error::MobileRecycled)) {
                self.persons[index].mobile = self.persons[other].old_mobile.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn community(customers: u64) -> Community {
        let bank = SampleBank { customers, ..SampleBank::default() };
        Community::draw(&bank, 0, "2025-08-31".parse().unwrap(), "2026-10-31".parse().unwrap())
    }

    #[test]
    fn a_community_has_as_many_customers_as_asked_and_every_number_once() {
        for customers in [1, 2, 7, 60, 499, 500] {
            let c = community(customers);
            let numbers: BTreeSet<u64> =
                c.persons.iter().map(|p| p.number).chain(c.organisations.iter().map(|o| o.number)).collect();
            assert_eq!(numbers, (1..=customers).collect());
        }
    }

    #[test]
    fn one_shop_owner_is_known_to_all_six_systems_and_vouches() {
        let c = community(500);
        let vouching: BTreeSet<usize> = c.persons.iter().filter_map(|p| p.guarantor).collect();
        let whole = |p: &Person| p.shop.is_some() && p.known_since.iter().all(Option::is_some);
        assert!(vouching.iter().any(|i| whole(&c.persons[*i])));
    }

    #[test]
    fn couples_are_mutual_and_live_at_one_address() {
        let c = community(500);
        let couples = c.persons.iter().enumerate().filter_map(|(i, p)| Some((i, p, p.spouse?)));
        let mut count = 0;
        for (index, person, spouse) in couples {
            assert_eq!(c.persons[spouse].spouse, Some(index));
            assert_eq!(c.persons[spouse].address, person.address);
            assert_ne!(c.persons[spouse].is_male, person.is_male);
            count += 1;
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn companies_employ_supply_and_vouch() {
        let c = community(500);
        assert!(c.persons.iter().filter(|p| p.employer.is_some()).count() > 50);
        assert!(c.organisations.iter().any(|o| !o.suppliers.is_empty()));
        assert!(c.organisations.iter().any(|o| o.is_shop() && c.persons[o.legal_representative].shop.is_some()));
    }
}
