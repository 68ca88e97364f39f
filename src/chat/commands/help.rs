//! `/start` and `/help`, made from the catalogue.

use crate::chat::catalogue::{self, Command};
use crate::chat::commands::{Ctx, Done, drafts};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::domain::error::{UserError, shortened};
use crate::domain::operator::Role;

/// The first words; with `d12` behind it, as a link writes it, the card of a draft.
pub async fn start(ctx: &Ctx, rest: &str) -> Done {
    let linked = rest.trim().strip_prefix('d').and_then(parse::draft_number);
    if let Some(number) = linked {
        return drafts::shown(ctx, number).await;
    }
    ctx.say(
        View::text("I fetch posts, draft new ones in your voice, and publish what you approve. Nothing goes out without you.")
            .with(Block::List(vec![
                "/source add sandbox all, then /source fetch: something to read".to_owned(),
                "/search WORDS: what was said about it".to_owned(),
                "/draft TOPIC: a post to approve, edit or reject".to_owned(),
            ]))
            .with(Block::Note("/help lists everything else.".to_owned())),
    )
    .await
}

pub async fn help(ctx: &Ctx, rest: &str) -> Done {
    // `/help task new` is about `/task`.
    let (word, _) = parse::split_word(rest);
    let word = word.trim_start_matches('/').to_lowercase();
    if word.is_empty() {
        return ctx.say(all(ctx.operator.role)).await;
    }
    if let Some(command) = Command::named(&word) {
        return ctx.say(one(command)).await;
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
            "/help COMMAND shows its forms. Drafts are called #1, #2 and so on.".to_owned(),
        ))
}

/// One command with its forms, who may use it, and lines that work.
fn one(command: Command) -> View {
    let spec = command.spec();
    let mut rows: Vec<Vec<String>> = spec
        .verbs
        .iter()
        .map(|verb| {
            vec![
                catalogue::usage(command, Some(verb)),
                verb.help.to_owned(),
                verb.role.name().to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        rows.push(vec![
            catalogue::usage(command, None),
            spec.help.to_owned(),
            spec.role.name().to_owned(),
        ]);
    }
    let mut view = View::default()
        .with(Block::Title(format!("/{}: {}", spec.name, spec.help)))
        .with(Block::Table {
            head: vec![
                "form".to_owned(),
                "what it does".to_owned(),
                "from role".to_owned(),
            ],
            rows,
        });
    if !spec.examples.is_empty() {
        view = view.with(Block::List(
            spec.examples
                .iter()
                .map(|line| (*line).to_owned())
                .collect(),
        ));
    }
    view
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
        /reply | compose an answer to a fetched post
        /queue | drafts that wait or are on their way
        /show | one card, of a draft or a fetched post
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
        /stop | nothing leaves the house until /go
        /go | publish again
        /forget | delete an author's posts from store and index
        /help COMMAND shows its forms. Drafts are called #1, #2 and so on.
        ");
        assert!(!plain(&all(Role::Viewer)).contains("/approve"));
    }

    #[test]
    fn help_of_one_command_shows_its_forms() {
        assert_snapshot!(plain(&one(Command::Task)), @r"
        /task: what is written again and again
        form | what it does | from role
        /task list | all tasks | viewer
        /task new NAME post TOPIC WHEN | add one | editor
        /task show NAME | one task with its next runs | viewer
        /task edit NAME TOPIC | change its topic | editor
        /task run NAME | run it now | editor
        /task pause NAME | hold it | editor
        /task resume NAME | let it run again | editor
        /task delete NAME | remove it; its drafts stay | editor
        - /task new morning post what is on the roaster today every weekday at 9
        ");
        assert_snapshot!(plain(&one(Command::Draft)), @r"
        /draft: compose a post now
        form | what it does | from role
        /draft TOPIC | compose a post now | editor
        - /draft our Friday tasting is at six
        ");
    }
}
