//! A stop is heard in the middle of everything: exit status 0, nothing lost, nothing twice.

use std::time::Duration;

use crate::support::binary::{House, write};
use crate::support::models;

/// Longer than anything here takes; what matters is that it comes.
const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn while_a_network_does_not_answer_a_fetch() {
    let house = House::new();
    house.run(&["sandbox", "fail", "fetch", "hang", "--times", "0"]);
    let mut lumen = house.start();
    lumen.say("/source add sandbox all");
    assert!(lumen.until("is followed", LIMIT), "{}", lumen.seen);
    lumen.say("/source fetch");
    std::thread::sleep(Duration::from_millis(300));
    let ended = lumen.stop();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    house.run(&["sandbox", "heal"]);
    let rest = house.session(&["/source fetch"]);
    assert!(rest.status.success(), "{rest:?}");
    let again = house.session(&["/source fetch"]);
    assert!(again.out.contains("nothing new"), "{}", again.out);
}

#[test]
fn while_the_model_writes() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    let mut lumen = house.start();
    lumen.say("/draft our Friday tasting is at six");
    std::thread::sleep(Duration::from_millis(1_500));
    let ended = lumen.stop();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let mut lumen = house.start();
    assert!(lumen.until("#1", LIMIT), "{}", lumen.seen);
    lumen.finish();
    let queue = house.session(&["/queue"]);
    assert!(!queue.out.contains("#2"), "{}", queue.out);
}

#[test]
fn while_an_outlet_hangs() {
    if models().is_none() {
        return;
    }
    let house = House::new();
    let said = house.session(&["/draft our Friday tasting is at six"]);
    assert!(said.out.contains("#1"), "{said:?}");
    house.run(&["sandbox", "fail", "publish", "hang", "--times", "0"]);
    let mut lumen = house.start();
    lumen.say("/approve #1");
    std::thread::sleep(Duration::from_millis(1_500));
    let ended = lumen.stop();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    house.run(&["sandbox", "heal"]);
    let mut lumen = house.start();
    assert!(lumen.until("sandbox://post/", LIMIT), "{}", lumen.seen);
    lumen.finish();
    assert_eq!(house.published().len(), 1);
}

#[test]
fn while_an_archive_comes_in() {
    const POSTS: usize = 60_000;
    let house = House::new();
    let lines: Vec<String> = (0..POSTS)
        .map(|n| {
            format!(
                "{{\"id\":\"a{n}\",\"author\":\"ada\",\"text\":\"Entry {n}: the river stood high\",\"created_at\":\"2024-01-02T03:04:05Z\"}}\n"
            )
        })
        .collect();
    let file = write(&house.folder(), "archive.jsonl", &lines.concat());
    let import = || {
        let mut command = house.command(&["import", file.to_str().expect("a plain path")]);
        command.env("LUMEN_EMBEDDER", "off");
        command
    };
    let stopped = House::stopped_after(import(), Duration::from_millis(400));
    assert_eq!(stopped.status.code(), Some(0), "{stopped:?}");
    if stopped.out.contains("Stopped after") {
        assert!(
            stopped.out.contains("Import the same file again"),
            "{stopped:?}"
        );
    } else {
        eprintln!("the import was through before it was stopped");
    }
    let rest = House::feed(import(), Vec::new());
    assert!(rest.status.success(), "{rest:?}");
    let again = House::feed(import(), Vec::new());
    assert!(again.out.contains(": 0 new"), "{again:?}");
    assert!(again.out.contains(&format!("{POSTS} known")), "{again:?}");
}
