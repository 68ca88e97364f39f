//! SIGKILL while operators send commands and press buttons: every update that Telegram saw confirmed, and every one that
//! it brings again, has exactly one effect.
//!
//! `LUMEN_TEST_KILLS` says how often; `make test` is content with a few.

use std::time::Duration;

use lumen::domain::draft::DraftState;
use lumen::domain::ids::{DraftNumber, WorkspaceId};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use crate::support::binary::House;
use crate::support::bot_api::BotApi;
use crate::support::telegram::{Lumen, house_with, with_store};

const USUAL: usize = 12;
/// Telegram takes about a message a second in each chat, so the talk is spread over several.
const OPERATORS: u64 = 24;
const FIRST: u64 = 1_000;
const W: WorkspaceId = WorkspaceId::FIRST;

fn kills() -> usize {
    std::env::var("LUMEN_TEST_KILLS")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(USUAL)
}

/// A house with as many owners as there are operators, and two drafts for each round: one to approve, one to edit.
fn prepared(rounds: usize) -> House {
    let texts: Vec<String> = (0..2 * rounds)
        .map(|nth| format!("Post number {nth}."))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    house_with(FIRST, &texts)
}

fn let_in(house: &House) {
    use lumen::domain::operator::{Identity, Role, Surface};
    with_store(house, |store| async move {
        let mut tx = store.begin().await.unwrap();
        for id in FIRST + 1..FIRST + OPERATORS {
            let identity = Identity {
                surface: Surface::Telegram,
                external_id: id.to_string(),
            };
            let name = format!("owner{id}");
            tx.add_operator(W, &name, Role::Owner, &identity)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    });
}

/// What happens in one round: four updates by four people.
fn round(api: &BotApi, nth: usize) {
    let person = |offset: usize| {
        let which = (nth * 4 + offset) as u64 % OPERATORS;
        api.person(FIRST + which, "owner")
    };
    let (approved, edited) = (2 * nth + 1, 2 * nth + 2);
    let presser = person(0);
    api.push(
        "callback_query",
        &json!({
            "id": format!("kill{nth}"), "chat_instance": "1", "data": format!("1.d.ok.{approved}.1"),
            "from": {"id": presser.id, "is_bot": false, "first_name": "owner"},
            "message": {
                "message_id": 1, "date": 1_700_000_000, "text": "a card",
                "chat": {"id": presser.chat, "type": "private", "first_name": "owner"},
            },
        }),
    );
    person(1).say(&format!("/edit #{edited} Edited in round {nth}."));
    person(2).say(&format!(
        "/member add telegram:{} viewer guest{nth}",
        500_000 + nth
    ));
    person(3).say(&format!("/source add sandbox #round{nth}"));
}

/// Runs until nothing is left to do.
fn settled(house: &House, api: &BotApi) {
    for _ in 0..60 {
        let lumen = Lumen::start(house, api);
        api.wait("everything is confirmed", |api| api.unconfirmed() == 0);
        std::thread::sleep(Duration::from_secs(3));
        assert!(lumen.stop().0);
        let left = with_store(house, |store| async move {
            let shown = store.inbox_open().await.unwrap().len();
            let publishing = store.drafts_in(W, &["approved", "publishing", "unknown"], 1_000);
            shown + publishing.await.unwrap().len()
        });
        if left == 0 {
            return;
        }
    }
    panic!("it never came to rest");
}

#[test]
fn killed_at_random_moments_every_update_has_one_effect() {
    let rounds = kills();
    let house = prepared(rounds);
    let_in(&house);
    let api = BotApi::start();
    let mut dice = StdRng::seed_from_u64(rand::random());
    for nth in 0..rounds {
        let lumen = Lumen::start(&house, &api);
        // Some arrive while it starts, some while it works.
        std::thread::sleep(Duration::from_millis(dice.random_range(0..250)));
        round(&api, nth);
        std::thread::sleep(Duration::from_millis(dice.random_range(0..350)));
        lumen.kill();
    }
    settled(&house, &api);

    let published = house.published();
    for nth in 0..rounds {
        let text = format!("Post number {}.", 2 * nth);
        let times = published
            .iter()
            .filter(|line| line.ends_with(&text))
            .count();
        assert_eq!(times, 1, "round {nth}: {text} was published {times} times");
    }
    assert_eq!(published.len(), rounds);
    with_store(&house, |store| async move {
        let log = store.activity(W, u32::MAX).await.unwrap();
        let members = store.operators(W).await.unwrap();
        let sources = store.sources(W).await.unwrap();
        for nth in 0..rounds {
            let number = DraftNumber(2 * i64::try_from(nth).unwrap() + 2);
            let draft = store.draft_numbered(W, number).await.unwrap().unwrap();
            assert_eq!(draft.revision, 2, "round {nth}: one edit, one revision");
            assert!(matches!(draft.state, DraftState::Waiting));
            let logged = |text: &str| log.iter().filter(|entry| entry.text == text).count();
            assert_eq!(
                logged(&format!("made @guest{nth} a viewer")),
                1,
                "round {nth}"
            );
            assert_eq!(
                logged(&format!("approved #{} version 1", 2 * nth + 1)),
                1,
                "round {nth}"
            );
            let guests = members
                .iter()
                .filter(|(operator, _)| operator.name == format!("guest{nth}"));
            assert_eq!(guests.count(), 1, "round {nth}");
            let name = format!("sandbox #round{nth}");
            let followed = sources.iter().filter(|source| source.name() == name);
            assert_eq!(followed.count(), 1, "round {nth}");
        }
    });
    api.nothing_was_wrong();
}
