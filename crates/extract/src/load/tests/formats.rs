//! The same four rows in every format and compression.

use std::io::Write;

use arrow::array::{ArrayRef, AsArray, Date32Array, Decimal128Array, TimestampMicrosecondArray};
use arrow::datatypes::{Decimal128Type, TimestampMicrosecondType};
use arrow::util::display::array_value_to_string;
use parquet::arrow::ArrowWriter;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const COLUMNS: &str = r#"
columns = [
    { name = "no", type = "text", required = true },
    { name = "name", source = "客户名称", type = "text" },
    { name = "opened", type = "date" },
    { name = "at", type = "timestamp", utc_offset = "+08:00" },
    { name = "amount", type = "decimal(18,2)" },
]"#;

pub(super) fn contract(name: &str, form: &str) -> Contract {
    let text = format!(
        "description = \"d\"\nkey = [\"no\"]\nfile = {{ name = \"{name}\", {form} }}\n\
         delivery = {{ mode = \"full\", totals = [\"amount\"] }}\nlimits = {{ quarantine_share = 0.5 }}\n{COLUMNS}"
    );
    Contract::parse(Path::new("core/account.toml"), &text).unwrap()
}

pub(super) fn load_bytes(name: &str, form: &str, bytes: &[u8]) -> Result<Loaded, ExtractError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name.replace("{biz_date}", "20250630"));
    std::fs::write(&path, bytes).unwrap();
    load_path(&contract(name, form), &path, DateWindow { after: None, date: "2025-06-30".parse().unwrap() })
}

/// What every format must come to: two rows, one in quarantine for its amount, one without a number.
fn check(loaded: &Loaded, lines: [i64; 2]) {
    let shown = |row: usize| {
        let cell = |place: usize| array_value_to_string(loaded.batch.column(place), row).unwrap();
        [0, 1, 2, 4].map(cell)
    };
    assert_eq!(loaded.batch.num_rows(), 2);
    assert_eq!(shown(0), ["1", "李珅", "2024-02-29", "12.30"]);
    assert_eq!(shown(1), ["2", "a\"b|c,d", "", "-0.05"]);
    let times = loaded.batch.column(3).as_primitive::<TimestampMicrosecondType>();
    // 2025-06-30 00:00:01 UTC is one second past eight in Beijing.
    assert_eq!(times.iter().collect::<Vec<_>>(), [Some(1_751_241_601_000_000), None]);
    let at = loaded.batch.column_by_name("src_line").unwrap();
    assert_eq!(at.as_primitive::<arrow::datatypes::Int64Type>().values(), &lines);
    let reasons: Vec<String> = loaded.quarantined.iter().map(QuarantinedRow::describe).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains("Q04 amount") && reasons[1].contains("Q03 no"), "{reasons:?}");
    assert!(loaded.account.rows_tie());
    assert_eq!(loaded.account.amounts[&AmountKey::of("amount")].loaded.to_string(), "12.25");
}

const TEXT: &str = "1;\"李珅\";20240229;20250630080001;12.30\n2;\"a\"\"b|c,d\";00000000;;-0.05\n3;;;;abc\n;;;;7.00\n";
pub(super) const QUOTED: &str = "delimiter = \";\", quote = '\"', encoding = \"gb18030\"";

pub(super) fn text() -> Vec<u8> {
    encoding_rs::GB18030.encode(TEXT).0.into_owned()
}

fn zipped(files: &[&str]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for file in files {
        archive.start_file(*file, SimpleFileOptions::default()).unwrap();
        archive.write_all(&text()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The text, plain and compressed, by the ending of the file's name.
pub(super) fn compressed() -> [(&'static str, Vec<u8>); 4] {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&text()).unwrap();
    let zst = zstd::encode_all(text().as_slice(), 3).unwrap();
    [("", text()), (".gz", gz.finish().unwrap()), (".zst", zst), (".zip", zipped(&["A.dat"]))]
}

#[test]
fn compressed_text_is_read_and_damage_is_told() {
    for (ending, bytes) in compressed() {
        let name = format!("A_{{biz_date}}.dat{ending}");
        check(&load_bytes(&name, QUOTED, &bytes).unwrap(), [1, 2]);
        if ending.is_empty() {
            continue;
        }
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            let refused = load_bytes(&name, QUOTED, &bytes[..cut]).unwrap_err().to_string();
            assert!(refused.starts_with("[F02]"), "{ending} cut at {cut}: {refused}");
        }
    }
    let refused = load_bytes("A_{biz_date}.zip", QUOTED, &zipped(&["a", "b"])).unwrap_err().to_string();
    assert!(refused.contains("holds 2 files"), "{refused}");
}

pub(super) const JSON_LINES: &str = r#"{"客户名称": "李珅", "no": 1, "at": "20250630080001", "opened": "20240229", "amount": 12.30}

{"no": "2", "客户名称": "a\"b|c,d", "amount": -0.05, "more": null}
{"no": 3, "amount": "abc"}
{"amount": 7.00}
"#;

#[test]
fn json_lines_are_read_by_name() {
    let loaded = load_bytes("A_{biz_date}.jsonl", "format = \"json_lines\"", JSON_LINES.as_bytes()).unwrap();
    check(&loaded, [1, 3]);
    let shown = crate::quarantine::mask_record(
        &contract("A_{biz_date}.jsonl", "format = \"json_lines\""),
        r#"{"no": 3, "amount": "abc"}"#,
        true,
    );
    assert_eq!((shown[0].1.as_str(), shown[4].1.as_str()), ("3", "abc"));
}

pub(super) fn parquet() -> Vec<u8> {
    let text = |values: [Option<&str>; 4]| -> ArrayRef { Arc::new(StringArray::from(values.to_vec())) };
    let at = TimestampMicrosecondArray::from(vec![Some(1_751_241_601_000_000), None, None, None]);
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("no", text([Some("1"), Some("2"), Some("3"), None]), true),
        ("客户名称", text([Some("李珅"), Some("a\"b|c,d"), None, None]), true),
        ("opened", Arc::new(Date32Array::from(vec![Some(19_782), Some(-25_567), None, None])) as ArrayRef, true),
        ("at", Arc::new(at.with_timezone("+08:00")) as ArrayRef, true),
        ("amount", text([Some("12.30"), Some("-0.05"), Some("abc"), Some("7")]), true),
    ])
    .unwrap();
    written(&batch)
}

fn written(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_is_read_by_name_with_exact_numbers() {
    let (bytes, form) = (parquet(), "format = \"parquet\"");
    check(&load_bytes("A_{biz_date}.parquet", form, &bytes).unwrap(), [1, 2]);
    let refused = load_bytes("A_{biz_date}.parquet", form, &bytes[..bytes.len() - 1]).unwrap_err().to_string();
    assert!(refused.starts_with("[F02]"), "{refused}");
}

#[test]
fn typed_parquet_columns_keep_every_digit() {
    let amounts = Decimal128Array::from(vec![999_999_999_999_999_i128, -1]).with_precision_and_scale(15, 2).unwrap();
    let times = TimestampMicrosecondArray::from(vec![Some(1_751_241_601_123_456), None]);
    let batch = RecordBatch::try_from_iter([
        ("no", Arc::new(arrow::array::Int32Array::from(vec![1, 2])) as ArrayRef),
        ("客户名称", Arc::new(StringArray::from(vec!["", "x"]))),
        ("opened", Arc::new(Date32Array::from(vec![0, 1]))),
        ("at", Arc::new(times)),
        ("amount", Arc::new(amounts)),
    ])
    .unwrap();
    let bytes = written(&batch);
    let loaded = load_bytes("A_{biz_date}.parquet", "format = \"parquet\"", &bytes).unwrap();
    let amounts = loaded.batch.column(4).as_primitive::<Decimal128Type>();
    assert_eq!(amounts.values(), &[999_999_999_999_999, -1]);
    // A time without an offset is the source's clock, eight hours ahead.
    let times = loaded.batch.column(3).as_primitive::<TimestampMicrosecondType>();
    assert_eq!(times.value(0), 1_751_241_601_123_456 - 8 * 3_600_000_000);
}

/// A workbook with one sheet that begins in row 2, as spreadsheets write it.
pub(super) fn workbook() -> Vec<u8> {
    let text = |cell: &str, text: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let number = |cell: &str, number: &str| format!("<c r=\"{cell}\"><v>{number}</v></c>");
    let date = |cell: &str, serial: &str| format!("<c r=\"{cell}\" s=\"1\"><v>{serial}</v></c>");
    let rows = [
        (
            2,
            [("A", "no"), ("B", "客户名称"), ("C", "opened"), ("D", "at"), ("E", "amount")]
                .map(|(c, t)| text(&format!("{c}2"), t))
                .concat(),
        ),
        // 45351 is 2024-02-29; 45838 is 2025-06-30, and 28801 seconds of a day are 08:00:01.
        (
            3,
            [
                number("A3", "1"),
                text("B3", "李珅"),
                date("C3", "45351"),
                date("D3", "45838.333344907"),
                number("E3", "12.3"),
            ]
            .concat(),
        ),
        (5, [text("A5", "2"), text("B5", "a&quot;b|c,d"), number("E5", "-0.05")].concat()),
        (6, [text("A6", "3"), text("E6", "abc")].concat()),
        (7, number("E7", "7")),
    ];
    let rows: String = rows.into_iter().map(|(n, cells)| format!("<row r=\"{n}\">{cells}</row>")).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let parts = [
        ("[Content_Types].xml", format!("<Types xmlns=\"{package}/content-types\"/>")),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets><sheet name=\"账户\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{relations}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_worksheet_is_read_by_name_and_told_by_its_rows() {
    for form in ["format = \"excel\"", "format = \"excel\", sheet = \"账户\""] {
        check(&load_bytes("A_{biz_date}.xlsx", form, &workbook()).unwrap(), [3, 5]);
    }
    let refused = load_bytes("A_{biz_date}.xlsx", "format = \"excel\", sheet = \"x\"", &workbook()).unwrap_err();
    assert!(refused.to_string().contains("the sheets are 账户"), "{refused}");
    let refused = load_bytes("A_{biz_date}.xlsx", "format = \"excel\"", &workbook()[..900]).unwrap_err();
    assert!(refused.to_string().starts_with("[F02]"), "{refused}");
}
