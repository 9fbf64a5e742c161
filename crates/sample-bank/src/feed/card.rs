//! The credit card system (信用卡).

use super::core::branch_no;
use super::row::Chunk;
use super::{Night, System};
use crate::calendar::ymd;
use crate::names::MERCHANTS;
use crate::record::customer_no;

impl Night<'_, '_> {
    pub(crate) fn card_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Card) {
            let latin = record.person.map(|p| self.life.community.persons[p].name.latin.as_str());
            rows.text(&record.customer_no).text(&record.name).optional(latin).text(record.id_type);
            rows.optional(record.id_no.as_deref()).date_or(record.birth_date, "").optional(record.mobile.as_deref());
            rows.optional(record.address.as_deref()).date(record.open_date).end();
        }
    }

    /// Credit cards: the main card of each account, and a supplementary one of some wives and husbands.
    pub(crate) fn card_cards(&self, rows: &mut Chunk) {
        for card in self.life.cards.iter().filter(|c| c.open_date <= self.date) {
            let person = &self.life.community.persons[card.person];
            let holder = customer_no(System::Card, person.number);
            let spouse = person.spouse.filter(|_| person.number.is_multiple_of(6));
            let supplementary =
                spouse.map(|s| crate::identifiers::card_number(2, self.life.community.persons[s].number));
            for (number, place) in [(Some(card.card_no.clone()), "main"), (supplementary, "supplementary")] {
                let Some(number) = number else { continue };
                rows.text(&number).text("CREDIT").text(&holder).text(&card.number).text(place).text(card.level);
                rows.date(card.open_date).text("NORMAL").text(&branch_no(card.branch)).end();
            }
        }
    }

    pub(crate) fn card_accounts(&self, rows: &mut Chunk) {
        for card in self.life.cards.iter().filter(|c| c.open_date <= self.date) {
            let number = self.life.community.persons[card.person].number;
            rows.text(&card.number).text(&card.card_no).text(&customer_no(System::Card, number)).text(card.level);
            rows.text("CNY").amount(card.limit).total(0, card.balance).amount(card.unbilled);
            rows.date_or(card.bill_date, "").date_or(card.due_date, "").amount(card.min_due);
            rows.date_or(card.last_pay.map(|(date, _)| date), "").amount(card.last_pay.map_or(0, |(_, amount)| amount));
            rows.amount(if card.overdue_periods > 0 { card.min_due } else { 0 }).number(card.overdue_periods);
            rows.date_or(card.first_unpaid_due_date, "").number(i64::from(card.five_class(self.date)));
            rows.date(card.open_date).text("NORMAL").text(&branch_no(card.branch)).end();
        }
    }

    pub(crate) fn card_transactions(&self, rows: &mut Chunk) {
        let number = self.life.community.number;
        for txn in self.life.card_txns.iter().filter(|t| t.at.date() <= self.date) {
            let date = txn.at.date();
            rows.text(&format!("C{}{number:05}{:08}", ymd(date), txn.sequence));
            rows.text(&self.life.cards[txn.card].number).time(txn.at).date(date);
            rows.text(if txn.merchant.is_some() { "SPEND" } else { "PAYMENT" }).total(0, txn.amount).text("CNY");
            match txn.merchant {
                Some(index) => rows.number(i64::from(MERCHANTS[index].1)).text(MERCHANTS[index].0),
                None => rows.text("").text(""),
            };
            rows.end();
        }
    }
}
