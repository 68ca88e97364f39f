//! Completion: what the last word of a line could become.

use super::{Command, Kind, Opt};

/// The names that completion offers, read from the store by the control room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Waiting and scheduled drafts: `#12`.
    pub drafts: Vec<String>,
    pub tasks: Vec<String>,
    pub sources: Vec<String>,
    /// People with a role of their own, and roles of a network that stand for one.
    pub members: Vec<String>,
    /// Of the voice, the newest first: `v7`.
    pub versions: Vec<String>,
}

/// What the last word of `line` could become: commands, verbs, fixed words. Whole words, without the part before.
#[must_use]
pub fn completions(line: &str) -> Vec<String> {
    completions_with(line, &Names::default())
}

/// [`completions`] that also know what there is.
#[must_use]
pub fn completions_with(line: &str, names: &Names) -> Vec<String> {
    let Some(typed) = line.strip_prefix('/') else {
        return Vec::new();
    };
    let words: Vec<&str> = typed.split_whitespace().collect();
    let fresh = typed.ends_with(char::is_whitespace);
    let (done, last) = match words.split_last() {
        Some((last, done)) if !fresh => (done, *last),
        _ => (words.as_slice(), ""),
    };
    let Some((first, behind)) = done.split_first() else {
        return starting(
            Command::ALL
                .iter()
                .map(|command| format!("/{}", command.name())),
            &format!("/{last}"),
        );
    };
    let Some(command) = Command::named(&first.to_lowercase()) else {
        return Vec::new();
    };
    let spec = command.spec();
    let verb = behind
        .first()
        .and_then(|word| spec.verbs.iter().find(|verb| verb.name == *word));
    let mut offered: Vec<String> = Vec::new();
    let (options, place) = match verb {
        Some(verb) => (verb.options, behind.len() - 1),
        None => (spec.options, behind.len()),
    };
    if verb.is_none() && behind.is_empty() {
        offered.extend(spec.verbs.iter().map(|verb| verb.name.to_owned()));
        if command == Command::Schedule {
            offered.extend(names.drafts.iter().chain(&names.tasks).cloned());
        }
    }
    if let Some(option) = options.get(place) {
        offered.extend(known(command, option, names));
    }
    starting(offered.into_iter(), last)
}

/// What an option could be filled in with that begins as `typed` does; whole values, also of several words.
#[must_use]
pub fn offers(command: Command, option: &Opt, typed: &str, names: &Names) -> Vec<String> {
    starting(
        known(command, option, names).into_iter(),
        typed.trim_start(),
    )
}

/// Whether there may be something to offer for an option.
#[must_use]
pub fn completes(command: Command, option: &Opt) -> bool {
    matches!(
        option.kind,
        Kind::Draft | Kind::Task | Kind::Source | Kind::Member | Kind::Version
    ) || names_a_command(command, option)
}

fn names_a_command(command: Command, option: &Opt) -> bool {
    command == Command::Help && option.name == "command"
}

fn known(command: Command, option: &Opt, names: &Names) -> Vec<String> {
    match option.kind {
        Kind::Draft => names.drafts.clone(),
        Kind::Task => names.tasks.clone(),
        Kind::Source => names.sources.clone(),
        Kind::Member => names.members.clone(),
        Kind::Version => names.versions.clone(),
        Kind::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Kind::Word if names_a_command(command, option) => {
            let all = Command::ALL.iter();
            all.map(|command| command.name().to_owned()).collect()
        }
        Kind::When | Kind::Text | Kind::Word | Kind::Number | Kind::Flag => Vec::new(),
    }
}

fn starting(offered: impl Iterator<Item = String>, last: &str) -> Vec<String> {
    offered
        .filter(|word| begins(word, last) && word != last)
        .collect()
}

/// As somebody types it: in any case, and without the sign before a number or a name.
fn begins(word: &str, typed: &str) -> bool {
    let (word, typed) = (word.to_lowercase(), typed.to_lowercase());
    word.starts_with(&typed) || word.trim_start_matches(['#', '@', 'v']).starts_with(&typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            drafts: vec!["#12".into(), "#14".into()],
            tasks: vec!["morning".into()],
            sources: vec!["sandbox all".into(), "sandbox @mira".into()],
            members: vec!["@mira".into(), "@olga".into()],
            versions: vec!["v2".into(), "v1".into()],
        }
    }

    #[test]
    fn completion_knows_commands_verbs_and_names() {
        let names = names();
        assert_eq!(completions("/dr"), ["/draft"]);
        assert_eq!(completions("/task p"), ["pause"]);
        assert_eq!(completions("hello"), Vec::<String>::new());
        assert_eq!(completions_with("/approve ", &names), ["#12", "#14"]);
        assert_eq!(completions_with("/task run m", &names), ["morning"]);
        assert_eq!(completions_with("/schedule #", &names), ["#12", "#14"]);
        assert_eq!(completions_with("/member role @o", &names), ["@olga"]);
        assert_eq!(completions_with("/persona undo ", &names), ["v2", "v1"]);
        assert_eq!(completions("/help sch"), ["schedule"]);
        assert_eq!(completions("/member add telegram:1 ed"), ["editor"]);
    }

    #[test]
    fn an_option_is_filled_in_whole_and_as_people_type() {
        let offered = |command: Command, verb: &str, typed: &str| {
            let spec = command.spec();
            let verb = spec.verbs.iter().find(|it| it.name == verb);
            let options = verb.map_or(spec.options, |verb| verb.options);
            offers(command, &options[0], typed, &names())
        };
        assert_eq!(offered(Command::Approve, "", "14"), ["#14"]);
        assert_eq!(offered(Command::Approve, "", "x"), Vec::<String>::new());
        assert_eq!(offered(Command::Task, "run", "MOR"), ["morning"]);
        assert_eq!(
            offered(Command::Source, "pause", "sandbox @"),
            ["sandbox @mira"]
        );
        assert_eq!(offered(Command::Member, "remove", "ol"), ["@olga"]);
        assert_eq!(offered(Command::Persona, "show", "1"), ["v1"]);
        assert_eq!(offered(Command::Help, "", "sch"), ["schedule"]);
    }
}
