//! Reference tables that commands keep for a project: `sql/reference/NAME.csv`, read as texts and written whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};

use crate::commands::segment::write_rows;
use crate::failure::CliFailure;
use crate::printer::text_rows;
use crate::project::Project;

/// A reference table with the columns of its file, in their order.
pub struct ReferenceFile {
    /// Name in the catalog.
    pub table: &'static str,
    /// Columns.
    pub columns: &'static [&'static str],
}

impl ReferenceFile {
    /// Where a project keeps its own.
    pub fn path(&self, project: &Project) -> PathBuf {
        project.folder.join("sql/reference").join(format!("{}.csv", self.table))
    }

    /// Rows in force: the project's own, else the built-in ones.
    pub fn rows(&self, project: &Project) -> Result<Vec<Vec<String>>, CliFailure> {
        let csv = project.catalog.references.get(self.table).map(warehouse::reference::Reference::csv);
        let batches = extract::ad_hoc::texts_of_csv(csv.unwrap_or_default().as_bytes()).map_err(CliFailure::data)?;
        self.chosen(&batches, self.table)
    }

    /// Rows of any CSV or Parquet file that has the columns.
    pub fn rows_of(&self, path: &Path) -> Result<Vec<Vec<String>>, CliFailure> {
        self.chosen(&extract::ad_hoc::read_texts(path)?, &path.display().to_string())
    }

    /// The rows as a table of texts, empty cells null.
    pub fn batch(&self, rows: &[Vec<String>]) -> Result<RecordBatch, CliFailure> {
        let column = |place: usize| -> ArrayRef {
            let value = |row: &Vec<String>| row.get(place).cloned().filter(|text| !text.is_empty());
            Arc::new(rows.iter().map(value).collect::<StringArray>())
        };
        let columns = self.columns.iter().enumerate().map(|(place, name)| (*name, column(place), true));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }

    /// Keep these rows for the project: whole or not at all.
    pub fn write(&self, project: &Project, rows: &[Vec<String>]) -> Result<(), CliFailure> {
        let path = self.path(project);
        let fail = |e: std::io::Error| CliFailure::machine(format!("cannot write {}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        // A name of its own first.
        let new = path.with_extension("csv.new");
        let batch = self.batch(rows)?;
        write_rows(&new, &batch.schema(), &[batch])?;
        std::fs::rename(&new, &path).map_err(fail)
    }

    fn chosen(&self, batches: &[RecordBatch], name: &str) -> Result<Vec<Vec<String>>, CliFailure> {
        let mut rows = Vec::new();
        for batch in batches {
            let columns = self.columns.iter().map(|column| {
                batch.column_by_name(column).cloned().ok_or_else(|| {
                    CliFailure::usage(format!("{name} has no column `{column}`"))
                        .hint(format!("it needs {}", self.columns.join(", ")))
                })
            });
            let columns = columns.collect::<Result<Vec<ArrayRef>, _>>()?;
            let fields = self.columns.iter().copied().zip(columns);
            let chosen = RecordBatch::try_from_iter_with_nullable(fields.map(|(name, column)| (name, column, true)))?;
            rows.extend(text_rows(&[chosen])?.into_iter().map(|row| row.iter().map(|v| v.trim().to_owned()).collect()));
        }
        Ok(rows)
    }
}
