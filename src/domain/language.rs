//! Which language a text is written in, where nobody says.

use unicode_segmentation::UnicodeSegmentation as _;
use whichlang::Lang;

/// Fewer letters than this say nothing reliable.
const FEWEST_LETTERS: usize = 10;

/// ISO 639-1 code of the language of `text`; none when there are too few words to tell.
#[must_use]
pub fn detect(text: &str) -> Option<&'static str> {
    let words: String = text
        .split_whitespace()
        .filter(|word| !word.starts_with(['@', '#']) && !word.contains("://"))
        .flat_map(|word| [word, " "])
        .collect();
    let letters = words.chars().filter(|letter| letter.is_alphabetic());
    // A sign of Chinese, Japanese or Korean carries about as much as three letters.
    let weight: usize = letters
        .map(|letter| if letter >= '\u{2e80}' { 3 } else { 1 })
        .sum();
    (weight >= FEWEST_LETTERS).then(|| code(whichlang::detect_language(&words)))
}

/// The English name of a language by its ISO 639-1 code; the code itself where it is not known here.
#[must_use]
pub fn name(code: &str) -> &str {
    match code {
        "ar" => "Arabic",
        "zh" => "Chinese",
        "de" => "German",
        "en" => "English",
        "fr" => "French",
        "hi" => "Hindi",
        "it" => "Italian",
        "ja" => "Japanese",
        "ko" => "Korean",
        "nl" => "Dutch",
        "pt" => "Portuguese",
        "ru" => "Russian",
        "es" => "Spanish",
        "sv" => "Swedish",
        "tr" => "Turkish",
        "vi" => "Vietnamese",
        other => other,
    }
}

const fn code(language: Lang) -> &'static str {
    match language {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

/// Words that stand in nearly every sentence of a language and mean nothing in the other two.
const FUNCTION_WORDS: [(&str, &str); 3] = [
    (
        "en",
        "a joke tips story reasons the and of to is are we our you your that this with for it at on be have has will people tell from not what \
     they their by ask about please thank everyone write post new closed open opening hours today tomorrow free who how there \
     can could let remind congratulate us an as or if which when out up more some monday tuesday wednesday thursday friday \
     saturday sunday",
    ),
    (
        "de",
        "der die das und ist sind wir unser unsere unseren unserem ihr euch dass ein eine einen einem einer mit für nicht auf zu zum \
     zur im am den dem des von uhr ab bei oder leute allen alle sag frag bitte schreib wann wer wie wo ob auch noch \
     nur neu neue neuer neues geschlossen geöffnet morgen heute danke vom bis wird werden haben hat kein keine montag dienstag \
     mittwoch donnerstag freitag samstag sonntag über unsrer sie ich kannst könntest",
    ),
    (
        "es",
        "el la los las que y es son está estamos nuestro nuestra nuestros nuestras un una unos con para por del al no se su sus \
     en lo les di gente todos qué cómo cuándo pregunta gracias invita recuerda felicita mañana hoy hay desde hasta horario \
     abierto cerrado nuevo nueva lunes martes miércoles jueves viernes sábado sabado domingo tenemos somos más pero sobre puedes \
     cerramos abrimos a de e o",
    ),
];

/// The language of a short text that a person typed: by the small words of English, German and Spanish, which tell
/// better than statistics where there are few letters; else by [`detect`].
#[must_use]
pub fn of_topic(text: &str) -> Option<&'static str> {
    let words: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    let mut counts = FUNCTION_WORDS.map(|(code, list)| {
        let known: Vec<&str> = list.split_whitespace().collect();
        (
            words
                .iter()
                .filter(|word| known.contains(&word.as_str()))
                .count()
                * 2,
            code,
        )
    });
    for (count, code) in &mut counts {
        let marks: &[char] = match *code {
            "de" => &['ä', 'ö', 'ü', 'ß'],
            "es" => &['ñ', '¿', '¡', 'á', 'é', 'í', 'ó', 'ú'],
            _ => &[],
        };
        *count += text
            .to_lowercase()
            .chars()
            .filter(|char| marks.contains(char))
            .count()
            .min(2);
    }
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let detected = detect(text);
    let clear = counts[0].0 >= 2 && counts[0].0 > counts[1].0;
    let share = counts[0].0 * 5 >= words.len() * 2;
    if clear && (share || detected.is_none_or(|code| code == counts[0].1)) {
        return Some(counts[0].1);
    }
    detected
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn tells_languages_and_admits_when_it_cannot() {
        let cases = [
            (
                "The first cupping of the week begins at six o'clock",
                Some("en"),
            ),
            (
                "Am Freitag verkosten wir drei Kaffees aus Äthiopien",
                Some("de"),
            ),
            (
                "Le café du matin est le meilleur moment de la journée",
                Some("fr"),
            ),
            ("今日のコーヒーはとても美味しいです", Some("ja")),
            ("", None),
            ("ok", None),
            (
                "https://example.org/der-kaffee-ist-heiss @somebody #coffee",
                None,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text), expected, "{text}");
        }
    }
}
