//! Tuning the voice by plain words, without a model. Pure.
//!
//! What has a form of its own ("no hashtags", "we are …", "write in German") changes that part of the voice; every
//! other wish becomes a rule of tone, in the words it was said in.

use crate::domain::error::UserError;
use crate::domain::persona::Voice;

/// More rules than these a prompt has no room for, and nobody keeps in mind.
const MOST_RULES: usize = 20;
const LONGEST_RULE: usize = 200;

const LANGUAGES: [(&str, &str); 18] = [
    ("ar", "Arabic"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("hi", "Hindi"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("zh", "Chinese"),
];

/// The language's name, or the code itself.
#[must_use]
pub fn language_name(code: &str) -> &str {
    LANGUAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, name)| name)
}

/// The voice after `wish`, and what changed, a line each.
///
/// # Errors
/// When nothing would change, or there are too many rules.
pub fn tune(voice: &Voice, wish: &str) -> Result<(Voice, Vec<String>), UserError> {
    if wish.trim().is_empty() {
        let advice = "Such as: shorter, no hashtags, allow link roastery.example, we are a roastery in Leipzig.";
        return Err(UserError::new("Say what should change.", advice));
    }
    let mut tuned = voice.clone();
    let mut changes = Vec::new();
    for piece in pieces(wish) {
        changes.extend(apply(&mut tuned, piece)?);
    }
    if tuned.tone.len() > MOST_RULES || tuned.avoid.len() > MOST_RULES {
        let advice = "/persona tune drop RULE takes one away; /persona show lists them.";
        return Err(UserError::new(
            format!("There are {MOST_RULES} rules already."),
            advice,
        ));
    }
    if tuned == *voice {
        return Err(UserError::new(
            "That is how we sound already.",
            "/persona show lists the rules.",
        ));
    }
    Ok((tuned, changes))
}

/// Several wishes in a row, where a comma cannot be part of one: every piece has a form of its own.
fn pieces(wish: &str) -> Vec<&str> {
    let split = |marks: &[char]| {
        wish.split(marks)
            .map(|piece| piece.trim().trim_end_matches('.'))
            .filter(|piece| !piece.is_empty())
            .collect::<Vec<_>>()
    };
    let by_comma = split(&[',', ';', '\n']);
    if by_comma
        .iter()
        .all(|piece| !matches!(Wish::read(piece), Wish::Tone(_) | Wish::Identity(_)))
    {
        return by_comma;
    }
    split(&[';', '\n'])
}

/// How a wish about pictures begins.
const PICTURES: [&str; 4] = [
    "pictures look like ",
    "pictures are ",
    "pictures: ",
    "pictures ",
];

/// How a wish about the brand's colours begins.
const COLOURS: [&str; 6] = [
    "colours are ",
    "colours: ",
    "colours ",
    "colors are ",
    "colors: ",
    "colors ",
];

enum Wish<'a> {
    Shorter,
    Longer,
    Never(&'a str),
    Allow(&'a str),
    Drop(&'a str),
    Link(&'a str, bool),
    Mention(&'a str, bool),
    Identity(&'a str),
    Language(&'static str),
    LanguageOfTopic,
    Pictures(&'a str),
    Colours(&'a str),
    Tone(&'a str),
}

impl<'a> Wish<'a> {
    fn read(piece: &'a str) -> Self {
        let piece = piece.trim();
        // Lower case of the same length only: what follows is cut out of the text as it was typed.
        let lower = piece.to_ascii_lowercase();
        let after = |heads: &[&str]| {
            heads
                .iter()
                .find(|head| lower.starts_with(**head))
                .map(|head| piece[head.len()..].trim())
                .filter(|rest| !rest.is_empty())
        };
        match lower.trim_start_matches("be ").trim_start_matches("write ") {
            "shorter" | "short" | "more briefly" => return Self::Shorter,
            "longer" | "in more detail" => return Self::Longer,
            "in the language of the topic" | "in any language" => return Self::LanguageOfTopic,
            _ => {}
        }
        if let Some(host) = after(&[
            "no link to ",
            "no link ",
            "forbid link ",
            "do not link ",
            "don't link ",
        ]) {
            return Self::Link(host, false);
        }
        if let Some(host) = after(&[
            "allow links to ",
            "allow link to ",
            "allow link ",
            "link to ",
            "link ",
        ]) {
            return Self::Link(host, true);
        }
        let handle = |rest: &'a str| {
            rest.strip_prefix('@')
                .filter(|handle| !handle.contains(char::is_whitespace))
        };
        if let Some(handle) = after(&[
            "do not mention ",
            "don't mention ",
            "never mention ",
            "no mention of ",
            "forbid mention ",
        ])
        .and_then(handle)
        {
            return Self::Mention(handle, false);
        }
        if let Some(handle) =
            after(&["allow mention of ", "allow mention ", "mention "]).and_then(handle)
        {
            return Self::Mention(handle, true);
        }
        if let Some(rest) = after(&PICTURES) {
            return Self::Pictures(rest);
        }
        if let Some(rest) = after(&COLOURS) {
            return Self::Colours(rest);
        }
        if let Some(rest) = after(&["we are ", "we're ", "i am ", "i'm "]) {
            return Self::Identity(rest);
        }
        if let Some(code) = language(&lower) {
            return Self::Language(code);
        }
        if let Some(rest) = after(&[
            "no ",
            "never use ",
            "never ",
            "avoid ",
            "do not use ",
            "don't use ",
            "without ",
            "stop using ",
        ]) {
            return Self::Never(rest);
        }
        if let Some(rest) = after(&["allow "]) {
            return Self::Allow(rest);
        }
        if let Some(rest) = after(&["drop ", "remove ", "forget "]) {
            return Self::Drop(rest);
        }
        Self::Tone(piece)
    }
}

/// The language that a wish asks for: `write in German only`, `always answer in french please`, `only english`, `language: de`.
fn language(lower: &str) -> Option<&'static str> {
    /// What may stand around the language without saying anything else.
    const AROUND: [&str; 18] = [
        "write",
        "speak",
        "post",
        "answer",
        "reply",
        "draft",
        "in",
        "only",
        "always",
        "please",
        "just",
        "texts",
        "posts",
        "everything",
        "all",
        "use",
        "language",
        "the",
    ];
    let mut found = None;
    let mut before = "";
    for word in lower.split(|letter: char| !letter.is_alphanumeric()) {
        // A code may be a word as well, such as “it”, so it stands behind one that asks for a language.
        let as_code = matches!(before, "in" | "language");
        let named = LANGUAGES
            .iter()
            .find(|(code, name)| name.eq_ignore_ascii_case(word) || (as_code && *code == word));
        match named {
            Some((code, _)) if found.is_none() => found = Some(*code),
            None if word.is_empty() || AROUND.contains(&word) => {}
            _ => return None,
        }
        if !word.is_empty() {
            before = word;
        }
    }
    // A name alone, such as "german", is a wish for the language as well.
    found
}

fn apply(voice: &mut Voice, piece: &str) -> Result<Vec<String>, UserError> {
    if piece.chars().count() > LONGEST_RULE {
        return Err(UserError::new(
            "That is too long for one rule.",
            format!("Say it in {LONGEST_RULE} characters."),
        ));
    }
    Ok(match Wish::read(piece) {
        Wish::Shorter => length(voice, "short: two sentences at most"),
        Wish::Longer => length(voice, "take room: three or four sentences"),
        Wish::Never(what) => {
            let mut changes = without(&mut voice.tone, what, "tone");
            changes.extend(with(&mut voice.avoid, what, "never"));
            changes
        }
        Wish::Allow(what) | Wish::Drop(what) => dropped(voice, what)?,
        Wish::Link(host, true) => with(&mut voice.allowed_links, &host_of(host)?, "links"),
        Wish::Link(host, false) => without(&mut voice.allowed_links, &host_of(host)?, "links"),
        Wish::Mention(handle, true) => with(&mut voice.allowed_mentions, handle, "mentions"),
        Wish::Mention(handle, false) => without(&mut voice.allowed_mentions, handle, "mentions"),
        Wish::Identity(who) => {
            who.trim_end_matches('.').clone_into(&mut voice.identity);
            vec![format!("who: {}", voice.identity)]
        }
        Wish::Language(code) => {
            code.clone_into(&mut voice.language);
            vec![format!("language: {}", language_name(code))]
        }
        Wish::LanguageOfTopic => {
            voice.language.clear();
            vec!["language: that of the topic".to_owned()]
        }
        Wish::Pictures(style) => {
            style.clone_into(&mut voice.pictures);
            vec![format!("pictures: {style}")]
        }
        Wish::Colours(list) => {
            voice.colours = colours(list)?;
            vec![format!("colours: {}", voice.colours.join(" "))]
        }
        Wish::Tone(rule) => with(&mut voice.tone, unlabelled(rule), "tone"),
    })
}

/// `tone: dry` without the name of the part that it is for.
fn unlabelled(rule: &str) -> &str {
    let label = ["tone", "voice", "style"].iter().find_map(|label| {
        let rest = rule.get(label.len()..)?;
        let named = rule[..label.len()].eq_ignore_ascii_case(label);
        rest.trim_start().strip_prefix(':').filter(|_| named)
    });
    label.map_or(rule, str::trim)
}

/// `#16302b #f3efe4 #d9a441`: ground, letters, accent.
fn colours(list: &str) -> Result<Vec<String>, UserError> {
    let colours: Vec<String> = list.split_whitespace().map(str::to_lowercase).collect();
    let right = |colour: &String| {
        colour.len() == 7
            && colour.starts_with('#')
            && colour[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if colours.len() == 3 && colours.iter().all(right) {
        return Ok(colours);
    }
    Err(UserError::new(
        "Three colours make a card: ground, letters, accent.",
        "Such as: /persona tune colours #16302b #f3efe4 #d9a441",
    ))
}

/// One rule says how long texts are; a new one takes its place.
fn length(voice: &mut Voice, rule: &str) -> Vec<String> {
    const LENGTHS: [&str; 2] = [
        "short: two sentences at most",
        "take room: three or four sentences",
    ];
    voice
        .tone
        .retain(|known| !LENGTHS.contains(&known.as_str()));
    with(&mut voice.tone, rule, "tone")
}

fn with(rules: &mut Vec<String>, rule: &str, name: &str) -> Vec<String> {
    if rules.iter().any(|known| known.eq_ignore_ascii_case(rule)) {
        return Vec::new();
    }
    rules.push(rule.to_owned());
    vec![format!("{name}: + {rule}")]
}

fn without(rules: &mut Vec<String>, rule: &str, name: &str) -> Vec<String> {
    let before = rules.len();
    rules.retain(|known| !known.eq_ignore_ascii_case(rule));
    if rules.len() == before {
        Vec::new()
    } else {
        vec![format!("{name}: \u{2212} {rule}")]
    }
}

fn dropped(voice: &mut Voice, what: &str) -> Result<Vec<String>, UserError> {
    let mut changes = without(&mut voice.avoid, what, "never");
    changes.extend(without(&mut voice.tone, what, "tone"));
    if changes.is_empty() {
        let what = crate::domain::error::shortened(what, 60);
        return Err(UserError::new(
            format!("There is no rule \u{201c}{what}\u{201d}."),
            "/persona show lists them.",
        ));
    }
    Ok(changes)
}

/// `https://Roastery.example/menu/` as it is kept: `roastery.example/menu`.
fn host_of(link: &str) -> Result<String, UserError> {
    let refused = || {
        let link = crate::domain::error::shortened(link, 60);
        UserError::new(
            format!("\u{201c}{link}\u{201d} is not an address."),
            "Such as: allow link roastery.example.",
        )
    };
    let bare = link
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let url = url::Url::parse(&format!("https://{bare}")).map_err(|_| refused())?;
    let host = url
        .host_str()
        .filter(|host| host.contains('.'))
        .ok_or_else(refused)?;
    let path = url.path().trim_end_matches('/');
    Ok(format!("{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changes(wish: &str) -> String {
        tune(&Voice::default(), wish).map_or_else(
            |error| error.to_string(),
            |(_, changes)| changes.join(" | "),
        )
    }

    #[test]
    fn plain_forms_change_their_part() {
        assert_eq!(changes("shorter"), "tone: + short: two sentences at most");
        assert_eq!(changes("no emojis"), "never: + emojis");
        assert_eq!(changes("allow hashtags"), "never: \u{2212} hashtags");
        assert_eq!(
            changes("allow link https://Roastery.example/menu/"),
            "links: + roastery.example/menu"
        );
        assert_eq!(changes("mention @bean.lens"), "mentions: + bean.lens");
        assert_eq!(
            changes("We are a small roastery, in Leipzig."),
            "who: a small roastery, in Leipzig"
        );
        for wish in [
            "write in German",
            "write in German only",
            "only German, please",
            "always answer in german",
            "language: de",
        ] {
            assert_eq!(changes(wish), "language: German", "{wish}");
        }
        assert_eq!(
            changes("write like a German baker"),
            "tone: + write like a German baker"
        );
        assert_eq!(changes("use it well"), "tone: + use it well");
        assert_eq!(changes("tone: dry, lower case"), "tone: + dry, lower case");
        assert_eq!(
            changes("pictures look like old photographs"),
            "pictures: old photographs"
        );
        assert_eq!(
            changes("colours #16302B #f3efe4 #d9a441"),
            "colours: #16302b #f3efe4 #d9a441"
        );
        assert!(tune(&Voice::default(), "colours red green").is_err());
        assert_eq!(
            changes("dry humour, like a good barista"),
            "tone: + dry humour, like a good barista"
        );
        assert_eq!(
            changes("shorter, no emojis, allow link roastery.example"),
            "tone: + short: two sentences at most | never: + emojis | links: + roastery.example"
        );
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        assert_eq!(
            changes("no hashtags"),
            "That is how we sound already. /persona show lists the rules."
        );
        assert_eq!(
            changes("drop rhymes"),
            "There is no rule \u{201c}rhymes\u{201d}. /persona show lists them."
        );
        assert_eq!(
            changes("allow link nowhere"),
            "\u{201c}nowhere\u{201d} is not an address. Such as: allow link roastery.example."
        );
        assert!(changes(" ").starts_with("Say what should change."));
        let rules = (0..MOST_RULES).map(|rule| format!("rule {rule}"));
        let full = Voice {
            tone: rules.collect(),
            ..Voice::default()
        };
        assert!(tune(&full, "warmer").is_err());
    }

    #[test]
    fn longer_takes_the_place_of_shorter() {
        let (short, _) = tune(&Voice::default(), "shorter").unwrap();
        let (long, _) = tune(&short, "longer").unwrap();
        assert_eq!(long.tone.len(), short.tone.len());
        assert!(
            long.tone
                .contains(&"take room: three or four sentences".to_owned())
        );
    }

    proptest! {
        #[test]
        fn no_wish_is_fatal(wish in "\\PC{0,60}") {
            let _ = tune(&Voice::default(), &wish);
        }
    }
}
