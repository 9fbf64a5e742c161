//! How the two source systems write the bank down: `core` (savings) and `credit` (loans and cards).
//!
//! Layouts are those of `sql/sources/core` and `sql/sources/credit`.

use bank::Money;
use chrono::NaiveDate;

use crate::life::Month;
use crate::person::Person;

/// One feed of one night, as text rows with a total per amount column.
#[derive(Debug, Default)]
pub struct Feed {
    /// System and feed, as in the file name: `CORE_CUSTOMER`.
    pub name: &'static str,
    /// Full or delta, as in the file name.
    pub mode: char,
    /// Rows without line ends.
    pub rows: Vec<String>,
    /// Totals for the control file.
    pub totals: Vec<(&'static str, Money)>,
}

/// Delimiter of a system; characters such as 珅 hold the byte of `|` in GB18030.
#[must_use]
pub fn delimiter(feed: &str) -> &'static str {
    if feed.starts_with("CORE") { "|@|" } else { "|" }
}

/// A person's months so far, at one night.
pub struct Night<'a> {
    /// Business date.
    pub date: NaiveDate,
    /// People with their state of this month.
    pub people: &'a [(&'a Person, &'a Month)],
}

impl Night<'_> {
    /// All feeds of the night.
    #[must_use]
    pub fn feeds(&self) -> Vec<Feed> {
        vec![
            self.core_customer(),
            self.core_account(),
            self.core_transaction(),
            self.credit_customer(),
            self.credit_loan(),
            self.credit_card(),
        ]
    }

    fn core_customer(&self) -> Feed {
        let known = self.people.iter().filter(|(p, _)| p.open_date <= self.date);
        let rows = known.filter_map(|(p, _)| {
            let number = p.core_no.as_ref()?;
            Some(row(
                "CORE",
                &[
                    number,
                    &p.name,
                    "01",
                    &p.id_no,
                    if p.is_male { "1" } else { "2" },
                    &ymd(p.birth_date),
                    &p.mobile,
                    &p.id_no[..6],
                    p.behaviour.occupation(),
                    &p.branch_no,
                    &ymd(p.open_date),
                ],
            ))
        });
        Feed { name: "CORE_CUSTOMER", mode: 'F', rows: rows.collect(), totals: vec![] }
    }

    fn core_account(&self) -> Feed {
        let mut total = Money::ZERO;
        let mut rows = Vec::new();
        for (person, month) in self.people {
            for account in &month.accounts {
                total += account.balance;
                rows.push(row(
                    "CORE",
                    &[
                        &account.number,
                        person.core_no.as_deref().unwrap_or_default(),
                        if account.is_time { "TIME" } else { "DEMAND" },
                        "CNY",
                        &ymd(account.open_date),
                        &account.mature_date.map_or_else(String::new, ymd),
                        &account.close_date.map_or_else(|| "99991231".to_owned(), ymd),
                        &account.balance.to_string(),
                        if account.close_date.is_some() { "CLOSED" } else { "NORMAL" },
                        &person.branch_no,
                    ],
                ));
            }
        }
        Feed { name: "CORE_ACCOUNT", mode: 'F', rows, totals: vec![("balance", total)] }
    }

    fn core_transaction(&self) -> Feed {
        let mut total = Money::ZERO;
        let mut rows = Vec::new();
        for (person, month) in self.people {
            for (index, posting) in month.postings.iter().enumerate() {
                let is_credit = posting.amount > Money::ZERO;
                let amount = if is_credit { posting.amount } else { -posting.amount };
                total += amount;
                rows.push(row(
                    "CORE",
                    &[
                        &format!("{}{:07}{index:04}", self.date.format("%Y%m"), person.number),
                        &posting.account,
                        &posting.time.format("%Y%m%d%H%M%S").to_string(),
                        &ymd(posting.time.date()),
                        posting.txn_type,
                        if is_credit { "C" } else { "D" },
                        &amount.to_string(),
                        &posting.balance_after.to_string(),
                        posting.channel,
                    ],
                ));
            }
        }
        self.plant_faults(&mut rows, &mut total);
        Feed { name: "CORE_TRANSACTION", mode: 'D', rows, totals: vec![("amount", total)] }
    }

    /// Every night one row is sent twice; in March and September of a year one amount is written with a thousand
    /// separator, which no layout allows. Not in a bank so small that one row is more than a contract forgives.
    fn plant_faults(&self, rows: &mut Vec<String>, total: &mut Money) {
        use chrono::Datelike;
        let amount_of = |row: &str| {
            let text = row.split("|@|").nth(6).unwrap_or_default();
            Money::parse(text).unwrap_or_default()
        };
        if let Some(first) = rows.first().cloned() {
            *total += amount_of(&first);
            rows.push(first);
        }
        if self.date.month() % 6 == 3 && rows.len() >= 2_000 {
            // Not the first row, which was sent twice and so would arrive all the same.
            let large = rows.iter_mut().skip(1).find(|r| amount_of(r) >= Money::from_minor(100_000));
            if let Some(row) = large {
                let text = amount_of(row).to_string();
                let (thousands, rest) = text.split_at(text.len() - 6);
                *row = row.replacen(&format!("|@|{text}|@|"), &format!("|@|{thousands},{rest}|@|"), 1);
            }
        }
    }

    fn credit_people(&self) -> impl Iterator<Item = (&Person, &crate::person::CreditRecord, &Month)> {
        self.people.iter().filter_map(|(p, m)| {
            let credit = p.credit.as_ref().filter(|c| c.open_date <= self.date)?;
            Some((*p, credit, *m))
        })
    }

    fn credit_customer(&self) -> Feed {
        let rows = self.credit_people().map(|(p, credit, _)| {
            let id_no = credit.id_no.as_deref().unwrap_or_default();
            let id_type = if credit.id_no.is_some() { "01" } else { "" };
            row(
                "CREDIT",
                &[&credit.number, &p.name, id_type, id_no, &ymd(p.birth_date), &p.mobile, &ymd(credit.open_date)],
            )
        });
        Feed { name: "CREDIT_CUSTOMER", mode: 'F', rows: rows.collect(), totals: vec![] }
    }

    fn credit_loan(&self) -> Feed {
        let mut total = Money::ZERO;
        let mut rows = Vec::new();
        for (person, credit, month) in self.credit_people() {
            for loan in &month.loans {
                total += loan.balance;
                rows.push(row(
                    "CREDIT",
                    &[
                        &loan.number,
                        &credit.number,
                        "MORTGAGE",
                        "CNY",
                        &loan.principal.to_string(),
                        &loan.balance.to_string(),
                        &ymd(loan.start_date),
                        &ymd(loan.mature_date),
                        &loan.first_unpaid_due_date.map_or_else(String::new, ymd),
                        &person.branch_no,
                    ],
                ));
            }
        }
        Feed { name: "CREDIT_LOAN", mode: 'F', rows, totals: vec![("balance", total)] }
    }

    fn credit_card(&self) -> Feed {
        let mut total = Money::ZERO;
        let mut rows = Vec::new();
        for (_, credit, month) in self.credit_people() {
            for card in &month.cards {
                total += card.balance;
                rows.push(row(
                    "CREDIT",
                    &[
                        &card.number,
                        &credit.number,
                        "CNY",
                        &card.limit.to_string(),
                        &card.balance.to_string(),
                        &ymd(card.open_date),
                        "NORMAL",
                    ],
                ));
            }
        }
        Feed { name: "CREDIT_CARD", mode: 'F', rows, totals: vec![("balance", total)] }
    }
}

fn row(system: &str, fields: &[&str]) -> String {
    fields.join(delimiter(system))
}

fn ymd(date: NaiveDate) -> String {
    date.format("%Y%m%d").to_string()
}
