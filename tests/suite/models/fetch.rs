//! `make setup MODEL=NAME`, and the table of `lumen models`.

use std::process::Command;

use crate::support::binary::House;

/// The script's own tests, against a hub on loopback.
#[test]
fn a_model_is_fetched_whole_or_not_at_all() {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/test_models.py");
    let ran = Command::new("python3")
        .args(["-B", tests])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("OK"), "{said}");
    assert!(!said.contains("Ran 0"), "{said}");
}

#[test]
fn the_table_names_every_model_with_what_it_takes_here() {
    let house = House::new();
    let ended = house.run(&["models"]);
    assert!(ended.status.success(), "{ended:?}");
    for words in [
        "smollm2-135m",
        "qwen2.5-1.5b",
        "gemma3-270m",
        "phi3-mini",
        "Apache-2.0",
        " GB ",
        " s ",
        "make setup MODEL=NAME",
        "LUMEN_TEXT_FILE",
    ] {
        assert!(
            ended.out.contains(words),
            "no \u{201c}{words}\u{201d} in:\n{}",
            ended.out
        );
    }
    assert!(ended.out.lines().count() > 12, "{}", ended.out);
}
