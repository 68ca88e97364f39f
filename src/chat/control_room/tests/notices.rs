//! What people are told while a chat program hangs.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::world::World;
use crate::domain::clock::Clock as _;
use crate::domain::ids::DraftId;
use crate::domain::job::{JobKind, JobOutcome};
use crate::domain::notice::Notice;
use crate::domain::operator::{Role, Surface};
use crate::store::Skip;

impl World {
    async fn card(&self, draft: DraftId) {
        self.notice(&Notice::Draft {
            draft,
            ask: None,
            anew: false,
        })
        .await;
    }

    /// Does what the worker does with notices, a lane for each chat program, until nothing is left but what hangs.
    async fn tell_all_but(&self, hangs: Surface) -> JoinSet<JobOutcome> {
        let kinds: Vec<JobKind> = JobKind::ALL
            .into_iter()
            .filter(|kind| *kind != JobKind::Notice)
            .collect();
        let mut hanging = JoinSet::new();
        let mut lanes = Vec::new();
        loop {
            let skip = Skip {
                kinds: &kinds,
                lanes: &lanes,
                in_hand: &[],
            };
            let lease_for = Duration::from_mins(1);
            let claimed = self
                .store
                .claim_job("test", self.clock.now(), lease_for, skip)
                .await;
            let Some((job, lease)) = claimed.unwrap() else {
                return hanging;
            };
            let room = self.room.clone();
            if job.lane == hangs.name() {
                lanes.push((job.kind, job.lane.clone()));
                hanging.spawn(async move { room.notice(&job, &lease).await });
            } else {
                assert_eq!(room.notice(&job, &lease).await, JobOutcome::Settled);
            }
        }
    }
}

#[tokio::test]
async fn a_chat_program_that_hangs_keeps_no_card_from_the_others() {
    let world = World::new().await;
    let hangs = world.member("mira", Role::Owner).await;
    let works = world.member_on(Surface::Discord, "olga", Role::Owner).await;
    hangs.say("/room").await;
    works.say("/room").await;
    for text in ["Friday.", "Saturday.", "Sunday."] {
        let draft = world.draft(text).await;
        world.card(draft.id).await;
    }
    world
        .frontend(Surface::Telegram)
        .hangs
        .store(true, Ordering::SeqCst);
    let told = world.tell_all_but(Surface::Telegram);
    // It would take half a minute if one waited for the other.
    let hanging = tokio::time::timeout(Duration::from_secs(8), told).await;
    assert_eq!(hanging.expect("nothing waits").len(), 1);
    assert_eq!(works.heard().len(), 3);
    assert_eq!(hangs.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_chat_program_that_hung_is_left_in_peace_and_then_told() {
    let world = World::new().await;
    let mira = world.member("mira", Role::Owner).await;
    mira.say("/room").await;
    let draft = world.draft("Friday.").await;
    let wait = world
        .room
        .rests()
        .begin(Surface::Telegram, world.clock.now());
    world.card(draft.id).await;
    let mut rested = world.tell_all_but(Surface::Telegram).await;
    let outcome = rested.join_next().await.unwrap().unwrap();
    assert!(
        matches!(outcome, JobOutcome::Retry { wait: Some(asked), .. } if asked == wait),
        "{outcome:?}"
    );
    assert_eq!(mira.heard(), Vec::<String>::new());
    world.clock.advance(wait + Duration::from_mins(1));
    world.work_on_notices().await;
    assert_eq!(mira.heard().len(), 1);
}
