//! Whole conversations over a pipe, with a small control room of the test's own behind the terminal.

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use insta::assert_snapshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::drive::{End, from};
use super::{Desk, Look, Mode, Options, Terminal};
use crate::chat::frontend::{Frontend, MessageRef, ShowError};
use crate::chat::incoming::{Incoming, Said};
use crate::chat::view::{Block, Button, View};
use crate::domain::ids::InboxId;
use crate::domain::operator::{RoomAddress, Surface};
use crate::domain::progress::Step;

#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn buttons(labels: &[&str]) -> Vec<Button> {
    labels
        .iter()
        .map(|label| Button {
            label: (*label).to_owned(),
            press: format!("1:{label}"),
        })
        .collect()
}

fn card(state: &str, labels: &[&str]) -> View {
    View::default()
        .with(Block::Title(format!("#1 · Sandbox · @roastery{state}")))
        .with(Block::Body(
            "Friday, six o'clock: three Ethiopians on the table.\nBring your own opinion.".into(),
        ))
        .with(Block::Note("75 of 300 · leans on 3 posts".into()))
        .with_buttons(buttons(labels))
}

/// Answers like a control room with one draft in it.
#[derive(Default)]
struct Room {
    terminal: OnceLock<Arc<Terminal>>,
    taken: Mutex<Vec<Incoming>>,
    work: Mutex<HashMap<i64, JoinHandle<()>>>,
    card: Mutex<Option<MessageRef>>,
    asks: Mutex<bool>,
    slow: bool,
}

impl Room {
    async fn show(&self, view: &View, replaces: Option<&MessageRef>) -> MessageRef {
        let terminal = self.terminal.get().unwrap();
        terminal
            .show(&RoomAddress::terminal(), view, replaces)
            .await
            .unwrap()
    }

    async fn answer(self: Arc<Self>, said: Said) {
        let before = self.card.lock().unwrap().clone();
        match said {
            Said::Text { text } if text.starts_with("/draft") => {
                self.terminal
                    .get()
                    .unwrap()
                    .progress(&RoomAddress::terminal(), &Step::Writing("Friday".into()));
                let shown = self
                    .show(
                        &card(" · waiting", &["Approve", "Edit", "Why", "Reject"]),
                        None,
                    )
                    .await;
                *self.card.lock().unwrap() = Some(shown);
            }
            Said::Press { code, .. } if code == "1:Approve" => {
                self.show(
                    &card(" · published · approved by @editor 10:14", &["Why"]),
                    before.as_ref(),
                )
                .await;
            }
            Said::Press { code, .. } if code == "1:Why" => {
                self.show(
                    &View::text("leans on  @bean \u{201c}cupping at six\u{201d} 0.81"),
                    None,
                )
                .await;
            }
            Said::Press { code, .. } if code == "1:Edit" => {
                *self.asks.lock().unwrap() = true;
                self.show(&View::text("What is the new text of #1?"), None)
                    .await;
            }
            Said::Text { text } if *self.asks.lock().unwrap() => {
                *self.asks.lock().unwrap() = false;
                let mut edited = card(" · waiting", &["Approve"]);
                edited.blocks[1] = Block::Body(text);
                self.show(&edited, before.as_ref()).await;
            }
            Said::Text { text } if text == "/hang" => std::future::pending().await,
            other => {
                self.show(&View::text(format!("I do not know {other:?}.")), None)
                    .await;
            }
        }
    }
}

struct Behind(Arc<Room>);

#[async_trait]
impl Desk for Behind {
    async fn take(&self, incoming: Incoming) -> anyhow::Result<InboxId> {
        if matches!(&incoming.body, Said::Text { text } if text == "/full") {
            anyhow::bail!("the disk is full");
        }
        let id = {
            let mut taken = self.0.taken.lock().unwrap();
            taken.push(incoming.clone());
            i64::try_from(taken.len()).unwrap()
        };
        let work = tokio::spawn(Arc::clone(&self.0).answer(incoming.body));
        self.0.work.lock().unwrap().insert(id, work);
        Ok(InboxId(id))
    }

    async fn settled(&self, id: InboxId, at_most: Duration) -> bool {
        if self.0.slow {
            return false;
        }
        let work = self.0.work.lock().unwrap().remove(&id.0).unwrap();
        tokio::time::timeout(at_most, work).await.is_ok()
    }

    async fn asks(&self) -> bool {
        *self.0.asks.lock().unwrap()
    }

    async fn greeting(&self) -> Option<View> {
        Some(View::text("I am here."))
    }

    async fn refresh_names(&self) {}

    fn completions(&self, _line: &str) -> Vec<String> {
        Vec::new()
    }
}

struct Session {
    end: End,
    screen: String,
    taken: Vec<Incoming>,
}

async fn session_in(room: Room, input: &[u8]) -> Session {
    let (terminal, sheet) = terminal();
    let room = Arc::new(room);
    let _ = room.terminal.set(Arc::clone(&terminal));
    let desk = Arc::new(Behind(Arc::clone(&room)));
    let end = from(
        Cursor::new(input.to_vec()),
        desk,
        &terminal,
        &CancellationToken::new(),
    )
    .await
    .unwrap();
    let screen = String::from_utf8(sheet.0.lock().unwrap().clone()).unwrap();
    let taken = room.taken.lock().unwrap().clone();
    Session { end, screen, taken }
}

async fn session(input: &[u8]) -> Session {
    session_in(Room::default(), input).await
}

fn terminal() -> (Arc<Terminal>, Sheet) {
    let sheet = Sheet::default();
    let options = Options {
        run: "run".into(),
        person: "editor".into(),
        history: None,
    };
    let terminal =
        Terminal::with_stream(options, Mode::Piped, Look::piped(|_| None), sheet.clone()).unwrap();
    (Arc::new(terminal), sheet)
}

#[tokio::test]
async fn a_piped_session_reads_like_a_talk() {
    let session = session(b"/draft our Friday tasting\nwhy\nedit\nApprove\napprove\n").await;
    assert_eq!(session.end, End::InputDone);
    assert_snapshot!(session.screen, @"
    > /draft our Friday tasting
    #1 · Sandbox · @roastery · waiting
    ┌────────────────────────────────────────────────────
    │ Friday, six o'clock: three Ethiopians on the table.
    │ Bring your own opinion.
    └────────────────────────────────────────────────────
    75 of 300 · leans on 3 posts
    [a] Approve   [e] Edit   [w] Why   [j] Reject

    > why
    leans on  @bean “cupping at six” 0.81

    > edit
    What is the new text of #1?

    > Approve
    #1 · Sandbox · @roastery · waiting
    ┌────────────────────────
    │ Approve
    └────────────────────────
    75 of 300 · leans on 3 posts
    [a] Approve

    > approve
    #1 · Sandbox · @roastery · published · approved by @editor 10:14
    ┌────────────────────────────────────────────────────
    │ Friday, six o'clock: three Ethiopians on the table.
    │ Bring your own opinion.
    └────────────────────────────────────────────────────
    75 of 300 · leans on 3 posts
    [w] Why
    ");
}

#[tokio::test]
async fn a_person_is_greeted_and_a_script_is_not() {
    for (mode, greeted) in [(Mode::Bare, true), (Mode::Piped, false)] {
        let sheet = Sheet::default();
        let options = Options {
            run: "run".into(),
            person: "editor".into(),
            history: None,
        };
        let look = Look::piped(|_| None);
        let terminal = Terminal::with_stream(options, mode, look, sheet.clone()).unwrap();
        let desk = Arc::new(Behind(Arc::new(Room::default())));
        let (input, stop) = (Cursor::new(Vec::new()), CancellationToken::new());
        let end = from(input, desk, &Arc::new(terminal), &stop).await;
        assert_eq!(end.unwrap(), End::InputDone);
        let screen = String::from_utf8(sheet.0.lock().unwrap().clone()).unwrap();
        assert_eq!(screen.contains("I am here."), greeted, "{mode:?}: {screen}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_and_the_rest_goes_on() {
    let session =
        session(b"\xef\xbb\xbf/draft six\r\n\n/draft caf\xe9\n/full\na\0b\n\x1b[2J#12\n").await;
    assert_eq!(session.taken.len(), 2);
    assert_snapshot!(session.screen, @r#"
    > /draft six
    #1 · Sandbox · @roastery · waiting
    ┌────────────────────────────────────────────────────
    │ Friday, six o'clock: three Ethiopians on the table.
    │ Bring your own opinion.
    └────────────────────────────────────────────────────
    75 of 300 · leans on 3 posts
    [a] Approve   [e] Edit   [w] Why   [j] Reject

    Line 3 was left out: it is not UTF-8 (byte 11). Save the input as UTF-8.

    > /full
    This could not be written down, so it was not begun. The log says why; type it
    again.

    Line 5 was left out: it holds a NUL byte. Save the input as UTF-8 text.

    > ␛[2J#12
    I do not know Text { text: "\u{1b}[2J#12" }.
    "#);
}

#[tokio::test]
async fn every_line_has_an_id_of_its_own_and_a_press_names_its_message() {
    let session = session(b"/draft six\n\napprove\n").await;
    let ids: Vec<_> = session
        .taken
        .iter()
        .map(|incoming| incoming.external_id.as_str())
        .collect();
    assert_eq!(ids, ["run:1", "run:3"]);
    assert_eq!(
        session.taken[1].body,
        Said::Press {
            code: "1:Approve".into(),
            message: Some("run-1".into())
        }
    );
    let person = &session.taken[0];
    assert_eq!(
        (
            person.sender.surface,
            person.sender_name.as_str(),
            person.private
        ),
        (Surface::Terminal, "editor", true)
    );
    assert_eq!(person.room, RoomAddress::terminal());
}

#[tokio::test]
async fn a_line_that_takes_too_long_does_not_hold_up_the_next() {
    let session = session_in(
        Room {
            slow: true,
            ..Room::default()
        },
        b"/hang\n/status\n",
    )
    .await;
    assert_eq!((session.end, session.taken.len()), (End::InputDone, 2));
    assert!(
        session
            .screen
            .contains("> /hang\nThis takes longer; going on with the next line.\n\n> /status"),
        "{}",
        session.screen
    );
}

#[tokio::test]
async fn who_leaves_is_let_go_and_what_was_piped_after_it_is_not_taken() {
    for word in ["/quit", " /EXIT "] {
        let session = session(format!("/status\n{word}\n/approve #1\n").as_bytes()).await;
        assert_eq!((session.end, session.taken.len()), (End::InputDone, 1));
    }
}

#[tokio::test]
async fn it_stops_when_told_even_while_the_input_is_open() {
    let (terminal, _) = terminal();
    let (open, input) = std::io::pipe()
        .map(|(reader, writer)| (writer, reader))
        .unwrap();
    let stop = CancellationToken::new();
    let desk = Arc::new(Behind(Arc::new(Room::default())));
    let run = tokio::spawn({
        let stop = stop.clone();
        async move { from(input, desk, &terminal, &stop).await }
    });
    stop.cancel();
    assert_eq!(run.await.unwrap().unwrap(), End::Stopped);
    drop(open);
}

#[tokio::test]
async fn a_copy_that_only_points_on_is_not_shown_and_loses_its_buttons() {
    let (terminal, sheet) = terminal();
    let here = RoomAddress::terminal();
    let old = terminal
        .show(&here, &card("", &["Approve"]), None)
        .await
        .unwrap();
    let before = sheet.0.lock().unwrap().len();
    let same = terminal
        .show(&here, &card("", &["Approve"]), Some(&old))
        .await
        .unwrap();
    assert_eq!(
        (&same, sheet.0.lock().unwrap().len()),
        (&old, before),
        "nothing is said twice"
    );
    let pointer = View::default().with(Block::Title("#1 is further down".into()));
    terminal.show(&here, &pointer, Some(&old)).await.unwrap();
    assert_eq!(sheet.0.lock().unwrap().len(), before);
    assert_eq!(terminal.meaning("a", None, false), super::Meaning::Words);
}

#[tokio::test]
async fn a_message_of_an_earlier_run_is_shown_whole() {
    let (terminal, sheet) = terminal();
    let earlier = MessageRef("other-1".into());
    let shown = terminal
        .show(&RoomAddress::terminal(), &card("", &[]), Some(&earlier))
        .await
        .unwrap();
    assert_ne!(shown, earlier);
    assert!(
        String::from_utf8(sheet.0.lock().unwrap().clone())
            .unwrap()
            .contains("Bring your own opinion.")
    );
}

#[tokio::test]
async fn another_room_and_a_closed_pipe_are_errors() {
    let (terminal, _) = terminal();
    let other = RoomAddress {
        thread: Some("2".into()),
        ..RoomAddress::terminal()
    };
    assert!(matches!(
        terminal.show(&other, &View::text("x"), None).await,
        Err(ShowError::Closed(_))
    ));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let options = Options {
        run: "run".into(),
        person: "editor".into(),
        history: None,
    };
    let closed =
        Terminal::with_stream(options, Mode::Piped, Look::piped(|_| None), writer).unwrap();
    assert!(matches!(
        closed
            .show(&RoomAddress::terminal(), &View::text("x"), None)
            .await,
        Err(ShowError::Closed(_))
    ));
}
