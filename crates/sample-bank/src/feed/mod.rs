//! The feeds of the six source systems, and how a row is written. Layouts are those of `sql/sources`.

pub mod card;
pub mod channel;
pub mod core;
pub mod credit;
pub mod fund;
pub mod reference;
pub mod row;
pub mod wealth;

use chrono::NaiveDate;

pub use row::Chunk;

use crate::life::Life;
use crate::settings::Encoding;

/// A source system, in the order in which `--systems` adds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// 核心: savings and corporate accounts, postings, branches, products, general ledger.
    Core = 0,
    /// 信贷: loans.
    Credit = 1,
    /// 信用卡: credit cards.
    Card = 2,
    /// 公积金: housing fund.
    Fund = 3,
    /// 理财: wealth products.
    Wealth = 4,
    /// 渠道: e-channels and contact management.
    Channel = 5,
}

impl System {
    /// All systems.
    pub const ALL: [System; 6] =
        [System::Core, System::Credit, System::Card, System::Fund, System::Wealth, System::Channel];

    /// Name, as in `sql/sources`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            System::Core => "core",
            System::Credit => "credit",
            System::Card => "card",
            System::Fund => "fund",
            System::Wealth => "wealth",
            System::Channel => "channel",
        }
    }

    /// Delimiter of its files; characters such as 珅 hold the byte of `|` in GB18030.
    #[must_use]
    pub fn delimiter(self) -> &'static str {
        match self {
            System::Core => "|@|",
            System::Credit | System::Fund => "|",
            System::Card => "|+|",
            System::Wealth => "\u{1}",
            System::Channel => "\t",
        }
    }

    /// Its own encoding.
    #[must_use]
    pub fn encoding(self) -> Encoding {
        match self {
            System::Core | System::Card | System::Fund => Encoding::Gb18030,
            System::Credit | System::Wealth | System::Channel => Encoding::Utf8,
        }
    }

    /// Errors of its clerks in per cent of the table of errors: documents are looked at before money moves, and nobody
    /// looks at an employer's list.
    #[must_use]
    pub fn carelessness_percent(self) -> u32 {
        match self {
            System::Core => 40,
            System::Credit => 60,
            System::Card => 100,
            System::Fund => 150,
            System::Wealth => 80,
            System::Channel => 130,
        }
    }
}

/// How a feed is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything, every night.
    Full,
    /// Everything, or what changed when the bank delivers deltas.
    Change,
    /// What is new.
    Insert,
}

/// A feed.
#[derive(Debug)]
pub struct Feed {
    /// System.
    pub system: System,
    /// Name, as in `sql/sources`.
    pub name: &'static str,
    /// Mode.
    pub mode: Mode,
    /// Amount columns with a control total.
    pub totals: &'static [&'static str],
}

/// Index of a feed in [`FEEDS`].
pub type FeedIndex = usize;

/// All feeds in order of system; the functions of this module write them in this order.
pub const FEEDS: [Feed; 33] = [
    feed(System::Core, "customer", Mode::Change, &[]),
    feed(System::Core, "organisation", Mode::Full, &[]),
    feed(System::Core, "document", Mode::Change, &[]),
    feed(System::Core, "contact_point", Mode::Change, &[]),
    feed(System::Core, "relation", Mode::Full, &[]),
    feed(System::Core, "account", Mode::Change, &["balance"]),
    feed(System::Core, "transaction", Mode::Insert, &["amount"]),
    feed(System::Core, "card", Mode::Full, &[]),
    feed(System::Core, "agreement", Mode::Full, &[]),
    feed(System::Core, "branch", Mode::Full, &[]),
    feed(System::Core, "staff", Mode::Full, &[]),
    feed(System::Core, "product", Mode::Full, &[]),
    feed(System::Core, "exchange_rate", Mode::Full, &[]),
    feed(System::Core, "ftp_curve", Mode::Full, &[]),
    feed(System::Core, "unit_cost", Mode::Full, &[]),
    feed(System::Core, "gl_control", Mode::Full, &["balance"]),
    feed(System::Credit, "customer", Mode::Change, &[]),
    feed(System::Credit, "organisation", Mode::Full, &[]),
    feed(System::Credit, "loan", Mode::Full, &["balance"]),
    feed(System::Credit, "schedule", Mode::Full, &["due_principal", "paid_principal"]),
    feed(System::Credit, "guarantee", Mode::Full, &["amount"]),
    feed(System::Card, "customer", Mode::Change, &[]),
    feed(System::Card, "card", Mode::Full, &[]),
    feed(System::Card, "account", Mode::Full, &["balance"]),
    feed(System::Card, "transaction", Mode::Insert, &["amount"]),
    feed(System::Fund, "customer", Mode::Change, &[]),
    feed(System::Fund, "account", Mode::Full, &["balance"]),
    feed(System::Wealth, "customer", Mode::Change, &[]),
    feed(System::Wealth, "position", Mode::Full, &["market_value"]),
    feed(System::Channel, "customer", Mode::Change, &[]),
    feed(System::Channel, "signup", Mode::Full, &[]),
    feed(System::Channel, "assignment", Mode::Full, &[]),
    feed(System::Channel, "contact", Mode::Insert, &[]),
];

const fn feed(system: System, name: &'static str, mode: Mode, totals: &'static [&'static str]) -> Feed {
    Feed { system, name, mode, totals }
}

impl Feed {
    /// The index of a feed.
    #[must_use]
    pub fn index(system: System, name: &str) -> FeedIndex {
        FEEDS.iter().position(|f| f.system == system && f.name == name).unwrap_or(0)
    }

    /// File name of a date; `is_full` says whether a changing feed is delivered whole.
    #[must_use]
    pub fn file_name(&self, date: NaiveDate, is_full: bool) -> String {
        let letter = match self.mode {
            Mode::Full => 'F',
            Mode::Change if is_full => 'F',
            _ => 'D',
        };
        let name = format!("{}_{}", self.system.name(), self.name).to_ascii_uppercase();
        format!("{name}_{}_{letter}.dat.gz", crate::calendar::ymd(date))
    }
}

/// What a community delivers at the end of a night.
pub struct Night<'l, 'b> {
    /// The community.
    pub life: &'l Life<'b>,
    /// Business date.
    pub date: NaiveDate,
    /// Index of the date.
    pub index: usize,
    /// Whether changing feeds are delivered whole.
    pub is_full: bool,
}

impl Night<'_, '_> {
    /// The rows of all feeds of the systems in use, in the order of [`FEEDS`]. Feeds that belong to the bank as a
    /// whole are empty here.
    #[must_use]
    pub fn chunks(&self) -> Vec<(FeedIndex, Chunk)> {
        let mut chunks: Vec<(FeedIndex, Chunk)> = FEEDS
            .iter()
            .enumerate()
            .filter(|(_, feed)| (feed.system as usize) < self.life.bank.systems)
            .map(|(index, feed)| (index, Chunk::new(feed.system.delimiter())))
            .collect();
        for (index, chunk) in &mut chunks {
            let feed = &FEEDS[*index];
            match (feed.system, feed.name) {
                (System::Core, "customer") => self.core_customers(chunk),
                (System::Core, "organisation") => self.core_organisations(chunk),
                (System::Core, "document") => self.core_documents(chunk),
                (System::Core, "contact_point") => self.core_contact_points(chunk),
                (System::Core, "relation") => self.core_relations(chunk),
                (System::Core, "account") => self.core_accounts(chunk),
                (System::Core, "transaction") => self.core_transactions(chunk),
                (System::Core, "card") => self.core_cards(chunk),
                (System::Core, "agreement") => self.core_agreements(chunk),
                (System::Credit, "customer") => self.credit_customers(chunk),
                (System::Credit, "organisation") => self.credit_organisations(chunk),
                (System::Credit, "loan") => self.credit_loans(chunk),
                (System::Credit, "schedule") => self.credit_schedules(chunk),
                (System::Credit, "guarantee") => self.credit_guarantees(chunk),
                (System::Card, "customer") => self.card_customers(chunk),
                (System::Card, "card") => self.card_cards(chunk),
                (System::Card, "account") => self.card_accounts(chunk),
                (System::Card, "transaction") => self.card_transactions(chunk),
                (System::Fund, "customer") => self.fund_customers(chunk),
                (System::Fund, "account") => self.fund_accounts(chunk),
                (System::Wealth, "customer") => self.wealth_customers(chunk),
                (System::Wealth, "position") => self.wealth_positions(chunk),
                (System::Channel, "customer") => self.channel_customers(chunk),
                (System::Channel, "signup") => self.channel_signups(chunk),
                (System::Channel, "assignment") => self.channel_assignments(chunk),
                (System::Channel, "contact") => self.channel_contacts(chunk),
                _ => {}
            }
        }
        chunks
    }

    /// Records of a system that the night shows: those opened by now, only the changed ones of a delta.
    pub(crate) fn records(&self, system: System) -> impl Iterator<Item = &crate::record::Record> {
        self.life.records.iter().filter(move |r| {
            r.system == system && r.open_date <= self.date && (self.is_full || r.is_changed || self.is_new(r.open_date))
        })
    }

    /// Opened since the night before.
    pub(crate) fn is_new(&self, open_date: NaiveDate) -> bool {
        match self.life.bank.business_dates {
            crate::calendar::BusinessDates::Day => open_date == self.date,
            crate::calendar::BusinessDates::MonthEnd => open_date >= crate::calendar::month_start(self.date),
        }
    }
}
