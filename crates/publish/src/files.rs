//! Published Parquet: sorted by grain, one thread, nothing in it that differs between equal runs.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{SortColumn, cast, concat_batches, lexsort_to_indices, take};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema};
use bank::decimal;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};
use warehouse::{Catalog, Column, Node, Reader, Release};

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
        let rows = as_described(node, &answer.batches)?;
        let rows = sorted(node, &request.masking.apply(node, &rows)?)?;
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

fn as_described(node: &Node, batches: &[RecordBatch]) -> Result<RecordBatch, PublishError> {
    let schema = node.schema();
    let described = batches
        .iter()
        .map(|batch| {
            let columns = schema
                .fields()
                .iter()
                .map(|f| cast(batch.column(batch.schema().index_of(f.name())?), f.data_type()))
                .collect::<Result<Vec<_>, _>>()?;
            RecordBatch::try_new(schema.clone(), columns)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &described)?)
}

fn sorted(node: &Node, rows: &RecordBatch) -> Result<RecordBatch, PublishError> {
    let keys: Vec<SortColumn> = node
        .key
        .iter()
        .filter_map(|k| rows.column_by_name(k))
        .map(|values| SortColumn { values: values.clone(), options: None })
        .collect();
    let order: UInt32Array = lexsort_to_indices(&keys, None)?;
    let columns: Vec<ArrayRef> = rows.columns().iter().map(|c| take(c, &order, None)).collect::<Result<_, _>>()?;
    Ok(RecordBatch::try_new(rows.schema(), columns)?)
}

fn write_table(
    folder: &Path,
    node: &Node,
    rows: &RecordBatch,
    is_masked: bool,
) -> Result<PublishedTable, PublishError> {
    let refuse = |source| PublishError::Parquet { table: node.name.clone(), source };
    let columns: Vec<PublishedColumn> = node.columns.iter().map(|c| published_column(c, is_masked)).collect();
    let fields: Vec<Field> = rows
        .schema()
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| field.as_ref().clone().with_metadata(field_metadata(column)))
        .collect();
    let metadata = HashMap::from([("description".to_owned(), node.description.clone())]);
    let schema = Arc::new(Schema::new(fields).with_metadata(metadata));
    let rows = RecordBatch::try_new(schema.clone(), rows.columns().to_vec())?;
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
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).map_err(refuse)?;
    writer.write(&rows).map_err(refuse)?;
    writer.close().map_err(refuse)?;
    let file = format!("{}.parquet", node.name);
    let path = folder.join(&file);
    std::fs::write(&path, &bytes).map_err(write_error(&path))?;
    Ok(PublishedTable {
        table: node.name.clone(),
        file,
        grain: node.grain.clone(),
        key: node.key.clone(),
        description: node.description.clone(),
        rows: rows.num_rows() as u64,
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(&bytes)),
        sums: sums(&rows),
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

/// Exact sums, so that a reader can see that nothing is missing.
fn sums(rows: &RecordBatch) -> BTreeMap<String, String> {
    let mut sums = BTreeMap::new();
    for (field, values) in rows.schema().fields().iter().zip(rows.columns()) {
        if let DataType::Decimal128(_, scale) = field.data_type() {
            let total: i128 = values.as_primitive::<Decimal128Type>().iter().flatten().sum();
            sums.insert(field.name().clone(), decimal::format(total, u8::try_from(*scale).unwrap_or(0)));
        }
    }
    sums
}
