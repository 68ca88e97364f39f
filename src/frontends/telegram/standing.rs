//! What stands in a chat: the messages of one view, as the core keeps them in a [`MessageRef`].
//!
//! `123` is one text. `124+123+=pab12cd34.t` is a picture (123) with its text below (124): first the message with the
//! buttons, then the others, last what each of them is, from the top.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use teloxide::types::MessageId;

use crate::chat::frontend::MessageRef;
use crate::domain::content::hex;

/// What kind of message stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// With the mark of its picture.
    Photo(String),
    /// With the mark of its pictures, and how many messages they are.
    Album(String, usize),
    /// With the mark of its text.
    File(String),
}

/// One message of a view, or the messages of an album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stands {
    pub kind: Kind,
    pub ids: Vec<MessageId>,
}

/// All messages of a view, from the top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing(pub Vec<Stands>);

/// What tells one picture from another: the name of its file is its hash.
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
    pub fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.0.iter().flat_map(|stands| stands.ids.iter().copied())
    }

    /// The message with the buttons.
    #[must_use]
    pub fn last(&self) -> Option<MessageId> {
        self.0.last().and_then(|stands| stands.ids.last()).copied()
    }

    #[must_use]
    pub fn written(&self) -> MessageRef {
        let Some(last) = self.last() else {
            return MessageRef(String::new());
        };
        if matches!(self.0.as_slice(), [one] if one.kind == Kind::Text) {
            return MessageRef(last.0.to_string());
        }
        let mut names = vec![last.0.to_string()];
        names.extend(
            self.ids()
                .filter(|id| *id != last)
                .map(|id| id.0.to_string()),
        );
        let kinds: Vec<String> = self.0.iter().map(|stands| letter(&stands.kind)).collect();
        names.push(format!("={}", kinds.join(".")));
        MessageRef(names.join("+"))
    }

    /// Reads what [`Standing::written`] wrote; what a press names is taken for a text.
    #[must_use]
    pub fn read(message: &MessageRef) -> Option<Self> {
        let mut names: Vec<&str> = message.0.split('+').collect();
        let kinds = names
            .pop_if(|name| name.starts_with('='))
            .map_or("t", |name| &name[1..]);
        let ids: Option<Vec<MessageId>> = names
            .iter()
            .map(|name| name.parse().ok().map(MessageId))
            .collect();
        let (last, before) = ids?
            .split_first()
            .map(|(last, rest)| (*last, rest.to_vec()))?;
        let mut ids = before.into_iter().chain([last]);
        let stands: Option<Vec<Stands>> = kinds
            .split('.')
            .map(|kind| {
                let kind = kind_of(kind)?;
                let count = match kind {
                    Kind::Album(_, count) => count,
                    _ => 1,
                };
                let ids: Vec<MessageId> = ids.by_ref().take(count).collect();
                (ids.len() == count).then_some(Stands { kind, ids })
            })
            .collect();
        stands.map(Self)
    }
}

fn letter(kind: &Kind) -> String {
    match kind {
        Kind::Text => "t".to_owned(),
        Kind::Photo(mark) => format!("p{mark}"),
        Kind::Album(mark, count) => format!("a{count}-{mark}"),
        Kind::File(mark) => format!("f{mark}"),
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    let (first, rest) = word.split_at_checked(1)?;
    Some(match first {
        "t" => Kind::Text,
        "p" => Kind::Photo(rest.to_owned()),
        "a" => {
            let (count, mark) = rest.split_once('-')?;
            Kind::Album(mark.to_owned(), count.parse().ok()?)
        }
        "f" => Kind::File(rest.to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(kind: Kind, ids: &[i32]) -> Stands {
        Stands {
            kind,
            ids: ids.iter().copied().map(MessageId).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let photo = || Kind::Photo("ab12cd34".into());
        for (standing, written) in [
            (Standing(vec![stands(Kind::Text, &[7])]), "7"),
            (Standing(vec![stands(photo(), &[7])]), "7+=pab12cd34"),
            (
                Standing(vec![stands(photo(), &[7]), stands(Kind::Text, &[8])]),
                "8+7+=pab12cd34.t",
            ),
            (
                Standing(vec![
                    stands(Kind::Album("00".into(), 3), &[7, 8, 9]),
                    stands(Kind::Text, &[10]),
                ]),
                "10+7+8+9+=a3-00.t",
            ),
            (
                Standing(vec![
                    stands(Kind::File("12".into()), &[7]),
                    stands(Kind::Text, &[8]),
                ]),
                "8+7+=f12.t",
            ),
        ] {
            assert_eq!(standing.written().0, written);
            assert_eq!(Standing::read(&standing.written()), Some(standing));
        }
    }

    #[test]
    fn what_is_no_message_is_none() {
        for text in ["", "x", "7+=a2-00", "7+=q", "7+8"] {
            let read = Standing::read(&MessageRef(text.into()));
            assert!(
                read.is_none_or(|standing| standing.0.len() == 1),
                "{text} is read"
            );
        }
    }
}
