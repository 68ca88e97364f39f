//! What a backup says of itself.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::backup::{MEDIA, SANDBOX, STORE};

/// The member that lists the others.
pub(super) const NAME: &str = "manifest.json";
/// No manifest is larger: about half a million pictures.
pub(super) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The first member of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version of Lumen that made it.
    pub lumen: String,
    /// The newest migration of the store in it.
    pub schema: i64,
    pub made_at: Timestamp,
    pub members: Vec<Member>,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `lumen.db`, `sandbox.db` or `media/…`.
    pub name: String,
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

impl Manifest {
    /// Why it cannot be followed: a name that leads elsewhere, one that is there twice, no store.
    pub(super) fn check(&self, archive_bytes: u64) -> Result<(), String> {
        let mut seen = HashSet::new();
        let mut total: u64 = 0;
        for member in &self.members {
            if !is_safe(&member.name) {
                return Err(format!(
                    "it names {:?}, which is no place in a backup",
                    member.name
                ));
            }
            if !seen.insert(member.name.as_str()) {
                return Err(format!("it names {} twice", member.name));
            }
            total = total.saturating_add(member.bytes);
        }
        if !seen.contains(STORE) {
            return Err("the store is not in it".to_owned());
        }
        // Nothing is packed tighter than it is, so a backup never unfolds to more than itself.
        if total > archive_bytes {
            return Err("it names more than the file holds".to_owned());
        }
        Ok(())
    }
}

/// Whether a member's name is one that Lumen gives: plain words under `media`, or one of the two databases.
pub(super) fn is_safe(name: &str) -> bool {
    if name == STORE || name == SANDBOX {
        return true;
    }
    let mut parts = name.split('/');
    let below_media = parts.next() == Some(MEDIA);
    let rest: Vec<&str> = parts.collect();
    below_media && (1..=4).contains(&rest.len()) && rest.iter().all(|part| is_plain(part))
}

/// A file name without surprises.
pub(super) fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 128
        && !part.starts_with('.')
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["lumen.db", "sandbox.db", "media/00ff", "media/ab/cd.png"] {
            assert!(is_safe(name), "{name}");
        }
        for name in [
            "",
            "media",
            "media/",
            "media//a",
            "media/..",
            "media/../lumen.db",
            "../lumen.db",
            "/etc/passwd",
            "media/.hidden",
            "sessions.json",
            "index/a",
            "media/a b",
            "media/a\\b",
            "media/a\0",
            "media/1/2/3/4/5",
        ] {
            assert!(!is_safe(name), "{name}");
        }
    }
}
