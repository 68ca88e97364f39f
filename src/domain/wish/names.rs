//! Names of people, by the title before them or by the list of frequent first names.

use super::capitalised;

/// First names that are no words of English, German or Spanish.
const FIRST_NAMES: &str = include_str!("first_names.txt");

/// The titles of a language: each, how it is written, and whether it is written so wherever it stands.
pub(super) type Titles = &'static [(&'static str, &'static str)];

pub(super) const ENGLISH: Titles = &[
    ("dr", "Dr"),
    ("dr.", "Dr."),
    ("mr", "Mr"),
    ("mr.", "Mr."),
    ("mrs", "Mrs"),
    ("mrs.", "Mrs."),
    ("ms", "Ms"),
    ("prof", "Prof"),
    ("professor", "Professor"),
    ("uncle", "Uncle"),
    ("auntie", "Auntie"),
];

pub(super) const GERMAN: Titles = &[
    ("dr.", "Dr."),
    ("dr", "Dr"),
    ("frau", "Frau"),
    ("herr", "Herr"),
    ("herrn", "Herrn"),
    ("prof.", "Prof."),
    ("familie", "Familie"),
    ("tante", "Tante"),
];

pub(super) const SPANISH: Titles = &[
    ("don", "don"),
    ("doña", "doña"),
    ("sr.", "Sr."),
    ("sra.", "Sra."),
    ("señora", "señora"),
    ("señor", "señor"),
    ("dr.", "Dr."),
    ("dra.", "Dra."),
    ("familia", "familia"),
    ("san", "San"),
    ("santa", "Santa"),
];

/// Words that give a name: "called joel", "heißt mia", "se llama ana".
const NAMING: &str = "called named heißt heisst namens llama llamado llamada";

/// Words behind a title that are no name.
const NO_NAMES: &str = "and und y e is ist es who die der das de del que con mit from von in im at who's has hat for para für on to";

/// `text` with its names and titles in capitals.
pub(super) fn set(text: &str, titles: Titles) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 0..words.len() {
        let small = words[at].to_lowercase();
        let bare = small.trim_matches(|char: char| !char.is_alphanumeric());
        let stem = bare.strip_suffix("'s").unwrap_or(bare);
        if listed(FIRST_NAMES, stem) && !words[at].starts_with(['#', '@']) {
            words[at] = lifted(&words[at]);
        }
        let naming = listed(NAMING, bare)
            || (bare == "is" && at > 0 && words[at - 1].to_lowercase() == "name");
        if naming && let Some(next) = words.get(at + 1) {
            let name = next
                .trim_matches(|char: char| !char.is_alphanumeric())
                .to_lowercase();
            let article = matches!(
                name.as_str(),
                "the"
                    | "a"
                    | "our"
                    | "off"
                    | "out"
                    | "for"
                    | "es"
                    | "das"
                    | "dass"
                    | "la"
                    | "el"
                    | "to"
                    | "on"
                    | "it"
                    | "in"
            );
            if !article
                && !listed(NO_NAMES, &name)
                && name.chars().all(char::is_alphabetic)
                && !name.is_empty()
            {
                words[at + 1] = lifted(next);
            }
            continue;
        }
        let Some((_, title)) = titles.iter().find(|(title, _)| *title == small) else {
            continue;
        };
        let Some(next) = words.get(at + 1) else {
            continue;
        };
        let name = next
            .trim_matches(|char: char| !char.is_alphanumeric())
            .to_lowercase();
        let named = name.chars().count() > 1 && name.chars().all(char::is_alphabetic);
        if named && !listed(NO_NAMES, &name) {
            words[at + 1] = lifted(next);
            (*title).clone_into(&mut words[at]);
        }
    }
    words.join(" ")
}

/// Whether it is a frequent first name, in lower case.
pub(super) fn is_first_name(word: &str) -> bool {
    listed(FIRST_NAMES, word)
}

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// With a capital at its first letter, behind any mark.
fn lifted(word: &str) -> String {
    let start = word.find(char::is_alphabetic).unwrap_or(0);
    format!("{}{}", &word[..start], capitalised(&word[start..]))
}
