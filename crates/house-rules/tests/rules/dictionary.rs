//! The data dictionary is generated from the nodes' descriptions: `UPDATE_DICTIONARY=1 cargo test -p house-rules`.

use std::fmt::Write;

use warehouse::Node;

use crate::workspace;

const PAGE: &str = "docs/reference/dictionary.md";

fn node(page: &mut String, node: &Node) {
    let kept = match &node.kind {
        Some(kind) => format!("computed by `{kind}`"),
        None => format!("{:?}", node.materialisation).to_lowercase(),
    };
    let published = if node.publish { ", published" } else { "" };
    writeln!(
        page,
        "\n### {}\n\n{}. One row: {} (key `{}`). {kept}{published}; owner {}.\n",
        node.name,
        node.description,
        node.grain.trim_start_matches("one row per "),
        node.key.join(", "),
        node.owner
    )
    .unwrap();
    page.push_str("| column | type | unit | class | published as | meaning |\n|---|---|---|---|---|---|\n");
    for column in &node.columns {
        let mask = format!("{:?}", column.mask()).to_lowercase();
        let shown = if mask == "none" { "as it is".to_owned() } else { mask };
        let unit = column.unit.as_deref().unwrap_or("");
        writeln!(
            page,
            "| {} | {} | {unit} | {:?} | {shown} | {} |",
            column.name, column.column_type, column.class, column.description
        )
        .unwrap();
    }
}

#[test]
fn the_dictionary_is_the_one_of_the_nodes() {
    let catalog = crate::nodes::builtin();
    let mut page = "# Data dictionary\n\nGenerated from `sql/*/*.toml`; do not edit.\n".to_owned();
    let mut layers: Vec<&str> = Vec::new();
    for name in &catalog.order {
        let layer = catalog.nodes[name].layer.as_str();
        if !layers.contains(&layer) {
            layers.push(layer);
        }
    }
    for layer in layers {
        writeln!(page, "\n## {layer}").unwrap();
        catalog.nodes.values().filter(|n| n.layer == layer).for_each(|n| node(&mut page, n));
    }
    let path = workspace().join(PAGE);
    if std::env::var_os("UPDATE_DICTIONARY").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "{PAGE} is old; run `UPDATE_DICTIONARY=1 cargo test --workspace the_dictionary`");
}
