//! What a text is checked for before a person sees it. A model's answer is outside text like any other: links and mentions
//! only from an allowed set, no piece of the prompt, no near-copy, within the network's length.

use std::collections::HashSet;
use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::domain::error::shortened;
use crate::domain::finding::{Finding, FindingKind};
use crate::domain::limits::Limits;
use crate::domain::network::Network;
use crate::domain::persona::Voice;

/// How many words in a row of the instructions count as a piece of the prompt.
const PROMPT_RUN: usize = 7;

/// The share of a text's three-word runs that stand in another text, from which on it is a near-copy.
const NEAR: f64 = 0.5;

/// Endings that name things on a chain or hidden services; they are no top-level domains but lead somewhere all the same.
const LINK_LIKE_ENDINGS: [&str; 8] = [
    "eth", "lens", "onion", "sol", "crypto", "bit", "x402", "i2p",
];

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

fn pointing(text: &str, allowance: &Allowance, blocks: bool) -> Vec<Finding> {
    let text = plain(text);
    let foreign_links = links(&text)
        .into_iter()
        .filter(|link| !allowance.allows_link(link))
        .map(|link| Finding {
            kind: FindingKind::ForeignLink,
            blocks,
            detail: format!("a link that nobody allowed: {}", shortened(&link, 80)),
        });
    let foreign_mentions = mentions(&text)
        .into_iter()
        .filter(|handle| !allowance.allows_mention(handle))
        .map(|handle| Finding {
            kind: FindingKind::ForeignMention,
            blocks,
            detail: format!("a mention that nobody allowed: @{}", shortened(&handle, 60)),
        });
    let mut seen = HashSet::new();
    foreign_links
        .chain(foreign_mentions)
        .filter(|finding| seen.insert(finding.detail.clone()))
        .collect()
}

/// The text as a reader sees it: compatibility forms folded, dots of other scripts made dots, invisible characters left out.
/// So `example。com` and `ex<zero width>ample.com` are found for what they are.
fn plain(text: &str) -> String {
    text.nfkc()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'))
        .map(|c| match c {
            '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}' => '.',
            other => other,
        })
        .collect()
}

/// Every link in a text: web addresses, bare domains, mail addresses, written-apart domains, wallet addresses.
fn links(text: &str) -> Vec<String> {
    static APART: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b([a-z0-9-]+)\s*(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\))\s*([a-z]{2,24})\b",
        )
        .ok()
    });
    // Spelled out, only the endings that are no words of their own: a polka dot is no address.
    static SPELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b([a-z0-9-]+)(?:\s\.\s|\sdot\s)(com|net|org|io|xyz|info|biz|dev|eth|lens)\b",
        )
        .ok()
    });
    static WALLET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\b(?:0x[0-9a-fA-F]{40}|(?:bc1|tb1|ltc1|addr1|cosmos1)[0-9a-z]{20,90}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|T[1-9A-HJ-NP-Za-km-z]{33}|[1-9A-HJ-NP-Za-km-z]{43,44})\b").ok()
    });
    static SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:h[tx]{2}ps?|ftp|ipfs|ipns|ar|lens|mailto|tel|tg|magnet|data|javascript):[^\s]+").ok()
    });
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let mut found: Vec<String> = finder
        .links(text)
        .filter(|link| match link.kind() {
            LinkKind::Email => true,
            _ => leads_somewhere(link.as_str()),
        })
        .map(|link| link.as_str().to_owned())
        .collect();
    // linkify wants ASCII around a bare domain; the endings that are no top-level domains it finds as well.
    for pattern in [&*WALLET, &*SCHEME].into_iter().flatten() {
        found.extend(pattern.find_iter(text).map(|hit| hit.as_str().to_owned()));
    }
    for pattern in [&*APART, &*SPELLED].into_iter().flatten() {
        found.extend(
            pattern
                .captures_iter(text)
                .filter(|hit| is_ending(&hit[2]))
                .map(|hit| format!("{}.{}", &hit[1], &hit[2])),
        );
    }
    found
}

/// Whether something that looks like an address has an ending that exists: `six.Bring` is a missing space, `bean.coffee` a link.
fn leads_somewhere(link: &str) -> bool {
    if link.contains("://") {
        return true;
    }
    let host = link
        .split(['/', '?', '#', ':'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    host.parse::<std::net::Ipv4Addr>().is_ok() || host.rsplit('.').next().is_some_and(is_ending)
}

fn is_ending(ending: &str) -> bool {
    let ending = ending.to_lowercase();
    LINK_LIKE_ENDINGS.contains(&ending.as_str()) || tld::exist(&ending)
}

/// Every `@handle`, without mail addresses.
fn mentions(text: &str) -> Vec<String> {
    static MENTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^\w.@/-])@([\p{L}\p{N}_](?:[\p{L}\p{N}_.\-/@]*[\p{L}\p{N}_])?)").ok()
    });
    MENTION
        .as_ref()
        .map(|pattern| {
            pattern
                .captures_iter(text)
                .map(|hit| hit[1].to_owned())
                .collect()
        })
        .unwrap_or_default()
}

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
    handle
        .trim()
        .trim_start_matches('@')
        .trim_end_matches('.')
        .to_lowercase()
}

/// The words of a text, lower case.
fn words(text: &str) -> Vec<String> {
    use unicode_segmentation::UnicodeSegmentation;
    text.unicode_words().map(str::to_lowercase).collect()
}

fn prompt_piece(text: &str, instructions: &[String]) -> Option<Finding> {
    static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)<\|[a-z_]+\|>|\[/?(?:INST|SYS)\]|<<|>>|\[p\d+\]|\bp\d{2,}\b:|^(?:system|assistant|user):").ok()
    });
    let finding = |piece: &str| Finding {
        kind: FindingKind::PromptPiece,
        blocks: true,
        detail: format!("a piece of the instructions: {}", shortened(piece, 80)),
    };
    if let Some(mark) = MARK.as_ref().and_then(|mark| mark.find(text)) {
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
    words(text)
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
mod tests {
    use super::*;

    fn kinds(text: &str, allowance: &Allowance) -> Vec<FindingKind> {
        pointing(text, allowance, true)
            .into_iter()
            .map(|finding| finding.kind)
            .collect()
    }

    #[test]
    fn links_of_every_dress_are_found() {
        let nothing = Allowance::default();
        for text in [
            "see https://evil.example/x",
            "see evil.com now",
            "see Evil.Coffee/menu",
            "write to me@evil.org",
            "evil [.] com is it",
            "evil dot com is it",
            "evil . com is it",
            "ev\u{200b}il.com",
            "evil\u{3002}com",
            "send to 0x52908400098527886E0F7030069857D2E4169EE7",
            "send to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "vitalik.eth knows",
            "hxxps://evil.example",
            "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
            "http://127.0.0.1:80/",
        ] {
            assert!(
                kinds(text, &nothing).contains(&FindingKind::ForeignLink),
                "{text}"
            );
        }
    }

    #[test]
    fn plain_words_are_no_links() {
        let nothing = Allowance::default();
        for text in [
            "Friday at six.Bring a friend",
            "3.5 bars, 93.2 degrees",
            "e.g. this, i.e. that",
            "Dr. Smith et al.",
            "a polka dot is fine",
            "wait... what",
            "a 9:30 start",
        ] {
            assert_eq!(kinds(text, &nothing), [], "{text}");
        }
    }

    #[test]
    fn mentions_are_allowed_by_name_only() {
        let allowance = Allowance::default().and_author("bean.lens");
        assert_eq!(kinds("Thanks @Bean.lens", &allowance), []);
        assert_eq!(
            kinds("Thanks @bean", &allowance),
            [FindingKind::ForeignMention]
        );
        assert_eq!(
            kinds("\u{ff20}stranger hi", &allowance),
            [FindingKind::ForeignMention]
        );
        assert_eq!(
            kinds("\u{200b}@stranger, @stranger", &allowance),
            [FindingKind::ForeignMention]
        );
    }

    #[test]
    fn what_a_person_named_is_allowed_and_what_lies_below_it() {
        let allowance = Allowance::default()
            .and_named_in("the menu at https://www.roastery.example/menu with @bean");
        assert_eq!(
            kinds("roastery.example/menu/friday with @bean", &allowance),
            []
        );
        assert_eq!(
            kinds("https://roastery.example/menus", &allowance),
            [FindingKind::ForeignLink]
        );
        assert_eq!(
            kinds("https://roastery.example.evil.com/menu", &allowance),
            [FindingKind::ForeignLink]
        );
    }

    #[test]
    fn a_persons_own_words_are_only_warned_of() {
        let findings = by_person("see evil.com", Network::Sandbox, &Allowance::default());
        assert!(findings.iter().all(|finding| !finding.blocks) && findings.len() == 1);
        assert!(by_person(&"a".repeat(301), Network::Sandbox, &Allowance::default())[0].blocks);
    }

    #[test]
    fn pieces_of_the_instructions_block() {
        let told = [
            "You write one short post for the brand described below and nothing else.".to_owned(),
        ];
        assert!(
            prompt_piece(
                "I write one short post for the brand described below!",
                &told
            )
            .is_some()
        );
        assert!(prompt_piece("One short post about coffee.", &told).is_none());
        assert!(prompt_piece("fine <|im_start|>", &told).is_some());
    }

    #[test]
    fn near_copies_are_named() {
        let others = [
            (
                "#9".to_owned(),
                "Friday at six we taste three coffees from Ethiopia and one that divides the house"
                    .to_owned(),
            ),
            ("@bean".to_owned(), "Nothing alike".to_owned()),
        ];
        let found = near_copy(
            "Friday at six we taste three coffees from Ethiopia, come along",
            &others,
        );
        assert_eq!(
            found.map(|finding| finding.detail),
            Some("near to #9".to_owned())
        );
        assert_eq!(
            near_copy("The new grinder is here and it sings", &others),
            None
        );
    }
}
