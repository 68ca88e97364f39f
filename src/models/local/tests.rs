//! The real models. Without them the tests say so and end.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use strum::VariantArray as _;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::{Clock as _, ManualClock, SharedClock};
use crate::models::local::gguf::Family;
use crate::models::local::testing::Small;
use crate::models::local::{LocalEmbedder, LocalModels, LocalText, TextFile};
use crate::models::testing::models_dir;
use crate::models::{
    ContinuationRequest, Embedder as _, Message, ModelError, Speaker, TextModel as _, TextRequest,
};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH))
}

fn request(question: &str, seed: u64) -> TextRequest {
    let say = |speaker, text: &str| Message {
        speaker,
        text: text.to_owned(),
    };
    TextRequest {
        messages: vec![
            say(
                Speaker::System,
                "You are a helpful assistant who answers in one short, plain sentence, whatever is asked, and who never \
                 says more than that.",
            ),
            say(Speaker::User, question),
        ],
        max_tokens: 12,
        temperature: 0.7,
        top_p: 0.9,
        seed,
        purpose: "test",
        ..TextRequest::default()
    }
}

async fn write(model: &LocalText, request: &TextRequest) -> String {
    let answer = model
        .write(request, &|_| (), &CancellationToken::new())
        .await
        .unwrap();
    answer.text
}

#[tokio::test]
async fn a_text_is_told_as_it_grows_and_the_same_seed_writes_it_again_from_the_kept_prefix() {
    let Some(dir) = models_dir() else { return };
    let model = LocalText::new(&dir, clock());
    let told = Mutex::new(Vec::<String>::new());
    let ask = request("Name a colour.", 1);
    let first = model
        .write(
            &ask,
            &|text| told.lock().unwrap().push(text.to_owned()),
            &CancellationToken::new(),
        )
        .await
        .unwrap();
    let told = told.into_inner().unwrap();
    assert!(!first.text.is_empty() && told.last() == Some(&first.text));
    assert!(
        told.windows(2).all(|two| two[1].starts_with(&two[0])),
        "{told:?}"
    );
    assert_eq!(first.tokens_out, i64::try_from(told.len()).unwrap());

    // Another question in between works on its own copy of what was kept.
    let other = write(&model, &request("Name a bird.", 1)).await;
    assert_ne!(other, first.text);
    assert_eq!(write(&model, &ask).await, first.text);
    assert_eq!(
        write(&LocalText::new(&dir, clock()), &ask).await,
        first.text
    );
}

#[tokio::test]
async fn it_ends_at_the_end_of_its_turn_and_says_when_it_was_cut_off() {
    let Some(dir) = models_dir() else { return };
    let model = LocalText::new(&dir, clock());
    let mut ask = request("Say yes.", 3);
    ask.temperature = 0.0;
    ask.max_tokens = 60;
    let stop = CancellationToken::new();
    let done = model.write(&ask, &|_| (), &stop).await.unwrap();
    assert!(!done.cut_off && done.tokens_out < 60, "{done:?}");
    assert!(!done.text.contains("<|"), "{done:?}");
    ask.max_tokens = 1;
    let cut = model.write(&ask, &|_| (), &stop).await.unwrap();
    assert!(cut.cut_off && cut.tokens_out == 1, "{cut:?}");
}

#[tokio::test]
async fn it_goes_on_from_a_beginning_and_keeps_off_what_it_must_not_write() {
    let Some(dir) = models_dir() else { return };
    let model = LocalText::new(&dir, clock());
    let mut ask = request("When do you open?", 5);
    ask.messages.push(Message {
        speaker: Speaker::Assistant,
        text: "We open on Friday at".to_owned(),
    });
    let free = write(&model, &ask).await;
    assert!(free.starts_with("We open on Friday at "), "{free}");
    ask.without = (0..10).map(|digit: u8| digit.to_string()).collect();
    let held = write(&model, &ask).await;
    assert!(!held.chars().any(|c| c.is_ascii_digit()), "{held}");
}

#[tokio::test]
async fn stopping_ends_the_work_before_the_text_is_done() {
    let Some(dir) = models_dir() else { return };
    let model = LocalText::new(&dir, clock());
    let stop = CancellationToken::new();
    let result = model
        .write(&request("Count.", 1), &|_| stop.cancel(), &stop)
        .await;
    assert_eq!(result, Err(ModelError::Cancelled));
}

fn continuing(lead: &str, count: usize) -> ContinuationRequest {
    let mut with = request("Write a short post about our bakery.", 1).messages;
    let mut without = request("Write a short post.", 1).messages;
    for talk in [&mut with, &mut without] {
        talk.push(Message {
            speaker: Speaker::Assistant,
            text: lead.to_owned(),
        });
    }
    ContinuationRequest {
        messages: with,
        baseline: without,
        count,
        max_tokens: 30,
        temperature: 0.7,
        top_p: 0.9,
        seed: 7,
        time_limit: Duration::from_mins(1),
        purpose: "test",
        ..ContinuationRequest::default()
    }
}

const LEAD: &str = "Our bakery has new bread on Friday.";

#[tokio::test]
async fn sentences_that_could_follow_are_one_each_and_scored_with_and_without_the_topic() {
    let Some(dir) = models_dir() else { return };
    let model = LocalText::new(&dir, clock());
    let finished = Mutex::new(Vec::new());
    let done = |count| finished.lock().unwrap().push(count);
    let stop = CancellationToken::new();
    let asked = continuing(LEAD, 4);
    let four = model.continuations(&asked, &done, &stop).await.unwrap();
    assert_eq!(*finished.lock().unwrap(), [1, 2, 3, 4]);
    for one in &four.all {
        assert!(
            !one.text.is_empty() && one.text == one.text.trim(),
            "{one:?}"
        );
        assert!(
            !one.text.contains('\n') && !one.text.contains("<|"),
            "{one:?}"
        );
        assert!(
            one.cut_off || one.text.ends_with(['.', '!', '?', '"']),
            "{one:?}"
        );
        for log_prob in [one.log_prob, one.baseline_log_prob] {
            assert!(log_prob < 0.0 && log_prob > -10.0, "{one:?}");
        }
    }
    let texts: HashSet<&str> = four.all.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.len() > 1, "each has a seed of its own: {texts:?}");
    assert!(four.tokens_in > 100 && four.tokens_out > 8, "{four:?}");
    // The third of four is the first of those from its seed on.
    let mut third = continuing(LEAD, 1);
    third.seed += 2;
    let again = model.continuations(&third, &done, &stop).await.unwrap();
    assert_eq!(again.all[0], four.all[2]);
    // What is known after the same prompt is as likely with it as without it.
    let mut same = continuing(LEAD, 1);
    same.baseline = same.messages.clone();
    let same = model.continuations(&same, &done, &stop).await.unwrap();
    let away = same.all[0].log_prob - same.all[0].baseline_log_prob;
    assert!(away.abs() < 1e-3, "{same:?}");
}

#[tokio::test]
async fn sentences_end_with_their_tokens_with_the_time_and_when_somebody_says_stop() {
    let Some(dir) = models_dir() else { return };
    let time = clock();
    let model = LocalText::new(&dir, time.clone());
    let stop = CancellationToken::new();
    let mut asked = continuing(LEAD, 3);
    asked.max_tokens = 2;
    let short = model.continuations(&asked, &|_| (), &stop).await.unwrap();
    assert!(short.all.iter().all(|one| one.cut_off), "{short:?}");
    assert_eq!(short.tokens_out, 6);
    asked.time_limit = Duration::ZERO;
    let none = model.continuations(&asked, &|_| (), &stop).await.unwrap();
    assert_eq!(none.all, []);
    let asked = continuing(LEAD, 50);
    let stopped = model.continuations(&asked, &|_| stop.cancel(), &stop).await;
    assert_eq!(stopped, Err(ModelError::Cancelled));
}

/// A model of each family with weights of chance, in a file as the real ones are.
#[tokio::test]
async fn a_model_of_every_family_writes_and_the_same_again_from_the_same_seed() {
    let dir = tempfile::tempdir().unwrap();
    for &family in Family::VARIANTS {
        let path = Small::new(family).file(dir.path());
        let file = TextFile::open(&path, None).unwrap();
        let model = LocalText::of_file(&file, clock());
        assert_eq!(model.name(), ("local".to_owned(), "Small".to_owned()));
        assert!(model.continues());
        let mut asked = continuing("the tea", 3);
        asked.max_tokens = 6;
        let stop = CancellationToken::new();
        let first = model.continuations(&asked, &|_| (), &stop).await.unwrap();
        assert!(!first.all.is_empty(), "{family:?}");
        for one in &first.all {
            assert!(one.log_prob.is_finite() && one.baseline_log_prob.is_finite());
        }
        let text = write(&model, &request("the sea", 1)).await;
        let again = model.continuations(&asked, &|_| (), &stop).await.unwrap();
        assert_eq!(again.all, first.all, "{family:?}");
        assert_eq!(
            write(&model, &request("the sea", 1)).await,
            text,
            "{family:?}"
        );
    }
}

/// Gemma 3 270M, a base model: no chat template, `SentencePiece`.
#[tokio::test]
async fn a_base_model_of_another_family_goes_on_from_a_text() {
    let Some(dir) = models_dir() else { return };
    let path = dir.join("gemma3-270m/model.gguf");
    if !path.is_file() {
        eprintln!("SKIPPED: no {}", path.display());
        return;
    }
    let file = TextFile::open(&path, None).unwrap();
    assert_eq!(file.name, "Gemma 3 270m");
    assert!(!file.has_template && file.continues());
    let model = LocalText::of_file(&file, clock());
    let stop = CancellationToken::new();
    let mut ask = request("What is the capital of France?", 1);
    ask.temperature = 0.0;
    ask.messages.push(Message {
        speaker: Speaker::Assistant,
        text: "The capital of France is".to_owned(),
    });
    let answer = model.write(&ask, &|_| (), &stop).await.unwrap();
    assert!(
        answer.text.starts_with("The capital of France is"),
        "{answer:?}"
    );
    assert!(!answer.text.contains('\n'), "{answer:?}");
    let two = model
        .continuations(&continuing(LEAD, 2), &|_| (), &stop)
        .await
        .unwrap();
    assert_eq!(two.all.len(), 2);
    for one in &two.all {
        assert!(one.log_prob > -5.0, "words that follow are likely: {one:?}");
    }
}

#[tokio::test]
async fn near_texts_have_near_vectors_of_unit_length_in_the_order_they_came() {
    let Some(dir) = models_dir() else { return };
    let model = LocalEmbedder::new(&dir, clock());
    let texts = [
        "a cat sits on the mat",
        "tax law",
        "The kitten is sitting on a rug, and it has been sitting there since the early morning.",
    ]
    .map(str::to_owned);
    let all = model.embed_counted(&texts, "index").await.unwrap();
    assert!(all.tokens > 20, "{}", all.tokens);
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let [cat, tax, kitten] = all.vectors.as_slice() else {
        panic!("three vectors")
    };
    assert_eq!(cat.len(), model.dimensions());
    assert!((dot(cat, cat) - 1.0).abs() < 1e-4);
    assert!(dot(cat, kitten) > 0.6, "{}", dot(cat, kitten));
    assert!(dot(cat, tax) < 0.2, "{}", dot(cat, tax));
    // Padding and neighbours change nothing.
    for (text, vector) in texts.iter().zip(&all.vectors) {
        let alone = model
            .embed(std::slice::from_ref(text), "query")
            .await
            .unwrap();
        assert!(dot(&alone[0], vector) > 0.9999);
    }
}

#[tokio::test]
async fn empty_and_endless_texts_are_embedded_too() {
    let Some(dir) = models_dir() else { return };
    let model = LocalEmbedder::new(&dir, clock());
    assert!(model.embed(&[], "index").await.unwrap().is_empty());
    let endless = "many words ".repeat(5_000);
    let embedded = model
        .embed_counted(&[String::new(), endless], "index")
        .await
        .unwrap();
    assert_eq!(embedded.tokens, 2 + 256);
    assert!(embedded.vectors.iter().flatten().all(|x| x.is_finite()));
}

#[tokio::test]
async fn models_go_after_ten_idle_minutes_and_come_back_when_asked() {
    let Some(dir) = models_dir() else { return };
    let time = clock();
    let shared: SharedClock = time.clone();
    let models = LocalModels::new(&dir, None, &shared);
    assert_eq!(
        models.text.count_tokens("four"),
        2,
        "a guess from above before it is loaded"
    );
    models.text.prepare().await.unwrap();
    assert_eq!(models.text.count_tokens("four"), 1);
    models
        .embedder
        .embed(&["x".to_owned()], "query")
        .await
        .unwrap();
    time.advance(Duration::from_secs(599));
    assert_eq!(models.unload_idle(time.now()), 0);
    time.advance(Duration::from_secs(1));
    assert_eq!(models.unload_idle(time.now()), 2);
    assert_eq!(models.unload_idle(time.now()), 0);
    models.text.prepare().await.unwrap();
    assert_eq!(models.text.count_tokens("four"), 1);
}

#[tokio::test]
async fn without_files_the_answer_says_how_to_get_a_model() {
    let nowhere = Path::new("/nonexistent/models");
    let error = LocalText::new(nowhere, clock())
        .prepare()
        .await
        .unwrap_err();
    assert!(matches!(&error, ModelError::Missing(how) if how.contains("make setup")));
    let embedder = LocalEmbedder::new(nowhere, clock());
    let error = embedder
        .embed(&["x".to_owned()], "query")
        .await
        .unwrap_err();
    assert!(matches!(&error, ModelError::Missing(how) if how.contains("make setup")));
}

#[tokio::test]
async fn a_broken_model_file_is_missing_and_not_a_crash() {
    use crate::models::local::files::TEXT;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(TEXT.directory);
    std::fs::create_dir(&folder).unwrap();
    let file = std::fs::File::create(folder.join(TEXT.files[0].name)).unwrap();
    file.set_len(TEXT.files[0].bytes).unwrap();
    let error = LocalText::new(dir.path(), clock())
        .prepare()
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ModelError::Missing(how) if how.contains("is broken")),
        "{error}"
    );
}
