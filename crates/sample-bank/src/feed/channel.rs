//! E-channels and contact management (渠道): sign-ups, assignments, contacts.

use super::core::{branch_no, manager_no};
use super::row::Chunk;
use super::{Night, System};
use crate::calendar::{plus_days, ymd};
use crate::life::contact::Contact;
use crate::record::customer_no;

impl Night<'_, '_> {
    pub(crate) fn channel_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Channel) {
            rows.text(&record.customer_no).text(&record.name).optional(record.mobile.as_deref());
            // The app shows, and keeps, the last six characters only.
            let tail = record.id_no.as_deref().and_then(|id| id.get(id.len().saturating_sub(6)..));
            rows.optional(tail).date_or(record.birth_date, "").date(record.open_date).end();
        }
    }

    pub(crate) fn channel_signups(&self, rows: &mut Chunk) {
        for (index, person) in self.life.community.persons.iter().enumerate() {
            let Some(since) = person.known_since[5].filter(|d| *d <= self.date) else { continue };
            let holding = &self.life.holdings[index];
            let number = customer_no(System::Channel, person.number);
            let last_login = holding.last_login.map(|d| d.min(self.date)).filter(|d| *d >= since);
            rows.text(&number).text("MBANK").date(since).text("99991231").date_or(last_login, "");
            rows.number(if last_login.is_some() { holding.login_count } else { 0 }).end();
            if person.number.is_multiple_of(4) {
                rows.text(&number).text("EBANK").date(since).text("99991231").text("").number(0).end();
            }
            if person.number.is_multiple_of(3) {
                let cancelled = plus_days(since, 400);
                rows.text(&number).text("SMS").date(since);
                rows.date_or(
                    person.number.is_multiple_of(9).then_some(cancelled).filter(|d| *d <= self.date),
                    "99991231",
                );
                rows.text("").number(0).end();
            }
        }
    }

    /// Who looks after whom: customers with money, by their number in the savings system.
    pub(crate) fn channel_assignments(&self, rows: &mut Chunk) {
        for (index, person) in self.life.community.persons.iter().enumerate() {
            let Some(since) = person.known_since[0].filter(|d| *d <= self.date) else { continue };
            if self.life.deposits(index) >= 5_000_000 || person.shop.is_some() {
                rows.text(&customer_no(System::Core, person.number)).text(&manager_no(person.branch, person.number));
                rows.text("main").decimal(10_000, 2).date(since).text("99991231").end();
            }
        }
        for (_, o) in self.organisations().filter(|(_, o)| !o.is_shop()) {
            rows.text(&customer_no(System::Core, o.number)).text(&manager_no(o.branch, o.number));
            rows.text("main").decimal(10_000, 2).date(o.open_date).text("99991231").end();
        }
    }

    pub(crate) fn channel_contacts(&self, rows: &mut Chunk) {
        let number = self.life.community.number;
        for contact in self.life.contacts.iter().filter(|c| c.at.date() <= self.date) {
            let Contact { sequence, person, at, channel, purpose, outcome, note } = contact;
            let person = &self.life.community.persons[*person];
            rows.text(&format!("T{}{number:05}{sequence:08}", ymd(at.date())));
            rows.text(&customer_no(System::Core, person.number)).text(&manager_no(person.branch, person.number));
            rows.text(&branch_no(person.branch)).time(*at).text(channel).text(purpose).text(outcome).text(note).end();
        }
    }
}
