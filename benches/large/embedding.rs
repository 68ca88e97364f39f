//! The local embedding model: many texts for the index, and one for a question.

use std::sync::Arc;
use std::time::Instant;

use lumen::domain::clock::SystemClock;
use lumen::index::cleaning;
use lumen::models::Embedder as _;
use lumen::models::local::LocalEmbedder;

use crate::report::{rate, say, say_times};
use crate::supply::Supply;
use crate::work::Work;

/// Texts of a row, and how many words they have.
pub const TEXTS: usize = 768;
/// As many at once as the index hands over.
const AT_ONCE: usize = 128;
const QUESTIONS: usize = 100;

pub async fn run(work: &Work) -> anyhow::Result<()> {
    let texts = texts(work)?;
    let embedder = LocalEmbedder::new(&work.models, Arc::new(SystemClock));
    let began = Instant::now();
    embedder.embed(&texts[..1], "query").await?;
    say("embedding.load_ms", crate::report::millis(began.elapsed()));
    embedder.embed(&texts[..AT_ONCE], "index").await?;
    let began = Instant::now();
    for batch in texts.chunks(AT_ONCE) {
        embedder.embed(batch, "index").await?;
    }
    say("embedding.texts_per_s", rate(texts.len(), began.elapsed()));
    let mut times = Vec::with_capacity(QUESTIONS);
    for text in texts.iter().take(QUESTIONS) {
        let question: Vec<&str> = text.split_whitespace().take(8).collect();
        let question = [question.join(" ")];
        let began = Instant::now();
        embedder.embed(&question, "query").await?;
        times.push(began.elapsed());
    }
    say_times("embedding.question", times);
    Ok(())
}

/// The first posts of 8 to 48 words, as they go into the index.
fn texts(work: &Work) -> anyhow::Result<Vec<String>> {
    let supply = Supply::read(work)?;
    let texts = (0..)
        .map(|number| cleaning::for_matching(&supply.text(number)))
        .filter(|text| (8..=48).contains(&text.split_whitespace().count()))
        .take(TEXTS)
        .collect();
    Ok(texts)
}
