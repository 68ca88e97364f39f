//! The control room under load: from a press to its answer in the hands of the chat program, from Approve to the network.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use lumen::chat::press::{DraftVerb, Press, Reason};
use lumen::domain::content::Content;
use lumen::domain::draft::{DraftState, Purpose, Seen, Writer};
use lumen::domain::ids::{DraftId, DraftNumber, WorkspaceId};
use lumen::domain::network::Network;
use lumen::platforms::sandbox::ACCOUNT;
use lumen::store::{NewDraft, NewRevision};

use crate::house::Running;
use crate::report::say_times;
use crate::work::Work;

/// Presses of the row, ten seconds of them.
const PRESSES: i64 = 1_000;
const BETWEEN: Duration = Duration::from_millis(10);
const APPROVALS: i64 = 60;

pub async fn run(work: &Work) -> anyhow::Result<()> {
    presses(work).await?;
    approvals(work).await
}

/// A hundred presses a second, each on a draft of its own: explanations, cards, questions, rejections.
async fn presses(work: &Work) -> anyhow::Result<()> {
    let running = Running::start(work).await?;
    let numbers = drafts(&running, PRESSES).await?;
    let mut pressed = HashMap::new();
    let mut ticks = tokio::time::interval(BETWEEN);
    let mut last = None;
    for (turn, (number, _)) in numbers.iter().enumerate() {
        ticks.tick().await;
        let (number, seen) = (*number, Seen::waiting(1));
        let verb = |verb| Press::Draft { verb, number, seen };
        let press = match turn % 4 {
            0 => verb(DraftVerb::Why),
            1 => verb(DraftVerb::Show),
            2 => verb(DraftVerb::Reject),
            _ => Press::Reject {
                reason: Reason::OffTopic,
                number,
                seen,
            },
        };
        pressed.insert(number.0, Instant::now());
        last = Some(running.press(press.code()).await?);
    }
    if let Some(last) = last {
        running
            .house
            .control
            .settled(last, Duration::from_secs(30))
            .await;
    }
    let mut answered: HashMap<i64, Instant> = HashMap::new();
    for (at, view) in running.chat.shown() {
        if let Some(number) = named(&serde_json::to_string(&view)?) {
            answered.entry(number).or_insert(at);
        }
    }
    let times: Vec<Duration> = pressed
        .iter()
        .filter_map(|(number, pressed)| Some(answered.get(number)?.duration_since(*pressed)))
        .collect();
    anyhow::ensure!(
        times.len() * 100 >= pressed.len() * 99,
        "only {} of {} presses have an answer",
        times.len(),
        pressed.len()
    );
    say_times("program.press", times);
    running.end().await
}

/// The draft that a message is about: the first `#12` in it, or the draft of its first button.
fn named(view: &str) -> Option<i64> {
    let after = |mark: &str| {
        let rest = &view[view.find(mark)? + mark.len()..];
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    after("#").or_else(|| after("1.r.off."))
}

/// From Approve to the moment right before the network is called, when the intent is on the disk.
async fn approvals(work: &Work) -> anyhow::Result<()> {
    let running = Running::start(work).await?;
    let mut times = Vec::new();
    for (number, id) in drafts(&running, APPROVALS).await? {
        let press = Press::Draft {
            verb: DraftVerb::Approve,
            number,
            seen: Seen::waiting(1),
        };
        let began = Instant::now();
        running.press(press.code()).await?;
        times.push(called(&running, id, began).await?);
        let done = wait_for(&running, id, |state| {
            matches!(state, DraftState::Published { .. })
        });
        done.await?;
    }
    say_times("program.approve", times);
    running.end().await
}

async fn called(running: &Running, id: DraftId, began: Instant) -> anyhow::Result<Duration> {
    wait_for(running, id, |state| {
        matches!(
            state,
            DraftState::Publishing { .. } | DraftState::Published { .. }
        )
    })
    .await?;
    Ok(began.elapsed())
}

async fn wait_for(
    running: &Running,
    id: DraftId,
    arrived: impl Fn(&DraftState) -> bool,
) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let draft = running.house.store.draft(id).await?;
        if draft.is_some_and(|draft| arrived(&draft.state)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
    anyhow::bail!("{id} did not get on in 20 seconds")
}

async fn drafts(running: &Running, count: i64) -> anyhow::Result<Vec<(DraftNumber, DraftId)>> {
    let mut made = Vec::new();
    let expires_at = jiff::Timestamp::now() + Duration::from_hours(240);
    let mut tx = running.house.store.begin().await?;
    for at in 0..count {
        let draft = NewDraft {
            number: None,
            purpose: Purpose::Post {
                topic: "our Friday tasting is at six".to_owned(),
            },
            task: None,
            origin: format!("bench:{at}"),
            expires_at,
        };
        let revision = NewRevision {
            content: Content {
                network: Network::Sandbox,
                account: ACCOUNT.to_owned(),
                text: format!("Friday, six o'clock: table {at} is laid."),
                media: Vec::new(),
                reply_to: None,
                quote_of: None,
            },
            findings: Vec::new(),
            leans_on: Vec::new(),
            examples: Vec::new(),
            persona_version: 1,
            guidance: None,
            writer: Writer::Person {
                name: "owner".to_owned(),
            },
        };
        let draft = tx.new_draft(WorkspaceId::FIRST, &draft, &revision).await?;
        made.push((draft.number, draft.id));
    }
    tx.commit().await?;
    Ok(made)
}
