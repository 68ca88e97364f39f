//! Another version of a text, by rules: shorter, longer, warmer, as a question, without something. What cannot be done is
//! said; nothing is pretended.

use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::change::{Change, is_price, price};
use crate::domain::finding::FindingKind;
use crate::domain::habits::without_emoji;
use crate::domain::language;
use crate::domain::notice::Offer;
use crate::domain::wish::{Wish, WishKind, capitalised};
use crate::models::{ModelError, TextModel};

use super::super::write::{Desk, seed};
use super::super::{Composer, NotWritten};
use super::{Plain, remark};

impl Composer {
    /// `before`, changed as the guidance asks; without guidance, other words.
    pub(super) async fn changed(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
        before: &str,
    ) -> Result<Result<Plain, NotWritten>, ModelError> {
        let guidance = desk.material.guidance.as_deref().unwrap_or_default();
        let changes = Change::read(guidance);
        if changes.is_empty() {
            return self.other_words(model, desk, before).await;
        }
        let language = language::of_topic(before);
        let mut plain = Plain::of(before.to_owned());
        let mut missed: Vec<Change> = Vec::new();
        for change in changes {
            let from = plain.text.clone();
            let made = match &change {
                Change::Longer => self.longer(model, desk, &from).await?,
                other => changed_by_rule(&from, other, language, desk.material.wish().kind)
                    .map(Plain::of),
            };
            match made {
                Some(next) if next.text != from && change.is_met(&from, &next.text) => {
                    plain = Plain {
                        findings: plain.findings,
                        ..next
                    };
                }
                _ => missed.push(change),
            }
        }
        if plain.text == before {
            return Ok(Err(not_done(&missed, before, language)));
        }
        if !missed.is_empty() {
            plain.findings.push(remark(
                FindingKind::NotMet,
                format!("not done: {}", in_words(&missed)),
            ));
        }
        Ok(Ok(plain))
    }

    /// Another second sentence, or another of the phrases of an answer.
    async fn other_words(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
        before: &str,
    ) -> Result<Result<Plain, NotWritten>, ModelError> {
        if let Some(post) = &desk.material.answered {
            return self
                .answer(desk, post)
                .await
                .map_err(|error| super::unexpected(&error));
        }
        let wish = desk.material.wish();
        let statement = super::statement(desk, &wish);
        // A person's own text is not a topic's statement: it stays, and gets a sentence.
        let begin =
            if wish.sentences.is_empty() || !before.starts_with(statement.trim_end_matches('.')) {
                before.trim().to_owned()
            } else {
                statement
            };
        let plain = self
            .with_second(model, desk, &wish, begin, seed(desk.job, 1))
            .await?;
        Ok(Ok(plain))
    }

    /// With a sentence behind it.
    async fn longer(
        &self,
        model: &dyn TextModel,
        desk: &Desk<'_>,
        before: &str,
    ) -> Result<Option<Plain>, ModelError> {
        let wish = Wish {
            language: language::of_topic(before),
            ..desk.material.wish()
        };
        let plain = self
            .with_second(model, desk, &wish, before.to_owned(), seed(desk.job, 2))
            .await?;
        Ok((plain.text != before).then_some(plain))
    }
}

/// The text with one change made by rules; none where no rule can make it.
fn changed_by_rule(
    text: &str,
    change: &Change,
    language: Option<&str>,
    kind: WishKind,
) -> Option<String> {
    match change {
        Change::Shorter => shorter(text),
        Change::Warmer => warmer(text, language, kind),
        Change::Question => question(text, language),
        Change::LowerCase => Some(lower_case(text)),
        Change::NoEmoji => Some(without_emoji(text, "")),
        Change::NoTags => Some(without_words(text, |word| word.starts_with('#'))),
        Change::NoExclamation => Some(
            text.replace('!', ".")
                .replace('\u{a1}', "")
                .replace("..", "."),
        ),
        Change::Without(what) => without(text, what),
        Change::Mention(what) => mention(text, what),
        Change::Longer | Change::Language(_) | Change::Other(_) => None,
    }
}

fn sentences(text: &str) -> Vec<String> {
    text.split_sentence_bounds()
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What can go first: the last sentence without a figure, then reasons and contrasts, brackets, lead-ins, filling words.
fn shorter(text: &str) -> Option<String> {
    static REDUCTIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        [
            r"(?i)\s*\([^()]*\)",
            r"(?i),? (?:because|since|as) (?:the |our |we |it |of |there )[^.,!?]*?(?P<keep> and (?:there|we|you|it|the)\b)",
            r"(?i),? (?:because|weil|porque|ya que|denn)\b[^.,!?]*",
            r"(?i),? (?:and not|instead of|rather than|not) (?:in|at|on|the|a|an|to)\b[^.,!?]*",
            r"(?i),? (?:y no|en vez de|en lugar de)\b[^.,!?]*",
            r"(?i),? (?:und nicht|statt|anstatt)\b[^.,!?]*",
            r"(?i)^(?:a reminder: |please note(?: that)? |zur erinnerung: |recordatorio: )",
            r"(?i)^(?:please )(?P<keep>remember to )",
            r"(?i)\b(?:really|very|just|finally|actually|of course|simply|sehr|einfach|endlich|wirklich|noch|auch|muy|realmente|simplemente|por fin) ",
            r"(?i),? (?:same time|as usual|as always|like always|wie immer|wie üblich|como siempre)\b",
        ]
        .iter()
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
    });
    let enough = |candidate: &str| Change::Shorter.is_met(text, candidate);
    let parts = sentences(text);
    if parts.len() > 1 {
        let droppable = parts
            .iter()
            .rposition(|one| !one.chars().any(|char| char.is_ascii_digit()))
            .unwrap_or(parts.len() - 1)
            .max(1);
        let kept: Vec<&str> = parts
            .iter()
            .enumerate()
            .filter(|(place, _)| *place != droppable)
            .map(|(_, one)| one.as_str())
            .collect();
        let kept = kept.join(" ");
        if enough(&kept) {
            return Some(kept);
        }
    }
    let mut candidate = text.to_owned();
    for reduction in REDUCTIONS.iter() {
        let reduced = reduction.replace(&candidate, "$keep").into_owned();
        reduced.trim().clone_into(&mut candidate);
        if enough(&candidate) {
            let small = text.chars().next().is_some_and(char::is_lowercase);
            return Some(if small {
                candidate
            } else {
                capitalised(&candidate)
            });
        }
    }
    None
}

/// Bad news are said with regret; anything else gets a warm sentence that states nothing.
fn warmer(text: &str, language: Option<&str>, kind: WishKind) -> Option<String> {
    let bad = text.unicode_words().any(|word| {
        matches!(
            word.to_lowercase().as_str(),
            "cancelled"
                | "canceled"
                | "closed"
                | "ill"
                | "sick"
                | "broken"
                | "late"
                | "postponed"
                | "delayed"
                | "unfortunately"
                | "stolen"
                | "empty"
                | "ausfällt"
                | "fällt"
                | "geschlossen"
                | "krank"
                | "kaputt"
                | "verschoben"
                | "abgesagt"
                | "leider"
                | "zu"
                | "cancela"
                | "cancelado"
                | "cancelada"
                | "cerrado"
                | "cerrada"
                | "enfermo"
                | "enferma"
                | "roto"
                | "aplazado"
                | "suspende"
        )
    });
    let small = text.chars().next().is_some_and(char::is_lowercase);
    let set = |sentence: &str| {
        if small {
            sentence.to_lowercase()
        } else {
            sentence.to_owned()
        }
    };
    let body = if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    };
    let warm = match (language, bad, kind) {
        (Some("en"), true, _) => "We are sorry, and thank you for understanding.",
        (Some("en"), _, WishKind::Ask) => "We would love to hear from you.",
        (Some("en"), _, WishKind::Thank) => "It means a lot to us.",
        (Some("en"), _, WishKind::Congratulate) => "We are so happy for you.",
        (Some("en"), ..) => "We look forward to seeing you.",
        (Some("de"), true, _) => "Das tut uns leid, danke für euer Verständnis.",
        (Some("de"), _, WishKind::Ask) => "Wir freuen uns auf eure Antworten.",
        (Some("de"), _, WishKind::Thank) => "Das bedeutet uns viel, danke.",
        (Some("de"), _, WishKind::Congratulate) => "Wir freuen uns sehr.",
        (Some("de"), ..) => "Wir freuen uns auf euch.",
        (Some("es"), true, _) => "Lo sentimos, gracias por la paciencia.",
        (Some("es"), _, WishKind::Ask) => "Nos encanta leeros.",
        (Some("es"), ..) => "Os esperamos con muchas ganas.",
        _ => return None,
    };
    (!text.contains(warm)).then(|| format!("{body} {}", set(warm)))
}

/// "Did you know that …?", where it is no question yet.
fn question(text: &str, language: Option<&str>) -> Option<String> {
    // An answer or a courtesy is nothing to ask about.
    const NO_STATEMENT: [&str; 14] = [
        "yes", "no", "thank", "thanks", "sorry", "good", "hello", "please", "danke", "ja", "nein",
        "gracias", "sí", "hola",
    ];
    if text.contains(['?', '\u{61f}', '\u{ff1f}']) {
        return None;
    }
    let mut parts = sentences(text);
    let small = text.chars().next().is_some_and(char::is_lowercase);
    let first = parts.first()?.trim_end_matches(['.', '!', ' ']).to_owned();
    let begins = first
        .unicode_words()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    if NO_STATEMENT.contains(&begins.as_str()) {
        return None;
    }
    let inner = lowered_start(&first);
    let asked = match language {
        Some("en") => en_question(&inner),
        Some("de") => format!("Habt ihr es schon gehört? {}.", capitalised(&first)),
        Some("es") => format!("¿Sabíais que {inner}?"),
        _ => return None,
    };
    parts[0] = if small { lowered_start(&asked) } else { asked };
    Some(parts.join(" "))
}

/// A clause is asked about; a list of facts gets a question behind it.
fn en_question(inner: &str) -> String {
    let might = inner
        .strip_prefix("we might ")
        .map(|rest| format!("Should we {rest}?"));
    if let Some(asked) = might {
        return asked;
    }
    if Wish::is_clause(inner) {
        format!("Did you know that {inner}?")
    } else {
        format!("{}. Who is in?", capitalised(inner))
    }
}

/// Its first letter small, but for "I", names in capitals, and what is not the start of a common word.
fn lowered_start(text: &str) -> String {
    const COMMON: [&str; 40] = [
        "The", "Our", "We", "We're", "We've", "A", "An", "There", "This", "These", "You", "Your",
        "It", "From", "On", "In", "At", "New", "Come", "All", "No", "Some", "Habt", "Did",
        "Should", "El", "La", "Los", "Las", "Hemos", "Mañana", "Nuestro", "Nuestra", "Un", "Una",
        "A", "Hay", "Ya", "En", "Desde",
    ];
    let first = text.split(' ').next().unwrap_or_default();
    if !COMMON.contains(&first) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |letter| {
        letter.to_lowercase().chain(letters).collect()
    })
}

/// Links, handles and tags keep their letters; so do words all in capitals.
fn lower_case(text: &str) -> String {
    text.split(' ')
        .map(|word| {
            let letters = word.chars().filter(|char| char.is_alphabetic());
            let shouted = letters.clone().count() > 1 && letters.clone().all(char::is_uppercase);
            if shouted || word.starts_with(['@', '#']) || word.contains("://") {
                word.to_owned()
            } else {
                word.to_lowercase()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn without_words(text: &str, goes: impl Fn(&str) -> bool) -> String {
    text.split(' ')
        .filter(|word| !goes(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Takes a price, an item between commas, a phrase, or a whole sentence out.
fn without(text: &str, what: &str) -> Option<String> {
    let holds = |piece: &str| {
        if is_price(what) {
            price().is_some_and(|price| price.is_match(piece))
        } else {
            let piece = piece.to_lowercase();
            piece.contains(what)
                || (what.split(' ').count() == 1 && piece.unicode_words().any(|word| word == what))
        }
    };
    if !holds(text) {
        return None;
    }
    let parts = sentences(text);
    let mut kept: Vec<String> = Vec::new();
    for part in &parts {
        if !holds(part) {
            kept.push(part.clone());
            continue;
        }
        let end = part
            .chars()
            .next_back()
            .filter(|mark| matches!(mark, '.' | '!' | '?'));
        let body = part.trim_end_matches(['.', '!', '?']);
        let items: Vec<&str> = body.split(", ").filter(|item| !holds(item)).collect();
        if !items.is_empty() && items.len() < body.split(", ").count() {
            let mut sentence = items.join(", ");
            sentence.extend(end);
            let small = part.chars().next().is_some_and(char::is_lowercase);
            kept.push(if small {
                sentence
            } else {
                capitalised(&sentence)
            });
        } else if is_price(what) {
            static LEFT: LazyLock<Option<Regex>> = LazyLock::new(|| {
                Regex::new(
                    r"(?i)(?:,? (?:for|at|costs?|from|only|just|für|kostet|nur|por|a|cuesta))+$",
                )
                .ok()
            });
            let price = price()?;
            let cut = price.replace_all(body, "").into_owned();
            let cut = cut.split_whitespace().collect::<Vec<_>>().join(" ");
            let cut = LEFT
                .as_ref()
                .map_or(cut.clone(), |left| left.replace(&cut, "").into_owned());
            let mut sentence = cut;
            sentence.extend(end);
            kept.push(sentence);
        }
    }
    let text = kept.join(" ");
    (!text.trim().is_empty()).then_some(text)
}

/// A clause that should be said is added as a sentence; of a bare thing nothing is known to say.
fn mention(text: &str, what: &str) -> Option<String> {
    let wish = Wish::read_answer(what);
    let clause = what.to_lowercase().starts_with("that ")
        || what.to_lowercase().starts_with("dass ")
        || what.to_lowercase().starts_with("que ")
        || Wish::is_clause(what);
    let other_language = language::of_topic(what)
        .zip(language::of_topic(text))
        .is_some_and(|(what, text)| what != text);
    if !clause || wish.sentences.is_empty() || other_language {
        return None;
    }
    let small = text.chars().next().is_some_and(char::is_lowercase);
    let sentences = if small {
        wish.as_typed()
    } else {
        wish.written_out()
    };
    let body = if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    };
    Some(format!("{body} {}", sentences.join(" ")))
}

fn in_words(changes: &[Change]) -> String {
    changes
        .iter()
        .map(Change::words)
        .collect::<Vec<_>>()
        .join(", ")
}

fn not_done(missed: &[Change], before: &str, language: Option<&str>) -> NotWritten {
    let why = match missed {
        [Change::Language(code)] if language == Some(code) => {
            format!("It is in {} already.", language::name(code))
        }
        [Change::Language(code)] => format!(
            "The small model inside cannot translate into {}.",
            language::name(code)
        ),
        [Change::Question] if before.contains('?') => "It is a question already.".to_owned(),
        [Change::NoEmoji] => "There is no emoji in it.".to_owned(),
        [Change::NoTags] => "There is no tag in it.".to_owned(),
        [Change::Shorter] => "I found nothing to leave out without losing what it says.".to_owned(),
        [Change::Longer] => "I found no sentence that adds something true.".to_owned(),
        [Change::Mention(what)] => format!(
            "I do not know what to say about \u{201c}{what}\u{201d}. Say it as a sentence: mention that …"
        ),
        [Change::Without(what)] => format!("I could not take \u{201c}{what}\u{201d} out."),
        missed => format!(
            "The small model inside cannot do {}. It can: shorter, longer, warmer, as a question, without …, lower case, mention that ….",
            in_words(missed)
        ),
    };
    NotWritten {
        why: format!("{why} The text stays as it is."),
        offers: vec![Offer::WriteMyself, Offer::BetterModel],
    }
}
