//! What was planted, apart from what the bank delivers: Parquet tables in `truth/`, written community by community.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::SampleError;

/// Type of a truth column.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole number.
    Number,
    /// True or false.
    Flag,
    /// Calendar date.
    Date,
    /// Amount in yuan, two decimals.
    Amount,
}

/// A value of a truth column.
#[derive(Debug, Clone)]
pub enum Value {
    /// Missing.
    None,
    /// Text.
    Text(String),
    /// Whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// Calendar date.
    Date(NaiveDate),
    /// Fen.
    Amount(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::None, Into::into)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Value::Date(date)
    }
}

/// A truth table: name and columns.
#[derive(Debug)]
pub struct Table {
    /// File name without ending.
    pub name: &'static str,
    /// Columns.
    pub columns: &'static [(&'static str, Kind)],
}

/// Persons: who they are and what was planted.
pub const PERSON: Table = Table {
    name: "person",
    columns: &[
        ("person_no", Kind::Number),
        ("name", Kind::Text),
        ("id_no", Kind::Text),
        ("sex", Kind::Text),
        ("birth_date", Kind::Date),
        ("household_no", Kind::Number),
        ("behaviour", Kind::Text),
        ("income_month", Kind::Amount),
        ("employer_no", Kind::Number),
        ("shop_no", Kind::Number),
        ("is_shop_owner", Kind::Flag),
        ("is_potential_vip", Kind::Flag),
        ("churn_kind", Kind::Text),
        ("churn_from", Kind::Date),
        ("churn_months", Kind::Number),
        ("churn_closes", Kind::Flag),
        ("income_lost_from", Kind::Date),
        ("income_lost_to", Kind::Date),
    ],
};

/// Organisations.
pub const ORGANISATION: Table = Table {
    name: "organisation",
    columns: &[
        ("organisation_no", Kind::Number),
        ("name", Kind::Text),
        ("credit_code", Kind::Text),
        ("legal_form", Kind::Text),
        ("owner_person_no", Kind::Number),
        ("group_no", Kind::Number),
        ("guarantor_no", Kind::Number),
        ("receipts_month", Kind::Amount),
    ],
};

/// Which customer number of which system belongs to whom, and what is wrong with the record.
pub const RECORD: Table = Table {
    name: "record",
    columns: &[
        ("source_system", Kind::Text),
        ("source_customer_no", Kind::Text),
        ("party_type", Kind::Text),
        ("party_no", Kind::Number),
        ("open_date", Kind::Date),
        ("errors", Kind::Text),
    ],
};

/// What happened in lives.
pub const LIFE_EVENT: Table = Table {
    name: "life_event",
    columns: &[("party_no", Kind::Number), ("event_date", Kind::Date), ("event", Kind::Text), ("amount", Kind::Amount)],
};

/// Rows that arrive damaged or twice.
pub const PLANTED_ROW: Table = Table {
    name: "planted_row",
    columns: &[
        ("biz_date", Kind::Date),
        ("file", Kind::Text),
        ("line", Kind::Number),
        ("kind", Kind::Text),
        ("reason_code", Kind::Text),
        ("row_key", Kind::Text),
        ("signed_amount", Kind::Amount),
    ],
};

/// Deliveries that go wrong, and how they should end.
pub const FAULT: Table = Table {
    name: "fault",
    columns: &[
        ("biz_date", Kind::Date),
        ("kind", Kind::Text),
        ("step", Kind::Number),
        ("file", Kind::Text),
        ("reason_code", Kind::Text),
        ("exit_code", Kind::Number),
        ("expected", Kind::Text),
    ],
};

/// Rows of a truth table, value by value.
pub type Rows = Vec<Vec<Value>>;

/// A truth table being written.
pub struct TruthWriter {
    table: &'static Table,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

impl TruthWriter {
    /// Create the file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn create(folder: &Path, table: &'static Table) -> Result<Self, SampleError> {
        let path = folder.join(format!("{}.parquet", table.name));
        let fields = table.columns.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(6)?))
            .set_created_by("tally sample-bank".to_owned())
            .build();
        let file = File::create(&path).map_err(|source| SampleError::Write { path, source })?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))?;
        Ok(TruthWriter { table, schema, writer })
    }

    /// Append rows.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn append(&mut self, rows: &Rows) -> Result<(), SampleError> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns = self.table.columns.iter().enumerate();
        let arrays: Vec<ArrayRef> = columns.map(|(place, (_, kind))| column(rows, place, *kind)).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(parquet::errors::ParquetError::from)?;
        self.writer.write(&batch)?;
        Ok(())
    }

    /// Write the end of the file.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(self) -> Result<(), SampleError> {
        self.writer.close()?;
        Ok(())
    }
}

fn arrow_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Number => DataType::Int64,
        Kind::Flag => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::Amount => DataType::Decimal128(18, 2),
    }
}

fn column(rows: &Rows, place: usize, kind: Kind) -> ArrayRef {
    let values = rows.iter().map(|row| &row[place]);
    match kind {
        Kind::Text => {
            let mut array = StringBuilder::new();
            values.for_each(|v| array.append_option(if let Value::Text(t) = v { Some(t) } else { None }));
            Arc::new(array.finish())
        }
        Kind::Number => {
            let mut array = Int64Builder::new();
            values.for_each(|v| array.append_option(if let Value::Number(n) = v { Some(*n) } else { None }));
            Arc::new(array.finish())
        }
        Kind::Flag => {
            let mut array = BooleanBuilder::new();
            values.for_each(|v| array.append_option(if let Value::Flag(f) = v { Some(*f) } else { None }));
            Arc::new(array.finish())
        }
        Kind::Date => {
            let mut array = Date32Builder::new();
            let days = |d: NaiveDate| arrow::datatypes::Date32Type::from_naive_date(d);
            values.for_each(|v| array.append_option(if let Value::Date(d) = v { Some(days(*d)) } else { None }));
            Arc::new(array.finish())
        }
        Kind::Amount => {
            let mut array = Decimal128Builder::new().with_data_type(DataType::Decimal128(18, 2));
            values
                .for_each(|v| array.append_option(if let Value::Amount(a) = v { Some(i128::from(*a)) } else { None }));
            Arc::new(array.finish())
        }
    }
}
