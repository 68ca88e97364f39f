use super::{House, W, later, new_draft, noon, revision};
use crate::domain::draft::DraftState;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::ids::{ApprovalId, DraftId, DraftNumber};
use crate::store::{NewDraft, StoreError};

#[tokio::test]
async fn drafts_are_numbered_without_gaps_and_their_origin_makes_one() {
    let house = House::new().await;
    let first = house.draft("job:1").await;
    assert_eq!((first.number, first.revision), (DraftNumber(1), 1));
    assert_eq!(first.state, DraftState::Waiting);
    let mut tx = house.tx().await;
    tx.new_draft(W, &new_draft("job:lost"), &revision("x"))
        .await
        .unwrap();
    drop(tx);
    assert_eq!(house.draft("job:2").await.number, DraftNumber(2));
    let mut tx = house.tx().await;
    let again = tx
        .new_draft(W, &new_draft("job:1"), &revision("other words"))
        .await
        .unwrap();
    assert_eq!(tx.draft_by_origin("job:1").await.unwrap().unwrap(), first);
    tx.commit().await.unwrap();
    assert_eq!(again, first);
    assert_eq!(
        house.store.draft_by_origin("job:1").await.unwrap().unwrap(),
        first
    );
    assert!(house.store.revision(first.id, 2).await.unwrap().is_none());
    assert_eq!(house.draft("job:3").await.number, DraftNumber(3));
    assert_eq!(
        house
            .store
            .draft_numbered(W, DraftNumber(1))
            .await
            .unwrap()
            .unwrap(),
        first
    );
    assert!(
        house
            .store
            .draft_numbered(W, DraftNumber(9))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_revision_waits_again_and_earlier_ones_stay() {
    let house = House::new().await;
    let draft = house.draft("a").await;
    let mut tx = house.tx().await;
    let scheduled = DraftState::Scheduled {
        approval: ApprovalId(1),
        by: "@owner".into(),
        due: later(60),
    };
    tx.set_state(draft.id, &scheduled).await.unwrap();
    let mut second = revision("Friday at seven.");
    second.guidance = Some("later".to_owned());
    let draft = tx.add_revision(draft.id, &second).await.unwrap();
    let finding = Finding {
        kind: FindingKind::Style,
        blocks: false,
        detail: "too short".to_owned(),
    };
    tx.set_findings(draft.id, 2, std::slice::from_ref(&finding))
        .await
        .unwrap();
    assert!(tx.set_findings(draft.id, 3, &[]).await.is_err());
    assert!(tx.add_revision(DraftId(99), &second).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!((draft.revision, &draft.state), (2, &DraftState::Waiting));
    let read = house.store.revision(draft.id, 2).await.unwrap().unwrap();
    assert_eq!(read.content.text, "Friday at seven.");
    assert_eq!(read.findings, [finding]);
    assert_eq!(read.guidance.as_deref(), Some("later"));
    assert_eq!(
        house
            .store
            .revision(draft.id, 1)
            .await
            .unwrap()
            .unwrap()
            .content
            .text,
        "Friday at six."
    );
    assert!(house.store.drafts_due(later(100)).await.unwrap().is_empty());
}

#[tokio::test]
async fn lists_go_by_state_and_time() {
    let house = House::new().await;
    let stale = house.draft("stale").await;
    let soon = house.draft("soon").await;
    let late = house.draft("late").await;
    let ready = house.draft("ready").await;
    let mut tx = house.tx().await;
    for (draft, due) in [(&soon, 10), (&late, 500)] {
        let scheduled = DraftState::Scheduled {
            approval: ApprovalId(1),
            by: "@owner".into(),
            due: later(due),
        };
        tx.set_state(draft.id, &scheduled).await.unwrap();
    }
    let approved = DraftState::Approved {
        approval: ApprovalId(1),
        by: "@owner".into(),
        at: noon(),
    };
    tx.set_state(ready.id, &approved).await.unwrap();
    tx.set_expiry(stale.id, later(20)).await.unwrap();
    assert!(tx.set_expiry(DraftId(99), later(20)).await.is_err());
    assert!(tx.set_state(DraftId(99), &approved).await.is_err());
    let waiting = tx.drafts_in(W, &["waiting"], 10).await.unwrap();
    assert_eq!(
        waiting.iter().map(|draft| draft.id).collect::<Vec<_>>(),
        [stale.id]
    );
    tx.commit().await.unwrap();
    let store = &house.store;
    assert_eq!(store.drafts_due(later(10)).await.unwrap(), [(soon.id, W)]);
    assert_eq!(store.drafts_due(later(9)).await.unwrap(), []);
    assert_eq!(
        store.drafts_due(later(900)).await.unwrap(),
        [(soon.id, W), (late.id, W)]
    );
    assert_eq!(
        store.drafts_stale(later(20)).await.unwrap(),
        [(stale.id, W)]
    );
    assert_eq!(store.drafts_stale(later(19)).await.unwrap(), []);
    let found = store
        .drafts_in(W, &["scheduled", "waiting"], 2)
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|draft| draft.id).collect::<Vec<_>>(),
        [stale.id, soon.id]
    );
    assert!(store.drafts_in(W, &[], 2).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_row_that_cannot_be_is_an_error_that_names_it() {
    let house = House::new().await;
    let draft = house.draft("a").await;
    sqlx::query("UPDATE drafts SET state = 'approved'")
        .execute(&house.store.writer)
        .await
        .unwrap();
    let error = house.store.draft(draft.id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "drafts 1: its state is approved and waiting"
    );
    sqlx::query("UPDATE draft_revisions SET content = replace(content, 'six', 'ten')")
        .execute(&house.store.writer)
        .await
        .unwrap();
    let error = house.store.revision(draft.id, 1).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Impossible { table: "draft_revisions", id, .. } if id == "1/1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_reserved_number_is_given_once_and_comes_back_only_while_it_is_the_last() {
    let house = House::new().await;
    let mut tx = house.store.begin().await.unwrap();
    let first = tx.reserve_number(W).await.unwrap();
    let second = tx.reserve_number(W).await.unwrap();
    assert_eq!((first, second), (DraftNumber(1), DraftNumber(2)));
    // A later number was given out: the earlier one stays unused.
    tx.return_number(W, first).await.unwrap();
    assert_eq!(tx.reserve_number(W).await.unwrap(), DraftNumber(3));
    tx.return_number(W, DraftNumber(3)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = house.store.begin().await.unwrap();
    let next = tx.new_draft(W, &new_draft("next"), &revision("Tea.")).await;
    assert_eq!(next.unwrap().number, DraftNumber(3));
    let reserved = NewDraft {
        number: Some(second),
        ..new_draft("reserved")
    };
    let reserved = tx.new_draft(W, &reserved, &revision("Cake.")).await;
    assert_eq!(reserved.unwrap().number, second);
    tx.commit().await.unwrap();
}
