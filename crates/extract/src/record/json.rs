//! A record that is one flat JSON object → fields in the order of the contract's columns. Numbers keep their digits.

use std::borrow::Cow;

use json_event_parser::{JsonEvent, SliceJsonParser};

/// Read an object. `fields` become as many as `names`; a name that the object lacks, and null, are an empty field;
/// names that nobody asked for are passed over.
///
/// # Errors
/// What is wrong with the record, without its values.
pub fn object<'a>(record: &'a str, names: &[String], fields: &mut Vec<Cow<'a, str>>) -> Result<(), String> {
    fields.clear();
    fields.resize(names.len(), Cow::Borrowed(""));
    let mut is_set = vec![false; names.len()];
    let mut parser = SliceJsonParser::new(record.as_bytes());
    let mut next = || parser.parse_next().map_err(|e| format!("no JSON object: {}", e.message()));
    if next()? != JsonEvent::StartObject {
        return Err("no JSON object".to_owned());
    }
    // Most objects have the contract's order, so the search begins where the last name was found.
    let mut expected = 0;
    loop {
        let name = match next()? {
            JsonEvent::EndObject => break,
            JsonEvent::ObjectKey(name) => name,
            _ => return Err("no JSON object".to_owned()),
        };
        let value = match next()? {
            JsonEvent::String(text) | JsonEvent::Number(text) => text,
            JsonEvent::Boolean(true) => Cow::Borrowed("true"),
            JsonEvent::Boolean(false) => Cow::Borrowed("false"),
            JsonEvent::Null => Cow::Borrowed(""),
            _ => return Err(format!("`{name}` holds an object or a list; a field holds one value")),
        };
        let order = (expected..names.len()).chain(0..expected);
        let Some(place) = { order }.find(|place| names[*place] == name) else { continue };
        if std::mem::replace(&mut is_set[place], true) {
            return Err(format!("`{name}` stands twice"));
        }
        fields[place] = value;
        expected = place + 1;
    }
    match next()? {
        JsonEvent::Eof => Ok(()),
        _ => Err("more than one JSON value in a line".to_owned()),
    }
}

/// Write an object of texts, the inverse of [`object`]; `None` is left out.
pub(crate) fn write<'v>(line: &mut Vec<u8>, fields: impl Iterator<Item = (&'v str, Option<Cow<'v, str>>)>) {
    line.push(b'{');
    for (name, value) in fields {
        let Some(value) = value else { continue };
        if !line.ends_with(b"{") {
            line.push(b',');
        }
        for (text, end) in [(name, b':'), (value.as_ref(), b' ')] {
            // Writing texts to memory cannot fail.
            let _ = serde_json::to_writer(&mut *line, text);
            line.push(end);
        }
        line.pop();
    }
    line.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &str) -> Result<Vec<String>, String> {
        let names = ["no", "name", "amount"].map(str::to_owned);
        let mut fields = Vec::new();
        object(record, &names, &mut fields)?;
        Ok(fields.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn values_are_found_by_name_and_numbers_keep_their_digits() {
        let all = read(r#"{"amount": 12345678901234567.89, "no": "0001", "other": 1, "name": "李\u73c5"}"#);
        assert_eq!(all.unwrap(), ["0001", "李珅", "12345678901234567.89"]);
        assert_eq!(read(r#"{"no": null, "amount": true}"#).unwrap(), ["", "", "true"]);
    }

    #[test]
    fn what_is_no_flat_object_says_why() {
        for (record, why) in [
            ("", "no JSON object"),
            ("[1]", "no JSON object"),
            (r#"{"no": "#, "no JSON object"),
            (r#"{"no": "1"} {"no": "2"}"#, "no JSON object"),
            (r#"{"no": {"a": 1}}"#, "`no` holds an object or a list"),
            (r#"{"no": "1", "no": "2"}"#, "`no` stands twice"),
        ] {
            let said = read(record).unwrap_err();
            assert!(said.starts_with(why), "{record}: {said}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut line = Vec::new();
        let name = "a\"b\\\n珅\u{1}";
        write(&mut line, [("no", Some("1".into())), ("amount", None), ("name", Some(name.into()))].into_iter());
        assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1);
        assert_eq!(read(std::str::from_utf8(&line).unwrap().trim_end()).unwrap(), ["1", name, ""]);
        let mut nothing = Vec::new();
        write(&mut nothing, std::iter::empty());
        assert_eq!(nothing, b"{}\n");
    }
}
