use super::{House, W, later, noon};
use crate::domain::ledger::{CallOutcome, Ledger, MicroUsd, ModelCall, ModelRole};

fn call(at: i64, cost: i64, outcome: CallOutcome) -> ModelCall {
    ModelCall {
        role: ModelRole::Text,
        provider: "openai".to_owned(),
        model: "gpt-4o".to_owned(),
        purpose: "draft".to_owned(),
        prompt_hash: "00".to_owned(),
        tokens_in: 10,
        tokens_out: 5,
        cost: MicroUsd(cost),
        millis: 900,
        outcome,
        error: (outcome == CallOutcome::Failed).then(|| "away".to_owned()),
        at: later(at),
    }
}

#[tokio::test]
async fn calls_are_kept_and_summed_by_time() {
    let house = House::new().await;
    assert_eq!(
        house.store.spent_since(W, noon()).await.unwrap(),
        MicroUsd(0)
    );
    let calls = [
        call(-5, 100, CallOutcome::Ok),
        call(0, 20, CallOutcome::Failed),
        call(5, 3, CallOutcome::Cancelled),
    ];
    for call in &calls {
        house.store.record(W, call).await.unwrap();
    }
    assert_eq!(
        house.store.spent_since(W, noon()).await.unwrap(),
        MicroUsd(23)
    );
    assert_eq!(
        house.store.model_calls_since(W, noon()).await.unwrap(),
        calls[1..]
    );
    assert_eq!(
        house.store.model_calls_since(W, later(-5)).await.unwrap(),
        calls
    );
}

#[tokio::test]
async fn the_log_shows_the_newest_first() {
    let house = House::new().await;
    for text in ["one", "two", "three"] {
        let mut tx = house.tx().await;
        tx.log(W, "@owner", text).await.unwrap();
        tx.commit().await.unwrap();
        house.wait(1);
    }
    let lines = house.store.activity(W, 2).await.unwrap();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.at, line.actor.as_str(), line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [(later(2), "@owner", "three"), (later(1), "@owner", "two")]
    );
}
