use super::{House, W, later, noon};
use crate::domain::ids::{SourceId, TaskId};
use crate::domain::network::Network;
use crate::domain::schedule::Schedule;
use crate::domain::source::Selector;
use crate::domain::task::{MissedRun, Task, TaskKind};
use crate::store::NewTask;

#[tokio::test]
async fn a_source_is_followed_changed_and_dropped() {
    let house = House::new().await;
    let tag = Selector::Tag("coffee".to_owned());
    let cron = Schedule::Cron("0 9 * * *".to_owned());
    let mut tx = house.tx().await;
    let id = tx
        .add_source(
            W,
            Network::Sandbox,
            &tag,
            true,
            Some(&cron),
            Some(later(10)),
        )
        .await
        .unwrap();
    let all = tx
        .add_source(W, Network::Sandbox, &Selector::All, false, None, None)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let store = &house.store;
    let mut source = store
        .find_source(W, Network::Sandbox, &tag)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (source.id, source.own, source.schedule.clone()),
        (id, true, Some(cron.clone()))
    );
    assert_eq!(store.source_workspace(id).await.unwrap(), Some(W));
    assert!(
        store
            .find_source(W, Network::Archive, &tag)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(store.due_sources(later(9)).await.unwrap(), []);
    assert_eq!(store.due_sources(later(10)).await.unwrap(), [(id, W)]);

    source.cursor = Some("page 2".to_owned());
    source.last_fetched_at = Some(noon());
    source.last_error = Some("away".to_owned());
    source.next_run_at = Some(later(20));
    source.paused = true;
    let mut tx = house.tx().await;
    tx.update_source(&source).await.unwrap();
    assert_eq!(tx.source(id).await.unwrap().unwrap(), source);
    tx.commit().await.unwrap();
    assert_eq!(store.source(id).await.unwrap().unwrap(), source);
    assert!(
        store.due_sources(later(99)).await.unwrap().is_empty(),
        "paused"
    );

    let mut tx = house.tx().await;
    let again = tx
        .add_source(W, Network::Sandbox, &tag, false, None, Some(later(5)))
        .await
        .unwrap();
    assert_eq!(again, id);
    tx.commit().await.unwrap();
    let again = store.source(id).await.unwrap().unwrap();
    assert_eq!(
        (again.paused, again.own, again.cursor.as_deref()),
        (false, false, Some("page 2"))
    );
    let mut tx = house.tx().await;
    assert!(tx.remove_source(all).await.unwrap());
    assert!(!tx.remove_source(all).await.unwrap());
    let ghost = crate::domain::source::Source {
        id: SourceId(99),
        ..source
    };
    assert!(tx.update_source(&ghost).await.is_err());
    let next = tx
        .add_source(W, Network::Sandbox, &Selector::All, false, None, None)
        .await
        .unwrap();
    assert_ne!(next, all, "ids are not given twice");
    tx.commit().await.unwrap();
    assert_eq!(store.sources(W).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_task_is_made_changed_and_deleted() {
    let house = House::new().await;
    let new = NewTask {
        name: "morning".to_owned(),
        kind: TaskKind::Post,
        topic: "the first cup".to_owned(),
        schedule: Some(Schedule::Once(later(50))),
        missed: MissedRun::Skip,
        next_run_at: Some(later(50)),
    };
    let mut tx = house.tx().await;
    let id = tx.add_task(W, &new).await.unwrap();
    assert_eq!(tx.task(id).await.unwrap().unwrap().missed, MissedRun::Skip);
    tx.commit().await.unwrap();
    let mut tx = house.tx().await;
    assert!(tx.add_task(W, &new).await.is_err(), "the name is taken");
    drop(tx);
    let store = &house.store;
    let task = store.task_named(W, "morning").await.unwrap().unwrap();
    assert_eq!(store.task(id).await.unwrap().unwrap(), task);
    assert_eq!(store.due_tasks(later(50)).await.unwrap(), [(id, W)]);
    assert!(store.due_tasks(later(49)).await.unwrap().is_empty());
    let changed = Task {
        name: "evening".to_owned(),
        kind: TaskKind::Analyze,
        topic: "the last cup".to_owned(),
        schedule: None,
        missed: MissedRun::Once,
        next_run_at: None,
        last_run_at: Some(noon()),
        paused: true,
        ..task
    };
    let mut tx = house.tx().await;
    tx.update_task(&changed).await.unwrap();
    assert!(
        tx.update_task(&Task {
            id: TaskId(99),
            ..changed.clone()
        })
        .await
        .is_err()
    );
    tx.commit().await.unwrap();
    let changed_name = changed.name.clone();
    assert_eq!(store.tasks(W).await.unwrap(), [changed]);
    let mut tx = house.tx().await;
    let mut drafted = super::new_draft("a");
    drafted.task = Some(id);
    let draft = tx
        .new_draft(W, &drafted, &super::revision("x"))
        .await
        .unwrap();
    assert!(tx.delete_task(id).await.unwrap());
    assert!(!tx.delete_task(id).await.unwrap());
    tx.commit().await.unwrap();
    let kept = store.draft(draft.id).await.unwrap().unwrap();
    assert_eq!(
        kept.task,
        Some(id),
        "its drafts stay, and say where they came from"
    );
    assert_eq!(store.tasks(W).await.unwrap(), []);
    assert_eq!(store.task_named(W, &changed_name).await.unwrap(), None);
    // For a month it can come back; then its drafts are all that is left.
    let named = store.task(id).await.unwrap().unwrap().name;
    assert_eq!(named, changed_name);
    store.drop_old(later(31 * 86_400)).await.unwrap();
    assert_eq!(store.task(id).await.unwrap(), None);
    let kept = store.draft(draft.id).await.unwrap().unwrap();
    assert_eq!(kept.task, None);
}
