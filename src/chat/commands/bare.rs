//! Words without a slash, with no question open: a command whose slash was left out, or a draft's number. What only reads
//! is done; whatever else is near is named.

use crate::chat::catalogue::Command;
use crate::chat::commands::{Ctx, Done, drafts, help, run};
use crate::chat::parse::{self, Call, Line};
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::error::UserError;

/// What people say to end something.
const ENDS: [&str; 6] = [
    "cancel",
    "/cancel",
    "never mind",
    "nevermind",
    "quit",
    "exit",
];

/// How like a command a first word is that was probably meant for it: talk is made of words, too.
const ALIKE: f64 = 0.75;

pub async fn heard(ctx: &Ctx, line: &str) -> Done {
    let line = line.trim();
    let lower = line.trim_end_matches(['.', '!', '?']).to_lowercase();
    if let Some(number) = parse::draft_number(line) {
        return drafts::shown(ctx, number).await;
    }
    if ENDS.contains(&lower.as_str()) {
        return ctx.say(View::text("There is nothing to cancel.")).await;
    }
    match parse::line(&format!("/{line}")) {
        Line::Call(call) if call.command == Command::Help => {
            let named = parse::split_word(&call.rest).0.trim_start_matches('/');
            let known = Command::named(&named.to_lowercase()).map_or("", Command::name);
            help::help(ctx, known).await
        }
        Line::Call(call) if is_plain(&call) => Box::pin(run(ctx, &call)).await,
        Line::Call(call) => Err(near(line, call.command).into()),
        Line::Unknown(_) | Line::Plain(_) | Line::Empty => {
            let first = parse::split_word(&lower).0;
            let names = Command::ALL.iter().map(|command| command.name());
            match parse::nearest_by(first, names, ALIKE).and_then(Command::named) {
                Some(command) if first.len() > 2 => Err(near(line, command).into()),
                _ => ctx.say(words::talk::stray(line)).await,
            }
        }
    }
}

/// Whether the words are certainly this command, and it changes nothing but that a draft is written.
fn is_plain(call: &Call) -> bool {
    let rest = call.rest.trim();
    let first = parse::split_word(rest).0;
    match call.command {
        Command::Start => true,
        Command::Status | Command::Queue | Command::Budget | Command::Settings | Command::Log => {
            rest.is_empty()
        }
        Command::Show | Command::Why => parse::draft_number(first).is_some(),
        Command::Draft | Command::Search => !rest.is_empty(),
        Command::Reply => first.chars().any(|letter| letter.is_ascii_digit()),
        _ => false,
    }
}

/// `I did not understand “stop”. Did you mean /stop (nothing goes out until /go)?`
fn near(line: &str, command: Command) -> UserError {
    UserError::new(
        format!("I did not understand {}.", words::quoted(line, 60)),
        format!(
            "Did you mean /{} ({})?",
            command.name(),
            command.spec().help
        ),
    )
}
