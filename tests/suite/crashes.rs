//! SIGKILL at every step: nothing lost, nothing twice, and the index mends itself.
//!
//! The moments are spread over each step's duration; delays of the sandbox widen the windows in which a call is under way.

use std::time::Duration;

use crate::support::binary::House;
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
