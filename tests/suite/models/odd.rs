//! Services that speak like `OpenAI` or Ollama, and differ.

use super::bench::Bench;
use crate::support::services::{Fault, Odd, Service, TOO_BUSY, Who};

const TEXT: &str = "Our Friday tasting begins at six. Bring your own cup.";

const WRITERS: [Who; 2] = [Who::OpenAi, Who::Ollama];

fn fake(bench: &Bench, who: Who) -> &Service {
    match who {
        Who::Ollama => &bench.ollama,
        _ => &bench.openai,
    }
}

/// What was told on the way is the beginning of the text, and never anything else.
fn told_only_the_text(bench: &Bench) {
    for told in bench.told.lock().unwrap().iter() {
        assert!(TEXT.starts_with(told.as_str()), "{told}");
    }
}

#[tokio::test]
async fn lines_that_carry_no_text_say_nothing_about_it() {
    for who in WRITERS {
        let bench = Bench::new().await;
        fake(&bench, who).always(Some(Fault::Odd(Odd::Stray)));
        assert_eq!(bench.write(who).await.unwrap().text, TEXT, "{who:?}");
        assert!(bench.told.lock().unwrap().len() > 3, "{who:?}");
        assert_eq!(bench.spent().await, bench.openai.bill(), "{who:?}");
        told_only_the_text(&bench);
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_an_answer_is_told_in_the_services_words() {
    for who in WRITERS {
        let bench = Bench::new().await;
        fake(&bench, who).always(Some(Fault::Odd(Odd::ErrorInside)));
        let error = bench.write(who).await.unwrap_err();
        assert!(error.to_string().contains(TOO_BUSY), "{who:?}: {error}");
        assert!(error.leaves_others());
        // Asked once more, each with its price.
        assert_eq!(bench.calls().await.len(), 2, "{who:?}");
        let (spent, bill) = (bench.spent().await, bench.openai.bill());
        assert!(spent >= bill && spent - bill < 10_000, "{spent} for {bill}");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_that_passes_is_asked_away() {
    for who in WRITERS {
        let bench = Bench::new().await;
        fake(&bench, who).next(&[Fault::Odd(Odd::ErrorInside)]);
        assert_eq!(bench.write(who).await.unwrap().text, TEXT, "{who:?}");
        assert_eq!(bench.calls().await.len(), 2, "{who:?}");
    }
}

#[tokio::test]
async fn every_instruction_stands_in_one_system_message_or_in_the_persons() {
    for odd in [Odd::OneSystem, Odd::NoSystem] {
        let bench = Bench::new().await;
        bench.openai.always(Some(Fault::Odd(odd)));
        assert_eq!(bench.write(Who::OpenAi).await.unwrap().text, TEXT);
        // The fake fills only forms that it is given as a schema; what counts here is how it is asked.
        let _ = bench.look(Who::OpenAi).await;
        for asked in bench.openai.asked_of("chat/completions") {
            let roles: Vec<&str> = asked["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|message| message["role"].as_str().unwrap())
                .collect();
            assert!(!roles[1..].contains(&"system"), "{odd:?}: {roles:?}");
            assert!(
                asked["messages"].to_string().contains("You write posts.")
                    || asked["messages"].to_string().contains("image_url"),
                "{asked}"
            );
        }
        bench.was_right();
    }
}

#[tokio::test]
async fn a_thought_is_no_part_of_the_answer_nor_of_what_grows() {
    let openai = [
        Odd::Thinks,
        Odd::ThinksInWords { opened: true },
        Odd::ThinksInWords { opened: false },
        Odd::ThinksFirst,
    ];
    let ollama = [Odd::Thinks, Odd::ThinksFirst];
    let cases = openai
        .map(|odd| (Who::OpenAi, odd))
        .into_iter()
        .chain(ollama.map(|odd| (Who::Ollama, odd)));
    for (who, odd) in cases {
        let bench = Bench::new().await;
        fake(&bench, who).always(Some(Fault::Odd(odd)));
        let answer = bench.write(who).await.unwrap();
        assert_eq!(answer.text, TEXT, "{who:?} {odd:?}");
        let told = bench.told.lock().unwrap().len();
        assert!(told > 3, "{who:?} {odd:?}: {told}");
        told_only_the_text(&bench);
    }
}

#[tokio::test]
async fn a_picture_is_described_by_one_that_thinks() {
    for who in WRITERS {
        let bench = Bench::new().await;
        // Whether it sees is asked first, and answered well.
        bench.look(who).await.unwrap();
        fake(&bench, who).next(&[Fault::Odd(Odd::Thinks)]);
        let seen = bench.look(who).await.unwrap();
        assert_eq!(seen.text("alt"), "A red cup on a wooden table", "{who:?}");
    }
}

#[tokio::test]
async fn a_thought_without_an_end_has_used_up_the_tokens() {
    for who in WRITERS {
        let bench = Bench::new().await;
        fake(&bench, who).always(Some(Fault::Odd(Odd::ThinksForever)));
        let error = bench.write(who).await.unwrap_err().to_string();
        let why = "it used up its tokens before it wrote a word";
        assert!(error.contains(why), "{who:?}: {error}");
        assert_eq!(bench.told.lock().unwrap().len(), 0);
        // Once without room for thoughts, once with it.
        assert_eq!(bench.calls().await.len(), 2, "{who:?}");
        assert_eq!(bench.spent().await, bench.openai.bill(), "{who:?}");
    }
}
