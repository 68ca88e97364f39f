//! Tells the thread that writes what the line editor is doing: whether text may go above its line, and what stood on
//! the screen when the person began to type.

use parking_lot::{Condvar, Mutex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The line is about to be drawn.
    Starting,
    /// The line is on the screen: text goes above it.
    Open,
    /// The line was entered and the next one is not there yet.
    Closed,
    /// There will be no line any more.
    Over,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Lines entered so far.
    entered: u64,
    /// The last of them; none where something else ended it, such as Ctrl-C.
    line: Option<String>,
    /// The newest message on the screen.
    newest: u64,
    /// The newest message when the line that is being typed was begun; `None` while it is empty.
    seen: Option<u64>,
}

/// Shared by the thread that reads and the one that writes.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

impl Gate {
    pub(super) fn new() -> Self {
        let state = State {
            phase: Phase::Starting,
            entered: 0,
            line: None,
            newest: 0,
            seen: None,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// A message was written.
    pub(super) fn shown(&self, serial: u64) {
        self.state.lock().newest = serial;
    }

    pub(super) fn starting(&self) {
        let mut state = self.state.lock();
        state.phase = Phase::Starting;
        state.seen = None;
    }

    /// The editor draws `line`: it is there, or it changed.
    pub(super) fn drawn(&self, line: &str) {
        let mut state = self.state.lock();
        if state.phase == Phase::Starting {
            state.phase = Phase::Open;
            self.changed.notify_all();
        }
        state.seen = if line.is_empty() {
            None
        } else {
            state.seen.or(Some(state.newest))
        };
    }

    /// The line ended: with this text, where a person entered it. Said once more by who reads, it changes nothing.
    pub(super) fn entered(&self, line: Option<&str>) {
        let mut state = self.state.lock();
        if matches!(state.phase, Phase::Open | Phase::Starting) {
            state.phase = Phase::Closed;
            state.entered += 1;
            state.line = line.map(str::to_owned);
        }
    }

    /// The line that was entered last, as it stands on the screen.
    pub(super) fn line(&self) -> Option<String> {
        self.state.lock().line.clone()
    }

    pub(super) fn over(&self) {
        self.state.lock().phase = Phase::Over;
        self.changed.notify_all();
    }

    pub(super) fn seen(&self) -> Option<u64> {
        self.state.lock().seen
    }

    /// Waits until text can be written; gives how many lines were entered.
    pub(super) fn wait(&self) -> u64 {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, |state| {
            matches!(state.phase, Phase::Starting | Phase::Closed)
        });
        state.entered
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn the_gate_knows_what_was_on_the_screen_when_typing_began() {
        let gate = Gate::new();
        gate.shown(4);
        gate.starting();
        gate.drawn("");
        gate.shown(5);
        gate.drawn("a");
        gate.shown(6);
        gate.drawn("ap");
        assert_eq!(gate.seen(), Some(5));
        gate.drawn("");
        gate.drawn("b");
        assert_eq!(gate.seen(), Some(6));
        assert_eq!(gate.wait(), 0);
        gate.entered(Some("/status"));
        gate.entered(None);
        assert_eq!(gate.line().as_deref(), Some("/status"));
        gate.over();
        assert_eq!(
            gate.wait(),
            1,
            "one line was entered, however often it is said"
        );
    }
}
