//! `/persona`: the voice, tuned by saying so; every change is a version.

use crate::chat::answer::Answer;
use crate::chat::commands::{Ctx, Done, tune};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::domain::persona::{Persona, Voice};

const LONGEST: usize = 500;
/// How many versions back one can go.
const REMEMBERED: u32 = 200;

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "tune" => tuned(ctx, rest).await,
        "history" => history(ctx).await,
        "undo" => undo(ctx, rest).await,
        _ => show(ctx, rest).await,
    }
}

async fn show(ctx: &Ctx, rest: &str) -> Done {
    let versions = ctx.store().persona_history(ctx.w(), REMEMBERED).await?;
    let persona = match named(&versions, rest)? {
        Some(persona) => persona.clone(),
        None => ctx.store().persona(ctx.w()).await?,
    };
    ctx.say(view(&persona)).await
}

/// The version that is named, as `v2` or `2`; none where nothing is.
fn named<'a>(versions: &'a [Persona], rest: &str) -> Result<Option<&'a Persona>, UserError> {
    let word = rest.trim();
    if word.is_empty() {
        return Ok(None);
    }
    let number = word.trim_start_matches(['v', 'V']).parse().ok();
    let found = versions
        .iter()
        .find(|persona| Some(persona.version) == number);
    match found {
        Some(persona) => Ok(Some(persona)),
        None => Err(UserError::new(
            format!("There is no version {}.", words::quoted(word, 30)),
            "/persona history lists them.",
        )),
    }
}

fn view(persona: &Persona) -> View {
    View::default()
        .with(Block::Title(format!(
            "How we sound, version {}",
            persona.version
        )))
        .with(Block::Table {
            head: Vec::new(),
            rows: rows(&persona.voice),
        })
        .with(Block::Note(
            "/persona tune WORDS changes it, /persona undo goes back.".to_owned(),
        ))
}

fn rows(voice: &Voice) -> Vec<Vec<String>> {
    let list = |words: &[String], none: &str| {
        if words.is_empty() {
            none.to_owned()
        } else {
            words.join("; ")
        }
    };
    let or = |words: &str, none: &str| if words.is_empty() { none } else { words }.to_owned();
    let mentions: Vec<String> = voice
        .allowed_mentions
        .iter()
        .map(|handle| format!("@{handle}"))
        .collect();
    let language = match voice.language.as_str() {
        "" => "that of the topic".to_owned(),
        code => tune::language_name(code).to_owned(),
    };
    [
        ("who", voice.identity.clone()),
        ("tone", list(&voice.tone, "no rules")),
        ("never", list(&voice.avoid, "no rules")),
        ("links", list(&voice.allowed_links, "none")),
        ("mentions", list(&mentions, "only whom we answer")),
        ("language", language),
        ("pictures", or(&voice.pictures, "calm photographs")),
        ("colours", or(&voice.colours.join(" "), "any")),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_owned(), value])
    .collect()
}

async fn tuned(ctx: &Ctx, rest: &str) -> Done {
    let wish = parse::unquoted(rest).trim();
    let has = wish.chars().count();
    if has > LONGEST {
        return Err(
            words::errors::too_long("wish", has, LONGEST, "Say one thing at a time.").into(),
        );
    }
    let mut tx = ctx.begin().await?;
    let persona = tx.persona(ctx.w()).await?;
    let (voice, changes) = tune::tune(&persona.voice, wish)?;
    let note = shortened(wish, 120);
    let version = tx
        .add_persona(ctx.w(), &voice, &note, &ctx.operator.name)
        .await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("tuned the voice, now version {version}: {note}"),
    )
    .await?;
    let view = View::text(format!("Version {version}, from the next draft on:"))
        .with(Block::List(changes))
        .with(Block::Note("/persona undo goes back.".to_owned()));
    ctx.settle(tx, Answer::line(view)).await
}

async fn history(ctx: &Ctx) -> Done {
    const LISTED: u32 = 20;
    let versions = ctx.store().persona_history(ctx.w(), LISTED).await?;
    let lines = versions.iter().map(|persona| {
        let (by, at) = (
            words::person(&persona.made_by),
            ctx.now.clock(persona.made_at),
        );
        format!("v{} {at} {by}: {}", persona.version, persona.note)
    });
    ctx.say(View::default().with(Block::List(lines.collect())))
        .await
}

async fn undo(ctx: &Ctx, rest: &str) -> Done {
    let versions = ctx.store().persona_history(ctx.w(), REMEMBERED).await?;
    let chosen = named(&versions, rest)?;
    let Some(before) = chosen.or_else(|| before(&versions)) else {
        return Err(nothing_older(&versions).into());
    };
    let mut tx = ctx.begin().await?;
    // A version that was chosen is a change like another: the next undo leads to what held before it.
    let note = match chosen {
        Some(chosen) => format!("version {} again", chosen.version),
        None => format!("{BACK_TO}{}", before.version),
    };
    let version = tx
        .add_persona(ctx.w(), &before.voice, &note, &ctx.operator.name)
        .await?;
    tx.log(
        ctx.w(),
        &ctx.operator.name,
        &format!("took the voice back to version {}", before.version),
    )
    .await?;
    let view = View::text(format!(
        "Version {version}: the voice of version {} again.",
        before.version
    ))
    .with(Block::Table {
        head: Vec::new(),
        rows: rows(&before.voice),
    });
    ctx.settle(tx, Answer::line(view)).await
}

fn nothing_older(versions: &[Persona]) -> UserError {
    let oldest = versions.last().map_or(1, |persona| persona.version);
    match versions.get(1) {
        Some(other) => UserError::new(
            format!("Nothing is older than version {oldest}."),
            format!(
                "/persona undo {} goes to that one, or name any other; /persona history lists them.",
                other.version
            ),
        ),
        None => UserError::new(
            format!("Nothing is older than version {oldest}."),
            "/persona tune WORDS makes another.",
        ),
    }
}

/// What the note of a version made by undo without a number begins with.
const BACK_TO: &str = "back to version ";

/// The version that an undo goes back to. After an undo, another one goes further back instead of there and back again.
fn before(versions: &[Persona]) -> Option<&Persona> {
    let newest = versions.first()?;
    let stands_for = newest
        .note
        .strip_prefix(BACK_TO)
        .and_then(|version| version.parse().ok())
        .unwrap_or(newest.version);
    let earlier = versions
        .iter()
        .filter(|persona| persona.version < stands_for);
    earlier.max_by_key(|persona| persona.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::{instant, plain};
    use insta::assert_snapshot;

    fn version(version: i64, note: &str) -> Persona {
        Persona {
            version,
            voice: Voice::default(),
            note: note.into(),
            made_at: instant(),
            made_by: "mira".into(),
        }
    }

    #[test]
    fn undo_goes_further_back_each_time() {
        let mut versions = vec![version(3, "b"), version(2, "a"), version(1, "first")];
        assert_eq!(before(&versions).map(|persona| persona.version), Some(2));
        versions.insert(0, version(4, "back to version 2"));
        assert_eq!(before(&versions).map(|persona| persona.version), Some(1));
        versions.insert(0, version(5, "back to version 1"));
        assert_eq!(before(&versions), None);
        versions.insert(0, version(6, "c"));
        assert_eq!(before(&versions).map(|persona| persona.version), Some(5));
        versions.insert(0, version(7, "version 2 again"));
        assert_eq!(before(&versions).map(|persona| persona.version), Some(6));
    }

    #[test]
    fn the_voice_is_shown_whole() {
        assert_snapshot!(plain(&view(&version(1, "first"))), @r"
        How we sound, version 1

        who | a small team that knows its craft
        tone | warm, plain and exact; short sentences
        never | slogans; exclamation marks; hashtags
        links | none
        mentions | only whom we answer
        language | that of the topic
        pictures | calm photographs
        colours | any
        /persona tune WORDS changes it, /persona undo goes back.
        ");
    }
}
