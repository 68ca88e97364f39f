//! Every provider when all is well.

use lumen::models::ModelError;
use lumen::models::moderate::Moderator as _;
use lumen::models::openai::retires;

use super::bench::Bench;
use crate::support::services::{Fault, Who};

#[tokio::test]
async fn what_is_asked_is_what_the_services_describe_and_the_bill_is_right() {
    let bench = Bench::new().await;
    for who in [Who::OpenAi, Who::Ollama] {
        let answer = bench.write(who).await.unwrap();
        assert_eq!(
            answer.text,
            "Our Friday tasting begins at six. Bring your own cup."
        );
        assert_eq!((answer.tokens_in, answer.tokens_out), (100, 20));
        let seen = bench.look(who).await.unwrap();
        assert_eq!(seen.text("alt"), "A red cup on a wooden table");
        assert_eq!(seen.text("words"), "OPEN AT SIX");
        let vectors = bench.embed(who, &["one", "two", ""]).await.unwrap();
        assert_eq!(vectors.len(), 3);
        let length: f32 = vectors[0].iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }
    let painted = bench.paint("").await.unwrap();
    assert_eq!(painted.bytes, crate::support::services::picture());
    assert_eq!(painted.took.micro_usd, 20_000);
    bench.was_right();
    let bill = bench.openai.bill() + bench.xai.bill();
    assert_eq!(bench.spent().await, bill);
    assert_eq!(bill, 2 * 450 + 1 + 20_000);
    assert_eq!(bench.calls().await.len(), 7);
}

#[tokio::test]
async fn a_text_is_told_while_it_is_written_and_one_that_comes_at_once_at_its_end() {
    let bench = Bench::new().await;
    for who in [Who::OpenAi, Who::Ollama] {
        let answer = bench.write(who).await.unwrap();
        let told = bench.told.lock().unwrap().clone();
        assert!(told.len() > 3, "{who:?}: {told:?}");
        let grows = told.windows(2).all(|two| two[1].starts_with(&two[0]));
        assert!(grows && told.last() == Some(&answer.text), "{told:?}");
    }
    bench.openai.always(Some(Fault::NoStream));
    let answer = bench.write(Who::OpenAi).await.unwrap();
    assert_eq!(*bench.told.lock().unwrap(), [answer.text]);
    bench.was_right();
    assert_eq!(bench.spent().await, bench.openai.bill());
}

#[tokio::test]
async fn strict_forms_are_demanded_and_a_service_that_knows_none_is_asked_in_words() {
    let bench = Bench::new().await;
    bench.write(Who::OpenAi).await.unwrap();
    let asked = &bench.openai.asked_of("chat/completions")[0];
    assert_eq!(asked["response_format"]["type"], "json_schema");
    assert_eq!(asked["response_format"]["json_schema"]["strict"], true);
    bench.openai.always(Some(Fault::NoSchema));
    bench.write(Who::OpenAi).await.unwrap();
    let last = bench.openai.asked_of("chat/completions").pop().unwrap();
    assert_eq!(last["response_format"]["type"], "json_object");
    assert!(
        last["messages"]
            .to_string()
            .contains("JSON object of this schema")
    );
    // What was not understood cost nothing.
    assert_eq!(bench.openai.bill(), 900);
    bench.was_right();
}

#[tokio::test]
async fn thinking_models_are_asked_in_their_way() {
    let bench = Bench::new().await;
    bench
        .write_with(Who::OpenAi, "gpt-6-luna", "")
        .await
        .unwrap();
    let asked = &bench.openai.asked_of("chat/completions")[0];
    assert!(asked["max_completion_tokens"].as_i64().unwrap() > 1_000);
    assert!(asked.get("temperature").is_none() && asked.get("max_tokens").is_none());
    bench.was_right();
}

#[tokio::test]
async fn moderation_names_what_is_wrong_and_pictures_go_along() {
    let bench = Bench::new().await;
    let moderator = bench.moderator();
    assert_eq!(
        moderator.judge("Friday at six", None).await.unwrap(),
        [""; 0]
    );
    let picture = crate::support::services::picture();
    let found = moderator
        .judge("hateful words", Some((&picture, "image/png")))
        .await
        .unwrap();
    assert_eq!(found, ["hate"]);
    let asked = bench.openai.asked_of("moderations").pop().unwrap();
    let url = asked["input"][1]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"), "{url}");
    bench.was_right();
}

#[tokio::test]
async fn a_retirement_is_read_where_the_service_says_it() {
    let bench = Bench::new().await;
    let day = retires(&bench.hosted(), "gpt-4o").await.unwrap();
    assert_eq!(day, Some(jiff::civil::date(2027, 1, 14)));
}

#[tokio::test]
async fn a_picture_at_an_address_is_fetched_from_the_service_that_is_trusted() {
    let bench = Bench::new().await;
    bench.xai.next(&[Fault::ByAddress]);
    let painted = bench.paint("").await.unwrap();
    assert_eq!(painted.bytes, crate::support::services::picture());
}

#[tokio::test]
async fn what_was_paid_for_before_a_crash_is_not_paid_for_again() {
    let bench = Bench::new().await;
    for _ in 0..2 {
        bench
            .write_with(Who::OpenAi, "gpt-4o", "compose:asked:7:0")
            .await
            .unwrap();
        bench.paint("paint:1:1:0").await.unwrap();
    }
    assert_eq!(bench.openai.asked_of("chat/completions").len(), 1);
    assert_eq!(bench.xai.asked().len(), 1);
    assert_eq!(bench.spent().await, 20_450);
    // Another piece of work is another picture.
    bench.paint("paint:1:1:1").await.unwrap();
    assert_eq!(bench.xai.asked().len(), 2);
}

#[tokio::test]
async fn nothing_is_asked_that_the_day_cannot_pay() {
    let bench = Bench::with_budget(3_000).await;
    bench.write(Who::OpenAi).await.unwrap();
    // 450 are spent; a picture may cost 20,000, and another draft 2,300 at most.
    let error = bench.paint("").await.unwrap_err();
    assert!(matches!(error, ModelError::OverBudget(_)), "{error:?}");
    assert_eq!(bench.xai.asked().len(), 0);
    for _ in 0..9 {
        let _ = bench.write(Who::OpenAi).await;
    }
    assert!(bench.spent().await <= 3_000);
    assert_eq!(bench.spent().await, bench.openai.bill());
    // What is free goes on.
    bench.write(Who::Ollama).await.unwrap();
}
