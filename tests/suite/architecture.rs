//! Holds the house to the rules of its map: imports run one way, SDK types stop at one folder.

use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import from the others.
const DOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("net", &["domain"]),
    ("media", &["domain"]),
    ("platforms", &["net", "media", "domain"]),
    ("models", &["net", "media", "domain"]),
    ("store", &["domain"]),
    ("index", &["domain"]),
    ("schedule", &["store", "domain"]),
    (
        "flow",
        &[
            "platforms",
            "store",
            "index",
            "models",
            "net",
            "media",
            "domain",
        ],
    ),
    ("chat", &["flow", "store", "domain"]),
    ("frontends", &["chat", "domain"]),
    ("http", &["domain"]),
    ("lifecycle", &["domain", "config"]),
    ("telemetry", &["domain", "config"]),
];

/// Which folders may name an SDK.
const SDKS: &[(&str, &[&str])] = &[
    ("sqlx::", &["store", "platforms/sandbox"]),
    ("lancedb::", &["index"]),
    ("lance::", &["index"]),
    ("lance_index::", &["index"]),
    ("io_uring::", &["index"]),
    ("arrow_array::", &["index"]),
    ("arrow_schema::", &["index"]),
    ("candle_core::", &["models"]),
    ("candle_nn::", &["models"]),
    ("candle_transformers::", &["models"]),
    ("rten::", &["models"]),
    ("async_openai::", &["models/openai"]),
    ("ollama_rs::", &["models/ollama"]),
    ("resvg::", &["media/svg"]),
    ("ttf_parser::", &["media/svg"]),
    ("unicode_bidi::", &["models/quote"]),
    ("icu_segmenter::", &["models/quote"]),
    ("tokenizers::", &["models"]),
    ("minijinja::", &["models"]),
    ("minijinja_contrib::", &["models"]),
    ("tokio_cron_scheduler::", &["schedule"]),
    ("croner::", &["domain/schedule"]),
    ("rustyline::", &["frontends/terminal"]),
    ("reqwest::", &["net", "frontends/discord"]),
    ("axum::", &["http", "net", "frontends/telegram"]),
    ("secp256k1::", &["platforms/lens"]),
    ("sha3::", &["platforms/lens"]),
    ("teloxide::", &["frontends/telegram"]),
    ("serenity::", &["frontends/discord"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every file under `src` with its path below it and its code without comments.
fn house() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .expect("below src")
                .to_string_lossy()
                .replace('\\', "/");
            let code: Vec<String> = fs::read_to_string(&path)
                .expect("source is UTF-8")
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .map(str::to_owned)
                .collect();
            (name, code.join("\n"))
        })
        .collect()
}

fn room(name: &str) -> &str {
    name.split('/')
        .next()
        .unwrap_or(name)
        .trim_end_matches(".rs")
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (name, code) in house() {
        let from = room(&name);
        let Some((_, doors)) = DOORS.iter().find(|(room, _)| *room == from) else {
            continue;
        };
        for part in code.split("crate::").skip(1) {
            let to: String = part
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if DOORS.iter().any(|(room, _)| *room == to)
                && to != from
                && !doors.contains(&to.as_str())
            {
                wrong.push(format!("{name} imports {to}"));
            }
            if matches!(to.as_str(), "app" | "commands") {
                wrong.push(format!("{name} imports {to}"));
            }
        }
    }
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "doors that are not there:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_sdk_stops_at_its_folder() {
    let mut wrong = Vec::new();
    for (name, code) in house() {
        for (sdk, folders) in SDKS {
            if code.contains(sdk)
                && !folders.iter().any(|folder| name.starts_with(folder))
                && name != "app.rs"
            {
                wrong.push(format!("{name} names {sdk}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "SDK types outside their folder:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_environment_is_read_in_one_place() {
    let wrong: Vec<String> = house()
        .into_iter()
        .filter(|(name, code)| {
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            // A file of its own for tests is no part of the program.
            !name.ends_with("testing.rs")
                && !name.contains("/tests/")
                && (code.contains("env::var") || code.contains("std::env::vars"))
                && !name.starts_with("config")
                && !name.starts_with("frontends/terminal")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "the environment is read in {wrong:?}");
}

#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("the map is there");
    let head: String = map
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .collect();
    let missing: Vec<String> = house()
        .into_iter()
        .map(|(name, _)| room(&name).to_owned())
        .filter(|room| !["lib", "main"].contains(&room.as_str()) && !head.contains(room.as_str()))
        .collect();
    assert!(missing.is_empty(), "src/lib.rs does not name {missing:?}");
}
