//! Reads what the operator types and hands it to the control room.
//!
//! At a prompt lines go in as they come and their work runs side by side; from a pipe each line begins when the work of
//! the one before is done.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::editor::{Editor, Restore, Typed};
use super::lines::{self, Lines, Numbered};
use super::shown::Meaning;
use super::{Mode, Terminal};
use crate::chat::frontend::Frontend as _;
use crate::chat::incoming::Said;
use crate::domain::error::UserError;
use crate::domain::ids::InboxId;
use crate::domain::operator::RoomAddress;

/// A piped line is waited for this long; then the next one begins.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// How often the work of a line typed at the prompt is waited for: 30 minutes, then its sign of life ends.
const ROUNDS: u32 = 20;

const NOT_TAKEN: &str =
    "This could not be written down, so it was not begun. The log says why; type it again.";

/// Why the terminal closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The input ended and the work that its lines began is done.
    InputDone,
    /// Ctrl-D or `/quit`: the person closed the terminal.
    Closed,
    /// Ctrl-C at an empty line: the person wants Lumen to stop.
    Interrupted,
    /// It was told to stop.
    Stopped,
}

/// Reads until the input ends, the person ends it or `stop` is called.
pub async fn run(
    desk: Arc<dyn Desk>,
    terminal: Arc<Terminal>,
    stop: CancellationToken,
) -> anyhow::Result<End> {
    match terminal.take_editor() {
        Some(editor) => at_prompt(desk, &terminal, editor, &stop).await,
        None => from(std::io::stdin(), desk, &terminal, &stop).await,
    }
}

async fn at_prompt(
    desk: Arc<dyn Desk>,
    terminal: &Arc<Terminal>,
    editor: Editor,
    stop: &CancellationToken,
) -> anyhow::Result<End> {
    let restore = Restore::later();
    desk.refresh_names().await;
    let mut typed = editor.start(Arc::clone(&desk))?;
    greet(&*desk, terminal).await;
    let mut number = 0;
    let end = loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(End::Stopped),
            next = typed.recv() => next,
        };
        match next {
            Some(Typed::Line { text, seen }) => {
                for line in commands(&text) {
                    if leaves(line) {
                        return Ok(End::Closed);
                    }
                    number += 1;
                    if let Some(id) = hand_over(&*desk, terminal, number, line, seen).await {
                        tokio::spawn(watch(
                            Arc::clone(&desk),
                            Arc::clone(terminal),
                            id,
                            stop.clone(),
                        ));
                    }
                }
            }
            Some(Typed::Interrupted) => break Ok(End::Interrupted),
            Some(Typed::Closed) | None => break Ok(End::Closed),
            Some(Typed::Failed(why)) => {
                break Err(anyhow::anyhow!("the terminal cannot be read: {why}"));
            }
        }
    };
    restore.not_needed();
    end
}

/// Says above the first prompt who this is, or how things stand.
async fn greet(desk: &dyn Desk, terminal: &Terminal) {
    if let Some(view) = desk.greeting().await {
        // A screen that cannot be written to ends the talk by itself.
        let _ = terminal.show(&RoomAddress::terminal(), &view, None).await;
    }
}

/// A pasted text is one thing said, unless it is a list of commands.
fn commands(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > 1 && lines.iter().all(|line| line.starts_with('/')) {
        lines
    } else if lines.is_empty() {
        Vec::new()
    } else {
        vec![text.trim()]
    }
}

/// What people type to leave a program that has a prompt. Only the terminal can be left, so it is no command of the control room.
fn leaves(line: &str) -> bool {
    ["/quit", "/exit"]
        .iter()
        .any(|word| line.trim().eq_ignore_ascii_case(word))
}

/// Keeps the sign of life up until the line's work is done.
async fn watch(desk: Arc<dyn Desk>, terminal: Arc<Terminal>, id: InboxId, stop: CancellationToken) {
    let _in_hand = terminal.screen.line_began();
    for _ in 0..ROUNDS {
        let settled = tokio::select! {
            () = stop.cancelled() => return,
            settled = desk.settled(id, PATIENCE) => settled,
        };
        desk.refresh_names().await;
        if settled {
            return;
        }
    }
}

/// Lines from a pipe or a file.
pub(super) async fn from(
    input: impl Read + Send + 'static,
    desk: Arc<dyn Desk>,
    terminal: &Arc<Terminal>,
    stop: &CancellationToken,
) -> anyhow::Result<End> {
    let mut lines = read(input)?;
    let mut unfinished = Vec::new();
    // A script reads answers; a person reads who is there.
    if terminal.is_interactive() {
        greet(&*desk, terminal).await;
    }
    loop {
        terminal.prompt();
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(End::Stopped),
            next = lines.recv() => next,
        };
        let Some(next) = next else { break };
        let Numbered { number, read } = next?;
        let text = match read {
            lines::Read::Blank => continue,
            lines::Read::Refused(why) => {
                terminal.say(&why).await;
                continue;
            }
            lines::Read::Line(text) => text,
        };
        terminal.echo(&text).await;
        if leaves(&text) {
            break;
        }
        let Some(id) = hand_over(&*desk, terminal, number, &text, None).await else {
            continue;
        };
        let _in_hand = terminal.screen.line_began();
        let settled = tokio::select! {
            () = stop.cancelled() => return Ok(End::Stopped),
            settled = desk.settled(id, PATIENCE) => settled,
        };
        if !settled {
            unfinished.push(id);
            terminal
                .say("This takes longer; going on with the next line.")
                .await;
        }
    }
    for id in unfinished {
        tokio::select! {
            () = stop.cancelled() => return Ok(End::Stopped),
            _ = desk.settled(id, PATIENCE) => {}
        }
    }
    Ok(End::InputDone)
}

/// Reads in a thread that nobody waits for: a read from a terminal or a pipe cannot be called off.
fn read(
    input: impl Read + Send + 'static,
) -> std::io::Result<mpsc::Receiver<std::io::Result<Numbered>>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::Builder::new()
        .name("terminal-input".to_owned())
        .spawn(move || {
            let mut lines = Lines::new(BufReader::new(input));
            while let Some(next) = lines.next().transpose() {
                let failed = next.is_err();
                if sender.blocking_send(next).is_err() || failed {
                    return;
                }
            }
        })?;
    Ok(receiver)
}

/// Writes one line to the inbox, as words or as the press of a button.
async fn hand_over(
    desk: &dyn Desk,
    terminal: &Terminal,
    number: u64,
    text: &str,
    seen: Option<u64>,
) -> Option<InboxId> {
    let body = match terminal.meaning(text, seen, desk.asks().await) {
        Meaning::Words => Said::Text {
            text: text.to_owned(),
        },
        Meaning::Press(press) => press,
        Meaning::Changed => {
            terminal.say("The buttons changed while you typed, so nothing was pressed. Look once more and type it again.").await;
            return None;
        }
    };
    match desk.take(terminal.incoming(number, body)).await {
        Ok(taken) => Some(taken),
        Err(error) => {
            tracing::error!(
                terminal.line = number,
                error = format!("{error:#}"),
                "a line could not be taken in"
            );
            let why = error.downcast_ref::<UserError>().map(UserError::to_string);
            terminal.say(why.as_deref().unwrap_or(NOT_TAKEN)).await;
            None
        }
    }
}

/// The id of what is typed in line `number` of the run `run`.
pub(super) fn external_id(run: &str, number: u64) -> String {
    format!("{run}:{number}")
}

impl Terminal {
    /// A mark for the next line, where a person types without a line editor.
    fn prompt(&self) {
        if self.mode == Mode::Bare {
            self.screen.print_raw(super::editor::PROMPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn a_pasted_list_of_commands_is_many_and_a_pasted_text_is_one() {
        assert_eq!(
            commands("/source add sandbox all\n\n /source fetch \n"),
            ["/source add sandbox all", "/source fetch"]
        );
        assert_eq!(commands("/edit #1 one\ntwo"), ["/edit #1 one\ntwo"]);
        assert_eq!(commands("  "), Vec::<&str>::new());
    }
}
