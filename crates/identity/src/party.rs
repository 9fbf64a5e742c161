//! Customer records of source systems, as identity reads them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Date32Type};
use bank::document::{Document, DocumentStatus, RESIDENT_ID};
use bank::{BusinessDate, MobileNumber};
use chrono::NaiveDate;

use crate::clean::Clean;
use crate::error::IdentityError;
use crate::table::{Column, MISSING, RecordTable};

/// Word for organisations in `party_type`.
pub const ORGANISATION: &str = "ORG";
/// Records in the order of their source keys, so that the order of the input does not matter.
#[derive(Debug)]
pub struct Parties {
    /// The rows, sorted.
    rows: RecordBatch,
    /// Documents of all records as codes of `document_keys`; those of a record end at its `document_ends`, the main one
    /// comes first.
    documents: Vec<u32>,
    document_ends: Vec<u32>,
    /// Canonical documents.
    pub document_keys: Column,
    /// Outcome of the main document's checks, by record.
    pub statuses: Vec<DocumentStatus>,
    /// Valid resident number of each record as a code of `document_keys`; [`MISSING`] without one.
    pub valid_ids: Vec<u32>,
    /// Whether each document passed or has no checks, by code.
    pub is_usable: Vec<bool>,
    /// Whether each record is an organisation.
    pub is_organisation: Vec<bool>,
}

/// How documents are judged.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// Bounds birth dates.
    pub as_of: BusinessDate,
    /// Accept region 99.
    pub synthetic: bool,
}

impl Parties {
    /// Read records with columns `source_system, source_customer_no, party_type, customer_name, id_type, id_no, sex, birth_date,
    /// mobile, region_code, open_date`; and documents beside the main one with `source_system, source_customer_no, id_type,
    /// id_no, country`. Further text columns of the records can be compared under their own names.
    ///
    /// # Errors
    /// [`IdentityError`] naming the column, or a record without its key.
    pub fn read(records: Vec<RecordBatch>, documents: &[RecordBatch], judge: Judge) -> Result<Self, IdentityError> {
        if records.is_empty() {
            return Ok(Parties::none());
        }
        let rows = sorted_by_key(records)?;
        let (systems, numbers) = (text(&rows, "source_system")?, text(&rows, "source_customer_no")?);
        let party_type = text(&rows, "party_type")?;
        let is_organisation: Vec<bool> =
            (0..rows.num_rows()).map(|row| party_type.is_valid(row) && party_type.value(row) == ORGANISATION).collect();
        let (id_type, id_no) = (text(&rows, "id_type")?, text(&rows, "id_no")?);
        let main =
            |row: usize| Document::judge(value(id_type, row), value(id_no, row), None, judge.as_of, judge.synthetic);
        let mut statuses = Vec::with_capacity(rows.num_rows());
        // One by one, so that no more than one spelling of a number is kept.
        let mut usable: Vec<bool> = Vec::new();
        let mut owners: Vec<u32> = Vec::new();
        let is_usable =
            |document: &Document| matches!(document.status, DocumentStatus::Valid | DocumentStatus::Unchecked);
        let mains = (0..number(rows.num_rows())).map(|row| {
            let document = main(row as usize);
            statuses.push(document.status);
            usable.push(is_usable(&document));
            owners.push(row);
            document.key
        });
        let mut others: Vec<(u32, Document)> = Vec::new();
        for batch in documents {
            let (system, customer) = (text(batch, "source_system")?, text(batch, "source_customer_no")?);
            let (id_type, id_no) = (text(batch, "id_type")?, text(batch, "id_no")?);
            let countries = text(batch, "country")?;
            for row in 0..batch.num_rows() {
                let Some(record) = find(systems, numbers, value(system, row), value(customer, row)) else { continue };
                let (kind, no, country) = (value(id_type, row), value(id_no, row), value(countries, row));
                let document = Document::judge(kind, no, country, judge.as_of, judge.synthetic);
                // Most are the main one again.
                if document.key != main(record).key {
                    others.push((number(record), document));
                }
            }
        }
        // By key, so that the order of delivery does not matter.
        others.sort_by(|(owner, one), (other_owner, other)| (owner, &one.key).cmp(&(other_owner, &other.key)));
        let mut keys: Vec<String> = mains.collect();
        for (owner, document) in others {
            usable.push(is_usable(&document));
            owners.push(owner);
            keys.push(document.key);
        }
        let document_keys = Column::of(keys.iter().map(|key| Some(key.as_str())));
        drop(keys);
        let mut is_usable = vec![false; document_keys.values().count() + 1];
        let mut held: Vec<(u32, u32, u32)> = Vec::new();
        for ((place, owner), usable) in (0..).zip(&owners).zip(usable) {
            let code = document_keys.code(place as usize);
            if code != MISSING {
                is_usable[code as usize] |= usable;
                held.push((*owner, place, code));
            }
        }
        held.sort_unstable();
        let mut documents: Vec<u32> = Vec::with_capacity(held.len());
        let mut document_ends: Vec<u32> = Vec::with_capacity(rows.num_rows());
        let mut held = held.into_iter().peekable();
        for row in 0..number(rows.num_rows()) {
            let start = documents.len();
            while let Some((_, _, code)) = held.next_if(|(owner, ..)| *owner == row) {
                if !documents[start..].contains(&code) {
                    documents.push(code);
                }
            }
            document_ends.push(number(documents.len()));
        }
        let resident = format!("{RESIDENT_ID}|");
        let is_resident: Vec<bool> =
            std::iter::once(false).chain(document_keys.values().map(|key| key.starts_with(&resident))).collect();
        let mut parties = Parties {
            documents,
            document_ends,
            document_keys,
            statuses,
            valid_ids: vec![],
            is_usable,
            is_organisation,
            rows,
        };
        let valid_id = |record: u32| {
            let mut codes = parties.documents(record).iter().copied();
            codes.find(|code| is_resident[*code as usize] && parties.is_usable[*code as usize]).unwrap_or(MISSING)
        };
        let valid_ids = (0..number(parties.len())).map(valid_id).collect();
        parties.valid_ids = valid_ids;
        Ok(parties)
    }

    fn none() -> Self {
        Parties {
            rows: RecordBatch::new_empty(std::sync::Arc::new(arrow::datatypes::Schema::empty())),
            documents: vec![],
            document_ends: vec![],
            document_keys: Column::of::<&str>([]),
            statuses: vec![],
            valid_ids: vec![],
            is_usable: vec![false],
            is_organisation: vec![],
        }
    }

    /// What is compared: `name`, `birth_date`, `sex`, `mobile`, `document_tail`, and the other text columns of the records.
    ///
    /// # Errors
    /// A column that is missing.
    pub fn compared(&self) -> Result<RecordTable, IdentityError> {
        let rows = &self.rows;
        let count = rows.num_rows();
        let mut columns = BTreeMap::new();
        let names = text(rows, "customer_name")?;
        let name = |row: usize| {
            let clean = if self.is_organisation[row] { Clean::OrganisationName } else { Clean::Name };
            value(names, row).map(|name| clean.apply(name))
        };
        columns.insert("name".to_owned(), Column::of((0..count).map(name)));
        let (birth, sex) = (date(rows, "birth_date")?, text(rows, "sex")?);
        let of_document = |row: usize| {
            let key = self.document_keys.value(self.valid_ids[row]);
            key.split_once('|').map(|(_, number)| number.to_owned())
        };
        let birth_date = |row: usize| {
            let told = of_document(row).map(|n| format!("{}-{}-{}", &n[6..10], &n[10..12], &n[12..14]));
            told.or_else(|| {
                let days = birth.is_valid(row).then(|| birth.value(row))?;
                NaiveDate::from_epoch_days(days).map(|d| d.to_string())
            })
        };
        columns.insert("birth_date".to_owned(), Column::of((0..count).map(birth_date)));
        let sex_of = |row: usize| value(sex, row).filter(|s| *s != "UNKNOWN").map(str::to_owned);
        columns.insert("sex".to_owned(), Column::of((0..count).map(sex_of)));
        let mobiles = text(rows, "mobile")?;
        let mobile = |row: usize| {
            let number = MobileNumber::parse(value(mobiles, row)?, true).filter(|n| !n.is_placeholder())?;
            Some(number.to_string())
        };
        columns.insert("mobile".to_owned(), Column::of((0..count).map(mobile)));
        let tails = text(rows, "document_tail").ok();
        // As many characters as most of the delivered ones have; others say nothing.
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        tails.iter().flat_map(|t| t.iter().flatten()).for_each(|t| *lengths.entry(t.trim().len()).or_default() += 1);
        let length = lengths.into_iter().max_by_key(|(length, count)| (*count, Reverse(*length))).map_or(0, |(n, _)| n);
        let tail = |row: usize| {
            let of_id = of_document(row).and_then(|n| n.get(n.len().checked_sub(length)?..).map(str::to_owned));
            of_id
                .or_else(|| tails.and_then(|t| value(t, row)).map(|t| Clean::Exact.apply(t).to_uppercase()))
                .filter(|t| t.len() == length)
        };
        columns.insert("document_tail".to_owned(), Column::of((0..count).map(tail)));
        let known = [
            "source_system",
            "source_customer_no",
            "party_type",
            "customer_name",
            "id_type",
            "id_no",
            "sex",
            "mobile",
            "document_tail",
        ];
        for field in rows.schema().fields() {
            if *field.data_type() == DataType::Utf8 && !known.contains(&field.name().as_str()) {
                let column = text(rows, field.name())?;
                let of_row = |row: usize| value(column, row).map(|v| Clean::Text.apply(v));
                columns.insert(field.name().clone(), Column::of((0..count).map(of_row)));
            }
        }
        let systems = text(rows, "source_system")?;
        let systems = Column::of((0..count).map(|row| value(systems, row)));
        Ok(RecordTable { columns, sources: systems.codes().to_vec() })
    }

    /// Documents of a record, the main one first.
    #[must_use]
    pub fn documents(&self, record: u32) -> &[u32] {
        let record = record as usize;
        let start = if record == 0 { 0 } else { self.document_ends[record - 1] };
        &self.documents[start as usize..self.document_ends[record] as usize]
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Source system and customer number of a record.
    #[must_use]
    pub fn key(&self, record: u32) -> (&str, &str) {
        let of = |name: &str| {
            let column = self.rows.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
            column.map_or("", |c| c.value(record as usize))
        };
        (of("source_system"), of("source_customer_no"))
    }

    /// The record of a source key.
    #[must_use]
    pub fn find(&self, source_system: &str, source_customer_no: &str) -> Option<u32> {
        let systems = text(&self.rows, "source_system").ok()?;
        let numbers = text(&self.rows, "source_customer_no").ok()?;
        let row = find(systems, numbers, Some(source_system), Some(source_customer_no))?;
        u32::try_from(row).ok()
    }

    /// A text column as delivered.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn texts(&self, name: &str) -> Result<&StringArray, IdentityError> {
        text(&self.rows, name)
    }

    /// First seen in its system, days since 1970; unknown comes last.
    #[must_use]
    pub fn open_day(&self, record: u32) -> i32 {
        let row = record as usize;
        date(&self.rows, "open_date").ok().filter(|c| c.is_valid(row)).map_or(i32::MAX, |c| c.value(row))
    }
}

/// One batch in the order of the source keys; the batches are given up on the way.
fn sorted_by_key(batches: Vec<RecordBatch>) -> Result<RecordBatch, IdentityError> {
    let mut order: Vec<(usize, usize)> = Vec::new();
    let mut keys: Vec<(&StringArray, &StringArray)> = Vec::new();
    for (place, batch) in batches.iter().enumerate() {
        let (systems, numbers) = (text(batch, "source_system")?, text(batch, "source_customer_no")?);
        for (name, column) in [("source_system", systems), ("source_customer_no", numbers)] {
            if column.null_count() > 0 {
                return Err(IdentityError::Null(name.to_owned()));
            }
        }
        keys.push((systems, numbers));
        order.extend((0..batch.num_rows()).map(|row| (place, row)));
    }
    if u32::try_from(order.len()).is_err() {
        return Err(IdentityError::TooManyRecords(order.len()));
    }
    order.sort_unstable_by_key(|(place, row)| (keys[*place].0.value(*row), keys[*place].1.value(*row)));
    let schema = batches[0].schema();
    let column = |place: usize| {
        let arrays: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(place).as_ref()).collect();
        interleave(&arrays, &order)
    };
    let columns = (0..schema.fields().len()).map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Binary search in sorted keys.
fn find(systems: &StringArray, numbers: &StringArray, system: Option<&str>, number: Option<&str>) -> Option<usize> {
    let wanted = (system?, number?);
    let (mut low, mut high) = (0, systems.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if (systems.value(middle), numbers.value(middle)) < wanted { low = middle + 1 } else { high = middle }
    }
    (low < systems.len() && (systems.value(low), numbers.value(low)) == wanted).then_some(low)
}

pub(crate) fn value(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

pub(crate) fn text<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a StringArray, IdentityError> {
    let column = batch.column_by_name(name).ok_or_else(|| missing(batch, name))?;
    column.as_string_opt::<i32>().ok_or_else(|| IdentityError::Type(name.to_owned(), "text"))
}

pub(crate) fn date<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a arrow::array::Date32Array, IdentityError> {
    let column = batch.column_by_name(name).ok_or_else(|| missing(batch, name))?;
    column.as_primitive_opt::<Date32Type>().ok_or_else(|| IdentityError::Type(name.to_owned(), "date"))
}

fn missing(batch: &RecordBatch, name: &str) -> IdentityError {
    let known = batch.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>().join(", ");
    IdentityError::Column(name.to_owned(), known)
}
