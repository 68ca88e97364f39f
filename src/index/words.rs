//! How a text is taken apart into words: the same for the index of full text and for whoever asks what a text shares with a
//! question.

use lance_index::scalar::inverted::document_tokenizer::LanceTokenizer;
use lance_tokenizer::{
    AsciiFoldingFilter, LowerCaser, RawTokenizer, TextAnalyzer, TokenStream as _,
};
use lancedb::index::scalar::FtsIndexBuilder;

use super::IndexError;

/// Longer words are no words (base64, keys, …) and are left out of the full text.
const LONGEST_WORD: usize = 40;

/// Words by Unicode's own segmentation (dictionaries for scripts without spaces), folded, in their English stem: posts
/// come in many languages, and a stem that does not fit another language is at least the same on both sides. No stop
/// words: BM25 weighs them down, and one language's stop word is another's noun.
pub(super) fn words_index() -> FtsIndexBuilder {
    FtsIndexBuilder::default()
        .base_tokenizer("icu/split".to_owned())
        .lower_case(true)
        .ascii_folding(true)
        .stem(true)
        .remove_stop_words(false)
        .max_token_length(Some(LONGEST_WORD))
}

/// Takes texts apart as the index of full text does.
pub struct Words {
    stems: Box<dyn LanceTokenizer>,
    /// Folds a word as the index does, and leaves its ending.
    folds: TextAnalyzer,
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// What the index knows it by: lower case, folded to ASCII where that is possible, without its ending.
    pub stem: String,
    /// The same with its ending.
    pub form: String,
}

impl Words {
    pub fn new() -> Result<Self, IndexError> {
        let stems = words_index().build();
        Ok(Self {
            stems: stems.map_err(IndexError::failed("take words apart"))?,
            folds: TextAnalyzer::builder(RawTokenizer::default())
                .filter(LowerCaser)
                .filter(AsciiFoldingFilter)
                .build(),
        })
    }

    /// The words of `text`, in their order.
    pub fn of(&mut self, text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        let folds = &mut self.folds;
        self.stems.token_stream_for_doc(text).process(&mut |token| {
            let written = text.get(token.offset_from..token.offset_to);
            words.push(Word {
                stem: token.text.clone(),
                form: folded(folds, written.unwrap_or(&token.text)),
            });
        });
        words
    }
}

fn folded(folds: &mut TextAnalyzer, word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut token = folds.token_stream(word);
    token.advance();
    token.token().text.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_set_apart_folded_and_without_their_endings() {
        let mut words = Words::new().unwrap();
        let mut of = |text: &str| -> Vec<(String, String)> {
            let words = words.of(text).into_iter();
            words.map(|word| (word.stem, word.form)).collect()
        };
        let word = |stem: &str, form: &str| (stem.to_owned(), form.to_owned());
        assert_eq!(
            of("Cars, a café"),
            [word("car", "cars"), word("a", "a"), word("cafe", "cafe")]
        );
        assert_eq!(
            of("Taxes in Zürich"),
            [
                word("tax", "taxes"),
                word("in", "in"),
                word("zurich", "zurich")
            ]
        );
        assert_eq!(
            of("毎朝コーヒー").last().unwrap().0,
            of("朝のコーヒー").last().unwrap().0
        );
        assert_eq!(of("— … !"), []);
        assert_eq!(of(&"x".repeat(500)), []);
    }
}
