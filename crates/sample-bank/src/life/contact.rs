//! What customer managers note about visits and calls to customers with money or a shop.

use chrono::{NaiveDate, NaiveDateTime};

use super::Life;
use crate::calendar::plus_days;

/// A contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Running number within the community.
    pub sequence: u64,
    /// Person, an index.
    pub person: usize,
    /// When.
    pub at: NaiveDateTime,
    /// visit, phone, wechat, branch.
    pub channel: &'static str,
    /// Why.
    pub purpose: &'static str,
    /// no_answer, contacted, interested, deal, refused, complaint.
    pub outcome: &'static str,
    /// What was noted.
    pub note: &'static str,
}

impl Life<'_> {
    /// Deposits of a person at the beginning of a month, fen.
    #[must_use]
    pub fn deposits(&self, person: usize) -> i64 {
        let holding = &self.holdings[person];
        holding.demand.iter().chain(&holding.time).map(|a| self.accounts[*a].balance).sum()
    }

    /// The month's contacts: every second customer above 50,000 yuan, every third shop owner.
    pub(crate) fn plan_contacts(&mut self, month: NaiveDate) {
        for person in 0..self.community.persons.len() {
            let is_shop = self.community.persons[person].behaviour == crate::behaviour::Behaviour::ShopOwner;
            let chance = match (self.deposits(person), is_shop) {
                (5_000_000.., _) => 5_000,
                (_, true) => 3_300,
                _ => 150,
            };
            if !self.dice.chance(chance) {
                continue;
            }
            let is_leaving = self.community.persons[person].churn.is_some_and(|c| c.month_of(month).is_some());
            let outcome = if is_leaving {
                self.dice.weighted(&[("no_answer", 35), ("contacted", 35), ("refused", 20), ("complaint", 10)])
            } else {
                self.dice.weighted(&[
                    ("no_answer", 22),
                    ("contacted", 45),
                    ("interested", 18),
                    ("deal", 8),
                    ("refused", 6),
                    ("complaint", 1),
                ])
            };
            let channel = self.dice.weighted(&[("phone", 55), ("wechat", 20), ("visit", 15), ("branch", 10)]);
            let purpose = self.dice.pick(&["回访", "到期提醒", "产品推荐", "节日问候", "贷后检查"]);
            let note = self.dice.pick(&[
                "客户表示近期考虑",
                "已告知利率",
                "孩子明年上大学",
                "关注理财收益",
                "店面扩张需要资金",
                "",
            ]);
            let date = plus_days(month, self.dice.between(0, 26));
            let time = date.and_hms_opt(self.dice.between(9, 17) as u32, self.dice.between(0, 59) as u32, 0);
            if let Some(at) = time {
                self.txn_sequence += 1;
                self.contacts.push(Contact {
                    sequence: self.txn_sequence,
                    person,
                    at,
                    channel,
                    purpose,
                    outcome,
                    note,
                });
            }
        }
    }
}
