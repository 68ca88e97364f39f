//! Several people in several chats decide about the same draft at once. `LUMEN_TEST_RACES` says how often; the usual run
//! is content with a few hundred.

use std::collections::{HashMap, HashSet};

use futures::future::join_all;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{Rng as _, SeedableRng as _};

use super::card_press;
use super::world::{Speaker, World};
use crate::chat::incoming::Said;
use crate::chat::press::DraftVerb;
use crate::domain::draft::DraftState;
use crate::domain::ids::WorkspaceId;
use crate::domain::operator::{Role, Surface};

const USUAL: usize = 200;

fn races() -> usize {
    std::env::var("LUMEN_TEST_RACES")
        .ok()
        .and_then(|races| races.parse().ok())
        .unwrap_or(USUAL)
}

/// What somebody does about version 1 of a draft.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Approve,
    Reject,
    Edit,
    Schedule,
}

impl Deed {
    const ALL: [Self; 4] = [Self::Approve, Self::Reject, Self::Edit, Self::Schedule];

    fn said(self, number: i64) -> Said {
        let filled = |verb, text: &str| Said::Filled {
            code: card_press(verb, number, 1),
            text: text.to_owned(),
            message: None,
        };
        match self {
            Self::Approve => Said::Press {
                code: card_press(DraftVerb::Approve, number, 1),
                message: None,
            },
            Self::Reject => Said::Press {
                code: format!("1.r.off.{number}.1"),
                message: None,
            },
            Self::Edit => filled(DraftVerb::Edit, "Another text."),
            Self::Schedule => filled(DraftVerb::Schedule, "tomorrow 9am"),
        }
    }
}

/// Two or three of them do something each, at once; how many drafts' worth of decisions that made is looked at later.
async fn race(world: &World, people: &[Speaker<'_>], dice: &mut StdRng, number: i64) {
    let mut people: Vec<&Speaker> = people.iter().collect();
    people.shuffle(dice);
    let many = dice.random_range(2..=people.len());
    let deeds: Vec<_> = people
        .iter()
        .take(many)
        .map(|person| {
            let deed = *Deed::ALL.choose(dice).unwrap();
            person.incoming(deed.said(number))
        })
        .collect();
    let taken = deeds.into_iter().map(|deed| world.room.take(deed));
    for id in join_all(taken).await {
        world.idle(id.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_decision_counts_whoever_decides_at_once() {
    let world = World::new().await;
    let telegram = world
        .member_on(Surface::Telegram, "mira", Role::Owner)
        .await;
    let discord = world.member_on(Surface::Discord, "olga", Role::Owner).await;
    let terminal = world.owner();
    let people = [telegram, discord, terminal];
    for person in &people {
        person.say("/room").await;
    }
    let mut dice = StdRng::seed_from_u64(rand::random());
    let races = i64::try_from(races()).unwrap();
    for number in 1..=races {
        world.draft("Friday.").await;
        race(&world, &people, &mut dice, number).await;
        world.work_on_notices().await;
    }
    let log = world.store.activity(WorkspaceId::FIRST, u32::MAX).await;
    let log = log.unwrap();
    let mut by_draft: HashMap<&str, Vec<&str>> = HashMap::new();
    for entry in &log {
        let mut words = entry
            .text
            .split(|c: char| c.is_whitespace() || ",:".contains(c));
        if let Some(named) = words.find(|word| word.starts_with('#')) {
            by_draft.entry(named).or_default().push(&entry.text);
        }
    }
    for number in 1..=races {
        let named = format!("#{number}");
        let decided = by_draft.remove(named.as_str()).unwrap_or_default();
        let draft = world.numbered(number).await;
        assert_eq!(decided.len(), 1, "{draft:?}: {decided:?}");
        let fits = match draft.state {
            // What was approved or scheduled is what was seen.
            DraftState::Approved { .. } | DraftState::Scheduled { .. } => draft.revision == 1,
            DraftState::Rejected { .. } => true,
            DraftState::Waiting => draft.revision == 2,
            _ => false,
        };
        assert!(fits, "{draft:?}: {decided:?}");
        // Every copy of the card shows the same.
        let cards = world.store.deliveries(draft.id).await.unwrap();
        let shown: HashSet<&str> = cards.iter().map(|card| card.view_hash.as_str()).collect();
        assert_eq!((cards.len(), shown.len()), (people.len(), 1), "{named}");
    }
}
