//! `load-feed CONTRACT FILE WAREHOUSE THREADS`: one delivered file to a committed Delta table, as a night does it, and
//! nothing else. `benches/rivals/load.py` runs it beside DuckDB and Polars.

use std::error::Error;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use bank::BusinessDate;
use extract::load::{DateWindow, raw_schema};
use extract::{Contract, Means, RowSink, load_file};
use warehouse::{Engine, RowGroup, TableLoad, WarehouseError};

struct TableSink(TableLoad);

impl RowSink for TableSink {
    type Piece = RowGroup;
    type Error = WarehouseError;

    fn prepare(&self, rows: RecordBatch) -> Result<RowGroup, WarehouseError> {
        self.0.encode(&rows)
    }

    fn keep(&self, group: RowGroup) -> Result<(), WarehouseError> {
        self.0.append(group)
    }

    fn restart(&self) -> Result<(), WarehouseError> {
        self.0.restart();
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [contract, file, warehouse, threads] = arguments.as_slice() else {
        return Err("usage: load-feed CONTRACT FILE WAREHOUSE THREADS".into());
    };
    let contract = Contract::parse(Path::new(contract), &std::fs::read_to_string(contract)?)?;
    let file = Path::new(file);
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let date: BusinessDate =
        contract.file.name.date_of(&name).ok_or("the file's name does not tell its business date")?;
    let warehouse = PathBuf::from(warehouse);
    let engine = Engine {
        threads: threads.parse()?,
        memory_bytes: 1 << 30,
        spill_dir: warehouse.join("_spill"),
        spill_bytes: 1 << 40,
    };
    let means = Means::new(engine.threads, &engine.spill_dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(engine.threads).build()?;
    let table =
        TableLoad::new(&warehouse, "raw", &contract.table(), raw_schema(&contract), &contract.key, date, "bench")?;
    let sink = TableSink(table);
    let loaded = load_file(&contract, file, DateWindow { after: None, date }, &means, &sink)?;
    let (version, _, content) = runtime.block_on(sink.0.commit(&engine.session(date)?, None))?;
    let account = loaded.account;
    println!(
        "{} rows = {} loaded + {} quarantined + {} duplicates; version {version}, content {}",
        account.delivered_rows, account.loaded_rows, account.quarantined_rows, account.duplicate_rows, content.hash
    );
    Ok(())
}
