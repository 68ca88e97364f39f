//! What a text is checked for before a person sees it. A model's answer is outside text like any other: links and mentions
//! only from an allowed set, no piece of the prompt, no near-copy, within the network's length.

mod links;
mod mentions;
mod obedience;
mod plain;
mod support;

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::limits::Limits;
use crate::domain::names;
use crate::domain::network::Network;
use crate::domain::persona::Voice;

use links::{links, turned};
use mentions::mentions;
use plain::plain;

pub use obedience::obeys;
pub use support::{CommonWords, unsupported};

/// How many words in a row of the instructions count as a piece of the prompt.
const PROMPT_RUN: usize = 7;

/// The share of a text's three-word runs that stand in another text, from which on it is a near-copy.
const NEAR: f64 = 0.5;

/// What a draft may point to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Hosts, or hosts with a path, lower case, without scheme and `www.`.
    links: HashSet<String>,
    /// Handles without `@`, lower case.
    mentions: HashSet<String>,
}

impl Allowance {
    /// What the persona allows.
    #[must_use]
    pub fn of(voice: &Voice) -> Self {
        let mut allowance = Self::default();
        allowance.links.extend(
            voice
                .allowed_links
                .iter()
                .map(|link| bare_link(&plain(link))),
        );
        allowance.mentions.extend(
            voice
                .allowed_mentions
                .iter()
                .map(|handle| bare_handle(handle)),
        );
        allowance
    }

    /// Adds what a person named in a topic or as guidance: they may, and so may the draft.
    #[must_use]
    pub fn and_named_in(mut self, text: &str) -> Self {
        let text = plain(text);
        self.links
            .extend(links(&text).into_iter().map(|link| bare_link(&link)));
        self.mentions.extend(
            mentions(&text)
                .into_iter()
                .map(|handle| bare_handle(&handle)),
        );
        self
    }

    /// Adds the author of the post that is answered.
    #[must_use]
    pub fn and_author(mut self, handle: &str) -> Self {
        self.mentions.insert(bare_handle(handle));
        self
    }

    /// A link is allowed when it is named, or lies below a named host or path.
    fn allows_link(&self, link: &str) -> bool {
        let link = bare_link(link);
        self.links.iter().any(|allowed| {
            link.strip_prefix(allowed.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        })
    }

    fn allows_mention(&self, handle: &str) -> bool {
        self.mentions.contains(&bare_handle(handle))
    }
}

/// What a model's text is held against.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    pub network: Network,
    pub allowance: &'a Allowance,
    /// The instructions the model was given, without what people wrote into topic and persona.
    pub instructions: &'a [String],
    /// Own and fetched texts with a name for each: `#9`, `@bean`.
    pub others: &'a [(String, String)],
}

/// Checks what a model wrote.
#[must_use]
pub fn by_model(text: &str, held: &Held<'_>) -> Vec<Finding> {
    let mut findings = length(text, held.network);
    findings.extend(pointing(text, held.allowance, true));
    findings.extend(prompt_piece(text, held.instructions));
    findings.extend(near_copy(text, held.others));
    findings
}

/// Checks what a person typed: it is theirs and only warned of, but for what the network itself refuses.
#[must_use]
pub fn by_person(text: &str, network: Network, allowance: &Allowance) -> Vec<Finding> {
    let mut findings = length(text, network);
    findings.extend(pointing(text, allowance, false));
    findings
}

/// Checks a model's description of a picture: it goes out with the text.
#[must_use]
pub fn alt_by_model(alt: &str, allowance: &Allowance, instructions: &[String]) -> Vec<Finding> {
    let found = pointing(alt, allowance, true).into_iter();
    let found = found.chain(prompt_piece(alt, instructions));
    let advice = ". Image makes another, Remove picture takes it off";
    found.map(|finding| in_alt(&finding, advice)).collect()
}

/// Checks a person's description of a picture: it is theirs and only warned of.
#[must_use]
pub fn alt_by_person(alt: &str, allowance: &Allowance) -> Vec<Finding> {
    let found = pointing(alt, allowance, false).into_iter();
    found.map(|finding| in_alt(&finding, "")).collect()
}

fn in_alt(finding: &Finding, advice: &str) -> Finding {
    Finding {
        kind: FindingKind::Alt,
        detail: format!(
            "in the picture\u{2019}s description: {}{advice}",
            finding.detail
        ),
        blocks: finding.blocks,
    }
}

fn length(text: &str, network: Network) -> Vec<Finding> {
    let length = Limits::of(network).measure(text);
    let mut findings = Vec::new();
    if text.trim().is_empty() {
        findings.push(Finding {
            kind: FindingKind::Empty,
            blocks: true,
            detail: "there are no words in it".to_owned(),
        });
    }
    if !length.fits() {
        let detail = format!("too long: {length}");
        findings.push(Finding {
            kind: FindingKind::TooLong,
            blocks: true,
            detail,
        });
    }
    findings
}

/// What is wrong with a link, and how it is allowed where it has an address.
fn foreign_link(link: &str) -> String {
    let bare = link
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    let host = bare.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_host = host.contains('.')
        && !host.contains('@')
        && host
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-'));
    let link = shortened(link, 80);
    if is_host {
        let host = shortened(host, 60);
        format!(
            "the link {link} is not on your list; an editor allows it with /persona tune allow link {host}"
        )
    } else {
        format!("the link {link} is not on your list")
    }
}

fn pointing(text: &str, allowance: &Allowance, blocks: bool) -> Vec<Finding> {
    let backwards = turned(text).map(|text| plain(&text)).unwrap_or_default();
    let text = plain(text);
    let foreign_links = [links(&text), links(&backwards)]
        .concat()
        .into_iter()
        .filter(|link| !allowance.allows_link(link))
        .map(|link| Finding {
            kind: FindingKind::ForeignLink,
            blocks,
            detail: foreign_link(&link),
        });
    let foreign_mentions = mentions(&text)
        .into_iter()
        .filter(|handle| !allowance.allows_mention(handle))
        .map(|handle| Finding {
            kind: FindingKind::ForeignMention,
            blocks,
            detail: format!(
                "the mention @{0} is not on your list; an editor allows it with /persona tune allow mention @{0}",
                shortened(&handle, 60)
            ),
        });
    let mut seen = HashSet::new();
    foreign_links
        .chain(foreign_mentions)
        .filter(|finding| seen.insert(finding.detail.clone()))
        .collect()
}

/// A link as it is compared: without scheme and `www.`.
fn bare_link(link: &str) -> String {
    let link = link.trim().to_lowercase();
    let link = link
        .strip_prefix("https://")
        .or_else(|| link.strip_prefix("http://"))
        .unwrap_or(&link);
    let link = link.strip_prefix("www.").unwrap_or(link);
    link.trim_end_matches(['/', '.', ',']).to_owned()
}

fn bare_handle(handle: &str) -> String {
    names::folded(plain(handle).trim().trim_end_matches('.'))
}

/// The words of a text, lower case.
fn words(text: &str) -> Vec<String> {
    use unicode_segmentation::UnicodeSegmentation;
    text.unicode_words().map(str::to_lowercase).collect()
}

fn prompt_piece(text: &str, instructions: &[String]) -> Option<Finding> {
    static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?im)<\|[a-z_]+\|>|\[/?(?:INST|SYS)\]|<<|>>|</?post\b|^={3} |\[p\d+\]|\bp\d{2,}\b:|^\s*(?:system|assistant|user|topic|wish):").ok()
    });
    let finding = |piece: &str| Finding {
        kind: FindingKind::PromptPiece,
        blocks: true,
        detail: format!("a piece of the instructions: {}", shortened(piece, 80)),
    };
    // A word with something invisible in it is still that word.
    let text = plain(text);
    if let Some(mark) = MARK.as_ref().and_then(|mark| mark.find(&text)) {
        return Some(finding(mark.as_str()));
    }
    let told: HashSet<Vec<String>> = instructions
        .iter()
        .flat_map(|part| {
            words(part)
                .windows(PROMPT_RUN)
                .map(<[String]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect();
    words(&text)
        .windows(PROMPT_RUN)
        .find(|run| told.contains(*run))
        .map(|run| finding(&run.join(" ")))
}

/// The text among `others` that this one copies most, when it copies much.
fn near_copy(text: &str, others: &[(String, String)]) -> Option<Finding> {
    let runs = |text: &str| -> HashSet<Vec<String>> {
        words(text).windows(3).map(<[String]>::to_vec).collect()
    };
    let own = runs(text);
    if own.is_empty() {
        return None;
    }
    others
        .iter()
        .map(|(name, other)| {
            let shared = own.intersection(&runs(other)).count();
            (
                f64::from(u32::try_from(shared).unwrap_or(u32::MAX))
                    / f64::from(u32::try_from(own.len()).unwrap_or(u32::MAX)),
                name,
            )
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(share, _)| *share >= NEAR)
        .map(|(_, name)| Finding {
            kind: FindingKind::NearCopy,
            blocks: false,
            detail: format!("near to {name}"),
        })
}

#[cfg(test)]
mod tests;
