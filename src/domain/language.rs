//! Which language a text is written in, where nobody says.

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
