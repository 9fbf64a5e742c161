//! Where the rows of a file go, chunk by chunk.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;

/// Takes the rows of a file. A file is refused as a whole at its end, so nothing may be visible before the caller of
/// [`super::load_file`] has its answer.
pub trait RowSink: Sync {
    /// Rows made ready to be kept.
    type Piece: Send;
    /// Why rows cannot be kept.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Make rows ready. Many threads call it at once.
    ///
    /// # Errors
    /// The sink's own.
    fn prepare(&self, rows: RecordBatch) -> Result<Self::Piece, Self::Error>;

    /// Keep rows; one call at a time, in file order.
    ///
    /// # Errors
    /// The sink's own.
    fn keep(&self, piece: Self::Piece) -> Result<(), Self::Error>;

    /// Forget everything kept so far: the file is read once more because some of its rows share a key.
    ///
    /// # Errors
    /// The sink's own.
    fn restart(&self) -> Result<(), Self::Error>;
}

/// Keeps rows in memory.
#[derive(Debug, Default)]
pub struct MemorySink(Mutex<Vec<RecordBatch>>);

impl MemorySink {
    /// The rows kept.
    #[must_use]
    pub fn into_batches(self) -> Vec<RecordBatch> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RowSink for MemorySink {
    type Piece = RecordBatch;
    type Error = Infallible;

    fn prepare(&self, rows: RecordBatch) -> Result<RecordBatch, Infallible> {
        Ok(rows)
    }

    fn keep(&self, piece: RecordBatch) -> Result<(), Infallible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        Ok(())
    }

    fn restart(&self) -> Result<(), Infallible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }
}
