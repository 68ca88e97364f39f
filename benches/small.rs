//! The small parts that run at every press, every line and every post: `cargo bench --bench small`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lumen::chat::press::{DraftVerb, Press};
use lumen::domain::draft::Seen;
use lumen::domain::ids::DraftNumber;
use lumen::domain::limits::Limits;
use lumen::domain::network::Network;
use lumen::domain::schedule::Schedule;
use lumen::flow::checks::{self, Allowance, Held};
use lumen::flow::import::line::{self, Archive};
use lumen::flow::recall::fusion::{Coverage, Fusion};
use lumen::index::{Found, cleaning};

const TEXT: &str = "Friday, six o'clock: three #SingleOrigin Ethiopians on the table and one that divides the house. \
                    Bring your own opinion, says @bean_and_gone &amp; friends https://roastery.example/friday — Bean (@bean) 6 May 2026";
const LINE: &[u8] = br#"{"id": "m1", "author": "bean", "text": "Three Ethiopians on the table #coffee", "created_at": "2026-05-06T18:00:00Z", "likes": 12, "reposts": 3}"#;
/// As many candidates as each half of a search hands over.
const CANDIDATES: u16 = 50;
const DIMENSIONS: usize = 384;

fn buttons(c: &mut Criterion) {
    let press = Press::Draft {
        verb: DraftVerb::Approve,
        number: DraftNumber(1_234),
        seen: Seen::waiting(4),
    };
    c.bench_function("a button, written and read", |b| {
        b.iter(|| Press::read(&black_box(press).code()));
    });
}

fn texts(c: &mut Criterion) {
    c.bench_function("length of a text", |b| {
        b.iter(|| Limits::of(Network::Sandbox).measure(black_box(TEXT)));
    });
    c.bench_function("cleaning a text", |b| {
        b.iter(|| cleaning::for_matching(black_box(TEXT)));
    });
    let allowance = Allowance::default();
    let instructions = [
        "Write one short post about the topic, in the voice described, and nothing else."
            .to_owned(),
    ];
    let others: Vec<(String, String)> = (0..8)
        .map(|at| (format!("@{at}"), format!("{at} {TEXT}")))
        .collect();
    let held = Held {
        network: Network::Sandbox,
        allowance: &allowance,
        instructions: &instructions,
        others: &others,
    };
    c.bench_function("all checks of a draft", |b| {
        b.iter(|| checks::by_model(black_box(TEXT), &held));
    });
}

fn lines(c: &mut Criterion) {
    const ARCHIVE: Archive = Archive {
        own: false,
        latest: Timestamp::MAX,
    };
    c.bench_function("a line of an archive", |b| {
        b.iter(|| line::read(black_box(LINE), ARCHIVE));
    });
    let (now, zone) = (Timestamp::UNIX_EPOCH, TimeZone::UTC);
    c.bench_function("a time in words", |b| {
        b.iter(|| Schedule::parse(black_box("every weekday at 9"), now, &zone));
    });
}

fn fusion(c: &mut Criterion) {
    let found = || -> Vec<Found> {
        (0..2 * CANDIDATES)
            .map(|at| Found {
                id: i64::from(at),
                similarity: Some(0.9 - f32::from(at) / 200.0),
                words: (at % 2 == 0).then(|| 20.0 - f32::from(at) / 10.0),
                vector: Some(vec![0.05_f32; DIMENSIONS]),
            })
            .collect()
    };
    let covered = (0..2 * CANDIDATES)
        .step_by(2)
        .map(|at| {
            (
                i64::from(at),
                Coverage {
                    share: 0.8,
                    words: 20,
                },
            )
        })
        .collect();
    c.bench_function("fusing two halves", |b| {
        b.iter_batched(
            found,
            |found| Fusion::default().rank(true, found, &covered),
            criterion::BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, buttons, texts, lines, fusion);
criterion_main!(benches);
