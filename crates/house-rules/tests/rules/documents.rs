//! Documents name what exists.

use std::collections::BTreeSet;

use crate::workspace;

fn read(path: &str) -> String {
    std::fs::read_to_string(workspace().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Commands of the README's code blocks that are marked `sh`.
fn readme_commands() -> Vec<String> {
    let mut commands = Vec::new();
    let mut inside = false;
    for line in read("README.md").lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            commands.push(line.to_owned());
        }
    }
    commands
}

#[test]
fn ci_runs_the_two_commands_of_the_readme() {
    let commands = readme_commands();
    let ci = read(".ci/run");
    let [main_job, tests, ..] = commands.as_slice() else { panic!("README needs two commands in ```sh blocks") };
    assert!(main_job.contains("run --project sample_data"), "{main_job}");
    assert!(tests.starts_with("cargo test"), "{tests}");
    for command in [main_job, tests] {
        assert!(ci.lines().any(|l| l.trim() == command), ".ci/run does not run the README's `{command}`");
    }
}

#[test]
fn requirements_name_only_what_exists() {
    let statuses = ["done", "partly", "planned", "out of scope"];
    let mut ids = BTreeSet::new();
    for (index, line) in read("docs/requirements.csv").lines().enumerate().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [id, status, places, proofs] = fields[..] else { panic!("line {}: {line}", index + 1) };
        assert!(ids.insert(id.to_owned()), "line {}: {id} twice", index + 1);
        assert!(statuses.contains(&status), "line {}: status `{status}`", index + 1);
        let paths: Vec<&str> = places.split(';').chain(proofs.split(';')).filter(|p| !p.is_empty()).collect();
        assert!(status != "done" || !proofs.is_empty(), "{id} is done without a proof");
        for path in paths {
            assert!(workspace().join(path).exists(), "{id} names {path}, which does not exist");
        }
    }
    assert!(ids.len() > 200, "{}", ids.len());
}

#[test]
fn nodes_name_known_requirements() {
    let requirements = read("docs/requirements.csv");
    let known: BTreeSet<&str> = requirements.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    for file in crate::files(&workspace().join("sql"), "toml") {
        let table: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let named = table.get("requirements").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for id in named.iter().filter_map(toml::Value::as_str) {
            assert!(
                known.contains(id),
                "{} names requirement {id}, which is not in docs/requirements.csv",
                file.display()
            );
        }
    }
}

#[test]
fn the_architecture_page_names_every_crate_and_layer() {
    let page = read("ARCHITECTURE.md");
    for folder in ["crates", "sql"] {
        for entry in std::fs::read_dir(workspace().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                page.contains(&format!("{name}/")) || page.contains(&format!("`{name}`")),
                "ARCHITECTURE.md does not name {folder}/{name}"
            );
        }
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut pages = crate::files(&workspace().join("docs"), "md");
    pages.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "sample_data/README.md"]
            .map(|p| workspace().join(p)),
    );
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for part in text.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default().split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(target).exists(), "{} links to {target}", page.display());
        }
    }
}
