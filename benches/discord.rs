//! `cargo bench --bench discord`: how long Discord waits until it is told that an interaction arrived, while a model writes
//! and a hundred others wait. Prints a figure a line, as JSON. Figures of one run on one machine.

#![expect(clippy::cast_precision_loss, reason = "figures to read")]

#[path = "../tests/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests need more of it, and one that cannot go on says where"
)]
mod support;

use std::time::Duration;

use lumen::domain::operator::Surface;
use support::discord_api::DiscordApi;
use support::telegram::{Lumen, house_of};

const OWNER: u64 = 4711;
const FIRST_CHANNEL: u64 = 5_000;
const CHANNELS: u64 = 20;
const WAITING: u64 = 100;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let owners = [(Surface::Discord, OWNER)];
    let (house, api) = (house_of(&owners, &["Friday at six."]), DiscordApi::start());
    let lumen = Lumen::on_discord(&house, &api);
    api.connected();
    let in_channel = |nth: u64| api.person(OWNER, "owner", FIRST_CHANNEL + nth % CHANNELS);
    // The model is at work from here on.
    let writing = in_channel(0).command("draft", &[("topic", "our Friday tasting is at six")]);
    in_channel(0).answered(&writing);
    api.until(FIRST_CHANNEL, "Working on it");
    let begun: Vec<_> = (0..WAITING)
        .map(|nth| in_channel(nth).command("search", &[("words", "coffee and mornings")]))
        .collect();
    for one in &begun {
        in_channel(0).answered(one);
    }
    let written = api.messages(FIRST_CHANNEL);
    let written = written
        .iter()
        .any(|message| message.shown.starts_with("#2"));
    assert!(
        !written,
        "the model was done before the last was acknowledged"
    );
    let mut waited = api.waited();
    waited.sort_unstable();
    let share = |share: usize| millis(waited[(waited.len() - 1) * share / 100]);
    figure("discord.acknowledged.p50", share(50));
    figure("discord.acknowledged.p99", share(99));
    figure("discord.acknowledged.max", share(100));
    assert!(lumen.stop().0);
}

fn figure(name: &str, value: f64) {
    println!("{}", serde_json::json!({"name": name, "value": value}));
}

fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
