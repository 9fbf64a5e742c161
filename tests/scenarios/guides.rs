//! Guides are executed: files are written, commands run, and what stands below a command is in what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{binary, workspace};

/// What a guide makes the reader do, in order.
#[derive(Debug)]
enum Step {
    Write { path: String, text: String },
    Run { command: String, code: i32, says: Vec<String> },
}

fn steps(guide: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut file: Option<String> = None;
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("**File** `").and_then(|rest| rest.strip_suffix('`')) {
            file = Some(path.to_owned());
        }
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some(path) = file.take() {
            steps.push(Step::Write { path, text: block.join("\n") + "\n" });
        } else if language == "console" {
            for line in block {
                match (line.strip_prefix("$ "), steps.last_mut()) {
                    (Some(command), _) => {
                        let (command, code) = command.split_once("# exit code ").unwrap_or((command, "0"));
                        let code = code.trim().parse().unwrap();
                        steps.push(Step::Run { command: command.trim().to_owned(), code, says: vec![] });
                    }
                    (None, Some(Step::Run { says, .. })) => says.push(line.to_owned()),
                    _ => {}
                }
            }
        }
    }
    steps
}

/// Execute a guide from an empty folder.
fn follow(guide: &str) {
    let text = fs::read_to_string(workspace().join("docs/guides").join(guide)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut place = folder.path().to_owned();
    let programs = format!("{}:{}", binary().parent().unwrap().display(), std::env::var("PATH").unwrap());
    for step in steps(&text) {
        match step {
            Step::Write { path, text } => {
                let path = place.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Step::Run { command, code, says } => match command.strip_prefix("cd ") {
                Some(inner) => place = place.join(inner),
                None => run(&place, &programs, &command, code, &says),
            },
        }
    }
}

fn run(place: &Path, programs: &str, command: &str, code: i32, says: &[String]) {
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", command]).current_dir(place).env("PATH", programs).output().unwrap();
    let said = [output.stdout, output.stderr].map(|s| String::from_utf8_lossy(&s).into_owned()).concat();
    assert_eq!(output.status.code(), Some(code), "{command}: {said}");
    for line in says {
        assert!(said.contains(line.trim()), "{command} does not say {line:?}: {said}");
    }
}

#[test]
fn an_analyst_adds_a_node_a_check_and_a_test_by_adding_files() {
    follow("nodes.md");
}

#[test]
fn a_lost_warehouse_is_restored_from_its_backup() {
    follow("backup.md");
}

#[test]
fn an_analyst_finds_the_same_people_in_any_tables() {
    follow("resolve.md");
}

#[test]
fn joint_owners_have_their_share_of_an_account_when_a_bank_says_so() {
    follow("joint-owners.md");
}
