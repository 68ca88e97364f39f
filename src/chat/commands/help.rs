//! `/start` and `/help`, made from the catalogue.

use crate::chat::catalogue::{self, Command};
use crate::chat::commands::{Ctx, Done};
use crate::chat::parse;
use crate::chat::view::{Block, View};
use crate::domain::error::{UserError, shortened};
use crate::domain::operator::Role;

pub async fn start(ctx: &Ctx) -> Done {
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
    let word = rest.trim().trim_start_matches('/').to_lowercase();
    if word.is_empty() {
        return ctx.say(all(ctx.operator.role)).await;
    }
    if let Some(command) = Command::named(&word) {
        return ctx.say(one(command)).await;
    }
    let near = parse::nearest(&word, Command::ALL.iter().map(|command| command.name()));
    let advice = near.map_or_else(|| "/help lists what I know.".to_owned(), |near| format!("Did you mean /help {near}?"));
    Err(UserError::new(format!("I do not know /{}.", shortened(&word, 30)), advice).into())
}

/// Every command that the role may use, a line each.
fn all(role: Role) -> View {
    let lines = Command::ALL.iter().map(|command| command.spec()).filter(|spec| spec.role <= role);
    let rows = lines.map(|spec| vec![format!("/{}", spec.name), spec.help.to_owned()]).collect();
    View::default()
        .with(Block::Table { head: Vec::new(), rows })
        .with(Block::Note("/help COMMAND shows its forms. Drafts are called #1, #2 and so on.".to_owned()))
}

/// One command with its forms, who may use it, and lines that work.
fn one(command: Command) -> View {
    let spec = command.spec();
    let mut rows: Vec<Vec<String>> = spec
        .verbs
        .iter()
        .map(|verb| vec![catalogue::usage(command, Some(verb)), verb.help.to_owned(), verb.role.name().to_owned()])
        .collect();
    if rows.is_empty() {
        rows.push(vec![catalogue::usage(command, None), spec.help.to_owned(), spec.role.name().to_owned()]);
    }
    let mut view = View::default()
        .with(Block::Title(format!("/{}: {}", spec.name, spec.help)))
        .with(Block::Table { head: vec!["form".to_owned(), "what it does".to_owned(), "from role".to_owned()], rows });
    if !spec.examples.is_empty() {
        view = view.with(Block::List(spec.examples.iter().map(|line| (*line).to_owned()).collect()));
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
        assert_snapshot!(plain(&all(Role::Owner)), @"");
        assert!(!plain(&all(Role::Viewer)).contains("/approve"));
    }

    #[test]
    fn help_of_one_command_shows_its_forms() {
        assert_snapshot!(plain(&one(Command::Task)), @"");
        assert_snapshot!(plain(&one(Command::Draft)), @"");
    }
}
