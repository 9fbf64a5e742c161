//! A worksheet as JSON lines: every cell as text, dates as 2026-06-30, times as 2026-06-30T08:00:00. Lines are the
//! sheet's rows, so that messages name the row that somebody sees.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};

use super::Filled;
use crate::contract::FileForm;
use crate::record::json;

/// Open the sheet that the contract names, or else the first; its first row names the columns.
pub(super) fn open(path: &Path, form: &FileForm) -> io::Result<impl Read + Send + use<>> {
    let damaged = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut workbook = open_workbook_auto(path).map_err(|e| damaged(e.to_string()))?;
    let sheets = workbook.sheet_names();
    let sheet = form.sheet.clone().or_else(|| sheets.first().cloned()).unwrap_or_default();
    if !sheets.contains(&sheet) {
        return Err(damaged(format!("there is no sheet `{sheet}`; the sheets are {}", sheets.join(", "))));
    }
    let range = workbook.worksheet_range(&sheet).map_err(|e| damaged(e.to_string()))?;
    let rows_above = range.start().map_or(0, |(row, _)| row as usize);
    let names: Vec<String> = range
        .rows()
        .next()
        .map(|row| row.iter().map(|c| text(c).unwrap_or_default().trim().to_owned()).collect())
        .unwrap_or_default();
    let mut next = 0;
    Ok(Filled::new(move |lines: &mut Vec<u8>| {
        if next == 0 {
            // The rows above the table and the names are lines, and no rows.
            lines.resize(rows_above + 1, b'\n');
        }
        for row in range.rows().skip(next + 1).take(1000) {
            match row.iter().all(|c| *c == Data::Empty) {
                true => lines.push(b'\n'),
                false => json::write(lines, names.iter().map(String::as_str).zip(row.iter().map(text))),
            }
        }
        next += 1000;
        Ok(())
    }))
}

fn text(cell: &Data) -> Option<Cow<'_, str>> {
    Some(match cell {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cow::Borrowed(text),
        Data::Int(number) => Cow::Owned(number.to_string()),
        // The shortest digits that are this number: what the sheet shows of 12.30 is 12.3 and not 12.3000000000000007.
        Data::Float(number) => Cow::Owned(number.to_string()),
        Data::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Data::Error(error) => Cow::Owned(error.to_string()),
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            Cow::Owned(match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            })
        }
    })
}
