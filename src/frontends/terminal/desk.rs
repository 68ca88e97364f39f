//! What the terminal needs of the control room behind it. [`crate::chat`] is the one behind the real one; tests put a
//! small one of their own here.

use std::time::Duration;

use async_trait::async_trait;

use crate::chat::incoming::Incoming;
use crate::domain::ids::InboxId;

/// Where typed lines go.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Writes it to the inbox. `None`: it was there already. A `UserError` is told to the person as it is.
    async fn take(&self, incoming: Incoming) -> anyhow::Result<Option<InboxId>>;

    /// Waits until the line is answered and the work it began is done. `false`: it was not within `at_most`.
    async fn settled(&self, id: InboxId, at_most: Duration) -> bool;

    /// Lumen asked the person at the terminal something and waits for words: then only the buttons of that very
    /// question may be pressed by typing, since the words could be the answer.
    async fn asks(&self) -> bool;

    /// Reads again which drafts, tasks and sources there are, for [`Self::completions`].
    async fn refresh_names(&self);

    /// What the last word of `line` could become. Called between two key strokes: no IO.
    fn completions(&self, line: &str) -> Vec<String>;
}
