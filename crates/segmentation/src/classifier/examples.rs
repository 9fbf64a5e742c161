//! The rows of a table in a fixed order, with their outcomes.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Date32Type};
use chrono::Datelike;
use rayon::prelude::*;

use super::error::ClassifierError;
use super::params::Columns;
use crate::feature::{FeatureError, Values, named};

/// Texts of a label that are the outcome when nobody says which one is.
const POSITIVE_WORDS: [&str; 6] = ["1", "1.0", "true", "yes", "y", "是"];

/// Rows in the order of their ids, and of one id in the order of their times.
pub struct Examples {
    table: RecordBatch,
    order: Vec<usize>,
    /// Ids.
    pub ids: Vec<String>,
    /// Times, where there is a column of them.
    pub times: Option<Times>,
}

/// When rows were observed.
pub struct Times {
    /// Of each row, the place of its time among the labels.
    pub places: Vec<usize>,
    /// Distinct times, ascending.
    pub labels: Vec<String>,
    /// Months since the year 0 of each label, where they are dates.
    pub months: Option<Vec<i64>>,
}

impl Examples {
    /// The rows of a table; with a column of times an id may have a row for each.
    ///
    /// # Errors
    /// [`ClassifierError`] when a column is not there, or does not name the rows.
    pub fn read(batches: &[RecordBatch], id: &str, time: Option<&str>) -> Result<Self, ClassifierError> {
        let first = batches.first().ok_or(FeatureError::NoRows)?;
        let table = concat_batches(&first.schema(), batches)?;
        if table.num_rows() == 0 {
            return Err(FeatureError::NoRows.into());
        }
        if u32::try_from(table.num_rows()).is_err() {
            return Err(ClassifierError::TooManyRows(table.num_rows()));
        }
        let refuse = |reason: String| FeatureError::Id { column: id.to_owned(), reason };
        let texts = texts(&table, id)?;
        let texts = texts.as_string::<i32>();
        if let Some(row) = (0..texts.len()).find(|row| texts.is_null(*row)) {
            return Err(refuse(format!("row {} has none", row + 1)).into());
        }
        let times = time.map(|time| times_of(&table, time)).transpose()?;
        let place = |row: usize| times.as_ref().map_or(0, |times| times.places[row]);
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.par_sort_by(|a, b| texts.value(*a).cmp(texts.value(*b)).then(place(*a).cmp(&place(*b))));
        let is_same = |a: usize, b: usize| texts.value(a) == texts.value(b) && place(a) == place(b);
        if let Some(pair) = order.par_windows(2).find_first(|pair| is_same(pair[0], pair[1])) {
            let at = if times.is_some() { " id and time" } else { "" };
            return Err(refuse(format!("rows {} and {} have the same{at}", pair[0] + 1, pair[1] + 1)).into());
        }
        let ids = order.iter().map(|row| texts.value(*row).to_owned()).collect();
        let times = times.map(|times| Times { places: order.iter().map(|row| times.places[*row]).collect(), ..times });
        Ok(Examples { table, order, ids, times })
    }

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Never: a table without rows is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// A column.
    ///
    /// # Errors
    /// [`FeatureError`] when it is not there or cannot be read.
    pub fn values(&self, column: &str) -> Result<Values, FeatureError> {
        Values::read(&self.table, column, &self.order)
    }

    /// The outcome of each row, where it has one, and the value that is the outcome.
    ///
    /// # Errors
    /// [`ClassifierError::Label`] saying what the column holds instead.
    pub fn outcomes(&self, columns: &Columns) -> Result<(Vec<Option<bool>>, String), ClassifierError> {
        let refuse = |reason: String| ClassifierError::Label { column: columns.label.clone(), reason };
        let texts = texts(&self.table, &columns.label)?;
        let texts = texts.as_string::<i32>();
        let value = |row: usize| texts.is_valid(row).then(|| texts.value(row).trim()).filter(|text| !text.is_empty());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        (0..texts.len()).filter_map(value).for_each(|text| *counts.entry(text).or_default() += 1);
        if counts.len() > 2 {
            let some: Vec<&str> = counts.keys().take(5).copied().collect();
            return Err(refuse(format!("it has {} values ({} ...), not two", counts.len(), some.join(", "))));
        }
        let found = || counts.keys().copied().collect::<Vec<_>>().join(" and ");
        let positive = match &columns.positive {
            Some(wanted) => counts
                .keys()
                .copied()
                .find(|text| *text == wanted || is_same_number(text, wanted))
                .ok_or_else(|| refuse(format!("no row has the value `{wanted}`; its values are {}", found())))?,
            None => {
                counts.keys().copied().find(|text| POSITIVE_WORDS.contains(&text.to_lowercase().as_str())).ok_or_else(
                    || refuse(format!("its values are {}; say which one is the outcome (--positive)", found())),
                )?
            }
        };
        let outcomes = self.order.iter().map(|row| value(*row).map(|text| text == positive)).collect();
        Ok((outcomes, positive.to_owned()))
    }
}

/// A column as texts.
fn texts(table: &RecordBatch, name: &str) -> Result<ArrayRef, ClassifierError> {
    Ok(cast(named(table, name)?, &DataType::Utf8)?)
}

fn is_same_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() < f64::EPSILON)
}

fn times_of(table: &RecordBatch, name: &str) -> Result<Times, ClassifierError> {
    let column = named(table, name)?;
    let refuse = |reason: String| FeatureError::Id { column: name.to_owned(), reason };
    if column.null_count() > 0 {
        return Err(refuse("a row has no time".to_owned()).into());
    }
    let shown = texts(table, name)?;
    let shown = shown.as_string::<i32>();
    let text = |row: usize| shown.value(row).to_owned();
    let rows = table.num_rows();
    let dates = match column.data_type() {
        DataType::Timestamp(..) | DataType::Date64 | DataType::Date32 => Some(cast(column, &DataType::Date32)?),
        // Texts may be dates.
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            cast(column, &DataType::Date32).ok().filter(|dates| dates.null_count() == 0)
        }
        _ => None,
    };
    if let Some(dates) = dates {
        let days = dates.as_primitive::<Date32Type>();
        let mut labels: BTreeMap<i32, String> = BTreeMap::new();
        (0..rows).for_each(|row| {
            labels.entry(days.value(row)).or_insert_with(|| text(row));
        });
        let known: Vec<i32> = labels.keys().copied().collect();
        let month = |day: &i32| {
            Date32Type::to_naive_date_opt(*day).map_or(0, |date| i64::from(date.year()) * 12 + i64::from(date.month()))
        };
        return Ok(Times {
            places: (0..rows).map(|row| known.partition_point(|day| *day < days.value(row))).collect(),
            months: Some(known.iter().map(month).collect()),
            labels: labels.into_values().collect(),
        });
    }
    let order: Vec<usize> = (0..rows).collect();
    match Values::read(table, name, &order)? {
        Values::Numbers(numbers) => {
            let mut known: Vec<f64> = numbers.iter().flatten().copied().collect();
            known.sort_unstable_by(f64::total_cmp);
            known.dedup();
            let place = |x: &Option<f64>| x.map_or(0, |x| known.partition_point(|other| *other < x));
            Ok(Times {
                places: numbers.iter().map(place).collect(),
                labels: known.iter().map(ToString::to_string).collect(),
                months: None,
            })
        }
        Values::Texts(_) => {
            let mut labels: Vec<String> = (0..rows).map(text).collect();
            labels.sort();
            labels.dedup();
            let places =
                (0..rows).map(|row| labels.partition_point(|label| label.as_str() < shown.value(row))).collect();
            Ok(Times { places, labels, months: None })
        }
    }
}
