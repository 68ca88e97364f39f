//! German word order: what stands behind "dass" ends with its verb, a statement has the verb in second place.

/// Prefixes that part from their verb in a main clause.
const PREFIXES: [&str; 24] = [
    "zurück", "zusammen", "vorbei", "weiter", "wieder", "statt", "teil", "fest", "nach", "fort",
    "frei", "hin", "her", "auf", "aus", "bei", "ein", "los", "mit", "vor", "weg", "ab", "an", "zu",
];

/// Verbs that only look as if they had such a prefix.
const WHOLE: [&str; 13] = [
    "antwort",
    "einig",
    "wiederhol",
    "abonnier",
    "angel",
    "ander",
    "aust",
    "herrsch",
    "vorder",
    "mitt",
    "ausländ",
    "anal",
    "zuck",
];

/// Words that are the first place of a sentence by themselves.
const ALONE: [&str; 30] = [
    "wir",
    "ich",
    "ihr",
    "es",
    "er",
    "sie",
    "man",
    "das",
    "dies",
    "alle",
    "jeder",
    "niemand",
    "heute",
    "morgen",
    "übermorgen",
    "jetzt",
    "bald",
    "hier",
    "dort",
    "nun",
    "dann",
    "danach",
    "montags",
    "dienstags",
    "mittwochs",
    "donnerstags",
    "freitags",
    "samstags",
    "sonntags",
    "wer",
];

const DETERMINERS: [&str; 40] = [
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "unser",
    "unsere", "unseren", "unserem", "unserer", "unsre", "euer", "eure", "mein", "meine", "kein",
    "keine", "dieser", "diese", "dieses", "jede", "jeder", "jedes", "alle", "viele", "beide",
    "zwei", "drei", "vier", "fünf", "mehr", "einige", "neue", "unsern",
];

const PREPOSITIONS: [&str; 26] = [
    "am", "an", "ab", "im", "in", "ins", "bei", "beim", "um", "vom", "von", "zum", "zur", "zu",
    "bis", "seit", "nach", "vor", "mit", "ohne", "für", "auf", "aus", "über", "unter", "wegen",
];

/// Words after a noun that still belong to it.
const LINKS: [&str; 8] = ["von", "vom", "für", "mit", "und", "oder", "des", "der"];

/// A clause in pieces: the verb, and what stands before it.
pub(super) struct Clause<'t> {
    /// The words before the verb.
    pub before: Vec<&'t str>,
    pub verb: Verb,
    /// From the first comma of a following clause on, with the comma; or empty.
    pub after: &'t str,
}

/// A finite verb, without its prefix where that parts from it.
pub(super) struct Verb {
    pub stem: String,
    pub prefix: Option<&'static str>,
}

/// Takes a clause with its verb at the end apart. None where the last word does not read as a verb.
pub(super) fn verb_last(text: &str) -> Option<Clause<'_>> {
    let text = text.trim().trim_end_matches(['.', '?', '!']);
    let (main, after) = cut(text);
    let mut before: Vec<&str> = main.split_whitespace().collect();
    let last = before.pop()?;
    if before.is_empty() || !reads_as_verb(last) {
        return None;
    }
    let lower = last.to_lowercase();
    Some(Clause {
        before,
        verb: parted(&lower),
        after,
    })
}

/// A comma in a list of things belongs to the clause; one behind its verb begins another.
fn cut(text: &str) -> (&str, &str) {
    let behind_verb = text.match_indices(',').map(|(at, _)| at).find(|at| {
        text[..*at]
            .split_whitespace()
            .next_back()
            .is_some_and(reads_as_verb)
    });
    // "… probt weil unser Saal renoviert wird": the comma was left out.
    let joint = [
        " weil ",
        " obwohl ",
        " damit ",
        " sodass ",
        " solange ",
        " bevor ",
        " während ",
    ]
    .iter()
    .flat_map(|joint| text.match_indices(joint))
    .map(|(at, _)| at)
    .filter(|at| {
        text[..*at]
            .split_whitespace()
            .next_back()
            .is_some_and(reads_as_verb)
    });
    joint
        .chain(behind_verb)
        .min()
        .map_or((text, ""), |at| (&text[..at], &text[at..]))
}

/// Finite verbs end in -t, -en, -e, or are among the frequent ones.
fn reads_as_verb(word: &str) -> bool {
    const FREQUENT: [&str; 37] = [
        "ist", "sind", "war", "waren", "hat", "haben", "hatte", "wird", "werden", "wurde",
        "wurden", "kann", "können", "muss", "müssen", "soll", "sollen", "will", "wollen", "darf",
        "dürfen", "mag", "mögen", "gibt", "geht", "tun", "kam", "kamen", "lief", "fand", "ging",
        "steht", "tut", "sei", "weiß", "bin", "zu",
    ];
    const NO_VERBS: [&str; 30] = [
        "heute",
        "uhr",
        "alle",
        "bitte",
        "gestern",
        "leute",
        "seite",
        "karte",
        "ende",
        "gäste",
        "woche",
        "jetzt",
        "nicht",
        "zeit",
        "gut",
        "euch",
        "montag",
        "hause",
        "laden",
        "garten",
        "kuchen",
        "karten",
        "neuen",
        "morgen",
        "gerne",
        "offen",
        "herzen",
        "samstagen",
        "wochen",
        "stunden",
    ];
    let lower = word.to_lowercase();
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    !capital
        && lower != "zu"
        && (FREQUENT.contains(&lower.as_str())
            || (!NO_VERBS.contains(&lower.as_str())
                && lower.chars().count() > 3
                && (lower.ends_with('t')
                    || lower.ends_with("en")
                    || lower.ends_with("ern")
                    || lower.ends_with("eln")
                    || lower.ends_with("te"))))
}

fn parted(verb: &str) -> Verb {
    let whole = WHOLE.iter().any(|start| verb.starts_with(start));
    for prefix in PREFIXES {
        if whole {
            break;
        }
        if let Some(stem) = verb.strip_prefix(prefix)
            && stem.chars().count() > 2
            && stem.chars().any(|char| "aeiouäöü".contains(char))
            && reads_as_verb(stem)
        {
            return Verb {
                stem: stem.to_owned(),
                prefix: Some(prefix),
            };
        }
    }
    Verb {
        stem: verb.to_owned(),
        prefix: None,
    }
}

/// "wir am Sonntag um fünf schließen" becomes "wir schließen am Sonntag um fünf". None where the order cannot be told.
pub(super) fn main_clause(text: &str) -> Option<String> {
    let clause = verb_last(text)?;
    if another_begins(&clause.before) {
        return None;
    }
    let first = first_place(&clause.before)?;
    let (start, rest) = clause.before.split_at(first);
    let mut words: Vec<&str> = start.to_vec();
    words.push(&clause.verb.stem);
    words.extend(rest);
    words.extend(clause.verb.prefix);
    let mut sentence = words.join(" ");
    sentence.push_str(clause.after);
    Some(sentence)
}

/// Whether a clause of its own begins in the middle of the words: the verb at the end is not the first one's.
fn another_begins(words: &[&str]) -> bool {
    const SUBJECTS: &str = "der die das den ein eine wir ihr ich er es sie man unser unsere";
    words.windows(2).any(|pair| {
        let next = pair[1].to_lowercase();
        pair[0].ends_with(',') && SUBJECTS.split(' ').any(|subject| subject == next)
    })
}

/// How many of the words are the first place of the sentence.
fn first_place(words: &[&str]) -> Option<usize> {
    let first = words.first()?.to_lowercase();
    let capital = |word: &&str| {
        word.chars()
            .next()
            .is_some_and(|char| char.is_uppercase() || char.is_ascii_digit())
    };
    if DETERMINERS.contains(&first.as_str()) && words.len() > 1 && !ALONE.contains(&first.as_str())
        || matches!(first.as_str(), "das" | "die" | "der" | "alle" | "ihr")
            && words
                .get(1)
                .is_some_and(|word| capital(word) || is_noun_place(word))
    {
        return noun_phrase(words, 1);
    }
    if ALONE.contains(&first.as_str()) {
        // "morgen früh", "heute abend", "sonntags bis fünf" stay together only in their first two words.
        let two = matches!(first.as_str(), "heute" | "morgen" | "gestern")
            && words.get(1).is_some_and(|word| {
                matches!(
                    word.to_lowercase().as_str(),
                    "abend" | "früh" | "nachmittag" | "mittag" | "nacht" | "vormittag"
                )
            });
        return Some(if two { 2 } else { 1 });
    }
    if PREPOSITIONS.contains(&first.as_str()) {
        return noun_phrase(words, 1);
    }
    // A noun without an article, typed small.
    if super::german_capitals::is_german_noun(&first) {
        return Some(linked(words, 1));
    }
    if is_adjective(&first)
        && words
            .get(1)
            .is_some_and(|word| super::german_capitals::is_german_noun(&word.to_lowercase()))
    {
        return Some(linked(words, 2));
    }
    if words.first().is_some_and(capital) {
        let names = words.iter().take_while(|word| capital(word)).count();
        return Some(linked(words, names));
    }
    None
}

/// Whether a word behind "das" or "die" can be the noun of it, rather than the next part of the sentence.
fn is_noun_place(word: &str) -> bool {
    const OTHERS: &str = "nicht auch noch wieder schon sehr ganz alles gerade leider euch uns nur gut so immer doch mal nie \
        bald sich ihr dich hinter zwischen gestern alles etwas mehr wohl wirklich einfach";
    let lower = word.to_lowercase();
    super::german_capitals::is_german_noun(&lower)
        || !(OTHERS.split_whitespace().any(|known| known == lower)
            || PREPOSITIONS.contains(&lower.as_str())
            || ALONE.contains(&lower.as_str())
            || DETERMINERS.contains(&lower.as_str()))
}

/// The end of a noun phrase: its first word with a capital, or in lower case the word after the adjectives.
fn noun_phrase(words: &[&str], from: usize) -> Option<usize> {
    let capital = |word: &str| {
        word.chars()
            .next()
            .is_some_and(|char| char.is_uppercase() || char.is_ascii_digit())
    };
    let typed_small = !words
        .iter()
        .any(|word| capital(word) && word.chars().any(char::is_alphabetic));
    let known = words[from..]
        .iter()
        .take_while(|word| !PREPOSITIONS.contains(&word.to_lowercase().as_str()))
        .position(|word| super::german_capitals::is_german_noun(&word.to_lowercase()));
    let end = if let (true, Some(noun)) = (typed_small, known.filter(|noun| *noun < 3)) {
        from + noun + 1
    } else if typed_small {
        let adjectives = words[from..]
            .iter()
            .take_while(|word| {
                let lower = word.to_lowercase();
                !PREPOSITIONS.contains(&lower.as_str())
                    && (DETERMINERS.contains(&lower.as_str()) || is_adjective(word))
            })
            .count();
        // The last word that looks like an adjective may be the noun itself: "die torte am freitag".
        let at = from + adjectives;
        let noun_missing = words.get(at).is_none_or(|word| {
            PREPOSITIONS.contains(&word.to_lowercase().as_str())
                || ALONE.contains(&word.to_lowercase().as_str())
        });
        if noun_missing && adjectives > 0 {
            at
        } else {
            at + 1
        }
    } else {
        let noun = words[from..].iter().position(|word| capital(word))?;
        let mut end = from + noun + 1;
        while words.get(end).is_some_and(|word| capital(word)) {
            end += 1;
        }
        end
    };
    (end <= words.len()).then(|| linked(words, end))
}

fn is_adjective(word: &str) -> bool {
    let word = word.to_lowercase();
    word.chars().count() > 3
        && ["e", "en", "er", "es", "em"]
            .iter()
            .any(|ending| word.ends_with(ending))
        && !word.ends_with("ung")
}

/// Takes what belongs to the noun along: "das Konzert mit Anna", "die Halle der Schule".
fn linked(words: &[&str], end: usize) -> usize {
    let link = words
        .get(end)
        .is_some_and(|word| LINKS.contains(&word.to_lowercase().as_str()));
    if !link {
        return end;
    }
    noun_phrase(words, end + 1)
        .filter(|longer| *longer <= words.len())
        .unwrap_or(end)
}
