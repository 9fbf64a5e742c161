//! The committed sample is what the program writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sample_bank::SampleBank;

use crate::program::{sample_bank_of, workspace};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |sub: &'static str| {
        fs::read_dir(folder.join(sub)).unwrap().map(move |e| {
            let path = e.unwrap().path();
            (format!("{sub}/{}", path.file_name().unwrap().to_string_lossy()), fs::read(&path).unwrap())
        })
    };
    let settings = ("tally.toml".to_owned(), fs::read(folder.join("tally.toml")).unwrap());
    read("landing").chain(read("truth")).chain([settings]).collect()
}

#[test]
fn sample_data_is_what_sample_bank_writes_with_its_defaults() {
    let written = sample_bank_of(&SampleBank::default());
    let (written, committed) = (files(written.path()), files(&workspace().join("sample_data")));
    assert_eq!(written.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, content) in &written {
        assert!(committed[name] == *content, "{name} differs; write sample_data anew with `just sample-data`");
    }
    let bytes: usize = committed.values().map(Vec::len).sum();
    assert!(bytes < 10_000_000, "{bytes}");
}
