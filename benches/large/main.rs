//! The large measurements: the real store, index, models and control room, outside of any test.
//!
//! `cargo bench --bench large -- search text` runs these groups and prints one line of JSON a figure,
//! `{"name": "search.p50", "value": 4.7}`; `scripts/bench` sets them beside the baselines and the goals. What is measured is
//! prepared by it in the folder `LUMEN_BENCH_WORK`, see [`work`].

mod drafts;
mod embedding;
mod frontend;
mod house;
mod memory;
mod presses;
mod relevance;
mod report;
mod search;
mod supply;
mod vectors;
mod work;

use lumen::index::apart;
use work::Work;

/// The large row of [`search`] and the usual one.
const MILLION: usize = 1_000_000;
const MANY: usize = 100_000;
const FEW: usize = 10_000;

fn main() -> anyhow::Result<()> {
    lumen::config::libraries::tell_libraries();
    if std::env::args().nth(1).as_deref() == Some(apart::ARGUMENT) {
        return apart::work()
            .inspect_err(|error| println!("{error}"))
            .map_err(Into::into);
    }
    apart::by_program(std::env::current_exe()?);
    let groups: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let work = Work::from_env()?;
    for group in &groups {
        runtime.block_on(run(group, &work))?;
    }
    Ok(())
}

async fn run(group: &str, work: &Work) -> anyhow::Result<()> {
    match group {
        "embedding" => embedding::run(work).await,
        "search" => {
            search::run(work, "search10k", FEW).await?;
            search::run(work, "search", MANY).await
        }
        "million" => search::run(work, "million", MILLION).await,
        "text" => drafts::run(work).await,
        "program" => {
            presses::run(work).await?;
            memory::run(work).await
        }
        "relevance" => relevance::run(work).await,
        "weights" => relevance::weights(work).await,
        other => anyhow::bail!("there is no group {other}"),
    }
}
