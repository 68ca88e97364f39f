//! What the checks of a draft found.

use serde::{Deserialize, Serialize};

/// What kind of trouble a text may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A link (also a bare domain or a wallet address) that neither the task nor the persona allows.
    ForeignLink,
    /// A mention of somebody outside the allowed set.
    ForeignMention,
    /// A piece of the prompt.
    PromptPiece,
    /// Over the network's length.
    TooLong,
    /// Refused by moderation.
    Moderation,
    /// Near to an own or a fetched post.
    NearCopy,
    /// Does not sound like the brand.
    Style,
    /// A post it leans on was deleted at its network since.
    SourceGone,
    /// The post it answers or quotes was edited since.
    SourceEdited,
    /// No words.
    Empty,
    /// Another model than the first choice did the work.
    OtherModel,
    /// Pictures that nobody could look at.
    Unseen,
    /// Something about its own picture.
    Picture,
    /// Something in the description of its picture.
    Alt,
    /// The post it answers gives orders, sells or insults.
    HostilePost,
    /// It does what a hostile post demands.
    Obeys,
    /// It states what nothing given holds.
    Unsupported,
    /// A change that was asked for was not made.
    NotMet,
    /// It answers with something that an own post said earlier.
    FromOwnPost,
    /// Its picture is a quote card of another text.
    OtherWords,
}

impl FindingKind {
    /// Whether it is about the picture, and so stays with it whatever becomes of the text.
    #[must_use]
    pub const fn of_picture(self) -> bool {
        matches!(self, Self::Picture | Self::Alt | Self::OtherWords)
    }
}

/// One finding with what a person is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// Blocks Approve and Schedule until the text is edited or redone. What a person typed is only warned of.
    pub blocks: bool,
    /// One line for the card: what was found, with the piece itself.
    pub detail: String,
}
