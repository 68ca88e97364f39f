//! For tests that need the real local models.

use std::path::{Path, PathBuf};

/// Where the local models lie: `LUMEN_TEST_MODELS`, else `data/models` of this crate, where `make test` puts them.
/// `None` when they are not there; the test says so and ends.
pub(crate) fn models_dir() -> Option<PathBuf> {
    let dir = std::env::var_os("LUMEN_TEST_MODELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models"),
        PathBuf::from,
    );
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!(
        "SKIPPED: no local models in {}; `make setup` fetches them",
        dir.display()
    );
    None
}
