//! The line above the prompt that changes in place while something is done. Pure: time comes in as a parameter.

use std::time::{Duration, Instant};

use super::look::{Paint, Style};
use super::safe;
use super::wrap::{cut, last, width};
use crate::domain::progress::Step;

/// What is done within this time needs no sign of life.
const PATIENCE: Duration = Duration::from_secs(1);
/// Without a line in hand, progress that nobody continues is taken off the screen after this time.
const STALE: Duration = Duration::from_secs(30);
/// The end of a text that is being written is shown where it gets at least so many columns.
const WORTH_SHOWING: usize = 12;
/// Where lines do not change in place, one is printed at most this often.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPINNER_ASCII: [&str; 4] = ["|", "/", "-", "\\"];
const FRAME: u128 = 120;

/// What is being done for this room.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Typed lines whose work is not done.
    in_hand: usize,
    doing: Option<String>,
    writing: Option<String>,
    /// When this stretch of work began.
    began: Option<Instant>,
    /// Nothing is shown before this: a message was just shown, or the work just began.
    quiet_until: Option<Instant>,
    heard: Option<Instant>,
    /// When a plain line was printed last.
    printed: Option<Instant>,
}

impl Live {
    pub(super) fn line_began(&mut self, now: Instant) {
        self.start(now);
        self.in_hand += 1;
    }

    pub(super) fn line_done(&mut self) {
        self.in_hand = self.in_hand.saturating_sub(1);
        if self.in_hand == 0 {
            self.stop();
        }
    }

    pub(super) fn report(&mut self, step: &Step, now: Instant) {
        self.start(now);
        self.heard = Some(now);
        match step {
            Step::Doing(text) => {
                self.doing = Some(safe::line(text));
                self.writing = None;
            }
            Step::Writing(text) => self.writing = Some(safe::line(text)),
        }
    }

    /// A message was shown: what it told is not told again below it.
    pub(super) fn shown(&mut self, now: Instant) {
        (self.doing, self.writing) = (None, None);
        if self.in_hand == 0 {
            self.stop();
        } else {
            self.quiet_until = Some(now + PATIENCE);
        }
    }

    /// Something may have to be drawn.
    pub(super) const fn is_active(&self) -> bool {
        self.began.is_some()
    }

    fn start(&mut self, now: Instant) {
        if self.began.is_none() {
            self.began = Some(now);
            self.quiet_until = Some(now + PATIENCE);
            self.printed = Some(now);
        }
    }

    fn stop(&mut self) {
        *self = Self::default();
    }

    /// The line to show now, within the window: what is done, since when, and the end of a text that is being written.
    pub(super) fn row(&mut self, now: Instant, style: &Style) -> Option<String> {
        let orphaned = self.in_hand == 0
            && self
                .heard
                .is_none_or(|heard| now.duration_since(heard) > STALE);
        if orphaned {
            self.stop();
        }
        let began = self.began?;
        // A draft is shown from its first words on.
        if self.writing.is_none() && self.quiet_until.is_some_and(|until| now < until) {
            return None;
        }
        let columns = style.width.saturating_sub(2).clamp(1, style.columns());
        let elapsed = now.duration_since(began);
        let fallback = if self.writing.is_some() {
            "writing"
        } else {
            "working"
        };
        let what = self.doing.as_deref().unwrap_or(fallback);
        let (dot, mark) = if style.unicode {
            ("\u{b7}", "\u{2026}")
        } else {
            ("-", "...")
        };
        let mut line = format!(
            "{} {} {dot} {}",
            spinner(elapsed, style),
            style.words(what),
            seconds(elapsed)
        );
        let room = columns.saturating_sub(width(&line) + 3);
        if let Some(text) = self.writing.as_ref().filter(|_| room >= WORTH_SHOWING) {
            line = format!("{line} {dot} {}", last(text, room, mark));
        }
        Some(style.paint(Paint::Dim, &cut(&line, columns, "")))
    }

    /// The line to print now where nothing changes in place: rarely one.
    pub(super) fn plain_line(&mut self, now: Instant, style: &Style) -> Option<String> {
        let due = self
            .printed
            .is_some_and(|printed| now.duration_since(printed) >= PLAIN_EVERY);
        if !due {
            return None;
        }
        // Said once: without news there is nothing to print.
        let doing = self.doing.take()?;
        self.printed = Some(now);
        Some(style.words(&doing))
    }
}

fn spinner(elapsed: Duration, style: &Style) -> &'static str {
    let frames: &[&'static str] = if style.unicode {
        &SPINNER
    } else {
        &SPINNER_ASCII
    };
    let frame = usize::try_from(elapsed.as_millis() / FRAME).unwrap_or(0);
    frames[frame % frames.len()]
}

fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Live;
    use crate::domain::progress::Step;
    use crate::frontends::terminal::look::Style;

    const STYLE: Style = Style {
        width: 40,
        colour: false,
        unicode: true,
    };

    fn row(live: &mut Live, at: Instant) -> String {
        live.row(at, &STYLE).unwrap_or_default()
    }

    fn after(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn only_what_takes_over_a_second_is_shown() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.line_began(start);
        assert_eq!(row(&mut live, after(start, 900)), "");
        assert_eq!(row(&mut live, after(start, 1200)), "⠋ working · 1 s");
        live.report(
            &Step::Doing("fetched 300 of 900\u{1b}".into()),
            after(start, 1300),
        );
        assert_eq!(
            row(&mut live, after(start, 130_000)),
            "⠸ fetched 300 of 900␛ · 2 min 10 s"
        );
        live.line_done();
        assert_eq!(row(&mut live, after(start, 131_000)), "");
        assert!(!live.is_active());
    }

    #[test]
    fn a_draft_is_seen_as_it_is_written_and_gone_once_its_card_is_there() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.line_began(start);
        live.report(&Step::Doing("#14 is being written".into()), start);
        live.report(
            &Step::Writing("Friday, six o'clock: three Ethiopians on the table".into()),
            after(start, 300),
        );
        let wide = Style { width: 60, ..STYLE };
        assert_eq!(
            live.row(after(start, 400), &wide).unwrap(),
            "⠸ #14 is being written · 0 s · …ee Ethiopians on the table"
        );
        live.report(
            &Step::Writing("word\n\u{1b} ".repeat(200)),
            after(start, 500),
        );
        assert_eq!(
            live.row(after(start, 500), &wide).unwrap(),
            "⠼ #14 is being written · 0 s · …ord ␛ word ␛ word ␛ word ␛"
        );
        assert_eq!(
            row(&mut live, after(start, 500)),
            "⠼ #14 is being written · 0 s"
        );
        live.shown(after(start, 600));
        assert_eq!(row(&mut live, after(start, 700)), "");
        assert_eq!(
            row(&mut live, after(start, 2400)),
            "⠋ working · 2 s",
            "the line is still in hand"
        );
    }

    #[test]
    fn progress_that_nobody_continues_goes_away() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.report(&Step::Doing("indexing".into()), start);
        assert_eq!(row(&mut live, after(start, 2_400)), "⠋ indexing · 2 s");
        assert_eq!(row(&mut live, after(start, 31_000)), "");
        live.report(&Step::Doing("indexing".into()), start);
        live.shown(start);
        assert!(!live.is_active());
    }

    #[test]
    fn plain_lines_come_rarely() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.line_began(start);
        live.report(&Step::Doing("fetched 300".into()), after(start, 100));
        assert_eq!(live.plain_line(after(start, 2_000), &STYLE), None);
        assert_eq!(
            live.plain_line(after(start, 5_100), &STYLE).as_deref(),
            Some("fetched 300")
        );
        assert_eq!(live.plain_line(after(start, 5_200), &STYLE), None);
    }
}
