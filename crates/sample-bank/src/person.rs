//! The customers: names, impossible identifiers, which systems know them.

use bank::IdNumber;
use chrono::{Datelike, Days, NaiveDate};
use rand::Rng;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::behaviour::Behaviour;

const SURNAMES: [&str; 40] = [
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "黄",
    "赵",
    "吴",
    "周",
    "徐",
    "孙",
    "马",
    "朱",
    "胡",
    "郭",
    "何",
    "高",
    "林",
    "罗",
    "郑",
    "梁",
    "谢",
    "宋",
    "唐",
    "许",
    "韩",
    "冯",
    "邓",
    "曹",
    "彭",
    "曾",
    "肖",
    "田",
    "董",
    "袁",
    "潘",
    "欧阳",
    "诸葛",
    "买买提·",
];
// 珅, 烜, 瑋 and 誠 hold delimiter bytes in GB18030; 𠮷 has four bytes and is not in GBK.
const GIVEN: [&str; 44] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英", "霞",
    "平", "刚", "桂英", "玉兰", "建国", "建华", "志强", "文", "斌", "宇", "浩", "凯", "欣怡", "子涵", "梓萱", "浩然",
    "雨桐", "一诺", "晨", "珅", "烜", "瑋", "誠", "𠮷", "婷婷",
];

/// A person of the sample bank.
#[derive(Debug, Clone)]
pub struct Person {
    /// Number in the truth, from 1.
    pub number: u64,
    /// Planted behaviour.
    pub behaviour: Behaviour,
    /// Planted: drains the accounts over the last months.
    pub is_leaving: bool,
    /// Name.
    pub name: String,
    /// Resident ID of region 99.
    pub id_no: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Whether male.
    pub is_male: bool,
    /// Mobile starting 10.
    pub mobile: String,
    /// Branch.
    pub branch_no: String,
    /// First account.
    pub open_date: NaiveDate,
    /// Number in the savings system.
    pub core_no: Option<String>,
    /// What the credit system knows.
    pub credit: Option<CreditRecord>,
}

/// The same person in the credit system.
#[derive(Debug, Clone)]
pub struct CreditRecord {
    /// Number there.
    pub number: String,
    /// Document number as written there; old clerks wrote 15 digits, some nothing.
    pub id_no: Option<String>,
    /// First seen there.
    pub open_date: NaiveDate,
}

/// One generator per purpose, so that a change in one part of a life leaves the others as they were.
#[must_use]
pub fn rng(seed: u64, stream: u64, number: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed ^ (stream << 56) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Everybody, in order of number.
#[must_use]
pub fn people(count: u64, seed: u64, first_night: NaiveDate) -> Vec<Person> {
    (1..=count).map(|number| person(number, seed, first_night)).collect()
}

fn person(number: u64, seed: u64, first_night: NaiveDate) -> Person {
    let mut rng = rng(seed, 1, number);
    let behaviour = Behaviour::at(rng.gen_range(0..100));
    let (youngest, oldest) = behaviour.ages();
    let born_before = first_night.checked_sub_days(Days::new(u64::from(rng.gen_range(youngest * 365..oldest * 365))));
    let birth_date = born_before.unwrap_or(first_night);
    let is_male = rng.gen_bool(0.5);
    // The sequence keeps numbers unique: the person's number decides region and sequence.
    let sequence = (number / 90 % 499) * 2 + u64::from(is_male);
    let region = 990_000 + 100 + number % 90;
    let first_17 = format!("{region}{}{sequence:03}", birth_date.format("%Y%m%d"));
    let id_no = IdNumber::complete(&first_17).unwrap_or(first_17);
    let surname = SURNAMES[rng.gen_range(0..SURNAMES.len())];
    let name = format!("{surname}{}", GIVEN[rng.gen_range(0..GIVEN.len())]);
    let (newest, longest) = behaviour.tenure_years();
    let tenure_days = rng.gen_range(newest * 365 + 60..longest * 365 + 60);
    let adult = birth_date.with_year(birth_date.year() + 16).unwrap_or(birth_date);
    let open_date = first_night.checked_sub_days(Days::new(u64::from(tenure_days))).unwrap_or(first_night).max(adult);
    // One customer in twenty joins while the bank is being watched.
    let joined = first_night.checked_add_days(Days::new(rng.gen_range(5..400))).unwrap_or(first_night);
    let open_date = if rng.gen_bool(0.05) { joined } else { open_date };
    let in_credit = match behaviour {
        Behaviour::Borrower => 1.0,
        Behaviour::Student | Behaviour::Dormant => 0.05,
        Behaviour::Retiree => 0.15,
        _ => 0.45,
    };
    let credit = rng.gen_bool(in_credit).then(|| credit_record(&mut rng, number, &id_no, birth_date, open_date));
    let only_credit = credit.is_some() && behaviour == Behaviour::Borrower && rng.gen_bool(0.06);
    let leaves = matches!(behaviour, Behaviour::PayrollSaver | Behaviour::Wealthy | Behaviour::Retiree);
    Person {
        number,
        behaviour,
        is_leaving: leaves && rng.gen_bool(0.08),
        name,
        id_no,
        birth_date,
        is_male,
        mobile: format!("10{:09}", (number * 7_919) % 1_000_000_000),
        branch_no: format!("01{:02}", number % 12 + 1),
        open_date,
        core_no: (!only_credit).then(|| format!("{:010}", 1_000_000_000 + number * 37 % 900_000_000)),
        credit,
    }
}

fn credit_record(
    rng: &mut Xoshiro256PlusPlus,
    number: u64,
    id_no: &str,
    birth_date: NaiveDate,
    open_date: NaiveDate,
) -> CreditRecord {
    let old_form = birth_date.year() < 1980 && rng.gen_bool(0.10);
    let missing = rng.gen_bool(0.02);
    let written = match (missing, old_form) {
        (true, _) => None,
        (false, true) => Some(format!("{}{}", &id_no[..6], &id_no[8..17])),
        (false, false) => Some(id_no.to_owned()),
    };
    let later = Days::new(rng.gen_range(10..1500));
    CreditRecord {
        number: format!("CR{:08}", number * 13 % 100_000_000),
        id_no: written,
        open_date: open_date.checked_add_days(later).unwrap_or(open_date),
    }
}
