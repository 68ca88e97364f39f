//! Torn, missing, of another model, stopped, killed: the index comes back by itself while search goes on.

use std::path::Path;

use super::*;
use crate::store::Skip;

fn data_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(data_files(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "lance")
        {
            files.push(path);
        }
    }
    files
}

#[tokio::test]
async fn another_model_gets_a_table_of_its_own_while_the_old_one_answers() {
    let house = House::new().await;
    house.some_posts().await;
    catch_up(&house.recall(Some(Words::new("old")))).await;
    let old = house.store.index_tables().await.unwrap();

    let recall = house.recall(Some(Words::new("new")));
    assert_eq!(
        found(&recall, "tea").await,
        ["tea"],
        "the old one, by its words"
    );
    assert!(matches!(
        recall.state().await.unwrap(),
        IndexState::Building { .. }
    ));
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    let new = house.store.index_tables().await.unwrap();
    assert_eq!(new.len(), 1);
    assert!(new[0].serving);
    assert_ne!(new[0].name, old[0].name);
    assert_eq!(std::fs::read_dir(house.index()).unwrap().count(), 1);
    assert_eq!(found(&recall, "espresso dawn").await[0], "coffee");
}

#[tokio::test]
async fn a_torn_or_missing_index_is_built_anew() {
    let house = House::new().await;
    house.some_posts().await;
    catch_up(&house.recall(Some(Words::new("one")))).await;

    for file in data_files(&house.index()) {
        std::fs::write(file, b"torn").unwrap();
    }
    let recall = house.recall(Some(Words::new("one")));
    assert_eq!(found(&recall, "some tea").await, ["tea"], "search goes on");
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(found(&recall, "tea").await[0], "tea");

    // Under a table that is open.
    std::fs::remove_dir_all(house.index()).unwrap();
    assert_eq!(found(&recall, "tea").await[0], "tea");
    let recall = house.recall(Some(Words::new("one")));
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(found(&recall, "tea").await[0], "tea");
}

#[tokio::test]
async fn a_table_that_is_filled_for_the_first_time_hides_nothing() {
    let house = House::new().await;
    house.some_posts().await;
    let recall = house.recall(Some(Words::new("one")));
    recall.rebuild().await.unwrap();
    assert_eq!(found(&recall, "tea").await, ["tea"], "by its words");
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(found(&recall, "espresso at dawn").await[0], "coffee");
}

#[tokio::test]
async fn a_long_catch_up_lets_others_have_their_turn() {
    let house = House::new().await;
    let many: Vec<FetchedPost> = (0..300)
        .map(|at| fetched(&format!("n{at}"), &format!("note{at} about coffee")))
        .collect();
    house.keep(&many).await;
    let recall = house.recall(Some(Words::new("one")));
    let stop = CancellationToken::new();
    let mut turns = 0;
    loop {
        turns += 1;
        let ended = recall
            .catch_up_for(Duration::ZERO, &Unwatched, &stop)
            .await
            .unwrap();
        assert!(!recall.texts_wait().await.unwrap(), "all texts come first");
        if ended == CaughtUp::Done {
            break;
        }
        assert_eq!(ended, CaughtUp::More);
    }
    assert!(turns > 1);
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
}

#[tokio::test]
async fn a_page_is_found_by_its_words_though_the_embedder_never_answers() {
    let house = House::new().await;
    house.some_posts().await;
    let words = Words::new("one");
    let recall = house.recall(Some(words.clone()));
    catch_up(&recall).await;
    words.silent.store(true, Ordering::SeqCst);
    house.keep(&[fetched("new", "A cupping on Friday")]).await;
    let stop = CancellationToken::new();
    let filling = tokio::spawn({
        let (recall, stop) = (recall.clone(), stop.clone());
        async move { recall.catch_up(&Unwatched, &stop).await.unwrap() }
    });
    while recall.texts_wait().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let plain = house.recall(None);
    assert_eq!(found(&plain, "cupping").await[0], "new");
    stop.cancel();
    assert_eq!(filling.await.unwrap(), CaughtUp::Stopped);
    assert_eq!(
        recall.state().await.unwrap(),
        IndexState::Behind { by: 1 },
        "its vector is still to come"
    );

    words.silent.store(false, Ordering::SeqCst);
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(words.texts.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn what_comes_in_beside_a_table_that_answers_is_all_found() {
    let house = House::new().await;
    house.some_posts().await;
    let words = Words::new("one");
    let recall = house.recall(Some(words.clone()));
    catch_up(&recall).await;
    let many: Vec<FetchedPost> = (0..900)
        .map(|at| fetched(&format!("n{at}"), &format!("note{at} about the harvest")))
        .collect();
    house.keep(&many).await;
    // All texts and one batch of vectors, which writes its rows anew: whoever asks now does not wait for them to be read.
    let (never, no_time) = (CancellationToken::new(), Duration::ZERO);
    let ended = recall.catch_up_for(no_time, &Unwatched, &never).await;
    assert_eq!(ended.unwrap(), CaughtUp::More);
    let (table, _) = recall.answering().await.unwrap().unwrap();
    assert!(!table.knows_few_words().await);

    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
    assert_eq!(words.texts.load(Ordering::SeqCst), 903);
    for at in [0, 249, 250, 500, 899] {
        assert_eq!(
            found(&recall, &format!("note{at}")).await[0],
            format!("n{at}")
        );
    }
    let (table, _) = recall.answering().await.unwrap().unwrap();
    assert_eq!(table.embedded().await.unwrap(), 903);
}

#[tokio::test]
async fn a_rebuild_goes_on_beside_the_serving_table_and_takes_over() {
    let house = House::new().await;
    house.some_posts().await;
    let recall = house.recall(Some(Words::new("one")));
    catch_up(&recall).await;
    let before = house.store.index_tables().await.unwrap();
    recall.rebuild().await.unwrap();
    recall.rebuild().await.unwrap();
    assert_eq!(found(&recall, "espresso dawn").await[0], "coffee");
    house.keep(&[fetched("new", "A cupping on Friday")]).await;
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    let after = house.store.index_tables().await.unwrap();
    assert_eq!(after.len(), 1);
    assert_ne!(after[0].name, before[0].name);
    assert_eq!(found(&recall, "cupping").await[0], "new");
}

#[tokio::test]
async fn a_stop_keeps_what_was_done_and_a_crash_leaves_nothing_out() {
    let house = House::new().await;
    let many: Vec<FetchedPost> = (0..300)
        .map(|at| fetched(&format!("n{at}"), &format!("note{at} about coffee")))
        .collect();
    house.keep(&many).await;
    let words = Words::new("one");
    let stop = CancellationToken::new();
    stop.cancel();
    let recall = house.recall(Some(words.clone()));
    let ended = recall.catch_up(&Unwatched, &stop).await.unwrap();
    assert_eq!(ended, CaughtUp::Stopped);
    // The index kept a batch, the process died before the watermark moved: the batch is done again, once.
    assert_eq!(catch_up(&recall).await, CaughtUp::Done);
    let listed = house.store.index_tables().await.unwrap().remove(0);
    let mut tx = house.store.begin().await.unwrap();
    tx.advance_index(&listed.name, 0, 0).await.unwrap();
    tx.commit().await.unwrap();
    let again = house.recall(Some(words.clone()));
    assert_eq!(catch_up(&again).await, CaughtUp::Done);
    let (table, _) = again.answering().await.unwrap().unwrap();
    assert_eq!(table.count().await.unwrap(), 300);
    assert_eq!(table.embedded().await.unwrap(), 300);
    assert_eq!(words.texts.load(Ordering::SeqCst), 300);
}

#[tokio::test]
async fn the_job_is_finished_with_the_posts_in_and_comes_back_for_missing_vectors() {
    let house = House::new().await;
    house.some_posts().await;
    let words = Words::new("one");
    words.down.store(true, Ordering::SeqCst);
    let recall = house.recall(Some(words.clone()));
    let mut tx = house.store.begin().await.unwrap();
    assert!(request(&mut tx, None).await.unwrap());
    assert!(!request(&mut tx, None).await.unwrap());
    tx.commit().await.unwrap();

    let mut runs = 0;
    loop {
        let now = house.clock.now();
        let claimed = house
            .store
            .claim_job("worker", now, Duration::from_mins(1), Skip::default())
            .await
            .unwrap();
        let Some((job, lease)) = claimed else { break };
        assert_eq!(job.kind, JobKind::Index);
        runs += 1;
        let outcome = run(
            &recall,
            &house.store,
            &job,
            &lease,
            &Unwatched,
            &CancellationToken::new(),
        )
        .await
        .unwrap();
        assert_eq!(outcome, JobOutcome::Settled);
        assert_eq!(found(&recall, "mornings").await, ["coffee"]);
        words.down.store(false, Ordering::SeqCst);
        house.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(runs, 2);
    assert_eq!(recall.state().await.unwrap(), IndexState::Ready);
}
