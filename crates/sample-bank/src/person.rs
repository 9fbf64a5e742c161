//! The persons: who they are, apart from what any system wrote down about them.

use chrono::{Datelike, NaiveDate};

use crate::behaviour::Behaviour;
use crate::calendar::{plus_days, plus_months};
use crate::churn::Churn;
use crate::dice::Dice;
use crate::identifiers;
use crate::names::{self, Name};

/// A person of the sample bank.
#[derive(Debug, Clone)]
pub struct Person {
    /// Number in the truth, from 1; persons and organisations are counted together.
    pub number: u64,
    /// Household in the truth: the number of its first person.
    pub household: u64,
    /// Planted behaviour.
    pub behaviour: Behaviour,
    /// Name.
    pub name: Name,
    /// Resident ID of region 99.
    pub id_no: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Whether male.
    pub is_male: bool,
    /// Mobile in use.
    pub mobile: String,
    /// The mobile before it; the carrier may have given it to somebody else since.
    pub old_mobile: String,
    /// E-mail.
    pub email: Option<String>,
    /// Address.
    pub address: String,
    /// The address before it.
    pub old_address: String,
    /// single, married, divorced, widowed.
    pub marital: &'static str,
    /// phd, master, bachelor, college, secondary, primary.
    pub education: &'static str,
    /// Students: when they expect to finish.
    pub graduation_date: Option<NaiveDate>,
    /// Organisation of the community that pays the salary.
    pub employer: Option<usize>,
    /// Income of a month in fen; receipts of a shop.
    pub income_fen: i64,
    /// Day of the month on which it arrives.
    pub payday: u32,
    /// First account.
    pub open_date: NaiveDate,
    /// Branch, an index.
    pub branch: usize,
    /// Husband or wife, an index.
    pub spouse: Option<usize>,
    /// Father or mother, an index.
    pub parent: Option<usize>,
    /// Who would vouch for a loan, an index.
    pub guarantor: Option<usize>,
    /// The registered shop, an index of the organisations.
    pub shop: Option<usize>,
    /// Works for the bank.
    pub is_staff: bool,
    /// Died before the bank was watched; the heirs have not come yet.
    pub is_deceased: bool,
    /// Planted: leaves the bank.
    pub churn: Option<Churn>,
    /// Planted: income stops, first and last month.
    pub hardship: Option<(NaiveDate, NaiveDate)>,
    /// Which systems know the person, and since when, in the order of [`crate::feed::System`].
    pub known_since: [Option<NaiveDate>; 6],
}

impl Person {
    /// A person of a behaviour, alone.
    pub fn draw(
        number: u64,
        behaviour: Behaviour,
        first_date: NaiveDate,
        last_date: NaiveDate,
        dice: &mut Dice,
    ) -> Self {
        let profile = behaviour.profile();
        let age_days = dice.between(profile.ages.0 * 365, profile.ages.1 * 365);
        let birth_date = plus_days(first_date, -age_days);
        let is_male = dice.chance(5_000);
        let name = Name::draw(dice);
        let adult = plus_months(birth_date, 12 * 16);
        let tenure_days = dice.between(profile.tenure_years.0 * 365 + 60, profile.tenure_years.1 * 365 + 60);
        let mut open_date = plus_days(first_date, -tenure_days).max(adult);
        // Of a hundred customers six join in a year; dormant ones do not.
        let watched_days = (last_date - first_date).num_days();
        let joining = u32::try_from(600 * watched_days / 365).unwrap_or(0).min(3_000);
        if behaviour != Behaviour::Dormant && dice.chance(joining) {
            open_date = plus_days(first_date, dice.between(1, watched_days));
        }
        let address = names::address(dice);
        let email = dice.chance(4_500).then(|| names::email(dice, &name.latin));
        let education = education(behaviour, dice);
        let graduates = plus_days(first_date, dice.between(60, 1_400));
        Person {
            number,
            household: number,
            behaviour,
            id_no: identifiers::resident_id(number, birth_date, is_male),
            birth_date,
            is_male,
            mobile: identifiers::mobile(number),
            old_mobile: identifiers::mobile(number + 500_000_000),
            email,
            address,
            old_address: names::address(dice),
            marital: if age_days > 60 * 365 && dice.chance(2_000) { "widowed" } else { "single" },
            education,
            graduation_date: (behaviour == Behaviour::Student).then_some(graduates),
            employer: None,
            income_fen: dice.draw(&profile.income) * 100 + dice.between(0, 99),
            payday: if behaviour == Behaviour::Retiree { 15 } else { 10 },
            open_date,
            branch: 0,
            spouse: None,
            parent: None,
            guarantor: None,
            shop: None,
            is_staff: behaviour == Behaviour::PayrollSaver && dice.chance(120),
            is_deceased: behaviour == Behaviour::Dormant && dice.chance(200),
            churn: None,
            hardship: None,
            known_since: [None; 6],
            name,
        }
    }

    /// Age in full years.
    #[must_use]
    pub fn age_years(&self, date: NaiveDate) -> i32 {
        let had_birthday = (date.month(), date.day()) >= (self.birth_date.month(), self.birth_date.day());
        date.year() - self.birth_date.year() - i32::from(!had_birthday)
    }

    /// Whether the income has stopped in the month of `date`.
    #[must_use]
    pub fn is_in_hardship(&self, date: NaiveDate) -> bool {
        self.hardship.is_some_and(|(first, last)| first <= date && date <= last)
    }
}

fn education(behaviour: Behaviour, dice: &mut Dice) -> &'static str {
    match behaviour {
        Behaviour::Student => dice.weighted(&[("bachelor", 60), ("college", 25), ("master", 12), ("phd", 3)]),
        Behaviour::YoungProfessional => dice.weighted(&[("bachelor", 60), ("master", 34), ("phd", 6)]),
        Behaviour::Retiree | Behaviour::Dormant => {
            dice.weighted(&[("primary", 30), ("secondary", 52), ("college", 12), ("bachelor", 6)])
        }
        Behaviour::ShopOwner | Behaviour::WalletUser => {
            dice.weighted(&[("primary", 10), ("secondary", 65), ("college", 18), ("bachelor", 7)])
        }
        _ => dice.weighted(&[("secondary", 25), ("college", 30), ("bachelor", 38), ("master", 7)]),
    }
}
