//! The voice, in versions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the brand speaks. Tuned by talking; every change is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// Who speaks: `a small coffee roastery in Leipzig`.
    pub identity: String,
    /// How it sounds: one rule a line.
    pub tone: Vec<String>,
    /// What it never does: one rule a line.
    pub avoid: Vec<String>,
    /// Links that drafts may carry: hosts, with or without a path.
    pub allowed_links: Vec<String>,
    /// Handles that drafts may mention, without `@`.
    pub allowed_mentions: Vec<String>,
    /// ISO 639 code to write in; empty for the language of the topic.
    pub language: String,
    /// How pictures look, in words; empty for the usual way.
    pub pictures: String,
    /// The brand's colours as `#rrggbb`: ground, letters, accent. Empty for any of the usual ones.
    pub colours: Vec<String>,
}

impl Default for Voice {
    fn default() -> Self {
        Self {
            identity: "a small team that knows its craft".to_owned(),
            tone: vec![
                "warm, plain and exact".to_owned(),
                "short sentences".to_owned(),
            ],
            avoid: vec![
                "slogans".to_owned(),
                "exclamation marks".to_owned(),
                "hashtags".to_owned(),
            ],
            allowed_links: Vec::new(),
            allowed_mentions: Vec::new(),
            language: String::new(),
            pictures: String::new(),
            colours: Vec::new(),
        }
    }
}

/// One version of the voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    pub version: i64,
    pub voice: Voice,
    /// What was asked for when this version was made.
    pub note: String,
    pub made_at: Timestamp,
    pub made_by: String,
}
