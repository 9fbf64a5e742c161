//! Where the contract's columns stand in a record, as the file's first records tell.

use std::borrow::Cow;

use crate::contract::Contract;
use crate::decode::Decoder;
use crate::error::ExtractError;
use crate::record::json::object;
use crate::record::{Splitter, cut, records};

/// What turns bytes into text and text into fields.
pub(super) struct Cutter {
    pub decoder: Decoder,
    splitter: Splitter,
}

impl Cutter {
    pub fn new(contract: &Contract) -> Self {
        Cutter {
            decoder: Decoder::new(&contract.file.encoding),
            splitter: Splitter::new(&contract.file.delimiter, contract.file.quote),
        }
    }
}

/// How a file's records are cut into the contract's columns.
#[derive(Debug)]
pub(super) struct Layout {
    /// For each column of the contract, its place among the fields.
    pub place: Vec<usize>,
    /// Fields of a record.
    pub field_count: usize,
    /// Widths in bytes, in fixed-width files.
    pub widths: Vec<usize>,
    /// Names of the columns in the file, where every record tells them.
    pub names: Vec<String>,
    /// Line of the header, which is no row.
    pub header_line: Option<u64>,
    /// Whether lines end with a delimiter. The first record of a file decides: deciding row by row would take a
    /// delimiter inside a text for one at the end, and shift the row.
    ends_with_delimiter: bool,
}

impl Layout {
    /// Look at the beginning of a file.
    ///
    /// # Errors
    /// [`ExtractError::Header`] when the header lacks a column.
    pub fn of(contract: &Contract, file: &str, beginning: &[u8]) -> Result<Self, ExtractError> {
        let Cutter { decoder, splitter } = Cutter::new(contract);
        let mut all = records(beginning, contract.file.quote_byte()).filter(|r| !r.bytes.is_empty());
        let count = contract.columns.iter().filter(|c| !c.is_absent).count();
        let widths: Vec<usize> = contract.columns.iter().filter(|c| !c.is_absent).filter_map(|c| c.width).collect();
        let name = |c: &crate::contract::ColumnContract| c.source.clone().unwrap_or_else(|| c.name.clone());
        let names = if contract.file.is_json() {
            contract.columns.iter().filter(|c| !c.is_absent).map(name).collect()
        } else {
            Vec::new()
        };
        let mut layout = Layout {
            names,
            place: in_order(contract),
            field_count: count,
            widths,
            header_line: None,
            ends_with_delimiter: false,
        };
        if contract.file.header {
            let header = all.next();
            layout.header_line = header.map(|r| r.line);
            let text = header.map(|r| decoder.decode(r.bytes).into_owned()).unwrap_or_default();
            let names = splitter.names(&text);
            layout.place = places(contract, file, &names)?;
            layout.field_count = names.len();
        }
        if let Some(first) = all.next()
            && !contract.file.delimiter.is_empty()
        {
            let text = decoder.decode(first.bytes);
            let mut fields = Vec::new();
            splitter.split(&text, &mut fields);
            layout.ends_with_delimiter = layout.has_one_more(&fields);
        }
        Ok(layout)
    }

    fn has_one_more(&self, fields: &[Cow<'_, str>]) -> bool {
        fields.len() == self.field_count + 1 && fields.last().is_some_and(|f| f.is_empty())
    }

    /// The fields of a record, given in bytes and as text.
    ///
    /// # Errors
    /// Why the record does not fit; the fields are then what could be read.
    pub fn split<'r>(
        &self,
        cutter: &Cutter,
        bytes: &'r [u8],
        text: &'r str,
        fields: &mut Vec<Cow<'r, str>>,
    ) -> Result<(), String> {
        if !self.names.is_empty() {
            return object(text, &self.names, fields);
        }
        if !self.widths.is_empty() {
            let width = self.widths.iter().sum::<usize>();
            return match cut(bytes, &self.widths, &cutter.decoder, fields) {
                true => Ok(()),
                false => Err(format!("{} bytes where the layout has {width}", bytes.len())),
            };
        }
        cutter.splitter.split(text, fields);
        match self.fits(fields) {
            true => Ok(()),
            false => Err(format!("{} fields where the layout has {}", fields.len(), self.field_count)),
        }
    }

    /// Whether a record has as many fields as the layout, after a delimiter at the end was dropped.
    fn fits(&self, fields: &mut Vec<Cow<'_, str>>) -> bool {
        if self.ends_with_delimiter && self.has_one_more(fields) {
            fields.pop();
            return true;
        }
        !self.ends_with_delimiter && fields.len() == self.field_count
    }
}

/// Columns as they stand in the contract; one that the file lacks has a place that no record has.
fn in_order(contract: &Contract) -> Vec<usize> {
    let mut next = 0..;
    let place = |c: &crate::contract::ColumnContract| match c.is_absent {
        true => usize::MAX,
        false => next.next().unwrap_or(usize::MAX),
    };
    contract.columns.iter().map(place).collect()
}

fn places(contract: &Contract, file: &str, names: &[String]) -> Result<Vec<usize>, ExtractError> {
    let place = |column: &crate::contract::ColumnContract| {
        if column.is_absent {
            return Ok(usize::MAX);
        }
        let wanted = column.source.as_ref().unwrap_or(&column.name);
        names.iter().position(|n| n.trim() == wanted).ok_or_else(|| ExtractError::Header {
            file: file.to_owned(),
            column: wanted.clone(),
            found: names.join(", "),
        })
    };
    contract.columns.iter().map(place).collect()
}
