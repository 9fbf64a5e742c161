//! The wealth system (理财).

use super::row::Chunk;
use super::{Night, System};
use crate::calendar::month_start;
use crate::life::wealth::PRODUCTS;
use crate::record::customer_no;

impl Night<'_, '_> {
    pub(crate) fn wealth_customers(&self, rows: &mut Chunk) {
        for record in self.records(System::Wealth) {
            rows.text(&record.customer_no).text(&record.name).text(record.id_type).optional(record.id_no.as_deref());
            rows.date_or(record.birth_date, "").optional(record.mobile.as_deref());
            rows.text(&format!("C{}", record.person.map_or(1, |p| p % 5 + 1))).date(record.open_date).end();
        }
    }

    pub(crate) fn wealth_positions(&self, rows: &mut Chunk) {
        for position in self.life.positions.iter().filter(|p| p.buy_date <= self.date) {
            if position.sell_date.is_some_and(|sold| sold < month_start(self.date)) {
                continue;
            }
            let product = &PRODUCTS[position.product];
            let number = self.life.community.persons[position.person].number;
            let is_sold = position.sell_date.is_some_and(|sold| sold <= self.date);
            rows.text(&position.number).text(&customer_no(System::Wealth, number)).text(product.code);
            rows.text(product.kind).decimal(if is_sold { 0 } else { position.units }, 4);
            rows.decimal(product.nav(self.date), 8).date(self.date).total(0, position.market_value(self.date));
            rows.amount(position.cost).text("CNY").date(position.buy_date).text(product.risk);
            rows.text(if is_sold { "CLOSED" } else { "NORMAL" }).end();
        }
    }
}
