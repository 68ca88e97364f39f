//! Local text: whole drafts as a person sees them, and the bare model.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use lumen::chat::view::Block;
use lumen::domain::clock::SystemClock;
use lumen::models::local::LocalText;
use lumen::models::{Message, Speaker, TextModel as _, TextRequest};
use tokio_util::sync::CancellationToken;

use crate::house::Running;
use crate::report::{number, rate, say};
use crate::work::Work;

const TOPICS: [&str; 6] = [
    "our Friday tasting is at six",
    "the new winter roast is here",
    "we close at four on Sunday",
    "why we bake before dawn",
    "bring your own cup on Monday",
    "a quiet table by the window",
];
/// Tokens that the bare model writes.
const WRITTEN: usize = 96;

pub async fn run(work: &Work) -> anyhow::Result<()> {
    whole(work).await?;
    bare(work).await
}

async fn whole(work: &Work) -> anyhow::Result<()> {
    let running = Running::start(work).await?;
    running.say("/source add sandbox all").await?;
    running.say("/source fetch").await?;
    let mut seconds = Vec::new();
    let mut first_words = Vec::new();
    for topic in TOPICS {
        running.chat.shown();
        running.chat.first_word();
        let began = Instant::now();
        running.say(&format!("/draft {topic}")).await?;
        let card = running.chat.shown().into_iter().find(|(_, view)| {
            view.blocks
                .iter()
                .any(|block| matches!(block, Block::Body(_)))
        });
        let (shown, _) = card.with_context(|| format!("no card for {topic}"))?;
        seconds.push(shown.duration_since(began).as_secs_f64());
        let first = running.chat.first_word().context("nothing was written")?;
        first_words.push(first.duration_since(began).as_secs_f64());
    }
    say("text.first_draft_s", seconds[0]);
    say("text.draft_s", middle(&mut seconds[1..]));
    say("text.draft_worst_s", worst(&seconds[1..]));
    say("text.first_word_s", middle(&mut first_words[1..]));
    say("text.first_word_worst_s", worst(&first_words[1..]));
    running.end().await
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// Reads a prompt of a few hundred tokens and writes on without an end.
async fn bare(work: &Work) -> anyhow::Result<()> {
    let model = LocalText::new(&work.models, Arc::new(SystemClock));
    model.prepare().await?;
    let mut reading = Vec::new();
    let mut writing = Vec::new();
    for turn in 0..3 {
        let story = format!(
            "Story {turn}. {}",
            "The baker opened the door at five and lit the oven. ".repeat(18)
        );
        let request = TextRequest {
            messages: vec![Message {
                speaker: Speaker::User,
                text: format!("{story}\nGo on with this story, in many words."),
            }],
            max_tokens: WRITTEN,
            temperature: 0.8,
            top_p: 0.95,
            seed: turn,
            purpose: "draft",
            ..TextRequest::default()
        };
        let first = Mutex::new(None);
        let written = |_: &str| {
            first
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(Instant::now);
        };
        let began = Instant::now();
        let answer = model
            .write(&request, &written, &CancellationToken::new())
            .await?;
        let end = Instant::now();
        let first = first
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .context("the model wrote nothing")?;
        let tokens = |count: i64| usize::try_from(count).unwrap_or_default();
        reading.push(rate(tokens(answer.tokens_in), first - began));
        writing.push(rate(
            tokens(answer.tokens_out).saturating_sub(1),
            end - first,
        ));
        say("text.prompt_tokens", number(tokens(answer.tokens_in)));
    }
    say("text.read_per_s", middle(&mut reading));
    say("text.written_per_s", middle(&mut writing));
    Ok(())
}
