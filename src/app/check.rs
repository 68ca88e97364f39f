//! `lumen check`: every configured service with a real call, in a table.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Trouble;
use super::house::House;
use crate::config::Config;
use crate::domain::clock::SystemClock;
use crate::domain::network::Network;
use crate::lifecycle;
use crate::models::{Message, Speaker, TextRequest};
use crate::platforms::Outlet as _;

/// How long one service may take.
const LIMIT: Duration = Duration::from_mins(1);

/// One line of the table: what was tested, and how it went.
struct Line {
    part: &'static str,
    state: State,
    says: String,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Works,
    Fails,
    /// It does not work, and nobody has asked for it.
    Absent,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Fails => "fails",
            Self::Absent => "absent",
        }
    }
}

impl Line {
    fn of<E: std::fmt::Display>(part: &'static str, result: Result<String, E>) -> Self {
        match result {
            Ok(says) => Self {
                part,
                state: State::Works,
                says,
            },
            Err(error) => Self {
                part,
                state: State::Fails,
                says: error.to_string(),
            },
        }
    }
}

pub async fn run(config: Config) -> Result<(), Trouble> {
    lifecycle::prepare(&config.place.data_dir)?;
    let house = House::open(&config, Arc::new(SystemClock), Vec::new()).await?;
    let mut lines = vec![Line {
        part: "settings",
        state: State::Works,
        says: format!("data in {}", config.place.data_dir.display()),
    }];
    let posts = house.store.post_count(super::house::WORKSPACE).await;
    lines.push(Line::of(
        "store",
        posts.map(|posts| format!("open, {posts} posts")),
    ));
    lines.push(Line::of(
        "index",
        house.recall.state().await.map(|state| state.to_string()),
    ));
    lines.push(text(&house).await);
    lines.push(embedder(&house).await);
    for outlet in &house.outlets {
        let asked = tokio::time::timeout(LIMIT, outlet.check()).await;
        let asked = asked.map_or_else(
            |_| Err(no_answer()),
            |answer| answer.map_err(|error| error.to_string()),
        );
        lines.push(Line::of(outlet.network().name(), asked));
    }
    if !house.lens.can_publish() {
        lines.push(lens_to_read(&house, config.lens.chosen).await);
    }
    house.close().await;
    for line in &lines {
        println!("{:<10} {:<6} {}", line.part, line.state.name(), line.says);
    }
    if lines.iter().all(|line| line.state != State::Fails) {
        Ok(())
    } else {
        Err(Trouble::Told)
    }
}

/// Lens without a key. Where nobody has set it up or follows something there, it may be out of reach.
async fn lens_to_read(house: &House, chosen: bool) -> Line {
    let asked = tokio::time::timeout(LIMIT, house.lens.check()).await;
    let asked = asked.map_or_else(
        |_| Err(no_answer()),
        |answer| answer.map_err(|error| error.to_string()),
    );
    let mut line = Line::of("lens", asked);
    let followed = house.store.sources(super::house::WORKSPACE).await;
    let followed = followed.is_ok_and(|sources| {
        sources
            .iter()
            .any(|source| source.network == Network::Lens && !source.paused)
    });
    if line.state == State::Fails && !chosen && !followed {
        line.state = State::Absent;
        line.says
            .push_str(". Nothing of Lens is set up, so nothing is amiss");
    }
    line
}

fn no_answer() -> String {
    format!("no answer in {} seconds", LIMIT.as_secs())
}

async fn text(house: &House) -> Line {
    let (provider, model) = house.text.name();
    if provider == "off" {
        return Line {
            part: "text",
            state: State::Works,
            says: "off".to_owned(),
        };
    }
    let request = TextRequest {
        messages: vec![Message {
            speaker: Speaker::User,
            text: "Say good morning.".to_owned(),
        }],
        max_tokens: 8,
        temperature: 0.0,
        top_p: 1.0,
        purpose: "check",
        ..TextRequest::default()
    };
    let cancel = CancellationToken::new();
    let asked = tokio::time::timeout(LIMIT, house.text.write(&request, &|_| {}, &cancel)).await;
    let said = asked.map_or_else(
        |_| Err(no_answer()),
        |answer| answer.map_err(|error| error.to_string()),
    );
    Line::of(
        "text",
        said.map(|answer| {
            format!(
                "{provider}, {model}: {} tokens in {} ms, free",
                answer.tokens_out, answer.millis
            )
        }),
    )
}

async fn embedder(house: &House) -> Line {
    let Some(embedder) = &house.embedder else {
        return Line {
            part: "embedder",
            state: State::Works,
            says: "off: search goes by words alone".to_owned(),
        };
    };
    let (provider, model) = embedder.name();
    let asked =
        tokio::time::timeout(LIMIT, embedder.embed(&["good morning".to_owned()], "check")).await;
    let said = asked.map_or_else(
        |_| Err(no_answer()),
        |answer| answer.map_err(|error| error.to_string()),
    );
    let numbers = |vectors: Vec<Vec<f32>>| vectors.first().map_or(0, Vec::len);
    Line::of(
        "embedder",
        said.map(|vectors| {
            format!(
                "{provider}, {model}: {} numbers a text, free",
                numbers(vectors)
            )
        }),
    )
}
