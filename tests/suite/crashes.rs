//! SIGKILL at every step: nothing lost, nothing twice, and the index mends itself.
//!
//! The moments are spread over each step's duration; delays of the sandbox widen the windows in which a call is under way.

use std::process::Stdio;
use std::time::Duration;

use crate::support::binary::{House, write};
use crate::support::models;

/// What a house must show after whatever happened: the fetched posts once each, at most one post per approved draft.
fn mended(house: &House, posts: usize, published: usize) {
    let ended = house.session(&["/source fetch", "/status"]);
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(house.published().len(), published, "{}", ended.out);
    let again = house.session(&["/source fetch"]);
    assert!(
        again.out.contains("nothing new"),
        "after {posts} posts:\n{}",
        again.out
    );
}

#[test]
fn killed_while_fetching() {
    for round in 0..6u64 {
        let house = House::new();
        house.run(&[
            "sandbox",
            "fail",
            "fetch",
            "slow",
            "--times",
            "6",
            "--delay-ms",
            "60",
        ]);
        let mut lumen = house.start();
        lumen.say("/source add sandbox all");
        lumen.say("/source fetch");
        assert!(
            lumen.until("is followed", Duration::from_mins(1)),
            "{}",
            lumen.seen
        );
        std::thread::sleep(Duration::from_millis(70 * round));
        lumen.kill();
        mended(&house, 0, 0);
    }
}

#[test]
fn killed_while_publishing() {
    if models().is_none() {
        return;
    }
    let ready = House::new();
    let said = ready.session(&["/draft our Friday tasting is at six"]);
    assert!(said.out.contains("#1"), "{said:?}");
    for (round, fault) in [
        "slow",
        "lost_answer",
        "drop",
        "late",
        "slow",
        "lost_answer",
        "unreachable",
        "slow",
    ]
    .into_iter()
    .enumerate()
    {
        let house = ready.copy();
        house.run(&[
            "sandbox",
            "fail",
            "publish",
            fault,
            "--times",
            "1",
            "--delay-ms",
            "400",
        ]);
        let mut lumen = house.start();
        lumen.say("/approve #1");
        std::thread::sleep(Duration::from_millis(
            300 + 90 * u64::try_from(round).expect("small"),
        ));
        lumen.kill();
        // Started again, it takes up what was in hand. The line may have been lost with the pipe, so it is typed again:
        // one decision counts.
        let mut lumen = house.start();
        lumen.say("/approve #1");
        // The title of a published draft carries its address; one that was published before the line is answered so.
        let settled = lumen.until_any(
            &["sandbox://post/", "it was published"],
            Duration::from_mins(1),
        );
        let ended = lumen.finish();
        assert!(settled, "{fault} in round {round}:\n{}", ended.out);
        let shown = house.session(&["/show #1"]);
        assert_eq!(
            house.published().len(),
            1,
            "{fault} in round {round}:\n{}",
            shown.out
        );
        assert!(
            shown.out.contains("published"),
            "{fault} in round {round}:\n{}",
            shown.out
        );
    }
}

#[test]
fn killed_while_composing() {
    if models().is_none() {
        return;
    }
    for round in 0..5u64 {
        let house = House::new();
        let mut lumen = house.start();
        lumen.say("/draft our Friday tasting is at six");
        std::thread::sleep(Duration::from_millis(150 + 350 * round));
        lumen.kill();
        let mut lumen = house.start();
        lumen.until("#1", Duration::from_secs(20));
        let ended = lumen.finish();
        let queue = house.session(&["/queue"]);
        assert!(
            !queue.out.contains("#2"),
            "round {round}: two drafts of one line\n{}\n{}",
            ended.out,
            queue.out
        );
    }
}

#[test]
fn killed_while_approving() {
    if models().is_none() {
        return;
    }
    let ready = House::new();
    let said = ready.session(&["/draft our Friday tasting is at six"]);
    assert!(said.out.contains("#1"), "{said:?}");
    for pause in [0, 2, 5, 10, 20, 40, 80, 160] {
        let house = ready.copy();
        let mut lumen = house.start();
        lumen.say("/status");
        assert!(
            lumen.until("Working", Duration::from_mins(1)),
            "{}",
            lumen.seen
        );
        lumen.say("/approve #1");
        std::thread::sleep(Duration::from_millis(pause));
        lumen.kill();
        // Nobody types it again: the approval was taken as a whole, or the draft waits as before.
        house.session(&["/status"]);
        let shown = house.session(&["/show #1"]);
        let taken = shown.out.contains("sandbox://post/");
        assert_eq!(
            house.published().len(),
            usize::from(taken),
            "killed after {pause} ms:\n{}",
            shown.out
        );
        if !taken {
            assert!(
                shown.out.contains("Approve"),
                "killed after {pause} ms:\n{}",
                shown.out
            );
        }
        let again = house.session(&["/approve #1"]);
        assert_eq!(
            house.published().len(),
            1,
            "killed after {pause} ms:\n{}",
            again.out
        );
    }
}

/// An archive of `count` posts, each of its own.
fn archive(house: &House, count: usize) -> String {
    let lines: Vec<String> = (0..count)
        .map(|n| {
            format!(
                "{{\"id\":\"a{n}\",\"author\":\"ada\",\"text\":\"Entry {n}: the river stood {n} centimetres high at the mill\",\
                 \"created_at\":\"2024-01-02T03:04:05Z\"}}\n"
            )
        })
        .collect();
    let file = write(&house.folder(), "archive.jsonl", &lines.concat());
    file.to_str().expect("a plain path").to_owned()
}

/// New and known posts as an import tells them.
fn new_and_known(told: &str) -> (usize, usize) {
    let line = told
        .lines()
        .find(|line| line.starts_with("Read "))
        .unwrap_or_else(|| panic!("no figures in:\n{told}"))
        .replace(',', " ");
    let words: Vec<&str> = line.split_whitespace().collect();
    // `10,000 new` is read without its comma above, so the digits are put together again.
    let before = |word: &str| {
        let end = words
            .iter()
            .position(|found| *found == word)
            .unwrap_or_else(|| panic!("no {word} in: {line}"));
        let digits: Vec<&str> = words[..end]
            .iter()
            .rev()
            .take_while(|word| word.chars().all(|c| c.is_ascii_digit()))
            .copied()
            .collect();
        let digits: String = digits.into_iter().rev().collect();
        digits.parse::<usize>().expect("a count")
    };
    (before("new"), before("known"))
}

/// Runs the import and kills it after `pause`.
fn import_killed(house: &House, file: &str, embedder: &str, pause: Duration) {
    let mut child = house
        .command(&["import", file])
        .env("LUMEN_EMBEDDER", embedder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    std::thread::sleep(pause);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}

#[test]
fn killed_while_storing_an_import() {
    const POSTS: usize = 20_000;
    for round in 0..6u64 {
        let house = House::new();
        let file = archive(&house, POSTS);
        import_killed(
            &house,
            &file,
            "off",
            Duration::from_millis(40 + 150 * round),
        );
        let import = || {
            let mut command = house.command(&["import", &file]);
            command.env("LUMEN_EMBEDDER", "off");
            House::feed(command, Vec::new())
        };
        let rest = import();
        let (new, known) = new_and_known(&rest.out);
        assert_eq!(new + known, POSTS, "round {round}: {rest:?}");
        // A batch is stored as a whole or not at all.
        assert!(known.is_multiple_of(1_500) || new == 0, "{known} stayed");
        assert_eq!(new_and_known(&import().out), (0, POSTS), "round {round}");
    }
}

#[test]
fn killed_while_indexing_an_import() {
    const POSTS: usize = 1_500;
    if models().is_none() {
        return;
    }
    let house = House::new();
    let file = archive(&house, POSTS);
    for round in 0..5u64 {
        import_killed(
            &house,
            &file,
            "local",
            Duration::from_millis(400 + 700 * round),
        );
    }
    let rest = house.run(&["import", &file]);
    let (new, known) = new_and_known(&rest.out);
    assert_eq!(new + known, POSTS, "{rest:?}");
    assert!(rest.out.contains("Everything is in the index"), "{rest:?}");
    let found = house.session(&["/search river high at the mill, entry 77"]);
    assert!(found.out.contains("Entry"), "{}", found.out);
}
