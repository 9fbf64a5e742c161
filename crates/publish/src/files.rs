//! Published Parquet: sorted by grain, one thread, nothing in it that differs between equal runs.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use bank::decimal;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};
use warehouse::{Catalog, Column, Node, Reader, Release, fault};

use crate::error::{PublishError, write_error};
use crate::folder;
use crate::key_order::KeyOrder;
use crate::manifest::{Freshness, MANIFEST, Manifest, PublishedColumn, PublishedTable};
use crate::masking::Masking;

/// Rows in a row group.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// Values that are in memory at once: two row groups of a table with a hundred columns, more rows of a narrower one.
const RANGE_VALUES: usize = 32 * 1024 * 1024;

/// What to publish.
pub struct PublishRequest<'a> {
    /// Reads the release.
    pub reader: &'a Reader,
    /// Nodes.
    pub catalog: &'a Catalog,
    /// The release.
    pub release: &'a Release,
    /// Masks.
    pub masking: &'a Masking,
    /// The folder `published`.
    pub published: &'a Path,
    /// Deliveries that the figures rest on.
    pub freshness: Vec<Freshness>,
}

/// Write the release's files and manifest into `published/<release>`. Readers see them after [`folder::switch`].
///
/// # Errors
/// [`PublishError`]; nothing that readers see has changed then.
pub async fn publish(request: PublishRequest<'_>) -> Result<Manifest, PublishError> {
    let release = request.release;
    let folder = folder::begin(request.published, release.number)?;
    let mut tables = Vec::new();
    for node in request.catalog.nodes.values().filter(|n| n.publish) {
        let order = KeyOrder::read(request.reader, node, request.masking, range_rows(node)).await?;
        let mut table = TableWriter::create(&folder, node, request.masking.is_masked())?;
        for range in order.ranges() {
            for piece in range.read(request.reader).await?.pieces(ROW_GROUP_ROWS) {
                table.write(&piece?)?;
            }
        }
        tables.push(table.finish()?);
    }
    let manifest = Manifest {
        schema_version: 1,
        release: release.number,
        biz_date: release.biz_date.clone(),
        run_id: release.run_id.clone(),
        created_at: release.created_at.clone(),
        program_version: release.program_version.clone(),
        privacy: if request.masking.is_masked() { "masked" } else { "full" }.to_owned(),
        current_pointer: folder::pointer_kind().to_owned(),
        tables,
        freshness: request.freshness,
    };
    let path = folder.join(MANIFEST);
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|e| PublishError::Manifest { path: path.clone(), reason: e.to_string() })?;
    std::fs::write(&path, text).map_err(write_error(&path))?;
    folder::finish(request.published, release.number)?;
    Ok(manifest)
}

/// Rows of a table that are in memory at once: whole row groups.
fn range_rows(node: &Node) -> usize {
    let groups = RANGE_VALUES / node.columns.len().max(1) / ROW_GROUP_ROWS;
    groups.max(1) * ROW_GROUP_ROWS
}

/// Writes to a file and hashes what is written.
struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A table's file while it is written.
struct TableWriter<'a> {
    node: &'a Node,
    columns: Vec<PublishedColumn>,
    schema: SchemaRef,
    path: PathBuf,
    file: String,
    writer: ArrowWriter<Hashing>,
    rows: u64,
    sums: Sums,
}

impl<'a> TableWriter<'a> {
    fn create(folder: &Path, node: &'a Node, is_masked: bool) -> Result<Self, PublishError> {
        let refuse = refused(node);
        let columns: Vec<PublishedColumn> = node.columns.iter().map(|c| published_column(c, is_masked)).collect();
        let described = node.schema();
        let fields = described.fields().iter().zip(&columns);
        let fields: Vec<Field> =
            fields.map(|(field, column)| field.as_ref().clone().with_metadata(field_metadata(column))).collect();
        let metadata = HashMap::from([("description".to_owned(), node.description.clone())]);
        let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
        let described = serde_json::to_string(&columns).unwrap_or_default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(&refuse)?))
            .set_created_by("tally".to_owned())
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_key_value_metadata(Some(vec![
                KeyValue::new("description".to_owned(), node.description.clone()),
                KeyValue::new("grain".to_owned(), node.grain.clone()),
                KeyValue::new("columns".to_owned(), described),
            ]))
            .build();
        let file = format!("{}.parquet", node.name);
        let path = folder.join(&file);
        fault::may_fail(&path)?;
        let written = BufWriter::new(File::create(&path).map_err(write_error(&path))?);
        let hashing = Hashing { file: written, hash: Sha256::new(), bytes: 0 };
        let writer = ArrowWriter::try_new(hashing, schema.clone(), Some(properties)).map_err(refuse)?;
        Ok(TableWriter { node, columns, schema, path, file, writer, rows: 0, sums: Sums::default() })
    }

    fn write(&mut self, piece: &RecordBatch) -> Result<(), PublishError> {
        self.sums.add(piece);
        self.rows += piece.num_rows() as u64;
        let piece = RecordBatch::try_new(self.schema.clone(), piece.columns().to_vec())?;
        self.writer.write(&piece).map_err(refused(self.node))
    }

    fn finish(self) -> Result<PublishedTable, PublishError> {
        let TableWriter { node, columns, schema, path, file, writer, rows, sums } = self;
        let Hashing { file: mut written, hash, bytes } = writer.into_inner().map_err(refused(node))?;
        written.flush().and_then(|()| written.get_ref().sync_all()).map_err(write_error(&path))?;
        Ok(PublishedTable {
            table: node.name.clone(),
            file,
            grain: node.grain.clone(),
            key: node.key.clone(),
            description: node.description.clone(),
            rows,
            bytes,
            sha256: hex::encode(hash.finalize()),
            sums: sums.finish(&schema),
            columns,
        })
    }
}

fn refused(node: &Node) -> impl Fn(ParquetError) -> PublishError {
    |source| PublishError::Parquet { table: node.name.clone(), source }
}

fn published_column(column: &Column, is_masked: bool) -> PublishedColumn {
    let mask = if is_masked { column.mask() } else { bank::Mask::None };
    let word = serde_json::to_value(mask).ok().and_then(|v| v.as_str().map(str::to_owned));
    PublishedColumn {
        name: column.name.clone(),
        column_type: column.column_type.clone(),
        description: column.description.clone(),
        unit: column.unit.clone(),
        class: format!("{:?}", column.class),
        mask: word.unwrap_or_default(),
    }
}

fn field_metadata(column: &PublishedColumn) -> HashMap<String, String> {
    let mut metadata = HashMap::from([("description".to_owned(), column.description.clone())]);
    if let Some(unit) = &column.unit {
        metadata.insert("unit".to_owned(), unit.clone());
    }
    metadata
}

/// Exact sums by column, so that a reader can see that nothing is missing.
#[derive(Default)]
struct Sums(BTreeMap<String, i128>);

impl Sums {
    fn add(&mut self, rows: &RecordBatch) {
        for (field, values) in rows.schema().fields().iter().zip(rows.columns()) {
            if let DataType::Decimal128(..) = field.data_type() {
                let total: i128 = values.as_primitive::<Decimal128Type>().iter().flatten().sum();
                *self.0.entry(field.name().clone()).or_default() += total;
            }
        }
    }

    fn finish(self, schema: &Schema) -> BTreeMap<String, String> {
        let decimals = schema.fields().iter().filter_map(|field| match field.data_type() {
            DataType::Decimal128(_, scale) => {
                let total = self.0.get(field.name()).copied().unwrap_or_default();
                Some((field.name().clone(), decimal::format(total, u8::try_from(*scale).unwrap_or(0))))
            }
            _ => None,
        });
        decimals.collect()
    }
}
