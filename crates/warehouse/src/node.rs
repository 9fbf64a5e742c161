//! A node: one computed table, described by TOML, computed by SQL of the same name or by a kind of Rust code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bank::{BusinessDate, Mask};
use serde::Deserialize;

use crate::catalog::Severity;
use crate::error::WarehouseError;
use crate::row_check::RowChecks;

/// How a node is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Materialisation {
    /// Not kept: readers of it compute it.
    View,
    /// Replaced on every business date.
    Table,
    /// One partition per business date or month; a night replaces its own, and others that its SELECT has rows of.
    Partition,
    /// Intervals [valid_from, valid_to) from full snapshots (SCD type 2).
    History,
}

/// What tells the partition of a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionBy {
    /// Column `biz_date`.
    BizDate,
    /// Column `month`, its first day.
    Month,
}

/// Privacy class of a column (JR/T 0171-2020); C3 never enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum PrivacyClass {
    /// Internal.
    C1,
    /// Identifies a person or shows their finances.
    C2,
}

/// A column of a node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name.
    pub name: String,
    /// `text`, `int`, `bool`, `date`, `timestamp`, `double` or `decimal(18,2)`.
    #[serde(rename = "type")]
    pub column_type: String,
    /// What it means.
    pub description: String,
    /// Unit, such as CNY, days, share.
    pub unit: Option<String>,
    /// Privacy class.
    pub class: PrivacyClass,
    /// How it is shown outside; C2 text without a mask is redacted.
    pub mask: Option<Mask>,
}

impl Column {
    /// The mask in force when published.
    #[must_use]
    pub fn mask(&self) -> Mask {
        match (self.mask, self.class, self.column_type.as_str()) {
            (Some(mask), _, _) => mask,
            (None, PrivacyClass::C2, "text") => Mask::Redact,
            (None, _, _) => Mask::None,
        }
    }

    /// The Arrow type; `None` when the word is not a type.
    #[must_use]
    pub fn arrow_type(&self) -> Option<DataType> {
        Some(match self.column_type.as_str() {
            "text" => DataType::Utf8,
            "int" => DataType::Int64,
            "bool" => DataType::Boolean,
            "date" => DataType::Date32,
            "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            "double" => DataType::Float64,
            other => {
                let (precision, scale) = other.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
                DataType::Decimal128(precision.trim().parse().ok()?, scale.trim().parse().ok()?)
            }
        })
    }
}

/// Checks written in the node's TOML; the key's uniqueness is always checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeChecks {
    /// Columns that may not be null.
    pub not_null: Vec<String>,
    /// Allowed values by column.
    pub accepted: BTreeMap<String, Vec<String>>,
    /// Where the values of a column must be found, as `customer_id = "dim_customer.customer_id"`.
    pub references: BTreeMap<String, String>,
    /// By how much the number of rows may differ from the release before, as a share of it.
    pub row_count_change_max: Option<f64>,
    /// Column of dates whose newest value may not be older than `freshness_days_max` days.
    pub freshness: Option<String>,
    /// Days, 0 when absent.
    pub freshness_days_max: u32,
    /// Kinds of checks that only warn: `unique`, `not_null`, `accepted`, `references`, `row_count`, `freshness`.
    pub warn: Vec<CheckKind>,
}

/// A kind of check in a node's TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// One row per key.
    Unique,
    /// Required values.
    NotNull,
    /// Listed values.
    Accepted,
    /// Values found elsewhere.
    References,
    /// Number of rows beside the release before.
    RowCount,
    /// Age of the newest row.
    Freshness,
}

impl NodeChecks {
    /// Whether a failing check of this kind stops the release.
    #[must_use]
    pub fn severity(&self, kind: CheckKind) -> Severity {
        if self.warn.contains(&kind) { Severity::Warn } else { Severity::Error }
    }
}

/// A node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name, from the file name.
    #[serde(skip)]
    pub name: String,
    /// Folder under `sql/`: staging, history, metrics, ...
    #[serde(skip)]
    pub layer: String,
    /// The TOML file.
    #[serde(skip)]
    pub path: PathBuf,
    /// The SELECT, when there is one.
    #[serde(skip)]
    pub sql: Option<String>,
    /// What the node is for.
    pub description: String,
    /// What one row is, in words.
    pub grain: String,
    /// The grain's columns.
    pub key: Vec<String>,
    /// How it is kept.
    pub materialisation: Materialisation,
    /// What tells a night's partition.
    pub partition_by: Option<PartitionBy>,
    /// Kind of Rust code, when there is no SQL.
    pub kind: Option<String>,
    /// Table that a kind computes from.
    pub input: Option<String>,
    /// Tables that a kind computes from, by their role.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// Parameters of a kind.
    #[serde(default)]
    pub parameters: toml::Table,
    /// Whether it is empty, instead of refused, where the systems that it reads are not in use.
    #[serde(default)]
    pub optional: bool,
    /// Whether releases publish it.
    #[serde(default)]
    pub publish: bool,
    /// Who answers for it.
    pub owner: String,
    /// Words by which it can be selected.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Requirements it serves.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Checks.
    #[serde(default)]
    pub checks: NodeChecks,
}

impl Node {
    /// A SELECT of the declared columns without any row.
    #[must_use]
    pub fn select_nothing(&self) -> String {
        let column = |column: &Column| {
            let arrow_type = column.arrow_type().unwrap_or(DataType::Utf8);
            let escaped = arrow_type.to_string().replace('\'', "''");
            format!("arrow_cast(null, '{escaped}') as {}", column.name)
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        format!("select {} where false", columns.join(", "))
    }

    /// Tables that a kind computes from, with their roles.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &str)> {
        let single = self.input.iter().map(|table| (crate::kind::INPUT, table.as_str()));
        single.chain(self.inputs.iter().map(|(role, table)| (role.as_str(), table.as_str())))
    }

    /// Read a node from its TOML and, when there is one, its SQL.
    ///
    /// # Errors
    /// [`WarehouseError::Node`] with line, column and reason.
    pub fn parse(path: &Path, text: &str, sql: Option<&str>) -> Result<Self, WarehouseError> {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let refuse = |message: String| WarehouseError::Node { node: name.clone(), path: path.to_owned(), message };
        let mut node: Node = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
        node.layer =
            path.parent().and_then(Path::file_name).map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        node.sql = sql.map(str::to_owned);
        node.name.clone_from(&name);
        node.path = path.to_owned();
        node.validate().map_err(refuse)?;
        Ok(node)
    }

    fn validate(&self) -> Result<(), String> {
        match (&self.sql, &self.kind) {
            (Some(_), Some(_)) => return Err("has both SQL and a `kind`; keep one".to_owned()),
            (None, None) => return Err(format!("has neither {}.sql nor a `kind`", self.name)),
            (None, Some(_)) if self.input.is_none() && self.inputs.is_empty() => {
                return Err("a `kind` needs an `input`, or `inputs`".to_owned());
            }
            _ => {}
        }
        if (self.materialisation == Materialisation::Partition) != self.partition_by.is_some() {
            return Err("`partition_by` belongs to materialisation = \"partition\", and only there".to_owned());
        }
        for column in &self.columns {
            if column.arrow_type().is_none() {
                return Err(format!(
                    "column `{}` has unknown type `{}`; use text, int, bool, date, timestamp, double or decimal(18,2)",
                    column.name, column.column_type
                ));
            }
        }
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        let checks = &self.checks;
        let named = self.key.iter().chain(&checks.not_null).chain(checks.accepted.keys());
        let named = named.chain(checks.references.keys()).chain(&checks.freshness);
        for column in named.map(String::as_str).chain(self.partition_column()) {
            if !names.contains(&column) {
                return Err(format!("no column `{column}` is described; described are {}", names.join(", ")));
            }
        }
        if let Some(target) = checks.references.values().find(|t| t.split('.').count() != 2) {
            return Err(format!("`references` names `{target}`; write node.column, as in dim_customer.customer_id"));
        }
        if self.key.is_empty() {
            return Err("`key` is empty; name the columns of the grain".to_owned());
        }
        Ok(())
    }

    /// Whether the node has a table of its own.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.materialisation != Materialisation::View
    }

    /// Whether a month of it is one partition.
    #[must_use]
    pub fn is_kept_by_month(&self) -> bool {
        self.partition_by == Some(PartitionBy::Month)
    }

    /// The partition column, when there is one.
    #[must_use]
    pub fn partition_column(&self) -> Option<&'static str> {
        self.partition_by.map(|by| match by {
            PartitionBy::BizDate => "biz_date",
            PartitionBy::Month => "month",
        })
    }

    /// The partition of a business date, when there are partitions.
    #[must_use]
    pub fn partition_of(&self, date: BusinessDate) -> Option<String> {
        self.partition_by.map(|by| match by {
            PartitionBy::BizDate => date.to_string(),
            PartitionBy::Month => date.month_start().to_string(),
        })
    }

    /// What every row that is written is asked.
    #[must_use]
    pub(crate) fn row_checks(&self) -> RowChecks {
        let mut not_null = self.key.clone();
        not_null.extend(self.checks.not_null.iter().filter(|c| !self.key.contains(c)).cloned());
        let accepted = &self.checks.accepted;
        RowChecks {
            table: self.name.clone(),
            key: self.key.clone(),
            not_null,
            accepted: accepted.iter().map(|(c, v)| (c.clone(), v.iter().cloned().collect())).collect(),
            severities: [CheckKind::Unique, CheckKind::NotNull, CheckKind::Accepted].map(|k| self.checks.severity(k)),
        }
    }

    /// The table's schema as described; every column may be null in storage, checks say otherwise.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let field = |c: &Column| Field::new(&c.name, c.arrow_type().unwrap_or(DataType::Null), true);
        std::sync::Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// Whether a computed column is of the described type (string representations are one type).
#[must_use]
pub fn same_type(described: &DataType, computed: &DataType) -> bool {
    let is_text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8);
    described == computed || (is_text(described) && is_text(computed))
}
