//! `cargo bench --bench lens`: ten thousand posts of one author, fetched by the real binary from the stand-in of the tests,
//! without a break and with a SIGKILL in the middle. Prints a figure a line, as JSON. Figures of one run on one machine.

#![expect(clippy::cast_precision_loss, reason = "figures to read")]

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests need more of it, and one that cannot go on says where"
)]
mod support;

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use support::binary::{House, Running};
use support::lens::FakeLens;

const POSTS: usize = 10_000;
const PAGE: usize = 50;
/// Pages after which the memory has seen everything that it needs.
const WARM: usize = 20;
const LONGEST: Duration = Duration::from_mins(10);

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (fake, house) = prepared();
    let mut lumen = begun(&house);
    let began = Instant::now();
    until(&fake, WARM);
    let warm = memory(&lumen);
    until_all(&mut lumen);
    let seconds = began.elapsed().as_secs_f64();
    let grown = memory(&lumen).saturating_sub(warm);
    assert!(lumen.finish().status.success());
    let least = POSTS / PAGE;
    figure("lens.posts_per_s", POSTS as f64 / seconds);
    figure("lens.requests_above_least", (asked(&fake) - least) as f64);
    figure("lens.resident_mb", warm as f64 / 1_024.0);
    figure("lens.grown_mb", grown as f64 / 1_024.0);

    let (fake, house) = prepared();
    let lumen = begun(&house);
    until(&fake, least / 2);
    lumen.kill();
    let mut lumen = house.start();
    until_all(&mut lumen);
    assert!(lumen.finish().status.success());
    let above = asked(&fake) - least;
    figure("lens.requests_above_least_after_a_kill", above as f64);
}

fn figure(name: &str, value: f64) {
    println!("{}", serde_json::json!({"name": name, "value": value}));
}

/// A network with an author who wrote a lot, and a house that may read it.
fn prepared() -> (FakeLens, House) {
    let fake = FakeLens::start();
    let brand = fake.brand();
    for nth in 0..POSTS {
        let minutes = i64::try_from(nth).expect("small") + 1;
        let at = Timestamp::now() - SignedDuration::from_mins(minutes);
        let words =
            format!("Post {nth}: three Ethiopians on the table and one that divides the house.");
        fake.world().write(&brand, &words, at);
    }
    let mut house = House::new();
    house.set("LENS_API_URL", &fake.api());
    house.set("LENS_STORAGE_URL", &fake.storage());
    house.set("LENS_ACCOUNT", &brand);
    house.set("LUMEN_TEXT", "off");
    house.set("LUMEN_EMBEDDER", "off");
    (fake, house)
}

fn begun(house: &House) -> Running {
    let mut lumen = house.start();
    lumen.say("/source add lens @me");
    lumen.say("/source fetch");
    lumen
}

fn asked(fake: &FakeLens) -> usize {
    fake.world().calls_of("AuthorPosts")
}

fn until(fake: &FakeLens, pages: usize) {
    let end = Instant::now() + LONGEST;
    while asked(fake) < pages {
        assert!(Instant::now() < end, "it never came to page {pages}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn until_all(lumen: &mut Running) {
    assert!(lumen.until("new.", LONGEST), "{}", lumen.seen);
}

/// What it holds in memory, in kilobytes.
fn memory(lumen: &Running) -> u64 {
    let path = format!("/proc/{}/status", lumen.child.id());
    let status = std::fs::read_to_string(path).expect("it runs");
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse().ok())
        .expect("a figure")
}
