//! What the tests of this folder share: a draft, a time, and a view as plain text.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::chat::view::{Block, View};
use crate::chat::words::time::Now;
use crate::domain::content::Content;
use crate::domain::draft::{Draft, DraftState, Lean, Purpose, Revision, Writer};
use crate::domain::ids::{DraftId, DraftNumber, PostId};
use crate::domain::network::Network;

/// Sunday, 22 November 2026, 21:00 in Berlin.
pub fn now() -> Now {
    Now {
        at: instant(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

pub fn instant() -> Timestamp {
    "2026-11-22T20:00:00Z".parse().unwrap()
}

pub fn draft(number: i64) -> Draft {
    Draft {
        id: DraftId(number),
        number: DraftNumber(number),
        state: DraftState::Waiting,
        revision: 1,
        purpose: Purpose::Post {
            topic: "our Friday tasting is at six".into(),
        },
        task: None,
        created_at: instant(),
        expires_at: instant(),
    }
}

pub fn revision() -> Revision {
    let lean = |post, author: &str, excerpt: &str, score| Lean {
        post: PostId(post),
        author: author.into(),
        excerpt: excerpt.into(),
        score,
    };
    Revision {
        number: 1,
        content: Content {
            network: Network::Sandbox,
            account: "roastery".into(),
            text: "Friday, six o'clock: three Ethiopians on the table and\none that divides the house.".into(),
            media: Vec::new(),
            reply_to: None,
            quote_of: None,
        },
        findings: Vec::new(),
        leans_on: vec![
            lean(1, "bean", "cupping at six", 0.81),
            lean(2, "cups", "mornings", 0.77),
            lean(3, "mug", "slow pour", 0.5),
        ],
        examples: vec![PostId(7), PostId(8)],
        persona_version: 7,
        guidance: None,
        writer: Writer::Model {
            provider: "local".into(),
            model: "SmolLM2-135M-Instruct".into(),
            tokens_in: 1412,
            tokens_out: 61,
            micro_usd: 0,
            millis: 2_130,
            tries: Vec::new(),
        },
        made_at: instant(),
    }
}

/// A view as plain text, buttons in brackets.
pub fn plain(view: &View) -> String {
    let mut lines: Vec<String> = Vec::new();
    for block in &view.blocks {
        match block {
            Block::Title(text) | Block::Text(text) | Block::Note(text) => lines.push(text.clone()),
            Block::Body(text) => lines.extend(text.lines().map(|line| format!("| {line}"))),
            Block::List(items) => lines.extend(items.iter().map(|item| format!("- {item}"))),
            Block::Table { head, rows } => {
                lines.extend([head].into_iter().chain(rows).map(|row| row.join(" | ")));
            }
            Block::Picture { alt, .. } => lines.push(format!("[picture: {alt}]")),
        }
    }
    for row in &view.buttons {
        lines.push(
            row.iter()
                .map(|button| format!("[{}]", button.label))
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    lines.join("\n")
}
