//! English words that are always written with a capital: days, months, names behind a title, streets.

use super::capitalised;
use super::names;
use super::typing::each_word;

/// Always written with a capital in English; "may", "march", "sun" and "sat" are words of their own.
const NAMES: &str = "monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays saturday saturdays \
    sunday sundays january february april june july august september october november december christmas easter halloween xmas valentine valentine's \
    mon tue tues wed thu thurs fri jan feb aug sept oct nov dec english german french spanish italian european british portuguese polish turkish greek dutch irish scottish welsh chinese japanese american i i'm i've i'd i'll";

const ACRONYMS: &str = "atm dj tv uk usa usb pdf diy bbq cctv faq cpr nhs rspca rnli ev gps";

/// Words for parts of an address: the word before them is its name.
const STREETS: &str = "street road lane avenue";

const NO_STREET_NAMES: &str = "the a an our your this that my high main one side back across on in of every each same whole quiet long new old busy bus cycle bike fast slow";

pub(super) fn set(text: &str) -> String {
    let text = each_word(text, |word| {
        let plain = word.replace('\u{2019}', "'");
        let plain = match plain.strip_suffix("'s") {
            Some(owner) if owner.len() > 1 => owner,
            _ => &plain,
        };
        NAMES
            .split_whitespace()
            .any(|name| name == plain)
            .then(|| capitalised(word))
            .or_else(|| {
                ACRONYMS
                    .split_whitespace()
                    .any(|known| known == word)
                    .then(|| word.to_uppercase())
            })
    });
    places(&names::set(
        &weekend(&months(&streets(&text))),
        names::ENGLISH,
    ))
}

/// "sat" and "sun" are days before a number and beside another day.
fn weekend(text: &str) -> String {
    const DAYS: &str = "Mon Tue Tues Wed Thu Thurs Fri Sat Sun sat sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let bare = |word: &str| {
        word.trim_matches(|char: char| !char.is_alphanumeric())
            .to_owned()
    };
    let day = |word: &str| DAYS.split_whitespace().any(|known| known == bare(word));
    for at in 0..words.len() {
        if !matches!(bare(&words[at]).as_str(), "sat" | "sun") {
            continue;
        }
        let next = words.get(at + 1).map(String::as_str).unwrap_or_default();
        let before = at.checked_sub(1).map_or("", |place| words[place].as_str());
        let joint = |word: &str| {
            matches!(
                bare(word).as_str(),
                "to" | "till" | "til" | "and" | "or" | "&" | ""
            )
        };
        let pronoun = matches!(
            before.to_lowercase().as_str(),
            "we" | "they" | "i" | "he" | "she" | "it" | "who" | "you"
        );
        let numbered = next.starts_with(|char: char| char.is_ascii_digit());
        let beside = (joint(next) && words.get(at + 2).is_some_and(|word| day(word)))
            || (joint(before) && at > 1 && day(&words[at - 2]))
            || day(next)
            || day(before);
        if !pronoun && (numbered || beside) {
            words[at] = words[at].replacen('s', "S", 1);
        }
    }
    // "mon-sun", "sat/sun".
    let joined = words.iter().map(|word| {
        let parts: Vec<&str> = word.split(['-', '/', '\u{2013}']).collect();
        let days = parts.len() == 2 && parts.iter().all(|part| day(&capitalised(part)));
        let mark = word
            .chars()
            .find(|char| matches!(char, '-' | '/' | '\u{2013}'));
        match mark {
            Some(mark) if days => {
                format!("{}{mark}{}", capitalised(parts[0]), capitalised(parts[1]))
            }
            _ => word.clone(),
        }
    });
    joined.collect::<Vec<_>>().join(" ")
}

/// "Victoria park": a place that is named after a person.
fn places(text: &str) -> String {
    const PLACES: &str = "park square hall gardens church school house street road lane avenue bridge hospital library";
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        let place = words[at].trim_matches(|char: char| !char.is_alphabetic());
        let name = words[at - 1].to_lowercase();
        if PLACES.split(' ').any(|known| known == place)
            && (names::is_first_name(&name) || matches!(words[at - 1].as_str(), "St" | "St."))
        {
            words[at] = capitalised(&words[at]);
        }
    }
    words.join(" ")
}

/// "may", "march" and "mar" beside a number are months.
fn months(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let numbered = |word: Option<&String>| {
        word.is_some_and(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let rest = word.trim_start_matches(|char: char| char.is_ascii_digit());
            (1..=2).contains(&digits)
                && matches!(
                    rest.trim_end_matches([',', '.']),
                    "" | "st" | "nd" | "rd" | "th"
                )
        })
    };
    for at in 0..words.len() {
        let word = words[at].trim_end_matches([',', '.']);
        let before = at.checked_sub(1).map_or("", |place| words[place].as_str());
        let dated = matches!(
            before.to_lowercase().as_str(),
            "from" | "in" | "of" | "until" | "till" | "by" | "since" | "early" | "late" | "mid"
        );
        let beside =
            dated || (at > 0 && numbered(words.get(at - 1))) || numbered(words.get(at + 1));
        if matches!(word, "may" | "march" | "mar") && beside {
            words[at] = capitalised(&words[at]);
        }
    }
    words.join(" ")
}

fn streets(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        let street = words[at].trim_matches(|char: char| !char.is_alphabetic());
        let name = words[at - 1].as_str();
        let named = name.chars().all(char::is_alphabetic)
            && !NO_STREET_NAMES
                .split(' ')
                .any(|other| other == name.to_lowercase());
        if named && STREETS.split(' ').any(|known| known == street) {
            words[at - 1] = capitalised(&words[at - 1]);
            words[at] = capitalised(&words[at]);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::set;

    #[test]
    fn days_streets_and_names_get_their_capitals() {
        for (typed, written) in [
            (
                "closed wed, tues to sun 11 to 4",
                "closed Wed, Tues to Sun 11 to 4",
            ),
            ("we sat in the sun", "we sat in the sun"),
            ("sat 7 nov at mill lane", "Sat 7 Nov at Mill Lane"),
            (
                "the new vet, dr okafor, starts",
                "the new vet, Dr Okafor, starts",
            ),
            ("mrs pickles the cat", "Mrs Pickles the cat"),
            ("mon-fri 9-5", "Mon-Fri 9-5"),
        ] {
            assert_eq!(set(typed), written, "{typed}");
        }
    }
}
