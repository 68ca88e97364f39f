//! What in a text leads somewhere: web addresses, bare domains, mail addresses, names and wallets on a chain, and all of
//! these written so that a filter would not see them. [`super::plain`] has taken the disguises of single signs off before.

use std::ops::Range;
use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::Regex;

/// Endings that name things on a chain, hidden services, or places that only tests and home networks know; they are no
/// top-level domains but lead somewhere all the same.
const LINK_LIKE_ENDINGS: [&str; 16] = [
    "eth",
    "lens",
    "sol",
    "crypto",
    "btc",
    "nft",
    "tez",
    "bnb",
    "x402",
    "onion",
    "i2p",
    "bit",
    "example",
    "invalid",
    "localhost",
    "lan",
];

/// More of them that are words too: with a capital letter they begin a sentence behind a missing space.
const LINK_LIKE_WORDS: [&str; 7] = ["near", "ton", "dao", "wallet", "test", "local", "internal"];

/// Abbreviations whose last part happens to be a top-level domain. Nothing of such a name can be told from an address but that
/// everybody writes it.
const ABBREVIATIONS: [&str; 7] = ["m.sc", "b.sc", "d.sc", "b.com", "dr.med", "et.al", "m.in"];

/// The shortest run of letters and figures that is an address, a key or a hash rather than a word.
const TOKEN: usize = 26;

type Pattern = LazyLock<Option<Regex>>;

/// Every link in a text that went through [`super::plain`].
pub(super) fn links(text: &str) -> Vec<String> {
    let mut found = Found {
        text,
        all: Vec::new(),
    };
    found.addresses();
    found.domains();
    found.schemes_and_wallets();
    found.written_apart();
    let found = found.all.into_iter().map(|(_, link)| link);
    found.chain(spaced_out(text)).collect()
}

/// A text backwards, where a sign in it turns the reading round: so it is read.
pub(super) fn turned(text: &str) -> Option<String> {
    text.contains(['\u{202d}', '\u{202e}'])
        .then(|| text.chars().rev().collect())
}

struct Found<'a> {
    text: &'a str,
    all: Vec<(Range<usize>, String)>,
}

impl Found<'_> {
    /// What stands within something found before is not found again.
    fn add(&mut self, at: Range<usize>, link: &str) {
        if !self
            .all
            .iter()
            .any(|(known, _)| known.start < at.end && at.start < known.end)
        {
            self.all.push((at, link.to_owned()));
        }
    }

    /// Whether what begins at `at` is the rest of a mention or of a mail address.
    fn behind_an_at(&self, at: usize) -> bool {
        self.text[..at].ends_with('@')
    }

    fn addresses(&mut self) {
        let mut finder = LinkFinder::new();
        finder.url_must_have_scheme(false);
        for link in finder.links(self.text) {
            let leads = *link.kind() == LinkKind::Email || leads_somewhere(link.as_str());
            if leads {
                self.add(link.start()..link.end(), link.as_str());
            }
        }
    }

    /// Bare domains in the middle of another script, which the finder takes for one long word; those all in another script,
    /// which it does not look for; and names on a chain.
    fn domains(&mut self) {
        static DOMAIN: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?(?::\d{1,5})?(?:[/?#]\S*)?").ok()
        });
        static FOREIGN: Pattern = LazyLock::new(|| {
            Regex::new(r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?:/\S*)?").ok()
        });
        static NAME: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)[^\s@.,;:!?]+\.(?:eth|lens|sol|crypto|btc|onion)\b").ok()
        });
        for pattern in [&*DOMAIN, &*FOREIGN, &*NAME].into_iter().flatten() {
            for hit in pattern.find_iter(self.text) {
                if !self.behind_an_at(hit.start()) && leads_somewhere(hit.as_str()) {
                    self.add(hit.range(), hit.as_str());
                }
            }
        }
    }

    fn schemes_and_wallets(&mut self) {
        static SCHEME: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)\b(?:h[tx]{2}ps?|s?ftp|wss?|ipfs|ipns|ar|lens|nostr|did|mailto|tel|sms|tg|magnet|data|javascript|bitcoin|bitcoincash|litecoin|ethereum|solana|lightning|monero)\s?(?:\[:\]|:)\S+").ok()
        });
        static WALLET: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)\b(?:0x(?:[\s_-]?[0-9a-f]){40}|(?:bc1|tb1|bcrt1|ltc1|addr1|cosmos1)[0-9a-z]{20,90}|[13][1-9a-z]{25,34})\b").ok()
        });
        static RUN: Pattern = LazyLock::new(|| Regex::new(r"[0-9A-Za-z]+").ok());
        for pattern in [&*SCHEME, &*WALLET].into_iter().flatten() {
            for hit in pattern.find_iter(self.text) {
                self.add(hit.range(), hit.as_str());
            }
        }
        for hit in RUN.iter().flat_map(|pattern| pattern.find_iter(self.text)) {
            let tag = self.text[..hit.start()].ends_with(['#', '_', '@']);
            if !tag && is_token(hit.as_str()) {
                self.add(hit.range(), hit.as_str());
            }
        }
    }

    /// `evil [dot] com`, `evil . com`, `evil dot com`.
    fn written_apart(&mut self) {
        static APART: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)\b([a-z0-9-]+)\s*[\[({<]\s*(?:\.|dot|punkt|punto|point)\s*[\])}>]\s*([a-z]{2,24})\b").ok()
        });
        // Spelled out, only the endings that are no words of their own: a polka dot is no address.
        static SPELLED: Pattern = LazyLock::new(|| {
            Regex::new(r"(?i)\b([a-z0-9-]+)(?:\s+\.\s*|\s+dot\s+|[\u{b7}\u{2022}\u{2027}\u{2219}\u{22c5}\u{30fb}])(com|net|org|io|xyz|info|biz|dev|eth|lens)\b").ok()
        });
        for pattern in [&*APART, &*SPELLED].into_iter().flatten() {
            for hit in pattern.captures_iter(self.text) {
                if let (Some(whole), true) = (hit.get(0), is_ending(&hit[2])) {
                    self.add(whole.range(), &format!("{}.{}", &hit[1], &hit[2]));
                }
            }
        }
    }
}

/// Letters with blanks between them, closed up: `e v i l . c o m`.
fn spaced_out(text: &str) -> Vec<String> {
    static LETTERS: Pattern =
        LazyLock::new(|| Regex::new(r"(?:[\p{L}\p{N}.]\s){4,}[\p{L}\p{N}]\b").ok());
    LETTERS
        .iter()
        .flat_map(|pattern| pattern.find_iter(text))
        .map(|hit| hit.as_str().split_whitespace().collect::<String>())
        .filter(|word| word.contains('.') && leads_somewhere(word))
        .collect()
}

/// Whether something that looks like an address has an ending that exists: `six.Bring` is a missing space, `bean.coffee` a link.
fn leads_somewhere(link: &str) -> bool {
    if link.contains("://") {
        return true;
    }
    let mut parts = link.splitn(2, ['/', '?', '#', ':']);
    let host = parts.next().unwrap_or_default().trim_end_matches('.');
    let path = parts.next().is_some_and(|path| !path.is_empty());
    let Some((_, ending)) = host.rsplit_once('.') else {
        return false;
    };
    if !path && ABBREVIATIONS.contains(&host.to_lowercase().as_str()) {
        return false;
    }
    // Nobody writes a dotted word with a path behind it but as an address.
    let addressed = path && ending.len() > 1 && ending.chars().all(char::is_alphabetic);
    host.parse::<std::net::Ipv4Addr>().is_ok() || addressed || is_ending(ending)
}

fn is_ending(ending: &str) -> bool {
    let begins_a_sentence = ending.starts_with(char::is_uppercase);
    let ending = ending.to_lowercase();
    if LINK_LIKE_WORDS.contains(&ending.as_str()) {
        return !begins_a_sentence;
    }
    if LINK_LIKE_ENDINGS.contains(&ending.as_str()) || ending.starts_with("xn--") {
        return true;
    }
    if ending.is_ascii() {
        return tld::exist(&ending);
    }
    // An ending in another script, by the name it has in the registry of endings.
    url::Url::parse(&format!("https://a.{ending}"))
        .ok()
        .and_then(|url| Some(url.host_str()?.rsplit('.').next().is_some_and(tld::exist)))
        .unwrap_or(false)
}

/// An address, a key or a hash: long, with letters and figures all through it.
fn is_token(run: &str) -> bool {
    let figures = run.bytes().filter(u8::is_ascii_digit).count();
    run.len() >= TOKEN && figures >= 3 && run.len() - figures >= 3
}
