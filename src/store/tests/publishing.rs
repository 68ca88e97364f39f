use super::{House, W, later, revision};
use crate::domain::call_notes::CallNotes as _;
use crate::domain::draft::{Approval, Draft};
use crate::domain::ids::IntentId;
use crate::domain::job::Lease;
use crate::domain::network::Network;
use crate::domain::operator::{Identity, Role, Surface};
use crate::store::{Intent, IntentState, R, StoreError, Tx};

async fn intend(tx: &mut Tx, draft: &Draft, approval: &Approval, key: &str) -> R<Intent> {
    let hash = &approval.content_hash;
    tx.open_new_intent(
        draft.id,
        approval.id,
        key,
        hash,
        Network::Sandbox,
        "roastery",
    )
    .await
}

/// A draft with an approval and the call on its way.
async fn sent(house: &House) -> (Draft, Approval, Intent) {
    let draft = house.draft("a").await;
    let hash = revision("Friday at six.").content.hash();
    let owner = Identity {
        surface: Surface::Terminal,
        external_id: "local".into(),
    };
    let mut tx = house.tx().await;
    let owner = tx
        .add_operator(W, "@owner", Role::Owner, &owner)
        .await
        .unwrap();
    let approval = tx
        .add_approval(draft.id, 1, &hash, Some(owner.id), "@owner", Some(later(9)))
        .await
        .unwrap();
    let intent = intend(&mut tx, &draft, &approval, "key-1").await.unwrap();
    tx.commit().await.unwrap();
    let lease = house.claim("w").await;
    let mut tx = house.tx().await;
    tx.send_intent(intent.id, &lease).await.unwrap();
    tx.commit().await.unwrap();
    (draft, approval, intent)
}

#[tokio::test]
async fn an_approval_and_the_intent_on_it_are_kept() {
    let house = House::new().await;
    let (draft, approval, intent) = sent(&house).await;
    assert_eq!((intent.state, intent.attempts), (IntentState::Open, 0));
    assert_eq!(
        (approval.by.as_str(), approval.due),
        ("@owner", Some(later(9)))
    );
    assert_eq!(
        house.store.approval(approval.id).await.unwrap().unwrap(),
        approval
    );
    let read = house.store.open_intent(draft.id).await.unwrap().unwrap();
    assert_eq!(
        (read.state, read.attempts, read.key.as_str()),
        (IntentState::Sent, 1, "key-1")
    );
    assert_eq!(
        (read.approval, &read.content_hash),
        (approval.id, &approval.content_hash)
    );
    let mut tx = house.tx().await;
    assert_eq!(tx.approval(approval.id).await.unwrap().unwrap(), approval);
    assert_eq!(tx.open_intent(draft.id).await.unwrap().unwrap(), read);
    assert!(
        tx.mark_intent(IntentId(99), IntentState::Done, None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_call_is_sent_once_and_only_under_the_claim_that_holds() {
    let house = House::new().await;
    let (_, _, intent) = sent(&house).await;
    // A minute on, another has the job.
    house.wait(61);
    let other = house.claim("other").await;
    let lost = Lease {
        holder: "w/1".to_owned(),
        ..other.clone()
    };
    let refused = |done| assert!(matches!(done, Err(StoreError::LeaseLost)), "{done:?}");
    let mut tx = house.tx().await;
    refused(tx.hold_job(&lost).await);
    // It is sent already.
    refused(tx.send_intent(intent.id, &other).await);
    tx.mark_intent(intent.id, IntentState::Open, Some("asked to wait"))
        .await
        .unwrap();
    refused(tx.send_intent(intent.id, &lost).await);
    tx.hold_job(&other).await.unwrap();
    tx.send_intent(intent.id, &other).await.unwrap();
    tx.commit().await.unwrap();
    let noted = house.store.note("key-1", "sent", &lost).await;
    assert!(noted.is_err() && house.store.noted("key-1").await.unwrap().is_none());
    house.store.note("key-1", "sent", &other).await.unwrap();
}

#[tokio::test]
async fn a_draft_has_one_call_that_is_not_settled() {
    let house = House::new().await;
    let (draft, approval, intent) = sent(&house).await;
    let mut tx = house.tx().await;
    let second = intend(&mut tx, &draft, &approval, "key-2").await;
    assert!(matches!(second, Err(StoreError::Sql(_))), "{second:?}");
    drop(tx);
    let mut tx = house.tx().await;
    tx.mark_intent(intent.id, IntentState::Absent, Some("it never arrived"))
        .await
        .unwrap();
    intend(&mut tx, &draft, &approval, "key-2").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        house
            .store
            .open_intent(draft.id)
            .await
            .unwrap()
            .unwrap()
            .key,
        "key-2"
    );
}

#[tokio::test]
async fn the_first_receipt_counts_and_leads_back_to_the_draft() {
    let house = House::new().await;
    let (draft, _, intent) = sent(&house).await;
    let mut tx = house.tx().await;
    tx.mark_intent(intent.id, IntentState::Done, None)
        .await
        .unwrap();
    tx.add_receipt(intent.id, "77", Some("https://x/77"), "answer", later(3))
        .await
        .unwrap();
    tx.add_receipt(intent.id, "78", None, "lookup", later(4))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let store = &house.store;
    assert!(store.open_intent(draft.id).await.unwrap().is_none());
    let receipts = store.receipts(draft.id).await.unwrap();
    assert_eq!(receipts.len(), 1);
    let receipt = &receipts[0];
    assert_eq!(
        (receipt.native_id.as_str(), receipt.settled_by.as_str()),
        ("77", "answer")
    );
    assert_eq!(
        (receipt.intent, receipt.published_at),
        (intent.id, later(3))
    );
    let found = store
        .draft_of_published(W, Network::Sandbox, "77")
        .await
        .unwrap();
    assert_eq!(found.unwrap().id, draft.id);
    for (network, id) in [(Network::Archive, "77"), (Network::Sandbox, "78")] {
        assert!(
            store
                .draft_of_published(W, network, id)
                .await
                .unwrap()
                .is_none()
        );
    }
}
