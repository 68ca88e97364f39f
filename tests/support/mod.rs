//! The fake world of the tests: the real binary on a temporary data directory, driven through its pipes.

pub mod binary;
pub mod bot_api;
pub mod discord_api;
pub mod lens;
pub mod services;
pub mod specs;
pub mod telegram;

use std::path::PathBuf;

/// A folder of real data that lies beside the checkout, or none, said loudly.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED: {path} is not there, this test checked nothing");
    None
}

/// The folder of the local models, or none, said loudly.
pub fn models() -> Option<PathBuf> {
    let named = std::env::var_os("LUMEN_TEST_MODELS").map(PathBuf::from);
    let found =
        named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/models"));
    if found.exists() {
        return Some(found);
    }
    eprintln!(
        "SKIPPED: no local models in {}; `make setup` fetches them",
        found.display()
    );
    None
}
