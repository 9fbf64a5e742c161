//! What each source system wrote down about its customers, with the errors of the level of dirt.

use chrono::{Datelike, NaiveDate};

use crate::calendar::plus_days;
use crate::community::Community;
use crate::dice::{Dice, Purpose};
use crate::dirt::Error;
use crate::feed::System;
use crate::identifiers;
use crate::names::{Name, shortened_address};
use crate::person::Person;
use crate::settings::SampleBank;

/// Second numbers of one person in one system start here; a bank has at most ten million customers.
const SECOND_NUMBERS: u64 = 20_000_000;

/// A customer record of a source system.
#[derive(Debug, Clone)]
pub struct Record {
    /// System.
    pub system: System,
    /// Customer number there.
    pub customer_no: String,
    /// Person, an index; none for organisations and test customers.
    pub person: Option<usize>,
    /// Organisation, an index.
    pub organisation: Option<usize>,
    /// Name as written.
    pub name: String,
    /// Type of the document (01 resident ID, 04 passport), where there is one.
    pub id_type: &'static str,
    /// Document as written.
    pub id_no: Option<String>,
    /// Birth date as written.
    pub birth_date: Option<NaiveDate>,
    /// Mobile as written.
    pub mobile: Option<String>,
    /// Address as written.
    pub address: Option<String>,
    /// Customer since.
    pub open_date: NaiveDate,
    /// active, closed, merged.
    pub status: &'static str,
    /// The number it was merged into.
    pub merged_into: Option<String>,
    /// What is wrong with it.
    pub errors: Vec<Error>,
    /// Changed since the last delivery.
    pub is_changed: bool,
}

impl Record {
    /// Whether it is a record of a person in a system.
    #[must_use]
    pub fn is_of(&self, system: System, person: usize) -> bool {
        self.system == system && self.person == Some(person)
    }
}

/// Customer number of a party in a system.
#[must_use]
pub fn customer_no(system: System, number: u64) -> String {
    match system {
        System::Core => format!("{:010}", 1_000_000_000 + number * 37 % 900_000_000),
        System::Credit => format!("CR{:08}", number * 13 % 100_000_000),
        System::Card => format!("K{:09}", number * 7 % 1_000_000_000),
        System::Fund => format!("G{:011}", number * 11 % 100_000_000_000),
        System::Wealth => format!("W{:08}", number * 17 % 100_000_000),
        System::Channel => format!("U{:08}", number * 19 % 100_000_000),
    }
}

/// All records of a community, in order of system and party.
#[must_use]
pub fn records(bank: &SampleBank, community: &Community) -> Vec<Record> {
    let mut dice = Dice::new(bank.seed, Purpose::Records, community.number);
    let mut records = Vec::new();
    for system in System::ALL {
        for (index, person) in community.persons.iter().enumerate() {
            let Some(since) = person.known_since[system as usize] else { continue };
            let relatives = person.spouse.or(person.parent).map(|i| &community.persons[i]);
            records.push(write_down(bank, system, index, person, relatives, since, &mut dice));
            if dice.chance(bank.dirt.chance(Error::RecordTwice)) {
                let later = plus_days(since, dice.between(100, 2_000)).min(bank.first_date);
                let mut second = write_down(bank, system, index, person, relatives, later.max(since), &mut dice);
                second.customer_no = customer_no(system, person.number + SECOND_NUMBERS);
                second.errors.push(Error::RecordTwice);
                records.push(second);
            }
            if dice.chance(bank.dirt.chance(Error::TestCustomer)) {
                records.push(test_customer(system, person, since));
            }
        }
        for (index, organisation) in community.organisations.iter().enumerate() {
            let since = match system {
                System::Core => organisation.open_date,
                System::Credit => match organisation.credit_since {
                    Some(since) => since,
                    None => continue,
                },
                _ => continue,
            };
            let mut errors = Vec::new();
            let mut name = organisation.name.clone();
            if system == System::Credit && dice.chance(bank.dirt.chance(Error::NameOtherwise) * 3) {
                // A clerk leaves the city out, or writes the longer legal form.
                name = if name.contains("有限公司") && dice.chance(5_000) {
                    name.replace("有限公司", "有限责任公司")
                } else {
                    name.replace("九九市", "")
                };
                errors.push(Error::NameOtherwise);
            }
            // Before the unified code there was a licence number.
            let (mut id_type, mut id_no) = ("51", organisation.credit_code.clone());
            if system == System::Credit && dice.chance(bank.dirt.chance(Error::DocumentOld)) {
                (id_type, id_no) = ("53", organisation.licence_no.clone());
                errors.push(Error::DocumentOld);
            }
            records.push(Record {
                system,
                customer_no: customer_no(system, organisation.number),
                person: None,
                organisation: Some(index),
                name,
                id_type,
                id_no: Some(id_no),
                birth_date: None,
                mobile: None,
                address: Some(organisation.address.clone()),
                open_date: since,
                status: "active",
                merged_into: None,
                errors,
                is_changed: false,
            });
        }
    }
    records
}

fn test_customer(system: System, person: &Person, since: NaiveDate) -> Record {
    Record {
        system,
        customer_no: customer_no(system, person.number + 2 * SECOND_NUMBERS),
        person: None,
        organisation: None,
        name: "测试客户".to_owned(),
        id_type: "",
        id_no: None,
        birth_date: None,
        mobile: Some("10000000000".to_owned()),
        address: None,
        open_date: since,
        status: "active",
        merged_into: None,
        errors: vec![Error::TestCustomer],
        is_changed: false,
    }
}

fn write_down(
    bank: &SampleBank,
    system: System,
    index: usize,
    person: &Person,
    relative: Option<&Person>,
    since: NaiveDate,
    dice: &mut Dice,
) -> Record {
    let mut errors = Vec::new();
    let mut slips = |error: Error, dice: &mut Dice| {
        let happens = dice.chance(bank.dirt.chance(error) * system.carelessness_percent() / 100);
        if happens {
            errors.push(error);
        }
        happens
    };
    let mut name = person.name.text.clone();
    if slips(Error::NameTyped, dice) {
        name = Name::mistyped(&name);
    }
    if slips(Error::NameOtherwise, dice) {
        name = Name::written_otherwise(&name);
    }
    let (mut id_type, mut id_no) = ("01", Some(person.id_no.clone()));
    // A core system without any document would be no core system: there one in a hundred slips through the old rules.
    if slips(Error::DocumentMissing, dice) {
        (id_type, id_no) = ("", None);
    } else if slips(Error::DocumentOther, dice) {
        (id_type, id_no) = ("04", Some(identifiers::passport(person.number)));
    } else if person.birth_date.year() < 1985 && slips(Error::DocumentOld, dice) {
        id_no = Some(identifiers::old_resident_id(&person.id_no));
    } else if slips(Error::DocumentMistyped, dice) {
        id_no = Some(identifiers::mistyped_id(&person.id_no));
    }
    if matches!(system, System::Card | System::Wealth) && slips(Error::NameLatin, dice) {
        name = person.name.latin.clone();
    }
    let mut birth_date = Some(person.birth_date);
    if slips(Error::BirthMissing, dice) {
        birth_date = None;
    } else if slips(Error::BirthWrong, dice) {
        let b = person.birth_date;
        let swapped = NaiveDate::from_ymd_opt(b.year(), b.day(), b.month()).filter(|d| *d != b);
        birth_date = swapped.or_else(|| b.with_year(b.year() - 10)).or(Some(b));
    }
    let mut mobile = Some(person.mobile.clone());
    if slips(Error::MobileMissing, dice) {
        mobile = None;
    } else if slips(Error::MobileOld, dice) {
        mobile = Some(person.old_mobile.clone());
    } else if let Some(relative) = relative.filter(|_| slips(Error::MobileShared, dice)) {
        mobile = Some(relative.mobile.clone());
    }
    let mut address = Some(person.address.clone());
    if slips(Error::AddressMissing, dice) {
        address = None;
    } else {
        if slips(Error::AddressOld, dice) {
            address = Some(person.old_address.clone());
        }
        if slips(Error::AddressShort, dice) {
            address = address.as_deref().map(shortened_address);
        }
    }
    Record {
        system,
        customer_no: customer_no(system, person.number),
        person: Some(index),
        organisation: None,
        name,
        id_type,
        id_no,
        birth_date,
        mobile,
        address,
        open_date: since,
        status: "active",
        merged_into: None,
        errors,
        is_changed: false,
    }
}
