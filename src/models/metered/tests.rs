use std::sync::Mutex;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::*;
use crate::domain::clock::ManualClock;
use crate::domain::ids::ModelCallId;
use crate::domain::ledger::{Ledger, TaskBudgets};

#[derive(Default)]
struct Book {
    calls: Mutex<Vec<(WorkspaceId, ModelCall)>>,
    broken: bool,
}

#[async_trait]
impl Ledger for Book {
    async fn record(&self, w: WorkspaceId, call: &ModelCall) -> anyhow::Result<ModelCallId> {
        anyhow::ensure!(!self.broken, "the disk is full");
        let mut calls = self.calls.lock().unwrap();
        calls.push((w, call.clone()));
        Ok(ModelCallId(i64::try_from(calls.len()).unwrap()))
    }

    async fn spent_since(
        &self,
        w: WorkspaceId,
        task: Option<&str>,
        since: Timestamp,
    ) -> anyhow::Result<MicroUsd> {
        anyhow::ensure!(!self.broken, "the disk is full");
        let calls = self.calls.lock().unwrap();
        let ours = calls
            .iter()
            .filter(|(of, call)| *of == w && call.at >= since)
            .filter(|(_, call)| task.is_none_or(|task| call.purpose == task));
        Ok(MicroUsd(ours.map(|(_, call)| call.cost.0).sum()))
    }
}

/// Answers `answer` after two seconds of a manual clock.
struct Slow {
    clock: Arc<ManualClock>,
    answer: Result<&'static str, ModelError>,
}

#[async_trait]
impl TextModel for Slow {
    fn name(&self) -> (String, String) {
        ("fake".into(), "one".into())
    }
    fn prompt_budget(&self) -> usize {
        100
    }
    fn count_tokens(&self, text: &str) -> usize {
        text.len()
    }
    fn worst_price(&self, request: &TextRequest) -> MicroUsd {
        // Only what is asked for the price of a thousand tokens costs anything.
        MicroUsd(if request.max_tokens == 1_000 { 50 } else { 0 })
    }
    async fn write(
        &self,
        _: &TextRequest,
        written: Written<'_>,
        _: &CancellationToken,
    ) -> Result<TextAnswer, ModelError> {
        self.clock.advance(Duration::from_secs(2));
        let text = self.answer.clone()?;
        written(text);
        Ok(TextAnswer {
            text: text.into(),
            tokens_in: 12,
            tokens_out: 3,
            micro_usd: 40,
            millis: 1,
            provider: "fake".into(),
            model: "one".into(),
            cut_off: false,
        })
    }
    async fn continuations(
        &self,
        request: &ContinuationRequest,
        done: &(dyn Fn(usize) + Send + Sync),
        _: &CancellationToken,
    ) -> Result<Continuations, ModelError> {
        self.clock.advance(Duration::from_secs(2));
        self.answer.clone()?;
        done(request.count);
        Ok(Continuations {
            tokens_in: 30,
            tokens_out: 7,
            ..Continuations::default()
        })
    }
}

#[async_trait]
impl Embedder for Slow {
    fn name(&self) -> (String, String) {
        ("fake".into(), "two".into())
    }
    fn dimensions(&self) -> usize {
        2
    }
    async fn embed_counted(
        &self,
        texts: &[String],
        _: &'static str,
    ) -> Result<Embedded, ModelError> {
        Ok(Embedded::free(vec![vec![1.0, 0.0]; texts.len()]))
    }
}

/// A hundred millionths of a dollar a day, sixty of them for redoing.
fn budget(book: &Arc<Book>, clock: &Arc<ManualClock>) -> Arc<Budget> {
    Arc::new(Budget::new(
        book.clone(),
        clock.clone(),
        TimeZone::UTC,
        MicroUsd(100),
        TaskBudgets::from([("redo", MicroUsd(60))]),
    ))
}

fn request(text: &str) -> TextRequest {
    TextRequest {
        messages: vec![Message {
            speaker: Speaker::User,
            text: text.to_owned(),
        }],
        purpose: "draft",
        ..TextRequest::default()
    }
}

async fn ask(
    answer: Result<&'static str, ModelError>,
    broken: bool,
) -> (Result<TextAnswer, ModelError>, Arc<Book>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_000).unwrap()));
    let book = Arc::new(Book {
        broken,
        ..Book::default()
    });
    let slow: Arc<dyn TextModel> = Arc::new(Slow {
        clock: clock.clone(),
        answer,
    });
    let metered = Metered::new(slow, budget(&book, &clock), WorkspaceId(3));
    let answer = metered
        .write(&request("secret words"), &|_| (), &CancellationToken::new())
        .await;
    (answer, book)
}

#[tokio::test]
async fn an_answer_is_in_the_ledger_with_what_it_took_and_without_the_prompt() {
    let (answer, book) = ask(Ok("hello"), false).await;
    assert_eq!(answer.unwrap().text, "hello");
    let calls = book.calls.lock().unwrap();
    let (workspace, call) = &calls[0];
    assert_eq!(calls.len(), 1);
    assert_eq!(*workspace, WorkspaceId(3));
    assert_eq!(
        (call.tokens_in, call.tokens_out, call.cost, call.millis),
        (12, 3, MicroUsd(40), 2_000)
    );
    assert_eq!(
        (call.role, call.outcome),
        (ModelRole::Text, CallOutcome::Ok)
    );
    assert_eq!(
        (call.at.as_second(), call.purpose.as_str()),
        (1_000, "draft")
    );
    assert_eq!(call.prompt_hash.len(), 64);
    assert!(!format!("{call:?}").contains("secret words"));
}

#[tokio::test]
async fn continuations_are_one_call_in_the_ledger() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_000).unwrap()));
    let book = Arc::new(Book::default());
    let slow: Arc<dyn TextModel> = Arc::new(Slow {
        clock: clock.clone(),
        answer: Ok("hello"),
    });
    let metered = Metered::new(slow, budget(&book, &clock), WorkspaceId(3));
    let asked = ContinuationRequest {
        messages: request("secret words").messages,
        count: 4,
        purpose: "draft",
        ..ContinuationRequest::default()
    };
    let finished = Mutex::new(Vec::new());
    let done = |count| finished.lock().unwrap().push(count);
    metered
        .continuations(&asked, &done, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(*finished.lock().unwrap(), [4]);
    let calls = book.calls.lock().unwrap();
    let call = &calls[0].1;
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (call.tokens_in, call.tokens_out, call.cost, call.millis),
        (30, 7, MicroUsd(0), 2_000)
    );
    assert_eq!(
        (call.role, call.purpose.as_str()),
        (ModelRole::Text, "draft")
    );
    assert!(!format!("{call:?}").contains("secret words"));
}

#[tokio::test]
async fn a_failure_and_a_stop_are_written_down_as_what_they_are() {
    let why = ModelError::Unavailable {
        provider: "fake".into(),
        why: "no answer".into(),
    };
    for (error, outcome) in [
        (why, CallOutcome::Failed),
        (ModelError::Cancelled, CallOutcome::Cancelled),
    ] {
        let (answer, book) = ask(Err(error.clone()), false).await;
        assert_eq!(answer, Err(error.clone()));
        let calls = book.calls.lock().unwrap();
        assert_eq!(calls[0].1.outcome, outcome);
        assert_eq!(calls[0].1.error, Some(error.to_string()));
    }
}

#[tokio::test]
async fn a_ledger_that_fails_does_not_lose_the_answer() {
    let (answer, _) = ask(Ok("hello"), true).await;
    assert_eq!(answer.unwrap().text, "hello");
}

#[tokio::test]
async fn embeddings_are_counted_too() {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let book = Arc::new(Book::default());
    let slow: Arc<dyn Embedder> = Arc::new(Slow {
        clock: clock.clone(),
        answer: Ok(""),
    });
    let metered = Metered::new(slow, budget(&book, &clock), WorkspaceId::FIRST);
    let other = metered.on_account_of(WorkspaceId(2));
    assert_eq!(
        other.embed(&["a".into()], "query").await.unwrap(),
        [[1.0, 0.0]]
    );
    let calls = book.calls.lock().unwrap();
    assert_eq!(calls[0].0, WorkspaceId(2));
    assert_eq!(
        (calls[0].1.role, calls[0].1.purpose.as_str()),
        (ModelRole::Embedder, "query")
    );
}

#[test]
fn who_said_what_is_part_of_the_hash() {
    let user = hash_of_talk(&request("ab").messages);
    let mut system = request("ab").messages;
    system[0].speaker = Speaker::System;
    assert_ne!(user, hash_of_talk(&system));
    assert_ne!(
        hash_of(["ab", "c"].into_iter()),
        hash_of(["a", "bc"].into_iter())
    );
}

#[tokio::test]
async fn a_call_that_could_cost_more_than_is_left_today_is_not_made() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_000).unwrap()));
    let book = Arc::new(Book::default());
    let slow: Arc<dyn TextModel> = Arc::new(Slow {
        clock: clock.clone(),
        answer: Ok("hello"),
    });
    let metered = Metered::new(slow, budget(&book, &clock), WorkspaceId::FIRST);
    let dear = TextRequest {
        max_tokens: 1_000,
        ..request("dear")
    };
    let stop = CancellationToken::new();
    // Each may cost 50 and costs 40: the third would not fit any more.
    for _ in 0..2 {
        metered.write(&dear, &|_| (), &stop).await.unwrap();
    }
    let refused = metered.write(&dear, &|_| (), &stop).await.unwrap_err();
    let ModelError::OverBudget(why) = refused else {
        panic!("{refused:?}");
    };
    assert!(why.contains("0.0001 USD a day"), "{why}");
    // What is free goes on, and tomorrow there is money again.
    metered
        .write(&request("free"), &|_| (), &stop)
        .await
        .unwrap();
    assert_eq!(book.calls.lock().unwrap().len(), 3);
    clock.advance(Duration::from_hours(24));
    metered.write(&dear, &|_| (), &stop).await.unwrap();
}

#[tokio::test]
async fn calls_under_way_count_with_the_most_they_may_cost() {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let book = Arc::new(Book::default());
    let budget = budget(&book, &clock);
    let w = WorkspaceId::FIRST;
    let first = budget.promise(w, "draft", MicroUsd(60)).await.unwrap();
    assert!(budget.promise(w, "image", MicroUsd(60)).await.is_err());
    drop(first);
    assert!(budget.promise(w, "image", MicroUsd(60)).await.is_ok());
}

#[tokio::test]
async fn a_task_with_money_of_its_own_ends_with_it_and_the_others_go_on() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_000).unwrap()));
    let book = Arc::new(Book::default());
    let slow: Arc<dyn TextModel> = Arc::new(Slow {
        clock: clock.clone(),
        answer: Ok("hello"),
    });
    let budget = budget(&book, &clock);
    let w = WorkspaceId::FIRST;
    let metered = Metered::new(slow, budget.clone(), w);
    let stop = CancellationToken::new();
    let dear = |purpose| TextRequest {
        max_tokens: 1_000,
        purpose,
        ..request("dear")
    };
    // It may cost 50 and costs 40, of 60 for the task: a second one would not fit.
    let under_way = budget.promise(w, "redo", MicroUsd(20)).await.unwrap();
    assert!(metered.write(&dear("redo"), &|_| (), &stop).await.is_err());
    drop(under_way);
    metered.write(&dear("redo"), &|_| (), &stop).await.unwrap();
    let refused = metered.write(&dear("redo"), &|_| (), &stop).await;
    let Err(ModelError::OverBudget(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        why.contains("\u{201c}redo\u{201d}") && why.contains("LUMEN_TASK_BUDGETS_USD"),
        "{why}"
    );
    metered.write(&dear("draft"), &|_| (), &stop).await.unwrap();
}

#[tokio::test]
async fn without_a_ledger_only_what_is_free_is_allowed() {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let book = Arc::new(Book {
        broken: true,
        ..Book::default()
    });
    let budget = budget(&book, &clock);
    assert!(
        budget
            .promise(WorkspaceId::FIRST, "draft", MicroUsd(1))
            .await
            .is_err()
    );
    assert!(
        budget
            .promise(WorkspaceId::FIRST, "draft", MicroUsd(0))
            .await
            .is_ok()
    );
}
