//! What Lumen shows, without any chat's markup: a front end turns a [`View`] into its own kind of message.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub blocks: Vec<Block>,
    /// Rows of buttons under the message.
    pub buttons: Vec<Vec<Button>>,
    /// Only the person asked should see it, where the chat can do that.
    pub private: bool,
    /// A question: the next words of the person asked are its answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// A part of a message. All text is plain: the front end escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A line of its own that stands out.
    Title(String),
    /// Running text; newlines are kept.
    Text(String),
    /// Text for publishing, set apart from Lumen's own words and never cut.
    Body(String),
    /// One line each, in a list.
    List(Vec<String>),
    /// Columns that line up where the chat can do that.
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// A picture in the media folder.
    Picture { path: PathBuf, alt: String },
    /// A small remark.
    Note(String),
}

/// A button. `press` is what comes back, see [`crate::chat::press`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    pub press: String,
}

impl View {
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            blocks: vec![Block::Text(text.into())],
            ..Self::default()
        }
    }

    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// With a list, unless it is empty.
    #[must_use]
    pub fn with_list(self, items: impl Iterator<Item = String>) -> Self {
        let items: Vec<String> = items.collect();
        if items.is_empty() {
            self
        } else {
            self.with(Block::List(items))
        }
    }

    #[must_use]
    pub fn with_buttons(mut self, row: Vec<Button>) -> Self {
        self.buttons.push(row);
        self
    }
}
