//! What belongs to the bank as a whole: branches, staff, products, rates, costs, and the general ledger's control.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::core::branch_no;
use super::row::Chunk;
use super::{FEEDS, FeedIndex, System};
use crate::calendar::minus_months;
use crate::life::account::deposit_rate;
use crate::life::wealth::PRODUCTS;
use crate::settings::SampleBank;

/// Balances of a night by branch and GL subject, fen: collected while accounts are written, apart from their rows.
pub type Ledger = BTreeMap<(usize, &'static str), i128>;

/// A branch that was merged into another one: index, into, first day.
pub type Merger = (usize, usize, NaiveDate);

/// The bank's own feeds of a night, for the indices of [`FEEDS`] that belong to it.
#[must_use]
pub fn bank_chunks(
    bank: &SampleBank,
    date: NaiveDate,
    ledger: &Ledger,
    merger: Option<Merger>,
) -> Vec<(FeedIndex, Chunk)> {
    let mut chunks = Vec::new();
    for (index, feed) in FEEDS.iter().enumerate().filter(|(_, f)| f.system == System::Core) {
        let mut rows = Chunk::new(System::Core.delimiter());
        match feed.name {
            "branch" => branches(&mut rows, bank, date, merger),
            "staff" => staff(&mut rows, bank),
            "product" => products(&mut rows),
            "exchange_rate" => exchange_rates(&mut rows, date),
            "ftp_curve" => ftp_curve(&mut rows, date),
            "unit_cost" => unit_costs(&mut rows),
            "gl_control" => gl_control(&mut rows, ledger),
            _ => continue,
        }
        chunks.push((index, rows));
    }
    chunks
}

fn branches(rows: &mut Chunk, bank: &SampleBank, date: NaiveDate, merger: Option<Merger>) {
    let opened = minus_months(bank.first_date, 300);
    rows.text("0001")
        .text("九九银行总行")
        .text("")
        .text("HQ")
        .text("9901")
        .date(opened)
        .text("99991231")
        .text("")
        .end();
    let outlets = usize::try_from(bank.branch_count()).unwrap_or(0);
    for county in 0..outlets.div_ceil(8) {
        let no = format!("{:04}", county + 11);
        rows.text(&no).text(&format!("九九银行第{}支行", county + 1)).text("0001").text("COUNTY");
        rows.text("9901").date(opened).text("99991231").text("").end();
    }
    for outlet in 0..outlets {
        let merged = merger.filter(|(from, _, day)| *from == outlet && *day <= date);
        rows.text(&branch_no(outlet)).text(&format!("九九银行{}网点", outlet + 1));
        rows.text(&format!("{:04}", outlet / 8 + 11)).text("OUTLET").text("9901").date(opened);
        rows.date_or(merged.map(|(_, _, day)| day), "99991231");
        rows.text(&merged.map_or_else(String::new, |(_, into, _)| branch_no(into))).end();
    }
}

fn staff(rows: &mut Chunk, bank: &SampleBank) {
    let hired = minus_months(bank.first_date, 60);
    for outlet in 0..usize::try_from(bank.branch_count()).unwrap_or(0) {
        for place in 1..=8 {
            let (role, line) = match place {
                1 => ("LEADER", "RETAIL"),
                2..=5 => ("CM", "RETAIL"),
                6 => ("CM", "SME"),
                7 => ("CM", "CORP"),
                _ => ("CM_SENIOR", "PRIVATE"),
            };
            rows.text(&format!("{}M{place:02}", branch_no(outlet))).text(&format!("员工{outlet}{place}"));
            rows.text(&branch_no(outlet)).text(role).text(line).date(hired).text("99991231").end();
        }
    }
}

fn products(rows: &mut Chunk) {
    let mut product = |code: &str, name: &str, l1: &str, l2: &str, risk: &str, subject: &str, aum: bool| {
        rows.text(code).text(name).text(l1).text(l2).text(risk).text(subject).text("ACT/360").flag(aum).end();
    };
    product("PD000", "个人活期", "DEPOSIT", "DEMAND", "", "20110101", true);
    product("OD000", "单位活期", "DEPOSIT", "DEMAND", "", "20110201", true);
    for months in [3, 6, 12, 24, 36] {
        product(&format!("PT{months:03}"), &format!("个人定期{months}个月"), "DEPOSIT", "TIME", "", "20110102", true);
        product(&format!("PC{months:03}"), &format!("大额存单{months}个月"), "DEPOSIT", "CD", "", "20110103", true);
    }
    for p in &PRODUCTS {
        product(p.code, p.name, "WEALTH", p.kind, p.risk, "", true);
    }
    for (code, name) in [
        ("MORTGAGE", "住房按揭"),
        ("HPF_LOAN", "公积金贷款"),
        ("CONSUMER", "消费贷"),
        ("AUTO", "汽车贷"),
        ("STUDENT", "助学贷"),
        ("BUSINESS", "经营贷"),
        ("WORKING_CAP", "流动资金贷款"),
    ] {
        product(code, name, "LOAN", code, "", "", false);
    }
    product("CC000", "信用卡", "CARD", "CREDIT", "", "13030401", false);
}

/// Middle rates in the manner of the central bank's list: yuan for 100 units, quoted for the yen only per 100.
fn exchange_rates(rows: &mut Chunk, date: NaiveDate) {
    // A slow wave of one per cent, so that days differ.
    let wave = i64::from((date.num_days_from_ce() % 200 - 100).abs()) - 50;
    for (currency, rate, unit) in
        [("USD", 710_000_000, 1), ("HKD", 91_000_000, 1), ("EUR", 820_000_000, 1), ("JPY", 470_000_000, 100)]
    {
        rows.text(currency).date(date).decimal(rate + rate / 10_000 * wave, 8).number(unit).end();
    }
}

/// Transfer prices by tenor, annual per cent; the deposit's own rate plus a margin that shrinks with the term.
fn ftp_curve(rows: &mut Chunk, date: NaiveDate) {
    let drift = i64::from(date.month()) * 50;
    for (tenor, months, margin) in [
        ("ON", 0, 13_000),
        ("M3", 3, 9_500),
        ("M6", 6, 8_500),
        ("Y1", 12, 8_000),
        ("Y2", 24, 7_800),
        ("Y3", 36, 7_500),
        ("Y5", 60, 8_000),
    ] {
        rows.text("CNY").text(tenor).date(date).decimal(deposit_rate(months) + margin - drift, 4).end();
    }
}

/// Costs of one activity in yuan (domain specification 4.10, illustrative).
fn unit_costs(rows: &mut Chunk) {
    for (activity, fen) in [
        ("COUNTER", 400),
        ("ATM", 80),
        ("POS", 20),
        ("EBANK", 15),
        ("MBANK", 10),
        ("PHONE", 200),
        ("QPAY", 5),
        ("BATCH", 2),
        ("VISIT", 6_000),
        ("CALL", 800),
        ("ACCOUNT_MONTH", 50),
    ] {
        rows.text(activity).amount(fen).text("20240101").end();
    }
}

fn gl_control(rows: &mut Chunk, ledger: &Ledger) {
    for ((branch, subject), balance) in ledger {
        let side = if subject.starts_with('2') { "C" } else { "D" };
        // A branch's balance in fen fits.
        let fen = i64::try_from(*balance).unwrap_or(i64::MAX);
        rows.text(&branch_no(*branch)).text(subject).text("CNY").text(side).total(0, fen).end();
    }
}
