//! The main job, end to end, on a machine without accounts and keys: the real binary, the sandbox, the local models.

use crate::support::binary::{House, write};
use crate::support::{models, shared};

#[test]
fn a_newcomer_fetches_searches_drafts_and_publishes_once() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    let ended = house.session(&[
        "/source add sandbox all",
        "/source fetch",
        "/search coffee and mornings",
        "/draft our Friday tasting is at six",
        "/why #1",
        "/approve #1",
        "/status",
    ]);
    assert!(ended.status.success(), "{ended:?}");
    for words in ["sandbox all", "new", "#1", "published"] {
        assert!(
            ended.out.contains(words),
            "no \u{201c}{words}\u{201d} in:\n{}",
            ended.out
        );
    }
    let published = house.published();
    assert_eq!(published.len(), 1, "{published:?}");

    // Typed again, after a restart: still one.
    let again = house.session(&["/approve #1", "/show #1", "/queue"]);
    assert!(again.status.success(), "{again:?}");
    assert!(
        again.out.to_lowercase().contains("already"),
        "{}",
        again.out
    );
    assert_eq!(house.published(), published);
}

#[test]
fn what_a_person_types_in_place_of_a_draft_goes_out() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    let words = "Friday at six: three on the table, at roastery.example.";
    let ended = house.session(&[
        "/draft our Friday tasting is at six",
        // A command without its number asks for it, and presses no button of the card above.
        "/approve",
        "/edit #1",
        words,
        "/schedule #1 2001-01-01T09:00",
        "other",
        "in 2 hours",
        "/approve #1",
    ]);
    assert!(ended.status.success(), "{ended:?}");
    for said in [
        "Which draft? /approve #N. Waiting now: #1.",
        "Send the whole new text of #1",
        "the link roastery.example is not on your list",
        "That was on Mon 1 Jan 2001. Did you mean",
        "#1 scheduled for",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    let published = house.published();
    assert_eq!(published.len(), 1, "{}", ended.out);
    assert!(published[0].ends_with(words), "{published:?}");
}

#[test]
fn an_answer_goes_under_its_post() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    let found = house.session(&[
        "/source add sandbox all",
        "/source fetch",
        "/search grinder",
    ]);
    let is_id = |word: &&str| {
        word.strip_prefix('s')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let Some(id) = found.out.split_whitespace().find(is_id) else {
        panic!("no post is named in:\n{}", found.out)
    };
    let ended = house.session(&[&format!("/reply {id} thank them kindly"), "/approve #1"]);
    assert!(ended.status.success(), "{ended:?}");
    let published = house.published();
    assert_eq!(published.len(), 1, "{}\n{published:?}", ended.out);
    assert!(
        published[0].contains(id),
        "{published:?} is no answer to {id}"
    );
}

#[test]
fn real_posts_come_in_once_and_are_found() {
    let (Some(posts), Some(_)) = (shared("data/senate-tweets-2015/posts.jsonl"), models()) else {
        return;
    };
    let house = House::new();
    // A part of them: embedding them all takes minutes on two cores.
    let text = std::fs::read_to_string(posts).expect("the posts are readable");
    let part: Vec<&str> = text.lines().take(600).collect();
    let file = write(
        &house.folder(),
        "posts.jsonl",
        &format!("{}\nnot json\n{{\"id\":1}}\n", part.join("\n")),
    );
    let first = house.run(&["import", file.to_str().expect("a plain path")]);
    assert_eq!(
        first.status.code(),
        Some(1),
        "two lines were not taken: {first:?}"
    );
    assert!(first.out.contains("600 new"), "{}", first.out);
    assert!(
        first.out.contains("601") && first.out.contains("602"),
        "broken lines are not named:\n{}",
        first.out
    );
    let second = house.run(&["import", file.to_str().expect("a plain path")]);
    assert!(
        second.out.contains("0 new") || second.out.contains("nothing new"),
        "{}",
        second.out
    );
    let found = house.session(&["/search patent reform"]);
    assert!(found.out.contains("ChuckGrassley"), "{}", found.out);
}

#[test]
fn a_backup_brings_everything_back() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    house.session(&[
        "/source add sandbox all",
        "/source fetch",
        "/draft the new oven bakes at dawn",
    ]);
    let file = house.folder().join("lumen.backup");
    let name = file.to_str().expect("a plain path");
    let backup = house.run(&["backup", name]);
    assert!(backup.status.success(), "{backup:?}");
    let other = House::new();
    let restored = other.run(&["restore", name]);
    assert!(restored.status.success(), "{restored:?}");
    let ended = other.session(&["/show #1", "/approve #1"]);
    assert!(
        ended.out.contains("#1") && ended.out.contains("published"),
        "{}",
        ended.out
    );
    assert_eq!(other.published().len(), 1);
    assert_eq!(house.published().len(), 0);
}
