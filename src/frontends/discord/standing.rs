//! What stands in a channel: the messages of one view, as the core keeps them in a [`MessageRef`].
//!
//! `123` is one message. `124+123+=pab12cd34.9` is two, the first (123) above the one with the buttons (124), which has a
//! picture with its mark and the attachment's id. `125+=h` is one that a single person sees.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::chat::frontend::MessageRef;
use crate::domain::content::hex;

/// Pictures that are uploaded, for leaving them where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    pub mark: String,
    pub attachments: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// From the top; the last has the buttons.
    pub ids: Vec<u64>,
    pub pictures: Option<Uploaded>,
    /// One person sees it, and it changes by their interaction alone.
    pub hidden: bool,
}

/// What tells pictures from others: the name of a file is its hash.
#[must_use]
pub fn mark<'a>(paths: impl IntoIterator<Item = &'a Path>) -> String {
    let mut hasher = Sha256::new();
    for path in paths {
        hasher.update(path.to_string_lossy().as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())[..8].to_owned()
}

impl Standing {
    #[must_use]
    pub fn written(&self) -> MessageRef {
        let Some((last, before)) = self.ids.split_last() else {
            return MessageRef(String::new());
        };
        let mut names = vec![last.to_string()];
        names.extend(before.iter().map(u64::to_string));
        if self.hidden {
            names.push("=h".to_owned());
        }
        if let Some(pictures) = &self.pictures {
            let ids: Vec<String> = pictures.attachments.iter().map(u64::to_string).collect();
            names.push(format!("=p{}.{}", pictures.mark, ids.join(".")));
        }
        MessageRef(names.join("+"))
    }

    /// Reads what [`Standing::written`] wrote; what a press names is one message.
    #[must_use]
    pub fn read(message: &MessageRef) -> Option<Self> {
        let mut names: Vec<&str> = message.0.split('+').collect();
        let mut standing = Self {
            ids: Vec::new(),
            pictures: None,
            hidden: false,
        };
        while let Some(said) = names.pop_if(|name| name.starts_with('=')) {
            match said.strip_prefix("=p") {
                Some(pictures) => standing.pictures = Some(uploaded(pictures)?),
                None if said == "=h" => standing.hidden = true,
                None => return None,
            }
        }
        let number = |name: &&str| name.parse().ok().filter(|id| *id > 0);
        let ids: Option<Vec<u64>> = names.iter().map(number).collect();
        let mut ids = ids.filter(|ids| !ids.is_empty())?;
        // The one with the buttons is named first and stands last.
        ids.rotate_left(1);
        standing.ids = ids;
        Some(standing)
    }
}

fn uploaded(text: &str) -> Option<Uploaded> {
    let mut parts = text.split('.');
    let mark = parts.next()?.to_owned();
    let attachments: Option<Vec<u64>> = parts.map(|id| id.parse().ok()).collect();
    Some(Uploaded {
        mark,
        attachments: attachments?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let pictures = || Uploaded {
            mark: "ab12cd34".into(),
            attachments: vec![9, 10],
        };
        for (ids, pictures, hidden, written) in [
            (vec![7], None, false, "7"),
            (vec![7], None, true, "7+=h"),
            (vec![6, 7, 8], None, false, "8+6+7"),
            (vec![7, 8], Some(pictures()), false, "8+7+=pab12cd34.9.10"),
        ] {
            let standing = Standing {
                ids,
                pictures,
                hidden,
            };
            assert_eq!(standing.written().0, written);
            assert_eq!(Standing::read(&standing.written()), Some(standing));
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        for text in ["", "x", "0", "7+=q", "7+=pab.x"] {
            assert_eq!(Standing::read(&MessageRef(text.into())), None, "{text}");
        }
    }
}
