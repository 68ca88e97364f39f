//! Completion: what the last word of a line could become.

use super::{Command, Kind};

/// The names that completion offers, read from the store by the control room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Waiting and scheduled drafts: `#12`.
    pub drafts: Vec<String>,
    pub tasks: Vec<String>,
    pub sources: Vec<String>,
}

/// What the last word of `line` could become: commands, verbs, fixed words. Whole words, without the part before.
#[must_use]
pub fn completions(line: &str) -> Vec<String> {
    completions_with(line, &Names::default())
}

/// [`completions`] that also know drafts, tasks and sources.
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
        if command == Command::Help {
            offered.extend(Command::ALL.iter().map(|command| command.name().to_owned()));
        }
    }
    match options.get(place).map(|option| option.kind) {
        Some(Kind::Draft) => offered.extend(names.drafts.iter().cloned()),
        Some(Kind::Task) => offered.extend(names.tasks.iter().cloned()),
        Some(Kind::Source) => offered.extend(names.sources.iter().cloned()),
        Some(Kind::Choice(words)) => offered.extend(words.iter().map(|word| (*word).to_owned())),
        _ => {}
    }
    starting(offered.into_iter(), last)
}

fn starting(offered: impl Iterator<Item = String>, last: &str) -> Vec<String> {
    offered
        .filter(|word| word.starts_with(last) && word != last)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completion_knows_commands_verbs_and_names() {
        let names = Names {
            drafts: vec!["#12".into(), "#14".into()],
            tasks: vec!["morning".into()],
            sources: vec!["sandbox all".into()],
        };
        assert_eq!(completions("/dr"), ["/draft"]);
        assert_eq!(completions("/task p"), ["pause"]);
        assert_eq!(completions("hello"), Vec::<String>::new());
        assert_eq!(completions_with("/approve ", &names), ["#12", "#14"]);
        assert_eq!(completions_with("/task run m", &names), ["morning"]);
        assert_eq!(completions_with("/schedule #", &names), ["#12", "#14"]);
        assert_eq!(completions("/member add telegram:1 ed"), ["editor"]);
    }
}
