//! Ways in which services that speak like the one they stand in for differ from it.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{
    Service, Who, behave, charge_for, complain, content, good, in_pieces, json_of, said,
    stream_kind,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// All of the text and its end, with lines between that carry none.
    Stray,
    /// An error after half of the text, in a stream whose status was good.
    ErrorInside,
    /// It knows no schema, and one system message, as the first.
    OneSystem,
    /// Its template knows no system message.
    NoSystem,
    /// A thought, then what was asked for.
    Thinks,
    /// It knows no form: a thought, then running text. Not opened: the template wrote the first mark.
    ThinksInWords { opened: bool },
    /// A thought that uses up the tokens, where there is no room for one.
    ThinksFirst,
    /// A thought that uses up the tokens.
    ThinksForever,
}

const THOUGHT: &str =
    "<think>\nA shape like {\"text\": \"no\"}? Keep it short. {maybe}\n</think>\n\n";

/// What it says when it is too busy in the middle of an answer.
pub const TOO_BUSY: &str = "too busy just now";

pub fn answer(service: &Service, odd: Odd, path: &str, asked: &Value) -> Response {
    match odd {
        Odd::Stray => stream(service, with_strays(service, path, asked)),
        Odd::ErrorInside => stream(service, with_an_error(service, path, asked)),
        Odd::OneSystem => one_system(service, path, asked),
        Odd::NoSystem if speaks_as_system(asked, 0) => {
            complain(service, 500, "System role not supported", "")
        }
        Odd::NoSystem => behave(service, path, asked),
        Odd::Thinks => {
            let text = format!("{THOUGHT}{}", content(service, asked));
            say(service, path, asked, &text, "stop")
        }
        Odd::ThinksInWords { .. } if asked.get("response_format").is_some() => {
            complain(service, 400, "response_format is not supported", "")
        }
        Odd::ThinksInWords { opened } => {
            let thought = THOUGHT.strip_prefix("<think>\n").filter(|_| !opened);
            let text = format!("{}{}", thought.unwrap_or(THOUGHT), service.text());
            say(service, path, asked, &text, "stop")
        }
        Odd::ThinksFirst if most_tokens(asked) > 1_000 => answer(service, Odd::Thinks, path, asked),
        Odd::ThinksFirst | Odd::ThinksForever => {
            let text = "<think>\nA shape like {\"text\": \"no\"}? The person wants";
            say(service, path, asked, text, "length")
        }
    }
}

fn say(service: &Service, path: &str, asked: &Value, text: &str, reason: &str) -> Response {
    charge_for(service, path);
    let answer = said(service, text, reason);
    if asked["stream"] == true {
        stream(service, in_pieces(service, asked, &answer))
    } else {
        json_of(&answer)
    }
}

fn stream(service: &Service, lines: Vec<String>) -> Response {
    let kind = [(header::CONTENT_TYPE, stream_kind(service))];
    let lines = futures::stream::iter(lines.into_iter().map(Ok::<_, std::io::Error>));
    (kind, Body::from_stream(lines)).into_response()
}

fn with_strays(service: &Service, path: &str, asked: &Value) -> Vec<String> {
    let strays: &[&str] = match service.who {
        Who::Ollama => &[
            "{\"status\":\"loading\"}\n",
            "{\"message\":null,\"done\":false}\n",
        ],
        _ => &[
            "data: {\"warning\":\"usage is not known\"}\n\n",
            "data: {\"choices\":null,\"usage\":null}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":4}}],\"usage\":\"none\"}\n\n",
            "event: ping\ndata: ping\n\n",
        ],
    };
    let answer = good(service, path, asked);
    let pieces = in_pieces(service, asked, &answer);
    let strays = strays.iter().copied().cycle();
    pieces
        .into_iter()
        .zip(strays)
        .flat_map(|(piece, stray)| [stray.to_owned(), piece])
        .collect()
}

fn with_an_error(service: &Service, path: &str, asked: &Value) -> Vec<String> {
    let answer = good(service, path, asked);
    let mut pieces = in_pieces(service, asked, &answer);
    pieces.truncate(pieces.len() / 2);
    if service.who == Who::Ollama {
        pieces.push(format!("{}\n", json!({"error": TOO_BUSY})));
    } else {
        let error = json!({"error": {"message": TOO_BUSY, "code": 529}});
        pieces.push(format!("data: {error}\n\n"));
        pieces.push("data: [DONE]\n\n".to_owned());
    }
    pieces
}

fn one_system(service: &Service, path: &str, asked: &Value) -> Response {
    if asked["response_format"]["type"] == "json_schema" {
        let words = "response_format json_schema is not supported";
        return complain(service, 400, words, "");
    }
    if speaks_as_system(asked, 1) {
        let words = "One system message is allowed, and only as the first.";
        return complain(service, 500, words, "");
    }
    behave(service, path, asked)
}

/// Whether a message of the system stands behind the first `after`.
fn speaks_as_system(asked: &Value, after: usize) -> bool {
    let messages = asked["messages"].as_array().into_iter().flatten();
    messages
        .skip(after)
        .any(|message| message["role"] == "system")
}

fn most_tokens(asked: &Value) -> u64 {
    [
        &asked["max_tokens"],
        &asked["max_completion_tokens"],
        &asked["options"]["num_predict"],
    ]
    .into_iter()
    .find_map(Value::as_u64)
    .unwrap_or(0)
}
