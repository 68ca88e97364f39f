//! What is sent to Lens against its official descriptions: every operation, and every metadata document.

use std::collections::BTreeSet;

use lumen::platforms::lens::metadata::{Stored, document};
use lumen::platforms::lens::operations;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::lens::metadata_errors;
use crate::support::lens::schema::{Schema, parsed};

#[test]
fn every_operation_is_one_of_the_official_schema() {
    let Some(schema) = Schema::official() else {
        return;
    };
    for operation in operations::ALL {
        let document = parsed(operation.text).unwrap();
        let errors = schema.errors(&document);
        assert!(errors.is_empty(), "{}: {errors:#?}", operation.name);
    }
    // The check itself can fail.
    let wrong = parsed(
        "query Posts($request: PostsRequest!) { posts(request: $request) { items { id } } }",
    );
    assert!(!schema.errors(&wrong.unwrap()).is_empty());
}

#[test]
fn every_document_of_the_folder_is_an_operation() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/platforms/lens/operations");
    let listed: BTreeSet<&str> = operations::ALL
        .iter()
        .map(|operation| operation.name)
        .collect();
    assert_eq!(listed.len(), operations::ALL.len(), "a name is there twice");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text.lines() {
            let Some(rest) = line
                .strip_prefix("query ")
                .or_else(|| line.strip_prefix("mutation "))
            else {
                continue;
            };
            let name = rest.split(['(', ' ', '{']).next().unwrap();
            assert!(listed.contains(name), "{name} is sent by nobody");
        }
    }
}

/// Texts that break things: nothing, emoji, right to left, control characters, very long ones, tags without end.
fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(" \n\t ".to_owned()),
        "[\u{1F600}-\u{1F64F}\u{200D}\u{FE0F}]{1,40}",
        "[\u{5D0}-\u{5EA}\u{627}-\u{64A} \u{202E}\u{200F}]{1,200}",
        "[\u{0}-\u{1F}\u{7F}-\u{9F}a-z]{1,200}",
        "(#[a-zA-Z\u{C0}-\u{FF}_0-9]{1,80} ?){0,60}",
        ".{0,400}",
        "(# )?[A-Z][a-z ]{0,200}\n.{2000,2100}",
        any::<u16>().prop_map(|seed| {
            let words = [
                "Kaffee ",
                "\u{5E7}\u{5E4}\u{5D4} ",
                "\u{1F375}",
                "#tag ",
                "\n\n",
                "\u{7}",
            ];
            (0..50_000)
                .map(|at| words[(at * 7 + usize::from(seed)) % words.len()])
                .collect::<String>()
                .chars()
                .take(50_000)
                .collect::<String>()
        }),
    ]
}

fn pictures() -> impl Strategy<Value = Vec<Stored>> {
    let picture = (
        "[a-f0-9]{64}",
        prop_oneof![Just("image/png"), Just("image/jpeg"), Just("image/webp")],
        odd_text(),
    );
    let picture = picture.prop_map(|(key, mime, alt)| Stored {
        uri: format!("lens://{key}"),
        mime: mime.to_owned(),
        alt,
    });
    prop::collection::vec(picture, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_metadata_document_is_valid(text in odd_text(), pictures in pictures()) {
        let key = "b7a1f0c2-0000-4000-8000-000000000001";
        match document(key, &text, &pictures) {
            Err(why) => prop_assert!(text.is_empty() && pictures.is_empty(), "{why}"),
            Ok(document) => {
                prop_assert_eq!(metadata_errors(&document), None);
                prop_assert_eq!(&document["lens"]["id"], key);
                if !text.is_empty() {
                    // What goes out is what was approved, to the last character.
                    prop_assert_eq!(document["lens"]["content"].as_str(), Some(text.as_str()));
                }
            }
        }
    }
}

#[test]
fn the_kind_follows_from_what_there_is() {
    let picture = Stored {
        uri: "lens://00".to_owned(),
        mime: "image/png".to_owned(),
        alt: "a cup".to_owned(),
    };
    let focus = |text: &str, pictures: &[Stored]| -> (String, Value) {
        let document = document("id", text, pictures).unwrap();
        (
            document["lens"]["mainContentFocus"]
                .as_str()
                .unwrap()
                .to_owned(),
            document,
        )
    };
    assert_eq!(focus("Friday at six.", &[]).0, "TEXT_ONLY");
    let (kind, with) = focus(
        "Friday at six. #tasting",
        &[picture.clone(), picture.clone()],
    );
    assert_eq!(kind, "IMAGE");
    assert_eq!(with["lens"]["image"]["altTag"], "a cup");
    assert_eq!(with["lens"]["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(with["lens"]["tags"][0], "tasting");
    let (kind, long) = focus(
        &format!("# The first cup\n{}", "word ".repeat(500)),
        &[picture],
    );
    assert_eq!(
        (kind.as_str(), &long["lens"]["title"]),
        ("ARTICLE", &Value::from("The first cup"))
    );
    let bad = Stored {
        uri: "lens://00".to_owned(),
        mime: "image/x-icon".to_owned(),
        alt: String::new(),
    };
    assert!(
        document("id", "text", &[bad])
            .unwrap_err()
            .contains("image/x-icon")
    );
    // The check itself can fail.
    let mut wrong = document("id", "text", &[]).unwrap();
    wrong["lens"]["appId"] = Value::from("v2");
    if crate::support::shared("specs/lens-metadata").is_some() {
        assert!(metadata_errors(&wrong).is_some());
    }
}
