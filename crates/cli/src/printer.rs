//! Data on stdout, talk on stderr; tables for people, JSON for machines.

use std::io::{IsTerminal, Write};

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::array_value_to_string;
use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};
use serde_json::{Map, Value, json};

use crate::failure::CliFailure;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// For machines.
    Json,
    /// Rows as comma-separated text.
    Csv,
}

/// Writes results.
pub struct Printer {
    output: Output,
}

impl Printer {
    /// For an output form.
    pub fn new(output: Output) -> Self {
        Printer { output }
    }

    /// Whether results go to machines.
    pub fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// A line of talk.
    pub fn talk(&self, line: &str) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    /// A line of the result; only for people.
    pub fn line(&self, line: &str) {
        if !self.is_json() {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    /// A JSON result; only for machines.
    pub fn json(&self, value: &Value) {
        if self.is_json() {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// A table for people.
    pub fn table(&self, header: &[&str], rows: &[Vec<String>]) {
        if self.is_json() {
            return;
        }
        let numeric: Vec<bool> = (0..header.len())
            .map(|c| !rows.is_empty() && rows.iter().all(|r| r.get(c).is_some_and(|v| is_number(v))))
            .collect();
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
        table.set_header(header);
        for row in rows {
            table.add_row(row.iter().zip(&numeric).map(|(value, is_numeric)| {
                let align = if *is_numeric { CellAlignment::Right } else { CellAlignment::Left };
                Cell::new(value).set_alignment(align)
            }));
        }
        self.line(&table.to_string());
    }

    /// Rows of a query.
    pub fn rows(&self, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<(), CliFailure> {
        match self.output {
            Output::Json => self.json(&Value::Array(json_rows(batches)?)),
            Output::Csv => {
                let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(std::io::stdout());
                if batches.is_empty() {
                    writer.write(&RecordBatch::new_empty(schema.clone()))?;
                }
                for batch in batches {
                    writer.write(batch)?;
                }
            }
            Output::Table => {
                let fields = schema.fields();
                let header: Vec<&str> = fields.iter().map(|f| f.name().as_str()).collect();
                self.table(&header, &text_rows(batches)?);
            }
        }
        Ok(())
    }

    /// How the program failed, and the next step.
    pub fn failure(&self, failure: &CliFailure) {
        if self.is_json() {
            let hint = failure.next_step();
            self.json(&json!({ "error": failure.to_string(), "hint": hint, "exit_code": failure.code() }));
        }
        self.talk(&format!("error: {failure}"));
        if let Some(hint) = failure.next_step() {
            self.talk(&format!("hint: {hint}"));
        }
    }

    /// Whether progress can be drawn.
    pub fn is_interactive(&self) -> bool {
        std::io::stderr().is_terminal()
    }
}

fn is_number(text: &str) -> bool {
    let plain = text.replace([',', '%'], "");
    text.is_empty() || plain.trim().parse::<f64>().is_ok()
}

/// Rows as text; nulls are empty.
pub fn text_rows(batches: &[RecordBatch]) -> Result<Vec<Vec<String>>, CliFailure> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|c| array_value_to_string(c, row));
            rows.push(cells.collect::<Result<Vec<_>, _>>()?);
        }
    }
    Ok(rows)
}

/// Rows as JSON objects; decimals and dates are text, so that nothing is rounded.
pub fn json_rows(batches: &[RecordBatch]) -> Result<Vec<Value>, CliFailure> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let mut object = Map::new();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                object.insert(field.name().clone(), json_value(column, row)?);
            }
            rows.push(Value::Object(object));
        }
    }
    Ok(rows)
}

fn json_value(column: &dyn Array, row: usize) -> Result<Value, CliFailure> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    let text = array_value_to_string(column, row)?;
    Ok(match column.data_type() {
        DataType::Boolean => Value::Bool(text == "true"),
        t if t.is_integer() || t.is_floating() => text.parse().map_or(Value::String(text), Value::Number),
        _ => Value::String(text),
    })
}
