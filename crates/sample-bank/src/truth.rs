//! What was planted, apart from what the bank delivers: `truth/customer.parquet`.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::SampleError;
use crate::person::Person;

/// One row per person: behaviour, whether leaving, numbers in both systems.
///
/// # Errors
/// When the file cannot be written.
pub fn write_truth(path: &Path, people: &[Person]) -> Result<(), SampleError> {
    let texts = |of: &dyn Fn(&Person) -> Option<String>| -> ArrayRef {
        Arc::new(people.iter().map(of).collect::<StringArray>())
    };
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("person_no", texts(&|p| Some(format!("P{:07}", p.number))), false),
        ("behaviour", texts(&|p| Some(p.behaviour.name().to_owned())), false),
        (
            "is_leaving",
            Arc::new(people.iter().map(|p| Some(p.is_leaving)).collect::<BooleanArray>()) as ArrayRef,
            false,
        ),
        ("core_customer_no", texts(&|p| p.core_no.clone()), true),
        ("credit_customer_no", texts(&|p| p.credit.as_ref().map(|c| c.number.clone())), true),
    ])
    .map_err(parquet::errors::ParquetError::from)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?))
        .set_created_by("tally sample-bank".to_owned())
        .build();
    let file = std::fs::File::create(path).map_err(|source| SampleError::Write { path: path.to_owned(), source })?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}
