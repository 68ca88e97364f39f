//! The one hand that writes to the screen. A thread of its own, because writing waits for the input line to be there.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::editor::PROMPT;
use super::live::Live;
use super::look::Style;
use super::safe;
use super::wrap::width;
use crate::domain::progress::Step;

/// How often the line that changes in place is looked at.
const TICK: Duration = Duration::from_millis(120);
/// What is to be shown waits this long for the screen; then it is in the queue and will come.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is written on.
pub(super) trait Paper: Send {
    /// Waits until something can be written. Gives how many lines were typed so far: after another one, what was
    /// written last no longer stands directly above the input.
    fn ready(&mut self) -> u64;
    /// The line that was typed last, where it stands on the screen behind the prompt.
    fn entered(&self) -> Option<String> {
        None
    }
    /// Writes whole lines.
    fn put(&mut self, text: String) -> io::Result<()>;
}

/// Plain output.
pub(super) struct Stream<W>(pub(super) W);

impl<W: Write + Send> Paper for Stream<W> {
    fn ready(&mut self) -> u64 {
        0
    }

    fn put(&mut self, text: String) -> io::Result<()> {
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }
}

/// How to render for the window as it is now.
pub(super) type Window = Arc<dyn Fn() -> Style + Send + Sync>;

enum Order {
    /// Text without a newline at its end, or with `raw` just as it is.
    Print {
        text: String,
        raw: bool,
        done: Option<oneshot::Sender<io::Result<()>>>,
    },
    /// Something is being done: look at it now and then.
    Look,
}

/// Takes what is to be shown.
#[derive(Clone)]
pub(super) struct Screen {
    orders: Sender<Order>,
    live: Arc<Mutex<Live>>,
}

impl Screen {
    /// `moves`: a line can change in place.
    pub(super) fn start(
        paper: impl Paper + 'static,
        window: Window,
        moves: bool,
    ) -> io::Result<Self> {
        let (orders, queue) = channel();
        let live = Arc::new(Mutex::new(Live::default()));
        let hand = Hand {
            paper,
            window,
            moves,
            live: Arc::clone(&live),
            drawn: None,
            typed: 0,
        };
        std::thread::Builder::new()
            .name("terminal-screen".to_owned())
            .spawn(move || hand.run(&queue))?;
        Ok(Self { orders, live })
    }

    /// Queues `text` at once, so that the order is that of the calls; the answer is awaited with [`Self::written`].
    pub(super) fn print(&self, text: String) -> Written {
        let (done, answer) = oneshot::channel();
        // A screen that is gone drops `done`, which is the answer.
        let _ = self.orders.send(Order::Print {
            text,
            raw: false,
            done: Some(done),
        });
        Written(answer)
    }

    /// Queues something without a newline: a prompt.
    pub(super) fn print_raw(&self, text: &str) {
        let _ = self.orders.send(Order::Print {
            text: text.to_owned(),
            raw: true,
            done: None,
        });
    }

    pub(super) fn report(&self, step: &Step) {
        self.change(|live| live.report(step, Instant::now()));
    }

    /// Says that a typed line is being worked on; whoever drops the value says that it is done.
    pub(super) fn line_began(&self) -> InHand {
        self.change(|live| live.line_began(Instant::now()));
        InHand(self.clone())
    }

    /// A message was shown; what was in progress is told by it.
    pub(super) fn shown(&self) {
        self.live.lock().shown(Instant::now());
    }

    fn change(&self, change: impl FnOnce(&mut Live)) {
        let idle = {
            let mut live = self.live.lock();
            let idle = !live.is_active();
            change(&mut live);
            idle
        };
        if idle {
            let _ = self.orders.send(Order::Look);
        }
    }
}

/// An order that was given.
pub(super) struct Written(oneshot::Receiver<io::Result<()>>);

impl Written {
    /// Waits until it stands on the screen; an input line that somebody searches in may keep it waiting a while.
    pub(super) async fn written(self) -> io::Result<()> {
        match tokio::time::timeout(PATIENCE, self.0).await {
            Ok(Ok(result)) => result,
            Ok(Err(_gone)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_elapsed) => Ok(()),
        }
    }
}

/// A typed line whose work is not done.
pub(super) struct InHand(Screen);

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.live.lock().line_done();
    }
}

struct Hand<P> {
    paper: P,
    window: Window,
    moves: bool,
    live: Arc<Mutex<Live>>,
    /// The line that stands directly above the input and may be replaced.
    drawn: Option<String>,
    typed: u64,
}

impl<P: Paper> Hand<P> {
    fn run(mut self, queue: &Receiver<Order>) {
        loop {
            let wait = self.drawn.is_some() || self.live.lock().is_active();
            let order = if wait {
                queue.recv_timeout(TICK)
            } else {
                queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            let result = match order {
                Ok(Order::Print { text, raw, done }) => {
                    let result = if raw {
                        self.paper.put(text)
                    } else {
                        self.message(&text)
                    };
                    match done {
                        Some(done) => {
                            // Nobody may be waiting any more.
                            let _ = done.send(result);
                            Ok(())
                        }
                        None => result,
                    }
                }
                Ok(Order::Look) | Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if let Err(error) = result {
                tracing::debug!(%error, "the terminal cannot be written to");
            }
        }
    }

    /// A message goes above the line that changes in place.
    fn message(&mut self, text: &str) -> io::Result<()> {
        let row = self.row();
        let typed = self.paper.ready();
        let mut out = self.erase(typed);
        out.push_str(text);
        out.push('\n');
        self.draw(row, typed, out)
    }

    fn look(&mut self) -> io::Result<()> {
        if !self.moves {
            let style = (self.window)();
            let line = self.live.lock().plain_line(Instant::now(), &style);
            return line.map_or(Ok(()), |line| self.paper.put(format!("{line}\n")));
        }
        let row = self.row();
        let typed = self.paper.ready();
        if row == self.drawn && typed == self.typed {
            return Ok(());
        }
        let mut out = self.erase(typed);
        if row.is_none() {
            if out.is_empty() {
                self.drawn = None;
                return Ok(());
            }
            // The line editor goes to a new line after what is written: go there from one line further up.
            out.push_str("\x1b[A\n");
        }
        self.draw(row, typed, out)
    }

    fn row(&mut self) -> Option<String> {
        let style = self.moves.then(|| (self.window)())?;
        self.live.lock().row(Instant::now(), &style)
    }

    /// Takes away the line that changes in place; a line that was typed below it stays.
    fn erase(&mut self, typed: u64) -> String {
        let up = |rows: usize| format!("\x1b[{rows}A\x1b[J");
        match (&self.drawn, typed - self.typed) {
            (Some(_), 0) => up(1),
            (Some(_), 1) => self
                .line_below()
                .map_or_else(String::new, |(line, rows)| up(1 + rows) + &line),
            // Nothing is there, or several lines were typed since: too much to write anew.
            _ => String::new(),
        }
    }

    /// The line that was typed last, as it stands on the screen, and its rows. None where these cannot be told for sure.
    fn line_below(&self) -> Option<(String, usize)> {
        let line = self.paper.entered()?;
        if line.contains(char::is_control) {
            return None;
        }
        let line = format!("{PROMPT}{line}");
        let rows = width(&line) / (self.window)().width.max(1) + 1;
        Some((format!("{line}\n"), rows))
    }

    fn draw(&mut self, row: Option<String>, typed: u64, mut out: String) -> io::Result<()> {
        if let Some(row) = &row {
            out.push_str(row);
            out.push('\n');
        }
        (self.drawn, self.typed) = (row, typed);
        self.paper.put(out)
    }
}

/// Logs that would tear the input line apart go over the screen instead, line by line.
pub struct LogWriter {
    pub(super) screen: Option<Screen>,
    pub(super) line: Vec<u8>,
}

impl Clone for LogWriter {
    fn clone(&self) -> Self {
        Self {
            screen: self.screen.clone(),
            line: Vec::new(),
        }
    }
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(screen) = &self.screen else {
            return io::stderr().write(bytes);
        };
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            drop(screen.print(safe::line(&String::from_utf8_lossy(&line))));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.screen.is_some() {
            Ok(())
        } else {
            io::stderr().flush()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::{Paper, Screen};
    use crate::domain::progress::Step;
    use crate::frontends::terminal::look::Style;

    #[derive(Clone, Default)]
    struct Sheet(Arc<Mutex<(String, Vec<String>)>>);

    impl Paper for Sheet {
        fn ready(&mut self) -> u64 {
            self.0.lock().unwrap().1.len() as u64
        }

        fn entered(&self) -> Option<String> {
            self.0.lock().unwrap().1.last().cloned()
        }

        fn put(&mut self, text: String) -> io::Result<()> {
            self.0.lock().unwrap().0.push_str(&text);
            Ok(())
        }
    }

    fn screen(moves: bool) -> (Screen, Sheet) {
        let sheet = Sheet::default();
        let screen = Screen::start(sheet.clone(), Arc::new(Style::plain), moves).unwrap();
        (screen, sheet)
    }

    #[tokio::test]
    async fn a_message_replaces_the_draft_that_was_being_written() {
        let (screen, sheet) = screen(true);
        screen.report(&Step::Writing("Friday, six".into()));
        screen.print("one".into()).written().await.unwrap();
        screen.shown();
        screen.print("two".into()).written().await.unwrap();
        let text = sheet.0.lock().unwrap().0.clone();
        let (before, after) = text.split_once("one\n").unwrap();
        assert!(after.contains(" · Friday, six\n"), "{text:?}");
        assert!(after.ends_with("\x1b[1A\x1b[Jtwo\n"), "{text:?}");
        assert!(
            before.is_empty() || before.ends_with("\x1b[1A\x1b[J"),
            "{text:?}"
        );
    }

    /// What is written after a text was half shown and these lines were typed below it.
    async fn after(typed: &[&str]) -> String {
        let (screen, sheet) = screen(true);
        screen.report(&Step::Writing("Friday".into()));
        screen.print("one".into()).written().await.unwrap();
        screen.shown();
        {
            let mut sheet = sheet.0.lock().unwrap();
            sheet.1.extend(typed.iter().map(|line| (*line).to_owned()));
            sheet.0.clear();
        }
        screen.print("two".into()).written().await.unwrap();
        sheet.0.lock().unwrap().0.clone()
    }

    #[tokio::test]
    async fn what_was_typed_below_stays_and_the_half_text_above_it_goes() {
        assert_eq!(after(&["/status"]).await, "\x1b[2A\x1b[J> /status\ntwo\n");
        let long = "x".repeat(78);
        assert_eq!(
            after(&[&long]).await,
            format!("\x1b[3A\x1b[J> {long}\ntwo\n")
        );
        assert_eq!(after(&["/status", "/queue"]).await, "two\n");
        assert_eq!(after(&["pasted\ntext"]).await, "two\n");
    }

    #[tokio::test]
    async fn a_pipe_gets_no_cursor_moves() {
        let (screen, sheet) = screen(false);
        let hand = screen.line_began();
        screen.report(&Step::Writing("Friday".into()));
        screen.print("one".into()).written().await.unwrap();
        drop(hand);
        assert_eq!(sheet.0.lock().unwrap().0, "one\n");
    }
}
