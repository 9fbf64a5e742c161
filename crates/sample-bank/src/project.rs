//! The folder: a bank project that `tally run` can work on at once.

use std::path::Path;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::community::Community;
use crate::dirt::Error;
use crate::error::SampleError;
use crate::faults;
use crate::feed::reference::{Ledger, Merger, bank_chunks};
use crate::feed::{FeedIndex, Night, System};
use crate::landing::{Landing, Member, Written, is_full, write_file};
use crate::life::Life;
use crate::settings::SampleBank;
use crate::truth::{self, Rows, TruthWriter, Value};

/// Communities in work at a time, per thread: bounds the memory, and keeps threads busy while one of them writes.
const COMMUNITIES_PER_THREAD: usize = 8;

/// Anyone can read it: it protects nothing but shows where a bank's own key goes.
const SAMPLE_KEY: &str = "sample-key-of-impossible-people\n";

/// What a community adds to the bank.
struct Contribution {
    members: Vec<Member>,
    planted: Vec<(usize, FeedIndex, crate::feed::row::Planted)>,
    ledgers: Vec<Ledger>,
    persons: Rows,
    organisations: Rows,
    records: Rows,
    life_events: Rows,
}

/// Write the project. `progress` hears communities done and communities in all.
///
/// # Errors
/// [`SampleError`] when the settings are impossible, the folder is in use or the disk refuses.
pub fn write(bank: &SampleBank, folder: &Path, progress: &dyn Fn(u64, u64)) -> Result<Written, SampleError> {
    let dates = bank.dates()?;
    let landing_folder = folder.join("landing");
    let truth_folder = folder.join("truth");
    for sub in [&landing_folder, &truth_folder, &folder.join(faults::ARRIVALS)] {
        if sub.exists() {
            return Err(SampleError::NotEmpty(folder.to_owned()));
        }
    }
    for sub in [&landing_folder, &truth_folder] {
        std::fs::create_dir_all(sub).map_err(|source| SampleError::Write { path: sub.clone(), source })?;
    }
    let calendar = faults::Calendar::draw(bank, &dates);
    let mut landing = Landing::new(bank, &landing_folder, &dates);
    let mut persons = TruthWriter::create(&truth_folder, &truth::PERSON)?;
    let mut organisations = TruthWriter::create(&truth_folder, &truth::ORGANISATION)?;
    let mut records = TruthWriter::create(&truth_folder, &truth::RECORD)?;
    let mut life_events = TruthWriter::create(&truth_folder, &truth::LIFE_EVENT)?;
    let mut planted = TruthWriter::create(&truth_folder, &truth::PLANTED_ROW)?;
    let mut ledgers = vec![Ledger::new(); dates.len()];
    let count = Community::count(bank);
    // A few dozen at most.
    let at_a_time = (rayon::current_num_threads() * COMMUNITIES_PER_THREAD) as u64;
    let mut done = 0;
    while done < count {
        let numbers: Vec<u64> = (done..count.min(done + at_a_time)).collect();
        let contributions: Result<Vec<Contribution>, SampleError> =
            numbers.par_iter().map(|number| contribution(bank, *number, &dates, &calendar)).collect();
        for contribution in contributions? {
            for (night, feed, row) in &contribution.planted {
                planted.append(&vec![planted_row(&landing, *night, *feed, row, dates[*night])])?;
            }
            for member in &contribution.members {
                landing.append(member)?;
            }
            for (all, own) in ledgers.iter_mut().zip(&contribution.ledgers) {
                own.iter().for_each(|(key, balance)| *all.entry(*key).or_default() += balance);
            }
            persons.append(&contribution.persons)?;
            organisations.append(&contribution.organisations)?;
            records.append(&contribution.records)?;
            life_events.append(&contribution.life_events)?;
        }
        done += numbers.len() as u64;
        progress(done, count);
    }
    for writer in [persons, organisations, records, life_events, planted] {
        writer.close()?;
    }
    for (night, ledger) in ledgers.iter().enumerate() {
        for (feed, chunk) in bank_chunks(bank, dates[night], ledger, calendar.merger) {
            landing.append(&Member::compress(bank, night, feed, &chunk)?)?;
        }
    }
    let written = landing.announce()?;
    faults::plant(bank, folder, &dates, &calendar)?;
    write_file(&folder.join("tally.toml"), settings(bank).as_bytes())?;
    write_file(&folder.join("pseudonym.key"), SAMPLE_KEY.as_bytes())?;
    Ok(written)
}

/// `tally.toml` of the project.
fn settings(bank: &SampleBank) -> String {
    let names: Vec<String> = System::ALL.iter().take(bank.systems).map(|s| format!("\"{}\"", s.name())).collect();
    include_str!("tally.toml").replace("{systems}", &names.join(", "))
}

/// Live a community through all nights and write down what each of them delivers.
fn contribution(
    bank: &SampleBank,
    number: u64,
    dates: &[NaiveDate],
    calendar: &faults::Calendar,
) -> Result<Contribution, SampleError> {
    let (first, last) = (dates[0], dates[dates.len() - 1]);
    let mut life = Life::begin(bank, number, first, last);
    let mut made = Contribution {
        members: Vec::new(),
        planted: Vec::new(),
        ledgers: Vec::new(),
        persons: persons(&life, first),
        organisations: organisations(&life),
        records: Rows::new(),
        life_events: Rows::new(),
    };
    let mut failure = None;
    life.live(dates, |life, night| {
        if failure.is_none() {
            failure = deliver(life, night, dates, calendar, &mut made).err();
        }
    });
    made.records = records(&life, last);
    match failure {
        Some(failure) => Err(failure),
        None => Ok(made),
    }
}

fn deliver(
    life: &mut Life,
    night: usize,
    dates: &[NaiveDate],
    calendar: &faults::Calendar,
    made: &mut Contribution,
) -> Result<(), SampleError> {
    let date = dates[night];
    calendar.change_data(life, night, date);
    made.ledgers.push(ledger(life, date));
    let view = Night { life, date, index: night, is_full: is_full(life.bank, dates, night) };
    for (feed, chunk) in view.chunks() {
        if chunk.rows > 0 {
            made.planted.extend(chunk.planted.iter().map(|p| (night, feed, p.clone())));
            made.members.push(Member::compress(life.bank, night, feed, &chunk)?);
        }
    }
    let known = life.life_events.iter().filter(|e| e.date <= date);
    made.life_events.extend(
        known.map(|e| {
            vec![e.party_no.into(), e.date.into(), e.kind.into(), e.amount.map_or(Value::None, Value::Amount)]
        }),
    );
    life.accounts.iter_mut().for_each(|a| a.is_changed = false);
    life.records.iter_mut().for_each(|r| r.is_changed = false);
    Ok(())
}

/// The general ledger's own count of a community's balances.
fn ledger(life: &Life, date: NaiveDate) -> Ledger {
    let mut ledger = Ledger::new();
    for account in life.accounts.iter().filter(|a| a.open_date <= date) {
        *ledger.entry((account.branch, account.gl_subject())).or_default() += i128::from(account.balance);
    }
    if life.bank.systems > System::Credit as usize {
        for loan in life.loans.iter().filter(|l| l.start_date <= date) {
            *ledger.entry((loan.branch, loan.gl_subject())).or_default() += i128::from(loan.balance);
        }
    }
    if life.bank.systems > System::Card as usize {
        for card in life.cards.iter().filter(|c| c.open_date <= date) {
            *ledger.entry((card.branch, "13030401")).or_default() += i128::from(card.balance);
        }
    }
    ledger
}

fn planted_row(
    landing: &Landing,
    night: usize,
    feed: FeedIndex,
    row: &crate::feed::row::Planted,
    date: NaiveDate,
) -> Vec<Value> {
    let line = landing.rows(night, feed) + row.line;
    let reason = Some(row.reason_code).filter(|r| !r.is_empty());
    vec![
        date.into(),
        landing.name(night, feed).into(),
        line.into(),
        row.kind.into(),
        reason.into(),
        row.key.clone().into(),
        Value::Amount(row.amount),
    ]
}

fn persons(life: &Life, first: NaiveDate) -> Rows {
    let community = &life.community;
    let row = |p: &crate::person::Person| {
        let income = |which: fn(&(NaiveDate, NaiveDate)) -> NaiveDate| Value::from(p.hardship.as_ref().map(which));
        let is_young_earner = p.behaviour.is_employed() && p.age_years(first) <= 35 && p.income_fen >= 1_500_000;
        let is_promising_student = p.graduation_date.is_some() && matches!(p.education, "master" | "phd");
        vec![
            p.number.into(),
            p.name.text.clone().into(),
            p.id_no.clone().into(),
            (if p.is_male { "MALE" } else { "FEMALE" }).into(),
            p.birth_date.into(),
            p.household.into(),
            p.behaviour.profile().name.into(),
            Value::Amount(p.income_fen),
            p.employer.map(|e| community.organisations[e].number).into(),
            p.shop.map(|s| community.organisations[s].number).into(),
            (p.behaviour == crate::behaviour::Behaviour::ShopOwner).into(),
            (is_young_earner || is_promising_student).into(),
            p.churn.map(|c| c.kind.name()).into(),
            p.churn.map(|c| c.from).into(),
            p.churn.map(|c| u64::from(c.months)).into(),
            p.churn.map(|c| c.closes).into(),
            income(|(from, _)| *from),
            income(|(_, to)| *to),
        ]
    };
    community.persons.iter().map(row).collect()
}

fn organisations(life: &Life) -> Rows {
    let community = &life.community;
    let row = |o: &crate::organisation::Organisation| {
        let owner = o.is_shop().then(|| community.persons[o.legal_representative].number);
        vec![
            o.number.into(),
            o.name.clone().into(),
            o.credit_code.clone().into(),
            o.legal_form.into(),
            owner.into(),
            o.group.into(),
            o.guarantor.map(|g| community.organisations[g].number).into(),
            Value::Amount(o.receipts_fen),
        ]
    };
    community.organisations.iter().map(row).collect()
}

/// Every record that was delivered by the last date.
fn records(life: &Life, last: NaiveDate) -> Rows {
    let delivered = life.records.iter().filter(|r| (r.system as usize) < life.bank.systems && r.open_date <= last);
    let row = |r: &crate::record::Record| {
        let person = r.person.map(|p| life.community.persons[p].number);
        let organisation = r.organisation.map(|o| life.community.organisations[o].number);
        let kind = match (person, organisation) {
            (Some(_), _) => "PERSON",
            (_, Some(_)) => "ORG",
            _ => "TEST",
        };
        let errors: Vec<&str> = r.errors.iter().map(|e: &Error| e.name()).collect();
        vec![
            r.system.name().into(),
            r.customer_no.clone().into(),
            kind.into(),
            person.or(organisation).into(),
            r.open_date.into(),
            Some(errors.join(" ")).filter(|e| !e.is_empty()).into(),
        ]
    };
    delivered.map(row).collect()
}

/// Merge a branch into another one: its accounts, loans, cards and people move.
pub(crate) fn merge_branch(life: &mut Life, (from, into, _): Merger) {
    for account in life.accounts.iter_mut().filter(|a| a.branch == from) {
        account.branch = into;
        account.is_changed = true;
    }
    life.loans.iter_mut().filter(|l| l.branch == from).for_each(|l| l.branch = into);
    life.cards.iter_mut().filter(|c| c.branch == from).for_each(|c| c.branch = into);
    life.community.organisations.iter_mut().filter(|o| o.branch == from).for_each(|o| o.branch = into);
    for index in 0..life.community.persons.len() {
        if life.community.persons[index].branch == from {
            life.community.persons[index].branch = into;
            life.records.iter_mut().filter(|r| r.is_of(System::Core, index)).for_each(|r| r.is_changed = true);
        }
    }
}
