//! A Lumen that was down or restored: what was to go out meanwhile asks first, and the start says what leaves.

use std::time::Duration;

use lumen::domain::draft::DraftState;
use lumen::domain::ids::{DraftNumber, WorkspaceId};

use crate::support::binary::House;
use crate::support::telegram::with_store;

/// A house with the text of #1, put on a time that has passed so long ago.
fn scheduled(ago: Duration) -> House {
    let house = House::new();
    let said = house.session(&["/post Friday at six."]);
    assert!(said.out.contains("#1"), "{said:?}");
    with_store(&house, |store| async move {
        let draft = store
            .draft_numbered(WorkspaceId::FIRST, DraftNumber(1))
            .await
            .expect("read")
            .expect("it is there");
        let revision = store
            .revision(draft.id, draft.revision)
            .await
            .expect("read")
            .expect("it is there");
        let hash = revision.content.hash();
        let mut tx = store.begin().await.expect("begun");
        let due = tx.now() - ago;
        let approval = tx
            .add_approval(draft.id, draft.revision, &hash, None, "owner", Some(due))
            .await
            .expect("written");
        let state = DraftState::Scheduled {
            approval: approval.id,
            by: "owner".to_owned(),
            due,
        };
        tx.set_state(draft.id, &state).await.expect("written");
        tx.commit().await.expect("kept");
    });
    house
}

#[test]
fn a_draft_that_missed_its_time_by_an_hour_asks() {
    let house = scheduled(Duration::from_mins(90));
    let ended = house.session(&["/queue", "/status"]);
    assert!(ended.status.success(), "{ended:?}");
    for words in [
        "Started again. #1 missed its time and asks what now.",
        "Now",
        "Other time",
        "#1 needs a look",
    ] {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    assert_eq!(house.published(), Vec::<String>::new());
}

#[test]
fn a_draft_that_is_half_an_hour_late_goes_out_and_is_named() {
    let house = scheduled(Duration::from_mins(30));
    let ended = house.session(&["/status"]);
    assert!(
        ended.out.contains("Started again. #1 goes out now."),
        "{}",
        ended.out
    );
    assert_eq!(house.published().len(), 1, "{}", ended.out);
}

#[test]
fn what_may_be_out_since_the_backup_asks_after_a_restore() {
    let house = House::new();
    let said = house.session(&["/stop", "/post Friday at six.", "/show #1", "/approve #1"]);
    assert!(said.out.contains("held until /go"), "{said:?}");
    let file = house.folder().join("lumen.tar").display().to_string();
    assert!(house.run(&["backup", &file]).status.success());
    let said = house.session(&["/go"]);
    assert!(said.out.contains("#1 goes out now."), "{said:?}");
    let out = house.published();
    assert_eq!(out.len(), 1);
    let restored = house.run(&["restore", &file]);
    assert!(restored.status.success(), "{restored:?}");
    let ended = house.session(&["/queue", "/show #1", "/log 3", "/go"]);
    for words in [
        "#1 may be out already, is it published?",
        "It is there",
        "Publish again",
        "1 draft may have gone out since",
    ] {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    // The backup was made before the sandbox had a file, so the sandbox keeps what it has, as a network does.
    assert_eq!(house.published(), out, "{}", ended.out);
    assert!(house.session(&["/status"]).out.contains("#1 needs a look"));
}
