//! The story of a brand on Lens, with the real binary: its past, a draft in its voice, a comment, an answer. And ten
//! thousand posts.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::support::binary::{House, Running};
use crate::support::lens::{FakeLens, KEY};
use crate::support::models;

pub fn house(fake: &FakeLens, account: &str) -> House {
    on_lens(House::new(), fake, account)
}

/// This house with the account on Lens.
pub fn on_lens(mut house: House, fake: &FakeLens, account: &str) -> House {
    house.set("LENS_API_URL", &fake.api());
    house.set("LENS_STORAGE_URL", &fake.storage());
    house.set("LENS_ACCOUNT", account);
    house.set("LENS_PRIVATE_KEY", KEY);
    house
}

const THEMES: [&str; 5] = [
    "Friday, six o'clock: three Ethiopians on the table and one that divides the house.",
    "The new roaster hums at four in the morning. So do we.",
    "Bring your own cup, leave with an opinion.",
    "We burned a batch today. The birds do not mind.",
    "Slow coffee is not slow. It is on time.",
];

/// A brand with five hundred posts, hour after hour.
pub fn with_a_past() -> (FakeLens, String) {
    let fake = FakeLens::start();
    let brand = fake.brand();
    let mut world = fake.world();
    for at in 0..500_i64 {
        let theme = THEMES[usize::try_from(at).unwrap() % THEMES.len()];
        let when = Timestamp::now() - SignedDuration::from_hours(at + 1);
        world.write(&brand, &format!("{theme} ({at})"), when);
    }
    drop(world);
    (fake, brand)
}

#[test]
fn a_brand_learns_its_past_posts_and_answers() {
    if models().is_none() {
        return;
    }
    let (fake, brand) = with_a_past();
    let house = house(&fake, &brand);
    let ended = house.session(&[
        "/source add lens @me",
        "/source fetch",
        "/draft our Friday tasting is at six",
        "/approve #1",
    ]);
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.out.contains("our own voice"), "{}", ended.out);
    assert!(ended.out.contains("500 new"), "{}", ended.out);
    assert!(ended.out.contains("lens.xyz/p/"), "{}", ended.out);
    let (post, requests) = {
        let world = fake.world();
        assert_eq!(world.of(&brand).len(), 501);
        (
            world.of(&brand).last().unwrap().id,
            world.calls_of("AuthorPosts"),
        )
    };
    assert_eq!(requests, 10, "500 posts are ten pages");
    let comment = {
        let mut world = fake.world();
        let bean = world.add("bean");
        let comment = world.write(
            &bean,
            "Is there room for two more on Friday?",
            Timestamp::now(),
        );
        world.post_mut(comment).comment_on = Some(post);
        comment
    };
    let ended = house.session(&[
        "/source add lens replies",
        "/source fetch lens replies",
        &format!("/reply {comment} say yes and thank them"),
        "/approve #2",
    ]);
    assert!(ended.status.success(), "{ended:?}");
    let world = fake.world();
    let own = world.of(&brand);
    assert_eq!(own.len(), 502, "{}", ended.out);
    assert_eq!(
        own.last().unwrap().comment_on,
        Some(comment),
        "{}",
        ended.out
    );
    drop(world);
    fake.nothing_to_complain();
}

/// A setting of the test run itself.
fn asked(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The most memory the process has had, in MB.
fn peak(lumen: &Running) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", lumen.child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

#[test]
fn many_posts_take_the_fewest_requests_and_a_kill_costs_a_page_at_most() {
    let many = asked("LUMEN_TEST_LENS_POSTS", 1_500);
    let fake = FakeLens::start();
    let brand = fake.brand();
    {
        let mut world = fake.world();
        for at in 0..many {
            let when = Timestamp::now() - SignedDuration::from_mins(i64::try_from(at).unwrap() + 1);
            world.write(&brand, &format!("{} {at}", THEMES[at % THEMES.len()]), when);
        }
    }
    let mut house = house(&fake, &brand);
    house.set("LUMEN_TEXT", "off");
    house.set("LUMEN_EMBEDDER", "off");
    let mut lumen = house.start();
    lumen.say("/source add lens @me");
    lumen.say("/source fetch");
    assert!(
        lumen.until("is followed", Duration::from_mins(1)),
        "{}",
        lumen.seen
    );
    // Killed in the middle.
    let third = many / 150;
    let end = Instant::now() + Duration::from_mins(1);
    while fake.world().calls_of("AuthorPosts") < third && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
    lumen.kill();
    let begun = Instant::now();
    let mut lumen = house.start();
    let all = lumen.until_any(&["new."], Duration::from_mins(5));
    let took = begun.elapsed();
    let memory = peak(&lumen);
    let ended = lumen.finish();
    assert!(all, "{}\n{}", ended.out, ended.err);
    let requests = fake.world().calls_of("AuthorPosts");
    let least = many.div_ceil(50);
    println!(
        "{many} posts: {requests} requests, {least} at least; the rest after a kill took {took:?}, peak {memory:?} MB"
    );
    // Where it was killed a page may be asked for twice; after the way down the top is looked at once more.
    assert!(
        requests <= least + 3,
        "{requests} requests for {many} posts"
    );
    let again = house.session(&["/source fetch"]);
    assert!(again.out.contains("nothing new"), "{}", again.out);
    assert_eq!(fake.world().calls_of("CreatePost"), 0);
    fake.nothing_to_complain();
}
