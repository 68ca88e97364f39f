//! The lines above the prompt that change in place while something is done. Pure: time comes in as a parameter.

use std::time::{Duration, Instant};

use super::look::{Paint, Style};
use super::safe;
use super::wrap::{cut, wrap};
use crate::domain::progress::Step;

/// What is done within this time needs no sign of life.
const PATIENCE: Duration = Duration::from_secs(1);
/// Without a line in hand, progress that nobody continues is taken off the screen after this time.
const STALE: Duration = Duration::from_secs(30);
/// Of a text that is being written the last lines are shown.
const WRITING_ROWS: usize = 8;
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
            Step::Writing(text) => self.writing = Some(safe::lines(text)),
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

    /// The rows to show now, each within the window; at most `height` of them.
    pub(super) fn rows(&mut self, now: Instant, style: &Style, height: usize) -> Vec<String> {
        let orphaned = self.in_hand == 0
            && self
                .heard
                .is_none_or(|heard| now.duration_since(heard) > STALE);
        if orphaned {
            self.stop();
        }
        let Some(began) = self.began else {
            return Vec::new();
        };
        // A draft is shown from its first words on.
        if self.writing.is_none() && self.quiet_until.is_some_and(|until| now < until) {
            return Vec::new();
        }
        let columns = style.width.saturating_sub(2).clamp(1, style.columns());
        let mut rows = Vec::new();
        if let Some(text) = &self.writing {
            let side = style.paint(Paint::Dim, if style.unicode { "\u{2502}" } else { "|" });
            let lines = wrap(text, columns.saturating_sub(2));
            let skipped = lines
                .len()
                .saturating_sub(WRITING_ROWS.min(height.saturating_sub(1)));
            rows.extend(lines[skipped..].iter().map(|line| format!("{side} {line}")));
        }
        let elapsed = now.duration_since(began);
        let fallback = if self.writing.is_some() {
            "writing"
        } else {
            "working"
        };
        let what = self.doing.as_deref().unwrap_or(fallback);
        let dot = if style.unicode { "\u{b7}" } else { "-" };
        let line = format!(
            "{} {} {dot} {}",
            spinner(elapsed, style),
            style.words(what),
            seconds(elapsed)
        );
        rows.push(style.paint(Paint::Dim, &cut(&line, columns, "")));
        rows
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

    fn rows(live: &mut Live, at: Instant) -> String {
        live.rows(at, &STYLE, 10).join("\n")
    }

    fn after(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn only_what_takes_over_a_second_is_shown() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.line_began(start);
        assert_eq!(rows(&mut live, after(start, 900)), "");
        assert_eq!(rows(&mut live, after(start, 1200)), "⠋ working · 1 s");
        live.report(
            &Step::Doing("fetched 300 of 900\u{1b}".into()),
            after(start, 1300),
        );
        assert_eq!(
            rows(&mut live, after(start, 130_000)),
            "⠸ fetched 300 of 900␛ · 2 min 10 s"
        );
        live.line_done();
        assert_eq!(rows(&mut live, after(start, 131_000)), "");
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
        assert_eq!(
            rows(&mut live, after(start, 400)),
            "│ Friday, six o'clock: three\n│ Ethiopians on the table\n⠸ #14 is being written · 0 s"
        );
        let long = "word ".repeat(200);
        live.report(&Step::Writing(long), after(start, 500));
        assert_eq!(rows(&mut live, after(start, 500)).lines().count(), 9);
        assert!(live.rows(after(start, 500), &STYLE, 4).len() <= 4);
        live.shown(after(start, 600));
        assert_eq!(rows(&mut live, after(start, 700)), "");
        assert_eq!(
            rows(&mut live, after(start, 2400)),
            "⠋ working · 2 s",
            "the line is still in hand"
        );
    }

    #[test]
    fn progress_that_nobody_continues_goes_away() {
        let (start, mut live) = (Instant::now(), Live::default());
        live.report(&Step::Doing("indexing".into()), start);
        assert_eq!(rows(&mut live, after(start, 2_400)), "⠋ indexing · 2 s");
        assert_eq!(rows(&mut live, after(start, 31_000)), "");
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
