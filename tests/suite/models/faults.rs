//! Every provider with every fault: one clear line, nothing of the key in it, and the ledger as the bill.

use lumen::models::ModelError;

use super::bench::Bench;
use crate::support::services::{Fault, KEY, Service, Who};

/// What a provider can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Write(Who),
    Look(Who),
    Embed(Who),
    Paint,
}

const ALL: [Work; 7] = [
    Work::Write(Who::OpenAi),
    Work::Write(Who::Ollama),
    Work::Look(Who::OpenAi),
    Work::Look(Who::Ollama),
    Work::Embed(Who::OpenAi),
    Work::Embed(Who::Ollama),
    Work::Paint,
];

impl Work {
    fn fake(self, bench: &Bench) -> &Service {
        match self {
            Self::Write(Who::Ollama) | Self::Look(Who::Ollama) | Self::Embed(Who::Ollama) => {
                &bench.ollama
            }
            Self::Paint => &bench.xai,
            _ => &bench.openai,
        }
    }

    async fn done(self, bench: &Bench) -> Result<(), ModelError> {
        match self {
            Self::Write(who) => bench.write(who).await.map(drop),
            Self::Look(who) => bench.look(who).await.map(drop),
            Self::Embed(who) => bench.embed(who, &["one"]).await.map(drop),
            Self::Paint => bench.paint("").await.map(drop),
        }
    }

    /// The most that the work may cost by the price table: counted when nobody can say.
    const fn is_billed(self) -> bool {
        matches!(
            self,
            Self::Write(Who::OpenAi)
                | Self::Look(Who::OpenAi)
                | Self::Embed(Who::OpenAi)
                | Self::Paint
        )
    }
}

/// The questions that were put to do the work, without those about the model.
fn questions(fake: &Service) -> usize {
    let asked = fake.asked();
    asked
        .iter()
        .filter(|(path, _)| !path.ends_with("/api/show"))
        .count()
}

/// A fault, and what the line about it says.
const CERTAIN: [(Fault, &str); 6] = [
    (Fault::SlowDown(None), "slow down"),
    (Fault::SlowDown(Some(90)), "wait 90 seconds"),
    (Fault::Quota, "no money left"),
    (Fault::ExpiredKey, "is refused"),
    (Fault::UnknownModel, ""),
    (Fault::Status500, "500"),
];

#[tokio::test]
async fn a_no_is_told_in_one_line_and_costs_nothing() {
    for work in ALL {
        for (fault, words) in CERTAIN {
            let bench = Bench::new().await;
            work.fake(&bench).always(Some(fault));
            let error = work.done(&bench).await.unwrap_err().to_string();
            assert!(
                error.contains(words) && !error.contains('\n') && error.len() < 300,
                "{work:?} {fault:?}: {error}"
            );
            assert!(!error.contains(KEY) && !error.contains("sk-"), "{error}");
            if fault == Fault::UnknownModel {
                let helps = match work.fake(&bench).who {
                    Who::OpenAi => "OPENAI_",
                    Who::Ollama => "ollama pull",
                    Who::Xai => "XAI_IMAGE_MODEL",
                };
                assert!(error.contains(helps), "{work:?}: {error}");
            }
            assert_eq!(bench.spent().await, 0, "{work:?} {fault:?}");
            let calls = bench.calls().await;
            assert_eq!(calls.len(), 1, "{work:?} {fault:?}");
            assert!(calls[0].error.is_some());
        }
    }
}

#[tokio::test]
async fn a_moment_of_trouble_is_waited_out_and_a_lasting_one_is_not_hammered() {
    for work in ALL {
        let bench = Bench::new().await;
        let fake = work.fake(&bench);
        fake.next(&[Fault::SlowDown(Some(1)), Fault::SlowDown(None)]);
        // The question about the model comes first and would take a fault of its own.
        work.done(&bench)
            .await
            .unwrap_or_else(|error| panic!("{work:?}: {error}"));
        assert_eq!(bench.spent().await, bench.openai.bill() + bench.xai.bill());
        fake.always(Some(Fault::SlowDown(None)));
        let before = questions(fake);
        work.done(&bench).await.unwrap_err();
        assert!(questions(fake) - before <= 3, "{work:?}");
        // With no money there is nothing to wait for.
        let before = questions(fake);
        fake.always(Some(Fault::Quota));
        work.done(&bench).await.unwrap_err();
        if fake.who != Who::Ollama {
            assert_eq!(questions(fake) - before, 1, "{work:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_paid_once_and_not_asked_for_again_unasked() {
    let faults = [
        Fault::Garbage,
        Fault::WrongForm,
        Fault::Refusal,
        Fault::Empty,
        Fault::Huge,
    ];
    for work in ALL {
        for fault in faults {
            let bench = Bench::new().await;
            let fake = work.fake(&bench);
            // A model is asked what it can do before it looks; that answer is well.
            if work == Work::Look(Who::Ollama) {
                work.done(&bench).await.unwrap();
            }
            let (asked, spent, bill) = (questions(fake), bench.spent().await, fake.bill());
            fake.next(&[fault]);
            let error = work.done(&bench).await.unwrap_err();
            let line = error.to_string();
            assert!(
                !line.contains('\n') && line.len() < 300,
                "{work:?} {fault:?}: {line}"
            );
            assert_eq!(questions(fake) - asked, 1, "{work:?} {fault:?}");
            let (spent, bill) = (bench.spent().await - spent, fake.bill() - bill);
            if !work.is_billed() {
                assert_eq!(spent, 0, "{work:?} {fault:?}");
                continue;
            }
            // Where the service said what it took, the ledger is the bill; where its word was lost, never less, and within a
            // cent of it.
            assert!(
                spent >= bill && spent - bill < 10_000,
                "{work:?} {fault:?}: {spent} for {bill}"
            );
            let said = matches!(fault, Fault::WrongForm | Fault::Refusal | Fault::Empty);
            if said && matches!(work, Work::Write(_) | Work::Look(_)) {
                assert_eq!(spent, bill, "{work:?} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_asked_again_once_with_its_worst_price() {
    for work in ALL {
        let bench = Bench::new().await;
        let fake = work.fake(&bench);
        let again = matches!(work, Work::Write(_) | Work::Look(_));
        fake.next(&[Fault::CutBody]);
        assert_eq!(work.done(&bench).await.is_ok(), again, "{work:?}");
        assert_eq!(questions(fake), 1 + usize::from(again), "{work:?}");
        assert_eq!(
            bench.calls().await.len(),
            1 + usize::from(again),
            "{work:?}"
        );
        // The broken call was billed, and nobody heard what for.
        let (spent, bill) = (bench.spent().await, fake.bill());
        assert!(
            spent >= bill && spent - bill < 10_000,
            "{work:?}: {spent} for {bill}"
        );
        if again && work.is_billed() {
            assert!(spent > bill, "{work:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_goes_on_breaking_is_told_and_not_hammered() {
    let bench = Bench::new().await;
    bench.openai.always(Some(Fault::CutBody));
    let error = bench.write(Who::OpenAi).await.unwrap_err();
    assert!(error.leaves_others(), "{error:?}");
    assert_eq!(questions(&bench.openai), 2);
    assert!(bench.spent().await >= bench.openai.bill());
}

#[tokio::test]
async fn a_repetition_that_the_day_cannot_pay_is_not_made() {
    // A draft may cost 2,300 at most: there is money for one.
    let bench = Bench::with_budget(3_000).await;
    bench.openai.next(&[Fault::CutBody]);
    let error = bench.write(Who::OpenAi).await.unwrap_err();
    assert!(matches!(error, ModelError::Unavailable { .. }), "{error:?}");
    assert_eq!(questions(&bench.openai), 1);
    assert!(bench.spent().await <= 3_000);
}

#[tokio::test]
async fn a_servers_own_fault_that_passes_is_asked_away_and_a_picture_is_not() {
    for work in ALL {
        let bench = Bench::new().await;
        let fake = work.fake(&bench);
        fake.next(&[Fault::Status500]);
        let again = work != Work::Paint;
        assert_eq!(work.done(&bench).await.is_ok(), again, "{work:?}");
        assert_eq!(questions(fake), 1 + usize::from(again), "{work:?}");
        assert_eq!(
            bench.spent().await,
            bench.openai.bill() + bench.xai.bill(),
            "{work:?}"
        );
    }
}

#[tokio::test]
async fn a_hang_ends_in_time_and_counts_at_most() {
    for work in [
        Work::Write(Who::OpenAi),
        Work::Write(Who::Ollama),
        Work::Look(Who::OpenAi),
        Work::Paint,
    ] {
        let bench = Bench::new().await;
        work.fake(&bench).always(Some(Fault::Hang));
        let error = work.done(&bench).await.unwrap_err().to_string();
        assert!(error.contains("nothing came in time"), "{work:?}: {error}");
        assert_eq!(bench.spent().await > 0, work.is_billed(), "{work:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_a_refusal_and_nobody_else_is_asked_instead() {
    let bench = Bench::new().await;
    bench.openai.always(Some(Fault::Refusal));
    let error = bench.write(Who::OpenAi).await.unwrap_err();
    assert!(!error.leaves_others(), "{error:?}");
    assert!(error.to_string().contains("I cannot help with that"));
    bench.xai.always(Some(Fault::Blocked));
    let error = bench.paint("").await.unwrap_err();
    assert!(matches!(error, ModelError::Refused { .. }), "{error:?}");
    assert_eq!(bench.spent().await, 450 + 20_000);
    for fault in [
        Fault::Quota,
        Fault::ExpiredKey,
        Fault::Status500,
        Fault::Garbage,
    ] {
        bench.openai.always(Some(fault));
        assert!(
            bench.write(Who::OpenAi).await.unwrap_err().leaves_others(),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn of_an_answer_that_was_cut_off_the_text_so_far_is_kept() {
    let bench = Bench::new().await;
    bench.openai.always(Some(Fault::CutOff));
    let answer = bench.write(Who::OpenAi).await.unwrap();
    assert!(answer.cut_off);
    assert_eq!(answer.text, "Friday at six. Bring your own");
}

#[tokio::test]
async fn a_model_that_does_not_load_says_which_one_does() {
    let bench = Bench::new().await;
    bench.look(Who::Ollama).await.unwrap();
    bench.ollama.always(Some(Fault::DoesNotLoad));
    for error in [
        bench.look(Who::Ollama).await.unwrap_err(),
        bench.write(Who::Ollama).await.unwrap_err(),
    ] {
        let line = error.to_string();
        assert!(
            line.contains("gemma4") && line.contains("OLLAMA_"),
            "{line}"
        );
    }
}
