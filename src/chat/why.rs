//! `/why`: four lines about where a draft came from, and all of it on request.

use crate::chat::view::{Block, View};
use crate::chat::words::time::Now;
use crate::chat::words::{draft as words, many};
use crate::domain::draft::{Draft, Revision, Writer};
use crate::domain::post::Post;

/// How many posts the short answer names.
const NAMED: usize = 2;

#[derive(Debug)]
pub struct Why<'a> {
    pub draft: &'a Draft,
    pub revision: &'a Revision,
    /// The name of the task it came from.
    pub task: Option<&'a str>,
    pub answered: Option<&'a Post>,
    /// Who wrote the first version, where a person did.
    pub own_of: Option<&'a str>,
    /// Every post it leans on, not only the first two.
    pub all: bool,
    pub now: &'a Now,
}

impl Why<'_> {
    #[must_use]
    pub fn view(&self) -> View {
        let lines = [
            words::origin(self.draft, self.task, self.answered, self.own_of, self.now),
            self.leans(),
            self.voice(),
            words::made_by(self.revision),
        ];
        let mut view = View::text(lines.join("\n"));
        if let Some(guidance) = &self.revision.guidance {
            view = view.with(Block::Note(format!("asked for: {guidance}")));
        }
        if self.all && self.revision.leans_on.len() > NAMED {
            view = view.with(Block::List(
                self.revision.leans_on.iter().map(words::lean).collect(),
            ));
        }
        if self.all
            && let Writer::Model { tries, .. } = &self.revision.writer
            && !tries.is_empty()
        {
            let tried = tries
                .iter()
                .map(|one| format!("\u{201c}{}\u{201d}: {}", one.text, one.verdict));
            view = view
                .with(Block::Note("tried as a second sentence:".to_owned()))
                .with(Block::List(tried.collect()));
        }
        view
    }

    fn leans(&self) -> String {
        let leans = &self.revision.leans_on;
        if leans.is_empty() {
            return "leans on  nothing that was fetched".to_owned();
        }
        let mut named: Vec<String> = leans.iter().take(NAMED).map(words::lean).collect();
        if leans.len() > NAMED {
            named.push(format!("{} more", leans.len() - NAMED));
        }
        format!("leans on  {}", named.join(" · "))
    }

    fn voice(&self) -> String {
        let examples = self.revision.examples.len();
        let from = if examples == 0 {
            "no own posts as examples yet".to_owned()
        } else {
            format!("examples from {}", many(examples, "own post", "own posts"))
        };
        format!(
            "voice     persona v{} · {from}",
            self.revision.persona_version
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::{draft, now, plain, revision};
    use insta::assert_snapshot;

    #[test]
    fn four_lines() {
        let (draft, revision, now) = (draft(12), revision(), now());
        let why = Why {
            draft: &draft,
            revision: &revision,
            task: Some("morning-post"),
            answered: None,
            own_of: None,
            all: false,
            now: &now,
        };
        assert_snapshot!(plain(&why.view()), @r"
        #12 came from task morning-post, run 21:00
        leans on  @bean “cupping at six” 0.81 · @cups “mornings” 0.77 · 1 more
        voice     persona v7 · examples from 2 own posts
        made by   SmolLM2-135M-Instruct, 1,412 + 61 tokens, free, 2.1 s · checked: length, links, mentions, prompt, near-copies
        ");
        assert_snapshot!(plain(&Why { all: true, task: None, ..why }.view()), @r"
        #12 came from the topic “our Friday tasting is at six”, 21:00
        leans on  @bean “cupping at six” 0.81 · @cups “mornings” 0.77 · 1 more
        voice     persona v7 · examples from 2 own posts
        made by   SmolLM2-135M-Instruct, 1,412 + 61 tokens, free, 2.1 s · checked: length, links, mentions, prompt, near-copies
        - @bean “cupping at six” 0.81
        - @cups “mornings” 0.77
        - @mug “slow pour” 0.50
        ");
    }
}
