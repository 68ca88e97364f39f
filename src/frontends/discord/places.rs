//! What the bot may do in the channels it was spoken to in: Discord says it with every interaction.

use std::collections::HashMap;

use parking_lot::Mutex;
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
    /// The thread of a draft.
    pub thread: bool,
}

/// What the bot needs in a channel, and what it needs for threads there.
const NEEDED: [(Permissions, &str); 5] = [
    (Permissions::VIEW_CHANNEL, "see the channel"),
    (Permissions::SEND_MESSAGES, "send messages"),
    (Permissions::EMBED_LINKS, "embed links"),
    (Permissions::ATTACH_FILES, "attach files"),
    (Permissions::READ_MESSAGE_HISTORY, "read the history"),
];
const FOR_THREADS: [(Permissions, &str); 2] = [
    (Permissions::CREATE_PUBLIC_THREADS, "create public threads"),
    (
        Permissions::SEND_MESSAGES_IN_THREADS,
        "send messages in threads",
    ),
];

#[derive(Default)]
pub struct Places(Mutex<HashMap<u64, Place>>);

impl Places {
    pub fn note(&self, channel: u64, place: Place) {
        let mut places = self.0.lock();
        if places.len() >= REMEMBERED && !places.contains_key(&channel) {
            places.clear();
        }
        let known = places.entry(channel).or_default();
        *known = Place {
            name: place.name.or_else(|| known.name.take()),
            may: place.may.or(known.may),
            private: place.private,
            thread: place.thread || known.thread,
        };
    }

    fn get(&self, channel: u64) -> Place {
        let places = self.0.lock();
        places.get(&channel).cloned().unwrap_or_default()
    }

    pub fn note_thread(&self, channel: u64) {
        let place = Place {
            thread: true,
            ..Place::default()
        };
        self.note(channel, place);
    }

    pub fn is_thread(&self, channel: u64) -> bool {
        self.get(channel).thread
    }

    pub fn is_private(&self, channel: u64) -> bool {
        self.get(channel).private
    }

    /// `the bot may not attach files in #drafts`
    pub fn missing(&self, channel: u64) -> String {
        let place = self.get(channel);
        place.lacking(&NEEDED).unwrap_or_else(|| {
            let there = place.there();
            match place.may {
                // What was said before somebody changed the channel says nothing now.
                Some(_) => format!("the bot may not do that {there}"),
                None => format!(
                    "the bot lacks a permission {there}: it needs to see the channel, send messages, embed links and attach files"
                ),
            }
        })
    }

    /// `the bot may not create public threads in #drafts`, where Discord has said so.
    pub fn lacking_for_threads(&self, channel: u64) -> Option<String> {
        self.get(channel).lacking(&FOR_THREADS)
    }

    /// The same after Discord refused one.
    pub fn no_threads(&self, channel: u64) -> String {
        let place = self.get(channel);
        place.lacking(&FOR_THREADS).unwrap_or_else(|| {
            format!(
                "the bot lacks a permission {}: it needs to create public threads and send messages in threads",
                place.there()
            )
        })
    }
}

impl Place {
    fn there(&self) -> String {
        match &self.name {
            Some(name) => format!("in #{name}"),
            None => "there".to_owned(),
        }
    }

    /// What the bot may not do there, as far as that is known; none where it may do all of it.
    fn lacking(&self, needed: &[(Permissions, &str)]) -> Option<String> {
        let may = self.may?;
        let lacking: Vec<&str> = needed
            .iter()
            .filter(|(permission, _)| !may.contains(*permission))
            .map(|(_, words)| *words)
            .collect();
        let there = self.there();
        let (last, before) = lacking.split_last()?;
        Some(if before.is_empty() {
            format!("the bot may not {last} {there}")
        } else {
            format!("the bot may not {} or {last} {there}", before.join(", "))
        })
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
            ..Place::default()
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
        assert_snapshot!(places.no_threads(7), @"the bot may not create public threads or send messages in threads in #drafts");
        places.note(7, named(all | Permissions::CREATE_PUBLIC_THREADS));
        assert_snapshot!(places.lacking_for_threads(7).unwrap(), @"the bot may not send messages in threads in #drafts");
        assert_eq!(places.lacking_for_threads(8), None);
        assert_snapshot!(places.no_threads(8), @"the bot lacks a permission there: it needs to create public threads and send messages in threads");
    }
}
