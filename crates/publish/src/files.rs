//! Published Parquet: sorted by grain, one thread, nothing in it that differs between equal runs.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{SortColumn, cast, concat_batches, interleave_record_batch, lexsort_to_indices};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use bank::decimal;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};
use warehouse::{Catalog, Column, Node, Reader, Release, fault};

use crate::error::{PublishError, write_error};
use crate::folder;
use crate::manifest::{Freshness, MANIFEST, Manifest, PublishedColumn, PublishedTable};
use crate::masking::Masking;

/// Rows in a row group.
const ROW_GROUP_ROWS: usize = 128 * 1024;

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
        let answer = request.reader.query(&format!("select * from {}", node.name)).await?;
        // One batch after the other, so that a table is in memory once.
        let rows = answer.batches.into_iter().map(|batch| request.masking.apply(node, &as_described(node, &batch)?));
        let rows = Sorted::new(node, rows.collect::<Result<_, _>>()?)?;
        tables.push(write_table(&folder, node, &rows, request.masking.is_masked())?);
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

fn as_described(node: &Node, batch: &RecordBatch) -> Result<RecordBatch, PublishError> {
    let schema = node.schema();
    let column = |field: &Arc<Field>| cast(batch.column(batch.schema().index_of(field.name())?), field.data_type());
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Rows in the order of their key, without being moved.
struct Sorted {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// Batch and row within it.
    order: Vec<(usize, usize)>,
}

impl Sorted {
    fn new(node: &Node, batches: Vec<RecordBatch>) -> Result<Self, PublishError> {
        let schema = node.schema();
        let places: Vec<usize> = node.key.iter().map(|k| schema.index_of(k)).collect::<Result<_, _>>()?;
        let keys: Vec<RecordBatch> = batches.iter().map(|batch| batch.project(&places)).collect::<Result<_, _>>()?;
        let keys = concat_batches(&Arc::new(schema.project(&places)?), &keys)?;
        let sorting: Vec<SortColumn> =
            keys.columns().iter().map(|values| SortColumn { values: values.clone(), options: None }).collect();
        let rows: Vec<(usize, usize)> =
            batches.iter().enumerate().flat_map(|(b, batch)| (0..batch.num_rows()).map(move |row| (b, row))).collect();
        let order = lexsort_to_indices(&sorting, None)?;
        let order = order.values().iter().filter_map(|place| rows.get(*place as usize).copied()).collect();
        Ok(Sorted { schema, batches, order })
    }

    /// The rows in pieces of a row group.
    fn pieces(&self) -> impl Iterator<Item = Result<RecordBatch, PublishError>> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        self.order.chunks(ROW_GROUP_ROWS).map(move |rows| Ok(interleave_record_batch(&batches, rows)?))
    }
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

fn write_table(folder: &Path, node: &Node, rows: &Sorted, is_masked: bool) -> Result<PublishedTable, PublishError> {
    let refuse = |source| PublishError::Parquet { table: node.name.clone(), source };
    let columns: Vec<PublishedColumn> = node.columns.iter().map(|c| published_column(c, is_masked)).collect();
    let fields: Vec<Field> = rows
        .schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| field.as_ref().clone().with_metadata(field_metadata(column)))
        .collect();
    let metadata = HashMap::from([("description".to_owned(), node.description.clone())]);
    let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
    let described = serde_json::to_string(&columns).unwrap_or_default();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(refuse)?))
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
    let mut writer = ArrowWriter::try_new(hashing, schema.clone(), Some(properties)).map_err(refuse)?;
    let mut sums = Sums::default();
    for piece in rows.pieces() {
        let piece = piece?;
        sums.add(&piece);
        let piece = RecordBatch::try_new(schema.clone(), piece.columns().to_vec())?;
        writer.write(&piece).map_err(refuse)?;
    }
    let Hashing { file: mut written, hash, bytes } = writer.into_inner().map_err(refuse)?;
    written.flush().and_then(|()| written.get_ref().sync_all()).map_err(write_error(&path))?;
    Ok(PublishedTable {
        table: node.name.clone(),
        file,
        grain: node.grain.clone(),
        key: node.key.clone(),
        description: node.description.clone(),
        rows: rows.order.len() as u64,
        bytes,
        sha256: hex::encode(hash.finalize()),
        sums: sums.finish(&schema),
        columns,
    })
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
