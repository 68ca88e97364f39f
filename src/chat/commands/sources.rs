//! `/source`: what is fetched.

use crate::chat::answer::Answer;
use crate::chat::commands::{ChatError, Ctx, Done, schedule};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::UserError;
use crate::domain::network::Network;
use crate::domain::schedule::{Schedule, split_trailing};
use crate::domain::source::{Selector, Source};
use crate::flow::collect;
use crate::store::Tx;

pub async fn run(ctx: &Ctx, verb: &str, rest: &str) -> Done {
    match verb {
        "add" => add(ctx, rest).await,
        "fetch" => fetch(ctx, rest).await,
        "pause" => pause(ctx, rest, true).await,
        "resume" => pause(ctx, rest, false).await,
        "remove" => remove(ctx, rest).await,
        _ => list(ctx).await,
    }
}

async fn list(ctx: &Ctx) -> Done {
    let sources = ctx.store().sources(ctx.w()).await?;
    if sources.is_empty() {
        return ctx
            .say(View::text(
                "Nothing is fetched yet. /source add sandbox all begins.",
            ))
            .await;
    }
    let rows = sources
        .iter()
        .map(|source| vec![source.name(), fetched(ctx, source), state(ctx, source)])
        .collect();
    let head = ["source", "fetched", "next"].map(str::to_owned).to_vec();
    ctx.say(View::default().with(Block::Table { head, rows }))
        .await
}

fn fetched(ctx: &Ctx, source: &Source) -> String {
    source
        .last_fetched_at
        .map_or_else(|| "never".to_owned(), |at| ctx.now.ago(at))
}

fn state(ctx: &Ctx, source: &Source) -> String {
    let own = if source.own { ", our own voice" } else { "" };
    let state = match (source.paused, &source.last_error, source.next_run_at) {
        (true, Some(error), _) => format!("paused: {error}"),
        (true, None, _) => "paused".to_owned(),
        (false, Some(error), _) => error.clone(),
        (false, None, Some(at)) => ctx.now.moment(at),
        (false, None, None) => "on /source fetch".to_owned(),
    };
    format!("{state}{own}")
}

/// What `/source add` was asked.
#[derive(Debug, PartialEq)]
struct Asked {
    network: Network,
    selector: Selector,
    own: bool,
    schedule: Option<Schedule>,
}

fn asked(ctx: &Ctx, rest: &str) -> Result<Asked, ChatError> {
    let own = rest
        .split_whitespace()
        .any(|word| parse::is_flag(word, "own"));
    let rest: Vec<&str> = rest
        .split_whitespace()
        .filter(|word| !parse::is_flag(word, "own"))
        .collect();
    let rest = rest.join(" ");
    let (network, rest) = parse::split_word(&rest);
    if network.is_empty() {
        return Err(UserError::new(
            "Say where to fetch from.",
            "Such as: /source add sandbox all every hour.",
        )
        .into());
    }
    let known = network
        .parse()
        .ok()
        .filter(|network| ctx.house.fetchable.contains(network));
    let network: Network = known.ok_or_else(|| {
        let known: Vec<String> = ctx.house.fetchable.iter().map(Network::to_string).collect();
        let what = format!(
            "Nothing can be fetched from {}.",
            words::quoted(network, 40)
        );
        UserError::new(what, format!("I fetch from {}.", words::listed(&known)))
    })?;
    let (what, when) = what_and_when(ctx, rest);
    // `own` as a plain last word means the flag, wherever it cannot be a search word.
    let (when, own_word) = match when.strip_suffix("own").map(str::trim_end) {
        Some(before) if when == "own" || when.ends_with(" own") => (before.to_owned(), true),
        _ => (when, false),
    };
    let schedule = match when.trim() {
        "" => None,
        when => Some(Schedule::parse(when, ctx.now.at, &ctx.house.zone)?),
    };
    let selector: Selector = what.parse()?;
    // Whoever says `@me` means their own voice.
    let me = matches!(&selector, Selector::Author(handle) if handle.eq_ignore_ascii_case("me"));
    Ok(Asked {
        network,
        selector,
        own: own || own_word || me,
        schedule,
    })
}

/// Tells what is followed from how often. An author, a tag, `all` and `replies` are one word; search words end where
/// quotes or a time say so.
fn what_and_when(ctx: &Ctx, rest: &str) -> (String, String) {
    let (first, after) = parse::split_argument(rest);
    let one_word = matches!(first.to_lowercase().as_str(), "all" | "replies")
        || first.starts_with(['@', '#'])
        || ["feed:", "post:"]
            .iter()
            .any(|kind| first.starts_with(kind));
    let in_quotes = !first.is_empty() && !rest.trim_start().starts_with(first);
    if one_word || in_quotes {
        return (first.to_owned(), after.to_owned());
    }
    // A time that cannot be done is refused where it is read; here it is where the words end that matters.
    match split_trailing(rest, ctx.now.at, &ctx.house.zone) {
        Ok(Some((what, _))) if !what.is_empty() => {
            let when = rest.trim().strip_prefix(what.as_str()).unwrap_or_default();
            (
                what.clone(),
                when.trim_start_matches([',', ';', ':', ' ']).to_owned(),
            )
        }
        _ => (rest.to_owned(), String::new()),
    }
}

async fn add(ctx: &Ctx, rest: &str) -> Done {
    let Asked {
        network,
        selector,
        own,
        schedule,
    } = asked(ctx, rest)?;
    if let Some(known) = ctx.store().find_source(ctx.w(), network, &selector).await? {
        let advice = "/source fetch fetches it now; /source remove and add again change it.";
        return Err(
            UserError::new(format!("{} is followed already.", known.name()), advice).into(),
        );
    }
    if let Selector::Author(author) = &selector
        && !ctx.house.accounts.knows(network, author).await
    {
        let advice =
            format!("Look at the name again; /source add {network} all follows everybody.");
        return Err(
            UserError::new(format!("Nobody on {network} is called @{author}."), advice).into(),
        );
    }
    let runs = schedule
        .as_ref()
        .map(|schedule| schedule::understood(ctx, schedule))
        .transpose()?;
    let next = schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(ctx.now.at, &ctx.house.zone));
    let mut tx = ctx.begin().await?;
    tx.add_source(ctx.w(), network, &selector, own, schedule.as_ref(), next)
        .await?;
    let name = format!("{network} {selector}");
    tx.log(ctx.w(), &ctx.operator.name, &format!("added source {name}"))
        .await?;
    let voice = if own { " as our own voice" } else { "" };
    let view = match runs {
        Some(runs) => View::text(format!(
            "{name} is followed{voice}. /source fetch fetches it now; then:"
        ))
        .with(runs),
        None => View::text(format!(
            "{name} is followed{voice}. /source fetch fetches it now."
        )),
    };
    ctx.settle(tx, Answer::line(view)).await
}

async fn fetch(ctx: &Ctx, rest: &str) -> Done {
    let sources = match parse::unquoted(rest).to_lowercase().as_str() {
        "" | "all" => {
            let all = ctx.store().sources(ctx.w()).await?;
            if all.is_empty() {
                return Err(UserError::new(
                    "There is nothing to fetch.",
                    "/source add sandbox all begins.",
                )
                .into());
            }
            all.into_iter().filter(|source| !source.paused).collect()
        }
        _ => vec![find(ctx, rest).await?],
    };
    if sources.is_empty() {
        return Err(UserError::new(
            "All sources are paused.",
            "/source resume NAME lets one run again.",
        )
        .into());
    }
    let mut tx = ctx.begin().await?;
    for source in &sources {
        collect::request(&mut tx, source.id, Some(ctx.room.id), Some(ctx.inbox)).await?;
    }
    ctx.settle(tx, Answer::Silent).await
}

async fn one_named(ctx: &Ctx, name: &str) -> Result<Option<Source>, ChatError> {
    Ok(named(ctx.store().sources(ctx.w()).await?, name))
}

/// The source that `name` means: its whole name, or the part after the network where that is one source's only.
fn named(sources: Vec<Source>, name: &str) -> Option<Source> {
    let plain = |text: &str| {
        text.replace(['"', '\u{201c}', '\u{201d}'], "")
            .to_lowercase()
    };
    let wanted = plain(name.trim());
    if let Some(exact) = sources
        .iter()
        .position(|source| plain(&source.name()) == wanted)
    {
        return sources.into_iter().nth(exact);
    }
    let mut fitting = sources
        .into_iter()
        .filter(|source| plain(&source.selector.to_string()) == wanted);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

async fn find(ctx: &Ctx, name: &str) -> Result<Source, ChatError> {
    if let Some(source) = one_named(ctx, name).await? {
        return Ok(source);
    }
    let names: Vec<String> = ctx
        .store()
        .sources(ctx.w())
        .await?
        .iter()
        .map(Source::name)
        .collect();
    let what = if name.trim().is_empty() {
        "Which source?".to_owned()
    } else {
        format!("There is no source {}.", words::quoted(name, 60))
    };
    let advice = if names.is_empty() {
        "There are none yet; /source add sandbox all begins.".to_owned()
    } else {
        words::there_are(&names)
    };
    Err(UserError::new(what, advice).into())
}

async fn pause(ctx: &Ctx, rest: &str, paused: bool) -> Done {
    let mut source = find(ctx, rest).await?;
    source.paused = paused;
    source.next_run_at = source
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(ctx.now.at, &ctx.house.zone));
    if !paused {
        source.last_error = None;
    }
    let name = source.name();
    let line = match (paused, source.next_run_at) {
        (true, _) => format!("{name} is paused. /source resume {name} fetches it again."),
        (false, Some(at)) => format!("{name} is fetched again: {}.", ctx.now.moment(at)),
        (false, None) => format!("{name} is fetched again, on /source fetch."),
    };
    let mut tx = ctx.begin().await?;
    tx.update_source(&source).await?;
    let verb = if paused { "paused" } else { "resumed" };
    done(ctx, tx, &format!("{verb} source {name}"), line).await
}

async fn remove(ctx: &Ctx, rest: &str) -> Done {
    let source = find(ctx, rest).await?;
    let name = source.name();
    let mut tx = ctx.begin().await?;
    tx.remove_source(source.id).await?;
    let line =
        format!("{name} is followed no more. Its posts stay; /forget @author deletes an author's.");
    done(ctx, tx, &format!("removed source {name}"), line).await
}

async fn done(ctx: &Ctx, mut tx: Tx, log: &str, line: String) -> Done {
    tx.log(ctx.w(), &ctx.operator.name, log).await?;
    ctx.settle(tx, Answer::line(View::text(line))).await
}
