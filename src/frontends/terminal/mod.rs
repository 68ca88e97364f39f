//! The terminal as a control room.
//!
//! | file | what it does |
//! | --- | --- |
//! | `safe`, `wrap`, `table`, `render`, `look` | a [`View`] as text: pure |
//! | `buttons`, `shown` | keys for buttons, and what a typed key presses |
//! | `live`, `screen` | the line that changes in place, and the one thread that writes |
//! | `editor`, `gate`, `lines` | the input line of a terminal; lines from a pipe |
//! | `drive`, `desk` | from a line to the inbox; what is needed of the control room |
//!
//! To show a new kind of [`Block`](crate::chat::view::Block), add its arm in `render`.

pub mod buttons;
pub mod desk;
mod drive;
mod editor;
mod gate;
mod lines;
mod live;
pub mod look;
pub mod render;
pub mod safe;
mod screen;
mod shown;
mod table;
pub mod wrap;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;

pub use self::desk::{ControlDesk, Desk};
pub use self::drive::{End, PATIENCE, run};
use self::editor::Editor;
use self::gate::Gate;
use self::look::{Look, Style};
pub use self::screen::LogWriter;
use self::screen::{Screen, Stream, Window};
use self::shown::{Meaning, Shown};
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::view::View;
use crate::domain::operator::{Identity, RoomAddress, Surface};
use crate::domain::progress::Step;

/// What the terminal needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names this run of the program: ids of lines and messages begin with it, so they are never those of another run.
    pub run: String,
    /// How the person at the terminal is called: their login name.
    pub person: String,
    /// Where typed lines are remembered; `None` keeps them for this run only.
    pub history: Option<PathBuf>,
}

/// How lines come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A terminal with a line editor.
    Edited,
    /// A terminal that cannot move its cursor.
    Bare,
    /// A pipe or a file.
    Piped,
}

/// The control room that Lumen was started in.
pub struct Terminal {
    options: Options,
    mode: Mode,
    window: Window,
    screen: Screen,
    gate: Arc<Gate>,
    editor: Mutex<Option<Editor>>,
    shown: Mutex<Shown>,
}

impl Terminal {
    /// Looks at stdin and stdout: a line editor where both are a terminal, plain lines else. `env` is the environment.
    pub fn open(options: Options, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            return Self::with_stream(options, Mode::Piped, Look::piped(env), std::io::stdout());
        }
        let look = Look::of_terminal(env);
        if !look.moves {
            return Self::with_stream(options, Mode::Bare, look, std::io::stdout());
        }
        let gate = Arc::new(Gate::new());
        let (editor, paper) =
            Editor::open(options.history.clone(), look.colour, Arc::clone(&gate))?;
        let window: Window = Arc::new(move || window_of(look));
        let screen = Screen::start(paper, Arc::clone(&window), true)?;
        Ok(Self {
            options,
            mode: Mode::Edited,
            window,
            screen,
            gate,
            editor: Mutex::new(Some(editor)),
            shown: Mutex::default(),
        })
    }

    fn with_stream(
        options: Options,
        mode: Mode,
        look: Look,
        out: impl std::io::Write + Send + 'static,
    ) -> anyhow::Result<Self> {
        let window: Window = match mode {
            Mode::Piped => Arc::new(move || Style {
                colour: look.colour,
                unicode: look.unicode,
                ..Style::plain()
            }),
            Mode::Bare | Mode::Edited => Arc::new(move || window_of(look)),
        };
        Ok(Self {
            options,
            mode,
            screen: Screen::start(Stream(out), Arc::clone(&window), false)?,
            window,
            gate: Arc::new(Gate::new()),
            editor: Mutex::new(None),
            shown: Mutex::default(),
        })
    }

    /// A person sits in front of it.
    pub fn is_interactive(&self) -> bool {
        self.mode != Mode::Piped
    }

    /// Logs stand among the talk: stderr is the terminal too.
    pub fn shows_logs(&self) -> bool {
        self.is_interactive() && std::io::stderr().is_terminal()
    }

    /// Where logs go: stderr, or where that is the screen too, above the input line that they would tear apart.
    pub fn log_writer(&self) -> LogWriter {
        let above = self.mode == Mode::Edited && self.shows_logs();
        LogWriter {
            screen: above.then(|| self.screen.clone()),
            line: Vec::new(),
        }
    }

    /// A line of Lumen's own that is no message: a greeting, why a line was left out.
    pub async fn say(&self, text: &str) {
        let view = View::text(text);
        let written = self
            .screen
            .print(spaced(render::render(&view, &self.style())));
        self.lost(written.written().await);
    }

    /// Repeats a typed line where the terminal does not show what is typed.
    async fn echo(&self, typed: &str) {
        if self.mode == Mode::Piped {
            let written = self.screen.print(render::echo(typed, &self.style()));
            self.lost(written.written().await);
        }
    }

    fn lost(&self, written: std::io::Result<()>) {
        if let Err(error) = written {
            tracing::debug!(terminal.run = %self.options.run, %error, "the terminal cannot be written to");
        }
    }

    fn style(&self) -> Style {
        (self.window)()
    }

    fn take_editor(&self) -> Option<Editor> {
        self.editor.lock().take()
    }

    fn meaning(&self, typed: &str, seen: Option<u64>, asked: bool) -> Meaning {
        self.shown.lock().meaning(typed, seen, asked)
    }

    fn incoming(&self, number: u64, body: Said) -> Incoming {
        Incoming {
            external_id: drive::external_id(&self.options.run, number),
            room: RoomAddress::terminal(),
            sender: person(),
            sender_name: self.options.person.clone(),
            private: true,
            groups: Vec::new(),
            ticket: None,
            body,
        }
    }

    /// Queues `view` and notes what is on the screen then, in one step. `None`: it stands there already.
    fn queue(
        &self,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> (String, Option<screen::Written>) {
        let style = self.style();
        let mut shown = self.shown.lock();
        let before = replaces.and_then(|message| {
            shown
                .view(&message.0)
                .map(|before| (message.0.clone(), before))
        });
        let (id, text) = match before {
            Some((id, before)) if render::only_points_on(before, view) => {
                shown.forget(&id);
                return (id, None);
            }
            Some((id, before)) => (id, render::render_change(before, view, &style)),
            None => (
                format!("{}-{}", self.options.run, shown.next()),
                Some(render::render(view, &style)),
            ),
        };
        let Some(text) = text else { return (id, None) };
        self.screen.shown();
        let written = self.screen.print(spaced(text));
        self.gate.shown(shown.note(&id, view));
        (id, Some(written))
    }
}

/// A message ends in an empty line, so that the eye finds where the next begins.
fn spaced(mut message: String) -> String {
    message.push('\n');
    message
}

/// Whoever sits at the terminal.
fn person() -> Identity {
    Identity {
        surface: Surface::Terminal,
        external_id: "local".to_owned(),
    }
}

/// The window as it is now.
fn window_of(look: Look) -> Style {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout());
    // A terminal that does not know its size says 0.
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    Style {
        width: if columns == 0 { 80 } else { columns },
        colour: look.colour,
        unicode: look.unicode,
    }
}

#[async_trait]
impl Frontend for Terminal {
    fn surface(&self) -> Surface {
        Surface::Terminal
    }

    async fn show(
        &self,
        room: &RoomAddress,
        view: &View,
        replaces: Option<&MessageRef>,
    ) -> Result<MessageRef, ShowError> {
        if *room != RoomAddress::terminal() {
            return Err(ShowError::Closed("there is only one terminal".to_owned()));
        }
        let (id, written) = self.queue(view, replaces);
        if let Some(written) = written {
            written
                .written()
                .await
                .map_err(|error| ShowError::Closed(error.to_string()))?;
        }
        Ok(MessageRef(id))
    }

    fn progress(&self, room: &RoomAddress, step: &Step) {
        if *room == RoomAddress::terminal() {
            self.screen.report(step);
        }
    }
}

#[cfg(test)]
mod tests;
