//! The bot's menu, from the catalogue: strangers see how to begin, each operator what their role may do, a control room
//! everything. Set only where it is not so already.
//!
//! Lumen speaks one language; its menu is set without a language code and so stands for all of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use teloxide::payloads::{GetMyCommandsSetters as _, SetMyCommandsSetters as _};
use teloxide::prelude::Requester as _;
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient};

use super::Telegram;
use super::calls::CallError;
use crate::chat::catalogue::Command;
use crate::chat::control_room::ControlRoom;
use crate::domain::error::shortened;
use crate::domain::operator::{Role, Surface};

/// How often people and rooms are looked at again.
const AGAIN: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_secs(1);
/// Telegram takes no more commands, and no longer description.
const MOST: usize = 100;
const LONGEST: usize = 256;

type Menus = HashMap<BotCommandScope, Vec<BotCommand>>;

/// Keeps the menus up for as long as it is polled.
pub async fn keep_up(telegram: &Arc<Telegram>, control: &ControlRoom) {
    let mut known = Menus::new();
    loop {
        match wanted(control).await {
            Ok(wanted) => set(telegram, &mut known, wanted).await,
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the menus could not be looked after"
                );
            }
        }
        let changed = telegram.people_changed.notified();
        if tokio::time::timeout(AGAIN, changed).await.is_ok() {
            // What was asked for is done in a moment.
            tokio::time::sleep(SOON).await;
        }
    }
}

async fn wanted(control: &ControlRoom) -> anyhow::Result<Menus> {
    let mut menus = Menus::from([(BotCommandScope::Default, first_words())]);
    for (operator, identities) in control.people().await? {
        for identity in identities {
            if let (Surface::Telegram, Ok(chat)) = (identity.surface, identity.external_id.parse())
            {
                menus.insert(scope(chat), of_role(operator.role));
            }
        }
    }
    for room in control.standing_rooms().await? {
        if let (Surface::Telegram, Ok(chat)) = (room.address.surface, room.address.chat.parse()) {
            menus
                .entry(scope(chat))
                .or_insert_with(|| of_role(Role::Owner));
        }
    }
    Ok(menus)
}

fn scope(chat: i64) -> BotCommandScope {
    BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(chat)),
    }
}

/// What somebody without a role may type.
fn first_words() -> Vec<BotCommand> {
    [Command::Start, Command::Claim].map(entry).to_vec()
}

fn of_role(role: Role) -> Vec<BotCommand> {
    Command::ALL
        .iter()
        .filter(|command| command.spec().role <= role)
        .take(MOST)
        .map(|command| entry(*command))
        .collect()
}

fn entry(command: Command) -> BotCommand {
    let spec = command.spec();
    BotCommand::new(spec.name, shortened(spec.help, LONGEST))
}

async fn set(telegram: &Telegram, known: &mut Menus, wanted: Menus) {
    for (scope, menu) in wanted {
        if known.get(&scope) == Some(&menu) {
            continue;
        }
        match put(telegram, &scope, &menu, known.contains_key(&scope)).await {
            Ok(()) => {
                known.insert(scope, menu);
            }
            // Somebody who has never written to the bot has no chat with it yet.
            Err(CallError::Closed(_) | CallError::Refused(_)) => {}
            Err(CallError::Flood(wait)) => {
                tokio::time::sleep(wait).await;
                return;
            }
            Err(error) => {
                tracing::debug!(error = %error, "a menu was not set");
                return;
            }
        }
    }
}

/// What an earlier run has set is left alone where it is the same.
async fn put(
    telegram: &Telegram,
    scope: &BotCommandScope,
    menu: &[BotCommand],
    ours: bool,
) -> Result<(), CallError> {
    let bot = &telegram.calls.bot;
    if !ours {
        let request = bot.get_my_commands().scope(scope.clone());
        let there = telegram.calls.call("getMyCommands", request).await?;
        if there == menu {
            return Ok(());
        }
    }
    let request = bot.set_my_commands(menu.to_vec()).scope(scope.clone());
    telegram.calls.call("setMyCommands", request).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus_are_what_telegram_takes() {
        for menu in Role::ALL.map(of_role).into_iter().chain([first_words()]) {
            assert!(!menu.is_empty() && menu.len() <= MOST);
            for entry in menu {
                let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                assert!(entry.command.chars().all(valid), "{entry:?}");
                let length = entry.description.encode_utf16().count();
                assert!((1..=LONGEST).contains(&length), "{entry:?}");
            }
        }
        assert!(of_role(Role::Owner).len() > of_role(Role::Viewer).len());
    }
}
