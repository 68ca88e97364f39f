//! SIGKILL at every step of publishing on Lens, with every way to fail: nothing twice, nothing lost, and what could not be
//! settled was asked. `LUMEN_TEST_LENS_ROUNDS` says how many rounds.

use std::time::Duration;

use crate::lens_story::{house, on_lens};
use crate::support::binary::House;
use crate::support::lens::FakeLens;
use crate::support::lens::world::PostFault;
use crate::support::models;

fn fault(round: u64) -> (Option<PostFault>, &'static str) {
    match round % 8 {
        0 => (Some(PostFault::AcceptThenDrop), "taken, then dropped"),
        1 => (Some(PostFault::Late(Duration::from_millis(400))), "late"),
        2 => (Some(PostFault::ServerErrorAfterAccept), "taken, then 502"),
        3 => (
            Some(PostFault::Slow(Duration::from_millis(900))),
            "slow index",
        ),
        4 => (Some(PostFault::TokenSpent), "token spent"),
        5 => (
            Some(PostFault::SlowAndDrop(Duration::from_millis(1_500))),
            "slow index, dropped",
        ),
        6 => (Some(PostFault::SlowDown(1)), "asked to wait"),
        _ => (None, "no fault"),
    }
}

/// Rounds mostly wait, so several go on side by side.
const LANES: u64 = 8;

#[test]
fn killed_at_every_step_of_publishing_on_lens() {
    if models().is_none() {
        return;
    }
    let rounds: u64 = std::env::var("LUMEN_TEST_LENS_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(16);
    let fake = FakeLens::start();
    let brand = fake.brand();
    let mut ready = house(&fake, &brand);
    let said = ready.session(&["/draft our Friday tasting is at six"]);
    assert!(said.out.contains("#1"), "{said:?}");
    // The draft is written; the rounds need no model.
    ready.set("LUMEN_TEXT", "off");
    ready.set("LUMEN_EMBEDDER", "off");
    let (settled, asked) = std::thread::scope(|scope| {
        let lane = |lane: u64| {
            let ready = &ready;
            scope.spawn(move || {
                let mine = (0..rounds).filter(|round| round % LANES == lane);
                in_turn(ready, mine)
            })
        };
        let lanes: Vec<_> = (0..LANES).map(lane).collect();
        let ends = lanes.into_iter().map(|lane| lane.join().expect("a lane"));
        ends.fold((0, 0), |sum, end| (sum.0 + end.0, sum.1 + end.1))
    });
    println!("{rounds} rounds: {settled} settled, {asked} asked");
}

/// Rounds on a network of their own; how many were settled and how many asked.
fn in_turn(ready: &House, rounds: impl Iterator<Item = u64>) -> (u64, u64) {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let (mut settled, mut asked) = (0, 0);
    for round in rounds {
        if is_settled(ready, &fake, &brand, round) {
            settled += 1;
        } else {
            asked += 1;
        }
    }
    fake.nothing_to_complain();
    (settled, asked)
}

/// One round: whether it was settled. The other possibility is that people were asked.
fn is_settled(ready: &House, fake: &FakeLens, brand: &str, round: u64) -> bool {
    // Every fault meets every moment.
    let (fault, name) = fault(round / LANES + round);
    {
        let mut world = fake.world();
        world.faults.clear();
        world.faults.extend(fault);
        world.upload_takes = Duration::from_millis(60);
    }
    let before = fake.world().of(brand).len();
    let house = on_lens(ready.copy(), fake, brand);
    let mut lumen = house.start();
    lumen.say("/approve #1");
    std::thread::sleep(Duration::from_millis(120 + round * 97 % 1_900));
    lumen.kill();
    let mut lumen = house.start();
    lumen.say("/approve #1");
    let words = ["lens.xyz/p/", "it was published", "Publish again"];
    let rest = lumen.until_any(&words, Duration::from_mins(2));
    let ended = lumen.finish();
    assert!(
        rest,
        "{name} in round {round}:\n{}\n{}",
        ended.out, ended.err
    );
    let shown = house.session(&["/show #1"]).out;
    let published = fake.world().of(brand).len() - before;
    assert!(
        published <= 1,
        "{name} in round {round}: {published} posts\n{shown}"
    );
    if shown.contains("#1 published") {
        assert_eq!(published, 1, "{name} in round {round}: lost\n{shown}");
        return true;
    }
    assert!(
        shown.contains("Publish again"),
        "{name} in round {round}: neither settled nor asked\n{shown}"
    );
    false
}
