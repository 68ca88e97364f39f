//! The whole program and its quote cards: what goes out shows the words that go out.

use crate::support::binary::{Ended, House};
use crate::support::services::{KEY, Service, Who};

/// A session with a text model that stands in, and no painter but the one built in.
fn session(house: &House, lines: &[&str]) -> Ended {
    let openai = Service::start(Who::OpenAi);
    let mut command = house.command(&[]);
    command
        .env("OPENAI_API_KEY", KEY)
        .env("OPENAI_BASE_URL", openai.base())
        .env("LUMEN_EMBEDDER", "off");
    let typed: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    let ended = House::feed(command, typed.into_bytes());
    assert!(ended.status.success(), "{ended:?}");
    ended
}

/// The alt texts of what was published.
fn published_alts(house: &House) -> Vec<String> {
    let url = format!("sqlite://{}", house.data().join("sandbox.db").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rows: Vec<String> = runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        let rows = sqlx::query_scalar("SELECT media FROM posts WHERE key IS NOT NULL ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
        pool.close().await;
        rows
    });
    let alt = |row: String| -> Option<String> {
        let media: serde_json::Value = serde_json::from_str(&row).ok()?;
        Some(media[0]["alt"].as_str()?.to_owned())
    };
    rows.into_iter().filter_map(alt).collect()
}

#[test]
fn what_is_published_shows_the_words_that_were_edited_last() {
    let house = House::new();
    let lines = [
        "/draft our Friday tasting is at six",
        "/image #1",
        "/edit #1 No buns until ten.",
        "/approve #1",
    ];
    let ended = session(&house, &lines);
    assert!(!ended.out.contains("other words"), "{}", ended.out);
    let alts = published_alts(&house);
    assert_eq!(
        alts,
        ["A card with the words: No buns until ten."],
        "{}",
        ended.out
    );
}

#[test]
fn a_wish_is_answered_and_no_font_warns_over_the_prompt() {
    let house = House::new();
    let lines = [
        "/draft our Friday tasting is at six",
        "/image #1 a tired oven",
        "/edit #1 \u{645}\u{631}\u{62d}\u{628}\u{627} \u{628}\u{643}\u{645}! \u{1f950}",
        "/image #1 dark blue",
    ];
    let ended = session(&house, &lines);
    let out = ended.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("XAI_API_KEY"), "{}", ended.out);
    assert_eq!(out.matches("image: ").count(), 1, "{}", ended.out);
    for word in ["WARN", "Fallback", "No fonts"] {
        assert!(!ended.err.contains(word), "{}", ended.err);
    }
}
