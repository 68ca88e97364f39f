//! The documents name files, commands and settings that are there.

use std::path::{Path, PathBuf};

use lumen::chat::catalogue::Command;
use lumen::config::variables::ALL;

/// What the README may have at most.
const README_LINES: usize = 180;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every Markdown file below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// Every document with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths = vec![root().join("README.md")];
    for folder in [".github", "benches", "scripts", "src"] {
        below(&root().join(folder), &mut paths);
    }
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a document is UTF-8");
            (path, text)
        })
        .collect()
}

/// What stands between backticks, outside of blocks of code.
fn quoted(text: &str) -> Vec<String> {
    let mut in_block = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            prose.push_str(line.trim());
            prose.push(' ');
        }
    }
    prose
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        let folder = path.parent().expect("a file has a folder");
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let is_outside = target.contains("://") || file.is_empty();
            if !is_outside && !folder.join(file).exists() {
                wrong.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_that_documents_name_are_there() {
    const FOLDERS: [&str; 7] = [
        "src/",
        "tests/",
        "scripts/",
        "benches/",
        "prompts/",
        "migrations/",
        ".ci/",
    ];
    let (mut wrong, mut named) = (Vec::new(), 0);
    for (path, text) in documents() {
        for word in quoted(&text) {
            if FOLDERS.iter().any(|folder| word.starts_with(folder)) {
                named += 1;
                if !root().join(&word).exists() {
                    wrong.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(named > 40, "only {named} names of files were found");
}

#[test]
fn settings_that_documents_name_exist() {
    const PREFIXES: [&str; 9] = [
        "LUMEN_",
        "DATABASE_",
        "LANCEDB_",
        "TELEGRAM_",
        "DISCORD_",
        "LENS_",
        "OPENAI_",
        "OLLAMA_",
        "XAI_",
    ];
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        for word in quoted(&text) {
            let name = word.split(['=', ' ']).next().unwrap_or_default();
            let is_setting = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
            let known = ALL.iter().any(|variable| {
                variable.name == name
                    || (variable.secret && name.strip_suffix("_FILE") == Some(variable.name))
            });
            if is_setting && !known {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_command_is_in_the_documents() {
    for name in ["README.md", "src/chat/README.md"] {
        let text = read(name);
        let words = quoted(&text);
        let missing: Vec<&str> = Command::ALL
            .iter()
            .map(|command| command.name())
            .filter(|command| {
                let typed = format!("/{command}");
                !words
                    .iter()
                    .any(|word| word.split(' ').next() == Some(typed.as_str()))
            })
            .collect();
        assert!(missing.is_empty(), "{name} does not name {missing:?}");
    }
}

#[test]
fn the_readme_is_read_to_the_end() {
    let lines = read("README.md").lines().count();
    assert!(lines <= README_LINES, "README.md has {lines} lines");
}
