//! `/start` and `/help`, made from the catalogue.

use crate::chat::catalogue::{self, Command};
use crate::chat::commands::{Ctx, Done, drafts};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::error::{UserError, shortened};
use crate::domain::operator::Role;

/// The first words; with `d12` behind it, as a link writes it, the card of a draft.
pub async fn start(ctx: &Ctx, rest: &str) -> Done {
    let linked = rest.trim().strip_prefix('d').and_then(parse::draft_number);
    if let Some(number) = linked {
        return drafts::shown(ctx, number).await;
    }
    ctx.say(words::talk::welcome(&ctx.house)).await
}

pub async fn help(ctx: &Ctx, rest: &str) -> Done {
    // `/help task new` is about `/task`.
    let (word, _) = parse::split_word(rest);
    let word = word.trim_start_matches('/').to_lowercase();
    if word.is_empty() {
        return ctx.say(all(ctx.operator.role)).await;
    }
    if word == "models" {
        return ctx.say(words::models::better()).await;
    }
    if let Some(command) = Command::named(&word) {
        return ctx.say(one(command, ctx.operator.role)).await;
    }
    let near = parse::nearest(&word, Command::ALL.iter().map(|command| command.name()));
    let advice = near.map_or_else(
        || "/help lists what I know.".to_owned(),
        |near| format!("Did you mean /help {near}?"),
    );
    Err(UserError::new(format!("I do not know /{}.", shortened(&word, 30)), advice).into())
}

/// Every command that the role may use, a line each.
fn all(role: Role) -> View {
    let lines = Command::ALL
        .iter()
        .map(|command| command.spec())
        .filter(|spec| spec.role <= role);
    let rows = lines
        .map(|spec| vec![format!("/{}", spec.name), spec.help.to_owned()])
        .collect();
    View::default()
        .with(Block::Table {
            head: Vec::new(),
            rows,
        })
        .with(Block::Note(
            "/help COMMAND shows its forms, /help models how to get a better writer. Drafts are called #1, #2 and so on."
                .to_owned(),
        ))
}

/// One command: the forms that the role may use, or what may stand behind it; and lines that work.
fn one(command: Command, role: Role) -> View {
    let spec = command.spec();
    let (title, lines): (String, Vec<String>) = if spec.verbs.is_empty() {
        let options = spec.options.iter();
        (
            format!("{}: {}", catalogue::usage(command, None), spec.help),
            options
                .map(|option| format!("{}: {}", option.word(), option.help))
                .collect(),
        )
    } else {
        let verbs = spec.verbs.iter().filter(|verb| verb.role <= role);
        (
            format!("/{}: {}", spec.name, spec.help),
            verbs
                .map(|verb| format!("{}: {}", catalogue::usage(command, Some(verb)), verb.help))
                .collect(),
        )
    };
    let view = View::default()
        .with(Block::Title(title))
        .with_list(lines.into_iter());
    if spec.examples.is_empty() {
        return view;
    }
    view.with(Block::Note("Such as:".to_owned()))
        .with_list(spec.examples.iter().map(|line| (*line).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::plain;
    use insta::assert_snapshot;

    #[test]
    fn help_lists_what_the_role_may_do() {
        assert_snapshot!(plain(&all(Role::Owner)), @r"
        /start | what Lumen does and how to begin
        /help | all commands, or one with its examples
        /status | what is going on
        /draft | compose a post now
        /post | post a text of your own: it comes as a card at once
        /reply | compose an answer to a fetched post
        /queue | drafts that wait or are on their way
        /show | one card, of a draft or a fetched post; an earlier version
        /why | where a draft came from and what it cost
        /approve | publish a draft now
        /reject | end a draft
        /edit | put your own words in place of a draft's
        /redo | have another version written
        /image | put a picture on a draft; again, another one
        /schedule | what is coming; put a draft or a task on a time
        /task | what is written again and again
        /source | what is fetched
        /search | find stored posts by meaning
        /persona | how we sound
        /account | where drafts go
        /log | who did what
        /budget | what the models cost today
        /settings | time zone, account, money, models
        /room | make this chat a standing control room
        /member | people and what they may do
        /claim | become an owner with the one-time code
        /stop | nothing goes out until /go
        /go | publish again
        /forget | delete an author's posts from store and index
        /help COMMAND shows its forms, /help models how to get a better writer. Drafts are called #1, #2 and so on.
        ");
        assert!(!plain(&all(Role::Viewer)).contains("/approve"));
    }

    #[test]
    fn help_of_one_command_shows_its_forms() {
        assert_snapshot!(plain(&one(Command::Task, Role::Owner)), @r"
        /task: what is written again and again
        - /task list: all tasks
        - /task new NAME post TOPIC WHEN: add one
        - /task show NAME: one task with its next runs
        - /task edit NAME TOPIC: change its topic, or its times
        - /task run NAME: run it now
        - /task pause NAME: hold it
        - /task resume NAME: let it run again
        - /task delete NAME: remove it; its drafts stay
        Such as:
        - /task new morning post what is on the roaster today every weekday at 9
        - /task edit morning every day at 8:30
        - /task pause morning
        ");
        assert_snapshot!(plain(&one(Command::Draft, Role::Owner)), @r"
        /draft TOPIC: compose a post now
        - TOPIC: what the post is about
        Such as:
        - /draft our Friday tasting is at six
        ");
    }
}
