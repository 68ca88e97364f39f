//! The input line of a real terminal: editing, history, completion. rustyline blocks while it reads, so it lives in a
//! thread that nobody waits for; a [`Gate`] tells the screen when it may write above the line.

use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::completion::{Completer, Pair};
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{ColorMode, CompletionType, Config, Context, ExternalPrinter, Helper};
use tokio::sync::mpsc;

use super::desk::Desk;
use super::gate::Gate;
use super::safe;
use super::screen::Paper;

/// Lines kept in the history.
const HISTORY: usize = 1_000;
/// A longer line is a pasted text: not worth a place in the history.
const LONGEST_KEPT: usize = 2_000;

pub(super) const PROMPT: &str = "> ";
const PROMPT_COLOURED: &str = "\x1b[1;36m> \x1b[0m";

/// What happened at the prompt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// With the newest message on the screen when the person began to type it.
    Line {
        text: String,
        seen: Option<u64>,
    },
    /// Ctrl-D.
    Closed,
    /// Ctrl-C at an empty line.
    Interrupted,
    Failed(String),
}

/// Writes above the open line.
pub(super) struct AboveLine<P> {
    printer: P,
    gate: Arc<Gate>,
}

impl<P: ExternalPrinter + Send> Paper for AboveLine<P> {
    fn ready(&mut self) -> u64 {
        self.gate.wait()
    }

    fn entered(&self) -> Option<String> {
        self.gate.line()
    }

    fn put(&mut self, text: String) -> io::Result<()> {
        self.printer.print(text).map_err(io::Error::other)
    }
}

type Line = rustyline::Editor<Assist, FileHistory>;

/// The line editor, not reading yet.
pub(super) struct Editor {
    line: Line,
    history: Option<PathBuf>,
    gate: Arc<Gate>,
}

impl Editor {
    /// The editor, and what writes above its line.
    pub(super) fn open(
        history: Option<PathBuf>,
        colour: bool,
        gate: Arc<Gate>,
    ) -> anyhow::Result<(Self, impl Paper + use<>)> {
        let config = Config::builder()
            .auto_add_history(false)
            .history_ignore_space(true)
            .max_history_size(HISTORY)?
            .completion_type(CompletionType::List)
            .build();
        let mut line =
            Line::with_config(config).context("the line editor does not start on this terminal")?;
        line.set_color_mode(if colour {
            ColorMode::Enabled
        } else {
            ColorMode::Disabled
        });
        let printer = line
            .create_external_printer()
            .context("this terminal cannot be written to while a line is open")?;
        let history = history.filter(|path| match prepare_history(path, &mut line) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(terminal.history = %path.display(), %error, "the history of typed lines is not kept");
                false
            }
        });
        let paper = AboveLine {
            printer,
            gate: Arc::clone(&gate),
        };
        Ok((
            Self {
                line,
                history,
                gate,
            },
            paper,
        ))
    }

    /// Reads until the person ends it. Runs in a thread that is left alone: it cannot be woken while it reads.
    pub(super) fn start(mut self, desk: Arc<dyn Desk>) -> io::Result<mpsc::Receiver<Typed>> {
        let (sender, receiver) = mpsc::channel(64);
        self.line.set_helper(Some(Assist {
            desk,
            gate: Arc::clone(&self.gate),
        }));
        std::thread::Builder::new()
            .name("terminal-line".to_owned())
            .spawn(move || {
                let gate = Arc::clone(&self.gate);
                self.read(&sender);
                // First the editor, then the gate: what is written from now on goes straight to the screen.
                drop(self);
                gate.over();
            })?;
        Ok(receiver)
    }

    fn read(&mut self, sender: &mpsc::Sender<Typed>) {
        loop {
            self.gate.starting();
            let read = self.line.readline(&(PROMPT, PROMPT_COLOURED));
            let seen = self.gate.seen();
            self.gate.entered(None);
            let typed = match read {
                Ok(text) => {
                    self.remember(&text);
                    Typed::Line { text, seen }
                }
                // Something was typed: Ctrl-C throws it away, as in a shell.
                Err(ReadlineError::Interrupted) if seen.is_some() => continue,
                Err(ReadlineError::Interrupted) => Typed::Interrupted,
                Err(ReadlineError::Eof) => Typed::Closed,
                Err(ReadlineError::Signal(_)) => continue,
                Err(error) => Typed::Failed(error.to_string()),
            };
            let last = !matches!(typed, Typed::Line { .. });
            if sender.blocking_send(typed).is_err() || last {
                return;
            }
        }
    }

    fn remember(&mut self, text: &str) {
        if !is_worth_keeping(text) {
            return;
        }
        let Some(path) = &self.history else {
            let _ = self.line.add_history_entry(text);
            return;
        };
        let kept = self.line.add_history_entry(text).and_then(|new| {
            if new {
                self.line.append_history(path)
            } else {
                Ok(())
            }
        });
        if let Err(error) = kept {
            tracing::debug!(%error, "the history of typed lines cannot be written");
        }
    }
}

/// Neither a key of a button, nor a pasted text, nor the secret that a claim code is.
fn is_worth_keeping(text: &str) -> bool {
    let text = text.trim();
    (2..=LONGEST_KEPT).contains(&text.len()) && !text.to_lowercase().starts_with("/claim")
}

/// The file is there, readable by its owner alone, and read.
fn prepare_history(path: &Path, line: &mut Line) -> anyhow::Result<()> {
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    if file.metadata()?.len() > 0 {
        line.load_history(path)?;
    }
    Ok(())
}

/// What rustyline asks while a line is typed. Its calls also tell the gate what happens on the screen.
struct Assist {
    desk: Arc<dyn Desk>,
    gate: Arc<Gate>,
}

impl Helper for Assist {}

impl Highlighter for Assist {}

impl Hinter for Assist {
    type Hint = String;

    fn hint(&self, line: &str, _pos: usize, _ctx: &Context<'_>) -> Option<String> {
        self.gate.drawn(line);
        None
    }
}

impl Validator for Assist {
    fn validate(&self, ctx: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        self.gate.entered(Some(ctx.input()));
        Ok(ValidationResult::Valid(None))
    }
}

impl Completer for Assist {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _ctx: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(complete(line, pos, |typed| self.desk.completions(typed)))
    }
}

/// Where the last word before the cursor begins and what it could become. Names come from outside: one that could
/// steer the terminal is not offered.
fn complete(line: &str, pos: usize, offers: impl Fn(&str) -> Vec<String>) -> (usize, Vec<Pair>) {
    let typed = line.get(..pos).unwrap_or(line);
    let start = typed.rfind(char::is_whitespace).map_or(0, |at| {
        at + typed[at..].chars().next().map_or(1, char::len_utf8)
    });
    let offered = offers(typed)
        .into_iter()
        .filter(|word| safe::line(word) == *word);
    let pairs = offered
        .map(|word| Pair {
            display: word.clone(),
            replacement: format!("{word} "),
        })
        .collect();
    (start, pairs)
}

/// Brings the terminal back into its usual mode when the reading thread is left behind in the middle of a line.
pub(super) struct Restore(Option<Termios>);

impl Restore {
    pub(super) fn later() -> Self {
        Self(tcgetattr(rustix::stdio::stdin()).ok())
    }

    /// Nothing to bring back: the editor did it.
    pub(super) fn not_needed(mut self) {
        self.0 = None;
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        use std::io::Write as _;
        let Some(usual) = self.0.take() else { return };
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &usual);
        // Bracketed paste off, and the shell's prompt on a line of its own.
        let mut out = io::stdout().lock();
        let _ = out.write_all(b"\x1b[?2004l\n").and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::{complete, is_worth_keeping};

    #[test]
    fn keys_secrets_and_pasted_texts_are_not_remembered() {
        assert!(is_worth_keeping("/draft six"));
        for line in ["a", " ", " /Claim 12AB", &"x".repeat(3_000)] {
            assert!(!is_worth_keeping(line), "{line}");
        }
    }

    #[test]
    fn the_last_word_is_completed_and_nothing_unsafe_is_offered() {
        let offers = |_: &str| vec!["#12".to_owned(), "evil\u{1b}[2J".to_owned()];
        let (start, pairs) = complete("/approve #1 more", 11, offers);
        assert_eq!(start, 9);
        assert_eq!(
            pairs
                .iter()
                .map(|pair| pair.replacement.as_str())
                .collect::<Vec<_>>(),
            ["#12 "]
        );
        assert_eq!(complete("/dr", 3, offers).0, 0);
        assert_eq!(complete("/a\u{3000}b", 6, offers).0, 5);
    }
}
