//! What the bot may do in the channels it was spoken to in: Discord says it with every interaction.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serenity::model::Permissions;

/// How many channels are remembered.
const REMEMBERED: usize = 1_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub name: Option<String>,
    /// None where it was not said.
    pub may: Option<Permissions>,
    /// A private chat.
    pub private: bool,
}

#[derive(Default)]
pub struct Places(Mutex<HashMap<u64, Place>>);

impl Places {
    pub fn note(&self, channel: u64, place: Place) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= REMEMBERED && !places.contains_key(&channel) {
            places.clear();
        }
        let known = places.entry(channel).or_default();
        *known = Place {
            name: place.name.or_else(|| known.name.take()),
            may: place.may.or(known.may),
            private: place.private,
        };
    }

    fn get(&self, channel: u64) -> Place {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&channel).cloned().unwrap_or_default()
    }

    pub fn is_private(&self, channel: u64) -> bool {
        self.get(channel).private
    }

    /// `the bot may not attach files in #drafts`
    pub fn missing(&self, channel: u64) -> String {
        let place = self.get(channel);
        let may = place.may.unwrap_or(Permissions::empty());
        let needed = [
            (Permissions::VIEW_CHANNEL, "see the channel"),
            (Permissions::SEND_MESSAGES, "send messages"),
            (Permissions::EMBED_LINKS, "embed links"),
            (Permissions::ATTACH_FILES, "attach files"),
            (Permissions::READ_MESSAGE_HISTORY, "read the history"),
        ];
        let lacking: Vec<&str> = needed
            .into_iter()
            .filter(|(permission, _)| !may.contains(*permission))
            .map(|(_, words)| words)
            .collect();
        let name = place
            .name
            .map_or_else(|| "there".to_owned(), |name| format!("in #{name}"));
        // What was said before somebody changed the channel says nothing now.
        match lacking.split_last() {
            None => format!("the bot may not do that {name}"),
            Some(_) if place.may.is_none() => {
                format!(
                    "the bot lacks a permission {name}: it needs to see the channel, send messages, embed links and attach files"
                )
            }
            Some((only, [])) => format!("the bot may not {only} {name}"),
            Some((last, before)) => {
                format!("the bot may not {} or {last} {name}", before.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn what_is_missing_is_named() {
        let places = Places::default();
        assert_snapshot!(places.missing(7), @"the bot lacks a permission there: it needs to see the channel, send messages, embed links and attach files");
        let named = |may: Permissions| Place {
            name: Some("drafts".into()),
            may: Some(may),
            private: false,
        };
        let all = Permissions::VIEW_CHANNEL
            | Permissions::SEND_MESSAGES
            | Permissions::EMBED_LINKS
            | Permissions::READ_MESSAGE_HISTORY;
        places.note(7, named(all));
        assert_snapshot!(places.missing(7), @"the bot may not attach files in #drafts");
        places.note(7, named(Permissions::VIEW_CHANNEL));
        assert_snapshot!(places.missing(7), @"the bot may not send messages, embed links, attach files or read the history in #drafts");
        places.note(7, named(all | Permissions::ATTACH_FILES));
        assert_snapshot!(places.missing(7), @"the bot may not do that in #drafts");
    }
}
