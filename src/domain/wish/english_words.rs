//! English words: what tells a sentence from a list, whom a text speaks to, and how it is spelled out.

/// Words of time: with one of them a bare subject says something.
pub(super) const TIMES: &[&str] = &[
    "monday",
    "mondays",
    "tuesday",
    "tuesdays",
    "wednesday",
    "wednesdays",
    "thursday",
    "thursdays",
    "friday",
    "fridays",
    "saturday",
    "saturdays",
    "sunday",
    "sundays",
    "today",
    "tomorrow",
    "tonight",
    "weekend",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "noon",
    "midnight",
    "morning",
    "evening",
    "afternoon",
    "soon",
    "now",
    "again",
];

/// Finite verbs: with one of them a bare subject is a sentence.
pub(super) const VERBS: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "may", "must",
    "should", "opens", "closes", "starts", "begins", "ends", "costs", "comes", "arrives",
    "returns", "won", "reopens", "moves", "moved", "needs", "need", "means", "it's", "he's",
    "she's", "we're", "they're", "we've", "there's", "closed", "opened", "sells", "plays", "runs",
    "launches", "gets", "becomes", "takes",
];

/// Whether a verb stands in it.
pub(super) fn is_clause(text: &str) -> bool {
    const SUBJECTS: [&str; 8] = ["we", "you", "they", "i", "it", "he", "she", "there"];
    let begins = text.split(' ').next().unwrap_or_default().to_lowercase();
    if SUBJECTS.contains(&begins.as_str()) {
        return true;
    }
    text.split_whitespace().any(|word| {
        let word = word
            .trim_matches(|char: char| !char.is_alphanumeric() && char != '\'')
            .to_lowercase();
        VERBS.contains(&word.as_str())
    })
}

/// Turns the readers from "they" into "you". They are someone else once a plural noun stands before.
pub(super) fn to_reader(text: &str) -> String {
    let mut plural_before = false;
    let mut words = Vec::new();
    for word in text.split(' ') {
        let (bare, after) = word.split_at(
            word.find(|char: char| !char.is_alphanumeric() && char != '\'')
                .unwrap_or(word.len()),
        );
        let lower = bare.to_lowercase();
        let turned = match lower.as_str() {
            "they" | "them" => "you",
            "their" => "your",
            "theirs" => "yours",
            "themselves" => "yourselves",
            "they're" | "theyre" => "you're",
            "they've" => "you've",
            "they'll" => "you'll",
            "they'd" => "you'd",
            _ => "",
        };
        if turned.is_empty() || plural_before {
            plural_before |= names_others(&lower);
            words.push(word.to_owned());
        } else {
            words.push(format!("{turned}{after}"));
        }
    }
    words.join(" ")
}

/// A plural noun that "they" may stand for.
fn names_others(word: &str) -> bool {
    const NO_NOUNS: &str = "is was has us this its as always plus thanks yes less unless perhaps besides does bus gas class glass \
        press business address mondays tuesdays wednesdays thursdays fridays saturdays sundays hours minutes days weeks sometimes always \
        towards christmas it's that's there's here's we's he's she's what's let's suits fits works needs wants likes says helps makes goes gets keeps euros dollars pounds cents";
    matches!(word, "people" | "children" | "men" | "women" | "kids")
        || (word.len() > 3
            && word.ends_with('s')
            && !NO_NOUNS.split_whitespace().any(|known| known == word))
}

/// "its fixed now": "its" before what no owner has is "it's".
fn it_is(text: &str) -> String {
    const AFTER: &str = "a an the our my not now been going so very too just only still back on in at free open closed finally \
        time all also really normally usually always already ready your here there almost nearly about gone done over up off";
    const BEHIND_PARTICIPLE: &str =
        "now by and on in at again for from until till today tomorrow so but to";
    let words: Vec<&str> = text.split(' ').collect();
    let bare = |at: usize| {
        words.get(at).map(|word| {
            word.trim_matches(|char: char| !char.is_alphanumeric())
                .to_lowercase()
        })
    };
    let listed = |list: &str, word: &str| list.split_whitespace().any(|known| known == word);
    let turned = words.iter().enumerate().map(|(at, word)| {
        let next = bare(at + 1).unwrap_or_default();
        let participle = next.len() > 4
            && (next.ends_with("ed") || next.ends_with("ing"))
            && bare(at + 2).is_none_or(|after| listed(BEHIND_PARTICIPLE, &after));
        let it_is = listed(AFTER, &next)
            || next.starts_with(|char: char| char.is_ascii_digit())
            || participle;
        match *word {
            "its" if it_is => "it's",
            "Its" if it_is => "It's",
            other => other,
        }
    });
    turned.collect::<Vec<_>>().join(" ")
}

/// Contractions typed without their apostrophe, and the shortest shorthand.
pub(super) fn spelled(text: &str) -> String {
    let text = match text.strip_prefix("were ") {
        Some(rest) => format!("we're {rest}"),
        None => text.to_owned(),
    };
    let text = it_is(&text);
    let text = text.replace(" pls,", ",").replace(" plz,", ",");
    text.split(' ')
        .filter(|word| !matches!(word.to_lowercase().as_str(), "pls" | "plz"))
        .map(|word| {
            let end = word
                .find(|char: char| !char.is_alphanumeric())
                .unwrap_or(word.len());
            let (bare, after) = word.split_at(end);
            let whole = match bare.to_lowercase().as_str() {
                "dont" => "don't",
                "cant" if after.is_empty() || !after.starts_with('\'') => "can't",
                "wont" => "won't",
                "isnt" => "isn't",
                "arent" => "aren't",
                "doesnt" => "doesn't",
                "didnt" => "didn't",
                "wasnt" => "wasn't",
                "couldnt" => "couldn't",
                "wouldnt" => "wouldn't",
                "havent" => "haven't",
                "hasnt" => "hasn't",
                "theres" => "there's",
                "thats" => "that's",
                "youre" => "you're",
                "theyre" => "they're",
                "weve" => "we've",
                "youll" => "you'll",
                "youve" => "you've",
                "im" => "I'm",
                "ive" => "I've",
                "thx" => "thanks",
                _ => return word.to_owned(),
            };
            format!("{whole}{after}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}
