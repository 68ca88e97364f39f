//! Row identities. Each is its own type so that a post's id cannot be passed where a draft's is meant.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// One brand. Every row carries it.
    WorkspaceId,
    /// A person with a role.
    OperatorId,
    /// A chat that Lumen speaks in.
    RoomId,
    SourceId,
    PostId,
    TaskId,
    /// A draft's row. People see [`DraftNumber`] instead.
    DraftId,
    ApprovalId,
    IntentId,
    JobId,
    /// A row of the inbox: one thing that an operator typed or pressed. Also the cause of the work it starts.
    InboxId,
    ModelCallId,
    /// Also the number by which people revoke it.
    InvitationId,
}

impl WorkspaceId {
    /// The workspace that exists from the start.
    pub const FIRST: Self = Self(1);
}

/// The short number of a draft within its workspace, shown as `#12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DraftNumber(pub i64);

impl std::fmt::Display for DraftNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl std::str::FromStr for DraftNumber {
    type Err = crate::domain::error::UserError;

    /// Reads `#12`, `12`, `#12:` and what other keyboards make of it: `＃１２`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let folded: String = text.nfkc().collect();
        let folded = folded.trim_end_matches([',', '.', ':', ';']);
        let digits = folded.strip_prefix('#').unwrap_or(folded);
        match digits.parse::<i64>() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(Self::Err::new(
                format!(
                    "\u{201c}{}\u{201d} is not a draft number.",
                    crate::domain::error::shortened(text, 40)
                ),
                "Drafts are called #1, #2 and so on; /queue lists them.",
            )),
        }
    }
}
