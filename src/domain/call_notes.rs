//! What a network's side has to remember of a publishing call, on the disk before and after its steps.
//!
//! A network without idempotency of its own is asked about a lost call by what it said before: a transaction's hash, or
//! that the call was never made. That must outlive a crash and come back with a backup, so it lies beside the intents.

use async_trait::async_trait;

use crate::domain::job::Lease;

/// Keeps a note for each key; the newest one counts. Implemented by the store.
#[async_trait]
pub trait CallNotes: Send + Sync {
    /// When this returns, the note is on the disk.
    ///
    /// # Errors
    /// Also where the claim on the job that makes the call is lost: another has it by now, and asks the notes what is
    /// certain.
    async fn note(&self, key: &str, note: &str, lease: &Lease) -> anyhow::Result<()>;

    async fn noted(&self, key: &str) -> anyhow::Result<Option<String>>;
}
