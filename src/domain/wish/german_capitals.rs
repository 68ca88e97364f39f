//! German nouns typed without their capitals, and the commas that a quick typist leaves out.
//!
//! A word is a noun by the list, by its ending, as a compound of either, or by its place behind a determiner.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::capitalised;
use super::names;
use super::typing::each_word;

/// German nouns that small brands write about. A compound that ends in one of them is a noun as well.
const NOUNS: &str = include_str!("german_nouns.txt");

/// Behind these a noun follows, with or without adjectives between.
const DETERMINERS: &str = "ein eine einen einem einer eines kein keine keinen keinem keiner unser unsere unseren unserem unserer unsern unserm euer eure euren eurem eurer \
    mein meine meinen meinem meiner dem des zum zur beim im am vom ins ans aufs fürs übers unters diese diesen diesem dieser dieses jede jeden jedem jedes";

/// Also pronouns: what follows is a noun only where it cannot be a verb.
const ARTICLES: &str = "der die das den";

/// No nouns, wherever they stand.
const OTHERS: &str = "ich du er sie es wir ihr man uns euch ihnen ihm ihn mich dich sich mir dir alle allen alles jeder niemand jemand etwas nichts was wer wen wem wie wo wann warum woher wohin \
    und oder aber denn sondern doch weil dass ob wenn als bis seit damit obwohl bevor nachdem während sobald solange falls sowie sowohl \
    an ab auf aus bei durch für gegen gegenüber hinter hinterm in mit nach neben ohne über um unter von vor wegen zu zwischen trotz statt außer per pro ca \
    der die das den dem des ein eine einen einem einer am im zum zur beim vom ins \
    nicht auch noch nur schon sehr so ganz mal wieder immer nie oft heute morgen gestern übermorgen jetzt bald dann danach da dort hier nun gerade eben erst erstmal leider gern gerne bitte danke \
    mehr weniger viel viele wenig wenige paar bisschen einige mehrere andere anderen beide beiden zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert halb halbe ganze \
    offen zu geschlossen geöffnet gesperrt frei voll leer fertig kaputt krank neu alt gut schön toll kostenlos gratis günstig warm kalt kurz lang groß klein spät früh später früher \
    ist sind war waren hat haben hatte wird werden wurde wurden kann können muss müssen soll sollen darf dürfen will wollen möchte möchten gibt gibts geht kommt kommen macht machen findet \
    rein raus ein aus los weg hin her fest statt teil vorbei zurück zusammen mit dabei dazu daran dran darauf drauf davon dafür darum raum voraus besten meisten liebsten ersten zweiten dritten letzten nächsten \
    selbst selber sogar etwa rund circa täglich wöchentlich abends morgens mittags nachmittags vormittags nachts montags dienstags mittwochs donnerstags freitags samstags sonntags \
    hinten vorne oben unten draußen drinnen links rechts drüben überall nochmal nochmals herzlich lieber einfach genau wirklich eigentlich vielleicht sonst also weiter weiterhin";

/// Nouns get their capitals only where the typist set none at all: someone who set some has decided about the others.
pub(super) fn set(text: &str, typed_small: bool) -> String {
    static COMMA: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(\b\p{L}+) (dass|ob|weil|obwohl|die|der|den) ").ok());
    const BEFORE_NO_COMMA: [&str; 17] = [
        "und", "oder", "aber", "so", "als", "auch", "nur", "ausser", "außer", "ohne", "statt",
        "nachdem", "kurz", "erst", "gerade", "selbst", "denn",
    ];
    let mut text = text.to_owned();
    if let Some(comma) = COMMA.as_ref() {
        text = comma
            .replace_all(&text, |found: &Captures<'_>| {
                let (word, joint) = (&found[1], &found[2]);
                let relative = matches!(joint.to_lowercase().as_str(), "die" | "der" | "den");
                let comma = if relative {
                    matches!(
                        word.to_lowercase().as_str(),
                        "allen" | "alle" | "denen" | "jene" | "jenen"
                    )
                } else {
                    !BEFORE_NO_COMMA.contains(&word.to_lowercase().as_str())
                };
                format!("{word}{} {joint} ", if comma { "," } else { "" })
            })
            .into_owned();
    }
    if !typed_small {
        return text;
    }
    let text = each_word(&text, written)
        .replace("ir Laden ", "ir laden ")
        .replace("alles gute", "alles Gute")
        .replace("der weg ", "der Weg ");
    let text = sunday(&verbs_at_the_end(&text));
    names::set(&behind_determiners(&text), names::GERMAN)
}

pub(super) fn is_german_noun(word: &str) -> bool {
    // "abzustimmen": an infinitive with its "zu".
    static WITH_ZU: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new("^(?:ab|an|auf|aus|bei|ein|fest|her|hin|los|mit|nach|vor|weg|zurück|zusammen|weiter|teil|statt|vorbei|um|zu)zu.+e[lr]?n$").ok()
    });
    const SHORTEST_HEAD: usize = 4;
    const SHORTEST_FIRST: usize = 3;
    const ENDINGS: [&str; 10] = [
        "erei", "ung", "ungen", "heit", "keit", "schaft", "tion", "tionen", "ment", "tät",
    ];
    const NO_NOUNS: &str = "verstand bestand jung entstand einfach mehrfach vielfach geheim daheim pauschal schlicht mittlerweile beiseite allerhand \
        jederzeit derzeit zurzeit seinerzeit teilweise normalerweise ungefähr getrennt bekommen willkommen";
    // "folgende", "spannende": participles, unlike "Wochenende".
    let participle = word.ends_with("ende")
        && !["woche", "jahr", "monat", "saison", "schul", "semester"]
            .iter()
            .any(|first| word.starts_with(first))
        && word.chars().count() > 4;
    if WITH_ZU
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(word))
    {
        return false;
    }
    let length = word.chars().count();
    let ending = ENDINGS
        .iter()
        .any(|end| word.ends_with(end) && length >= end.len() + SHORTEST_FIRST);
    // "einladen", "vorstellen": verbs that end like a noun.
    let prefixed = [
        "ein", "aus", "auf", "ab", "vor", "her", "rein", "raus", "dar", "fest", "zu", "be", "ent",
        "ver",
    ]
    .iter()
    .any(|prefix| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| matches!(rest, "laden" | "stellen" | "karten" | "räumen"))
    });
    !listed(NO_NOUNS, word)
        && !participle
        && !prefixed
        && (ending
            || NOUNS.split_whitespace().any(|noun| {
                word == noun
                    || noun.chars().count() >= SHORTEST_HEAD
                        && word.ends_with(noun)
                        && length >= noun.chars().count() + SHORTEST_FIRST
            }))
}

/// "wer kann Stühle spenden": behind a modal verb the last word is no noun.
fn verbs_at_the_end(text: &str) -> String {
    const MODALS: &str = "kann können könnte könnten will wollen möchte möchten soll sollen darf dürfen muss müssen würde würden wollt könnt";
    const ALSO_VERBS: &str = "Spenden Proben Feiern Fragen Kosten Reisen Regeln Karten Lösungen Nähen Stellen Planen Spielen Tanzen Kaufen";
    let modal = text
        .split(' ')
        .any(|word| listed(MODALS, &word.to_lowercase()));
    let (head, last) = text.rsplit_once(' ').unwrap_or(("", text));
    let bare = last.trim_end_matches(['?', '!', '.']);
    if modal && listed(ALSO_VERBS, bare) {
        return format!("{head} {}", last.to_lowercase());
    }
    text.to_owned()
}

/// "so 12.5." is a Sunday.
fn sunday(text: &str) -> String {
    static DATE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\bso,? (\d{1,2}\.\d{1,2}\.)").ok());
    DATE.as_ref().map_or_else(
        || text.to_owned(),
        |date| date.replace_all(text, "So $1").into_owned(),
    )
}

/// A word with the capitals that it always has: nouns, days cut short, acronyms, each part of a hyphenated noun.
fn written(word: &str) -> Option<String> {
    // "schlosshof", "uferweg": short heads that no adjective ends in.
    const SHORT_HEADS: [&str; 9] = [
        "hof", "weg", "tag", "bus", "rad", "tür", "bad", "zug", "amt",
    ];
    const NO_HEADS: &str = "hinweg durchweg schlichtweg vorweg gerad insgesamt gesamt vorweg";
    const DAYS: &str = "mo di mi do fr sa";
    const ACRONYMS: &str = "wlan dj tv usb pdf lkw pkw tüv agb ev dlrg drk thw";
    if let Some((first, last)) = word.rsplit_once('-') {
        let days = listed(DAYS, first) && (listed(DAYS, last) || last == "so");
        return (days || is_german_noun(last))
            .then(|| format!("{}-{}", capitalised(first), capitalised(last)));
    }
    let headed = SHORT_HEADS
        .iter()
        .any(|head| word.ends_with(head) && word.chars().count() >= head.chars().count() + 3);
    if headed && !listed(NO_HEADS, word) {
        return Some(capitalised(word));
    }
    if listed(ACRONYMS, word) {
        return Some(word.to_uppercase());
    }
    (listed(DAYS, word) || is_german_noun(word)).then(|| capitalised(word))
}

fn listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

fn looks_like_adjective(word: &str) -> bool {
    ["e", "en", "er", "es", "em"]
        .iter()
        .any(|ending| word.ends_with(ending))
}

/// Behind a determiner the last word before a mark, a small word or the end is the noun: "die kleiderkammer".
fn behind_determiners(text: &str) -> String {
    const LONGEST_PHRASE: usize = 3;
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 0..words.len() {
        let determiner = words[at].to_lowercase();
        let article = listed(ARTICLES, &determiner);
        if !article && !listed(DETERMINERS, &determiner) {
            continue;
        }
        for place in at + 1..words.len().min(at + 1 + LONGEST_PHRASE) {
            let word = words[place].trim_end_matches([',', '.', '!', '?', ':', ';', ')']);
            let marked = word.len() < words[place].len();
            let small = word.chars().next().is_some_and(char::is_lowercase);
            let plain = small && word.chars().count() > 2 && word.chars().all(char::is_alphabetic);
            if !plain || listed(OTHERS, word) {
                break;
            }
            let next = words.get(place + 1).map(|next| {
                next.trim_end_matches([',', '.', '!', '?', ':', ';', ')'])
                    .to_lowercase()
            });
            let titled = next.as_ref().is_some_and(|next| {
                listed("frau herr herrn dr familie", next.trim_end_matches('.'))
            });
            let capital = words
                .get(place + 1)
                .is_some_and(|next| next.starts_with(char::is_uppercase));
            let ends = titled
                || marked
                || next
                    .as_ref()
                    .is_none_or(|next| listed(OTHERS, next) && !capital);
            let verb = article
                && place == at + 1
                && ["t", "te", "en", "ten"]
                    .iter()
                    .any(|end| word.ends_with(end));
            let adjective = looks_like_adjective(word);
            if !adjective || ends {
                let noun_follows =
                    !marked && !titled && next.as_ref().is_some_and(|next| is_german_noun(next));
                let adjective = adjective && noun_follows;
                if !verb && !adjective {
                    words[place] = capitalised(&words[place]);
                }
                break;
            }
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{is_german_noun, set};

    #[test]
    fn nouns_get_their_capitals_by_list_ending_compound_and_place() {
        for (typed, written) in [
            (
                "der chor probt in der aula der realschule",
                "der Chor probt in der Aula der Realschule",
            ),
            (
                "die spinde müssen bis freitag leer sein",
                "die Spinde müssen bis Freitag leer sein",
            ),
            ("das geht morgen wieder", "das geht morgen wieder"),
            (
                "zum grillen ein neues rezept",
                "zum Grillen ein neues Rezept",
            ),
            ("im neuen hofladen", "im neuen Hofladen"),
            (
                "hof hinterm laden, ausweis und kaufbeleg mitbringen",
                "Hof hinterm Laden, Ausweis und Kaufbeleg mitbringen",
            ),
        ] {
            assert_eq!(set(typed, true), written, "{typed}");
        }
        assert!(!is_german_noun("abzustimmen"));
    }
}
