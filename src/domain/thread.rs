//! A text that goes out as several posts, each an answer to the one before it.

use serde::{Deserialize, Serialize};

use crate::domain::network::Network;

/// A line of as many dashes stands between two posts: `---`. Phones make longer dashes of two or three of them.
const DASHES: usize = 3;

/// How much of a thread is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Its first posts, in their order.
    pub there: usize,
    pub of: usize,
    /// Where the first one is.
    pub url: Option<String>,
}

/// The posts that `text` goes out as on `network`: one, the text as it is, where nothing stands between or the network has
/// no threads.
#[must_use]
pub fn parts(network: Network, text: &str) -> Vec<String> {
    if !network.facts().has_threads {
        return vec![text.to_owned()];
    }
    let mut parts = vec![String::new()];
    for line in text.lines() {
        if divides(line) {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    if parts.len() == 1 {
        return vec![text.to_owned()];
    }
    let parts = parts.iter().map(|part| part.trim());
    let parts: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    if parts.is_empty() {
        return vec![text.to_owned()];
    }
    parts
}

/// `---`, or what keyboards make of it: `—-`, `–-`, `———`.
fn divides(line: &str) -> bool {
    let line = line.trim();
    let longer = |letter| matches!(letter, '\u{2012}'..='\u{2015}' | '\u{2212}');
    let dashes = line
        .chars()
        .all(|letter| matches!(letter, '-' | '\u{2010}' | '\u{2011}') || longer(letter));
    let count = line.chars().count();
    dashes && count <= DASHES && (count == DASHES || line.contains(longer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_dashes_begins_the_next_post() {
        let on_lens = |text| parts(Network::Lens, text);
        assert_eq!(
            on_lens("one\n---\ntwo\nlines\n ---\n\nthree"),
            ["one", "two\nlines", "three"]
        );
        assert_eq!(on_lens("---\none\n---\n---\n"), ["one"]);
        for line in [
            "\u{2014}-",
            "-\u{2014}",
            "\u{2013}-",
            "\u{2014}\u{2014}",
            "\u{2014}",
            "\u{2011}--",
            "\u{2212}\u{2212}\u{2212}",
        ] {
            let text = format!("one\n{line}\ntwo");
            assert_eq!(parts(Network::Lens, &text), ["one", "two"], "{line}");
        }
        // Whatever stands alone goes out to the last character.
        for text in [
            "",
            " one \n\n",
            "one --- two",
            "a\n----\nb",
            "a\n--\nb",
            "a\n-\nb",
            "---",
        ] {
            assert_eq!(on_lens(text), [text]);
        }
        assert_eq!(parts(Network::Sandbox, "one\n---\ntwo"), ["one\n---\ntwo"]);
    }
}
