use std::time::Duration;

use serde_json::json;

use super::{House, later, noon};
use crate::domain::ids::InboxId;
use crate::domain::job::{JobKind, NewJob};
use crate::store::{Skip, StoreError};

const MINUTE: Duration = Duration::from_mins(1);

fn job(kind: JobKind, key: &str, run_at: i64) -> NewJob {
    NewJob {
        kind,
        unique_key: key.to_owned(),
        payload: json!({"for": key}),
        cause: Some(InboxId(7)),
        run_at: later(run_at),
    }
}

async fn enqueue(house: &House, job: &NewJob) -> bool {
    let mut tx = house.tx().await;
    let written = tx.enqueue(job).await.unwrap();
    tx.commit().await.unwrap();
    written
}

#[tokio::test]
async fn two_claimers_get_one_job_once() {
    let house = House::new().await;
    assert!(enqueue(&house, &job(JobKind::Compose, "a", 0)).await);
    assert!(!enqueue(&house, &job(JobKind::Compose, "a", 0)).await);
    let (one, other) = tokio::join!(
        house.store.claim_job("x", noon(), MINUTE, Skip::default()),
        house.store.claim_job("y", noon(), MINUTE, Skip::default()),
    );
    let claims: Vec<_> = [one.unwrap(), other.unwrap()]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(claims.len(), 1);
    let (claimed, _) = &claims[0];
    assert_eq!(
        (claimed.attempts, claimed.kind, claimed.cause),
        (1, JobKind::Compose, Some(InboxId(7)))
    );
    assert_eq!(claimed.payload, json!({"for": "a"}));
}

#[tokio::test]
async fn jobs_are_claimed_when_due_oldest_first_and_by_kind() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Fetch, "late", 100)).await;
    enqueue(&house, &job(JobKind::Notice, "second", -1)).await;
    enqueue(&house, &job(JobKind::Compose, "first", -2)).await;
    let store = &house.store;
    assert_eq!(store.jobs_ready(noon()).await.unwrap(), 2);
    assert_eq!(store.next_job_at(&[]).await.unwrap(), Some(later(-2)));
    let skip = [JobKind::Compose, JobKind::Fetch];
    let (claimed, _) = store
        .claim_job("x", noon(), MINUTE, Skip::kinds(&skip))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claimed.unique_key, "second");
    assert!(
        store
            .claim_job("x", later(200), MINUTE, Skip::kinds(&JobKind::ALL))
            .await
            .unwrap()
            .is_none()
    );
    let (claimed, _) = store
        .claim_job("x", noon(), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claimed.unique_key, "first");
    assert!(
        store
            .claim_job("x", noon(), MINUTE, Skip::default())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.next_job_at(&[]).await.unwrap(),
        Some(later(60)),
        "when a lease ends"
    );
    assert_eq!(store.jobs_open(InboxId(7)).await.unwrap(), 3);
    assert_eq!(store.jobs_open(InboxId(8)).await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_claimer_has_in_hand_is_not_claimed_however_late_it_is() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Publish, "a", 0)).await;
    let store = &house.store;
    let (claimed, _) = store
        .claim_job("x", noon(), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    let in_hand = Skip {
        kinds: &[],
        lanes: &[],
        in_hand: &[claimed.id],
    };
    let again = store.claim_job("x", later(3_600), MINUTE, in_hand).await;
    assert_eq!(again.unwrap(), None);
    assert_eq!(store.next_job_at(&[claimed.id]).await.unwrap(), None);
    let taken = store
        .claim_job("y", later(3_600), MINUTE, Skip::default())
        .await;
    assert!(taken.unwrap().is_some(), "another process may");
}

#[tokio::test]
async fn what_is_done_under_a_lost_lease_did_not_happen() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Compose, "a", 0)).await;
    let (_, lost) = house
        .store
        .claim_job("x", noon(), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    // The same worker process claims it again, an hour on: the first claim must not count all the same.
    let (again, held) = house
        .store
        .claim_job("x", later(3_600), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.attempts, 2);
    let mut tx = house.tx().await;
    tx.log(super::W, "lumen", "wrote it").await.unwrap();
    assert!(matches!(
        tx.finish_job(&lost).await,
        Err(StoreError::LeaseLost)
    ));
    drop(tx);
    let mut tx = house.tx().await;
    assert!(matches!(
        tx.postpone_job(&lost, later(9), "x").await,
        Err(StoreError::LeaseLost)
    ));
    drop(tx);
    assert!(house.store.activity(super::W, 9).await.unwrap().is_empty());
    let extended = house.store.extend_lease(&lost, noon(), MINUTE).await;
    assert!(matches!(extended, Err(StoreError::LeaseLost)));
    house
        .store
        .extend_lease(&held, later(3_600), MINUTE * 5)
        .await
        .unwrap();
    assert_eq!(
        house.store.next_job_at(&[]).await.unwrap(),
        Some(later(3_900))
    );
    let mut tx = house.tx().await;
    assert_eq!(tx.jobs_open(InboxId(7)).await.unwrap(), 1);
    tx.finish_job(&held).await.unwrap();
    assert!(matches!(
        tx.finish_job(&held).await,
        Err(StoreError::LeaseLost)
    ));
    tx.commit().await.unwrap();
    assert_eq!(house.store.next_job_at(&[]).await.unwrap(), None);
    assert!(
        enqueue(&house, &job(JobKind::Compose, "a", 0)).await,
        "the key is free again"
    );
}

#[tokio::test]
async fn a_postponed_job_comes_back_and_leases_of_the_dead_are_freed() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Compose, "a", 0)).await;
    let (_, lease) = house
        .store
        .claim_job("x", noon(), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    let mut tx = house.tx().await;
    tx.postpone_job(&lease, later(10), "the model is away")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        house
            .store
            .claim_job("x", later(9), MINUTE, Skip::default())
            .await
            .unwrap()
            .is_none()
    );
    let (job, _) = house
        .store
        .claim_job("x", later(10), MINUTE, Skip::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(job.attempts, 2);
    assert!(
        house
            .store
            .claim_job("y", later(11), MINUTE, Skip::default())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(house.store.free_leases().await.unwrap(), 1);
    assert_eq!(house.store.free_leases().await.unwrap(), 0);
    assert!(
        house
            .store
            .claim_job("y", later(11), MINUTE, Skip::default())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn whoever_waits_for_work_is_woken_by_the_commit_alone() {
    let house = House::new().await;
    let woken = house.store.jobs_written();
    // What the house was furnished with may have left a sign.
    let _ = tokio::time::timeout(Duration::from_millis(1), woken.notified()).await;
    let mut tx = house.tx().await;
    tx.enqueue(&job(JobKind::Compose, "a", 0)).await.unwrap();
    let waiting = woken.notified();
    tokio::pin!(waiting);
    assert!(futures::poll!(waiting.as_mut()).is_pending());
    tx.commit().await.unwrap();
    waiting.await;
    // And nobody who comes just after misses it.
    woken.notified().await;
}

#[tokio::test]
async fn upkeep_is_not_work_that_somebody_waits_for() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Index, "index", 0)).await;
    enqueue(&house, &job(JobKind::Media, "media", 0)).await;
    enqueue(&house, &job(JobKind::Fetch, "later", 60)).await;
    assert_eq!(house.store.work_in_hand(noon()).await.unwrap(), 0);
    enqueue(&house, &job(JobKind::Compose, "compose", 0)).await;
    let skip = [JobKind::Index, JobKind::Media];
    let claimed = house
        .store
        .claim_job("x", noon(), MINUTE, Skip::kinds(&skip))
        .await;
    assert!(claimed.unwrap().is_some());
    assert_eq!(
        house.store.work_in_hand(noon()).await.unwrap(),
        1,
        "also while it is being done"
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_job_wait_until_it_has_caught_up() {
    let house = House::new().await;
    house.wait(3_600);
    enqueue(
        &house,
        &job(JobKind::Compose, "written by the wrong clock", 3_600),
    )
    .await;
    house.clock.set(noon());
    enqueue(&house, &job(JobKind::Fetch, "for later", 60)).await;
    assert_eq!(house.store.jobs_ready(noon()).await.unwrap(), 0);
    assert_eq!(house.store.due_at_last(noon()).await.unwrap(), 1);
    assert_eq!(house.store.jobs_ready(noon()).await.unwrap(), 1);
    assert_eq!(house.store.due_at_last(noon()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_crash_is_counted_and_is_no_try() {
    let house = House::new().await;
    enqueue(&house, &job(JobKind::Compose, "a", 0)).await;
    for crashes in 0..3 {
        let (claimed, _) = house
            .store
            .claim_job("x", noon(), MINUTE, Skip::default())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((claimed.crashes, claimed.tries()), (crashes, 0));
        house.store.free_leases().await.unwrap();
    }
}
