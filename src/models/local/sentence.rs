//! Where the first sentence of a text that is being written ends.

use unicode_segmentation::UnicodeSegmentation as _;

/// Words that a dot shortens in front of a name or a number. Others are known by the small letter behind them.
const SHORTENED: [&str; 17] = [
    "mr", "mrs", "ms", "dr", "prof", "sr", "sra", "fr", "st", "no", "nr", "vol", "fig", "approx",
    "ca", "vs", "str",
];

/// The length in bytes of the first sentence, once `text` shows what follows it: the next sentence or a new line. None
/// while it may still go on, as after the dot of `3.`, before which `5` may follow.
pub(super) fn first_sentence(text: &str) -> Option<usize> {
    let body = text.trim_start();
    let before = text.len() - body.len();
    let line = body.split(['\n', '\r']).next().unwrap_or_default();
    // As long in bytes, and known to the rules of Unicode as an end.
    let shown = line.replace('\u{2026}', "...");
    let mut end = 0;
    for sentence in shown.split_sentence_bounds() {
        end += sentence.len();
        if end < shown.len() && !is_shortened(sentence) {
            return Some(before + shown[..end].trim_end().len());
        }
    }
    (line.len() < body.len()).then_some(before + line.trim_end().len())
}

/// Whether the dot at the end belongs to its last word.
fn is_shortened(sentence: &str) -> bool {
    let Some(words) = sentence.trim_end().strip_suffix('.') else {
        return false;
    };
    let word = words.unicode_words().next_back().unwrap_or_default();
    if !words.ends_with(word) {
        return false;
    }
    let initial = word.chars().count() == 1 && word != "I" && word.chars().all(char::is_uppercase);
    initial || SHORTENED.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_sentence_ends_where_the_next_one_or_a_line_begins() {
        for (text, first) in [
            (" We open at 6. The oven is on.", " We open at 6."),
            (" It costs 3.50 euros! Come", " It costs 3.50 euros!"),
            (" Really?! Yes", " Really?!"),
            (
                " Bring mugs, e.g. tall ones. Or",
                " Bring mugs, e.g. tall ones.",
            ),
            (" Ask Dr. Bean about it. He", " Ask Dr. Bean about it."),
            (" That is our no. 5 roast. It", " That is our no. 5 roast."),
            (
                " So it goes \u{2026} slowly. And",
                " So it goes \u{2026} slowly.",
            ),
            (" So it goes\u{2026} We wait", " So it goes\u{2026}"),
            ("\n\nA new line\nand more", "\n\nA new line"),
            (
                " \u{201c}Come by.\u{201d} We did",
                " \u{201c}Come by.\u{201d}",
            ),
            (" Wir freuen uns. Bis dann", " Wir freuen uns."),
            (" So do I. You too", " So do I."),
        ] {
            assert_eq!(
                first_sentence(text).map(|end| &text[..end]),
                Some(first),
                "{text}"
            );
        }
    }

    #[test]
    fn it_may_go_on_until_something_follows() {
        for text in [
            "",
            " ",
            "\n",
            " We open at 6.",
            " We open at 6. ",
            " It costs 3.",
            " It costs 3.5",
            " Wait\u{2026}",
            " Wait\u{2026} for it",
            " Ask Dr. Bean",
            " J. Bean",
        ] {
            assert_eq!(first_sentence(text), None, "{text:?}");
        }
    }
}
