//! The card: the message that shows a draft in a room, in every state of its life.

use std::path::PathBuf;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::chat::press::{DraftVerb, Press};
use crate::chat::view::{Block, Button, View};
use crate::chat::words;
use crate::chat::words::time::Now;
use crate::domain::content::Attachment;
use crate::domain::draft::{Draft, DraftState, Revision, Seen};
use crate::domain::post::Post;

/// What a card is made of.
#[derive(Debug)]
pub struct Card<'a> {
    pub draft: &'a Draft,
    /// The current one.
    pub revision: &'a Revision,
    /// Where its pictures lie, in their order.
    pub pictures: &'a [PathBuf],
    /// The pictures that it has had, in their order.
    pub had: &'a [Attachment],
    /// What a reply answers, while it is still stored.
    pub answered: Option<&'a Post>,
    /// Said below the findings, once in a workspace.
    pub remark: Option<&'static str>,
    /// When the version that is shown was approved.
    pub approved_at: Option<Timestamp>,
    /// The workspace is stopped: approved drafts stay here.
    pub stopped: bool,
    pub now: &'a Now,
}

impl Card<'_> {
    /// The message. Its first block is a title that alone says number, state and what is next.
    #[must_use]
    pub fn view(&self) -> View {
        let Self {
            draft,
            revision,
            now,
            ..
        } = self;
        let mut view = View::default().with(Block::Title(words::draft::head(
            draft,
            revision,
            self.approved_at,
            self.stopped,
            now,
        )));
        if let Some(post) = self.answered {
            view = view.with(Block::Note(words::draft::answers(post)));
        }
        if let DraftState::Partly { parts, why, .. } = &draft.state {
            view = view.with(Block::Note(words::draft::public_parts(parts, why)));
        }
        view = view.with(Block::Body(revision.content.text.clone()));
        for (picture, path) in revision.content.media.iter().zip(self.pictures) {
            view = view.with(Block::Picture {
                path: path.clone(),
                alt: words::draft::alt(picture),
            });
        }
        if self.open() {
            let mut facts = words::draft::facts(revision);
            if let Some(picture) = words::draft::which_picture(revision, self.had) {
                facts = format!("{facts} · {picture}");
            }
            view = view.with(Block::Note(facts));
            for finding in &revision.findings {
                view = view.with(Block::Text(format!("! {}", finding.detail)));
            }
            if self.blocked() {
                let mut blocking = self.revision.blocking();
                let line = if blocking.all(|finding| finding.kind.of_picture()) {
                    "As it stands it cannot be approved."
                } else {
                    "Edit or redo it; as it stands it cannot be approved."
                };
                view = view.with(Block::Text(line.to_owned()));
            }
            if let Some(remark) = self.remark {
                view = view.with(Block::Note(remark.to_owned()));
            }
        }
        view.buttons = self.buttons();
        view
    }

    const fn open(&self) -> bool {
        matches!(
            self.draft.state,
            DraftState::Waiting | DraftState::Failed { .. } | DraftState::Overdue { .. }
        )
    }

    fn blocked(&self) -> bool {
        self.revision.blocking().next().is_some()
    }

    fn buttons(&self) -> Vec<Vec<Button>> {
        let mut rows = self.verbs();
        rows.extend(self.earlier_verbs());
        rows.iter()
            .map(|row| {
                row.iter()
                    .map(|(verb, label)| button(self.draft, *verb, label))
                    .collect()
            })
            .collect()
    }

    /// What can be done with versions and pictures that are or were there.
    fn earlier_verbs(&self) -> Option<Vec<(DraftVerb, &'static str)>> {
        let mut row = Vec::new();
        let has = !self.revision.content.media.is_empty();
        if self.draft.revision > 1 {
            row.push((DraftVerb::EarlierVersion, "Earlier version"));
        }
        if self.had.len() > usize::from(has) {
            row.push((DraftVerb::EarlierImage, "Earlier image"));
        }
        if has {
            row.push((DraftVerb::NoPicture, "Remove picture"));
        }
        Some(row).filter(|row| self.open() && !row.is_empty())
    }

    fn verbs(&self) -> Vec<Vec<(DraftVerb, &'static str)>> {
        use DraftVerb as V;
        let rows: &[&[(V, &'static str)]] = match self.draft.state {
            DraftState::Waiting | DraftState::Failed { .. } | DraftState::Overdue { .. }
                if self.blocked() =>
            {
                &[
                    &[(V::Edit, "Edit"), (V::Redo, "Redo"), (V::Image, "Image")],
                    &[(V::Why, "Why"), (V::Reject, "Reject")],
                ]
            }
            DraftState::Overdue { .. } => &[
                &[
                    (V::Approve, "Now"),
                    (V::Schedule, "Other time"),
                    (V::Drop, "Drop"),
                ],
                &[(V::Edit, "Edit"), (V::Why, "Why")],
            ],
            DraftState::Waiting | DraftState::Failed { .. } => &[
                &[
                    (V::Approve, "Approve"),
                    (V::Schedule, "Schedule"),
                    (V::Edit, "Edit"),
                ],
                &[
                    (V::Redo, "Redo"),
                    (V::Image, "Image"),
                    (V::Why, "Why"),
                    (V::Reject, "Reject"),
                ],
            ],
            DraftState::Scheduled { .. } => &[&[
                (V::Schedule, "Change"),
                (V::TakeBack, "Take back"),
                (V::Why, "Why"),
            ]],
            DraftState::Approved { .. } => &[&[(V::TakeBack, "Take back"), (V::Why, "Why")]],
            DraftState::Unknown { asked: true, .. } => &[
                &[
                    (V::ItIsThere, "It is there"),
                    (V::PublishAgain, "Publish again"),
                ],
                &[(V::Why, "Why")],
            ],
            DraftState::Expired { .. } => &[&[(V::Show, "Show again"), (V::Why, "Why")]],
            DraftState::Partly { left_by: None, .. } => &[
                &[(V::SendRest, "Send the rest"), (V::LeaveIt, "Leave it")],
                &[(V::Why, "Why")],
            ],
            DraftState::Publishing { .. }
            | DraftState::Partly { .. }
            | DraftState::Published { .. }
            | DraftState::Unknown { asked: false, .. }
            | DraftState::Rejected { .. } => &[&[(V::Why, "Why")]],
        };
        rows.iter().map(|row| row.to_vec()).collect()
    }
}

/// An earlier version of `draft`, to look at; with `usable` it can be brought back.
#[must_use]
pub fn earlier(draft: &Draft, revision: &Revision, pictures: &[PathBuf], usable: bool) -> View {
    let mut view = View::default()
        .with(Block::Title(words::draft::version_head(draft, revision)))
        .with(Block::Body(revision.content.text.clone()));
    for (picture, path) in revision.content.media.iter().zip(pictures) {
        view = view.with(Block::Picture {
            path: path.clone(),
            alt: words::draft::alt(picture),
        });
    }
    view = view.with(Block::Note(words::draft::facts(revision)));
    let mut row = Vec::new();
    if usable {
        let press = Press::Restore {
            number: draft.number,
            version: revision.number,
            seen: draft.seen(),
        };
        row.push(Button {
            label: "Use this version".to_owned(),
            press: press.code(),
        });
    }
    if revision.number > 1 {
        let press = Press::Draft {
            verb: DraftVerb::EarlierVersion,
            number: draft.number,
            seen: Seen::waiting(revision.number),
        };
        row.push(Button {
            label: "Earlier version".to_owned(),
            press: press.code(),
        });
    }
    if row.is_empty() {
        view
    } else {
        view.with_buttons(row)
    }
}

/// A button about the current revision of `draft`.
#[must_use]
pub fn button(draft: &Draft, verb: DraftVerb, label: &str) -> Button {
    let press = Press::Draft {
        verb,
        number: draft.number,
        seen: draft.seen(),
    };
    Button {
        label: label.to_owned(),
        press: press.code(),
    }
}

/// What a card's older copy says once a newer one stands further down.
#[must_use]
pub fn moved(draft: &Draft) -> View {
    View::default().with(Block::Title(format!("{} is further down", draft.number)))
}

/// A fingerprint of what a message shows, to leave alone what has not changed.
#[must_use]
pub fn fingerprint(view: &View) -> String {
    // A view is plain data and always serialises; an empty fingerprint would only show the card once more.
    let bytes = serde_json::to_vec(view).unwrap_or_default();
    crate::domain::content::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::{draft, now, plain, revision};
    use crate::domain::finding::{Finding, FindingKind};
    use crate::domain::ids::ApprovalId;
    use insta::assert_snapshot;

    fn shown(state: DraftState, change: impl FnOnce(&mut Draft, &mut Revision)) -> String {
        let (mut draft, mut revision, now) = (draft(12), revision(), now());
        draft.state = state;
        change(&mut draft, &mut revision);
        plain(
            &Card {
                draft: &draft,
                revision: &revision,
                pictures: &[],
                had: &revision.content.media,
                answered: None,
                remark: None,
                approved_at: Some(at("2026-11-22T08:05:00Z")),
                stopped: false,
                now: &now,
            }
            .view(),
        )
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_waiting_draft_shows_everything_that_a_person_decides_on() {
        assert_snapshot!(shown(DraftState::Waiting, |_, revision| revision.findings.push(Finding {
            kind: FindingKind::NearCopy,
            blocks: false,
            detail: "near to #9 from Tuesday".into(),
        })), @r"
        #12 · Sandbox · @roastery
        | Friday, six o'clock: three Ethiopians on the table and
        | one that divides the house.
        82 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
        ! near to #9 from Tuesday
        [Approve] [Schedule] [Edit]
        [Redo] [Image] [Why] [Reject]
        ");
    }

    #[test]
    fn what_blocks_takes_the_approval_away_and_says_why() {
        assert_snapshot!(shown(DraftState::Waiting, |draft, revision| {
            draft.revision = 2;
            revision.findings.push(Finding {
                kind: FindingKind::ForeignLink,
                blocks: true,
                detail: "a link that is not ours: evil.example".into(),
            });
        }), @r"
        #12 · Sandbox · @roastery · version 2
        | Friday, six o'clock: three Ethiopians on the table and
        | one that divides the house.
        82 of 300 · leans on 3 posts · SmolLM2-135M-Instruct, free
        ! a link that is not ours: evil.example
        Edit or redo it; as it stands it cannot be approved.
        [Edit] [Redo] [Image]
        [Why] [Reject]
        [Earlier version]
        ");
    }

    #[test]
    fn after_a_decision_it_says_who_when_and_what_next() {
        let by = || "editor".to_owned();
        let approval = ApprovalId(1);
        let states = [
            DraftState::Approved {
                approval,
                by: by(),
                at: at("2026-11-22T09:14:00Z"),
            },
            DraftState::Scheduled {
                approval,
                by: by(),
                due: at("2026-11-27T16:45:00Z"),
            },
            DraftState::Publishing {
                approval,
                by: by(),
                since: at("2026-11-22T09:14:00Z"),
                parts: None,
            },
            DraftState::Published {
                by: by(),
                at: at("2026-11-22T09:14:00Z"),
                native_id: "77".into(),
                url: Some("https://sandbox.example/p/77".into()),
            },
            DraftState::Failed {
                by: by(),
                at: at("2026-11-22T09:14:00Z"),
                why: "Sandbox refused it: too long".into(),
            },
            DraftState::Unknown {
                approval,
                by: by(),
                since: at("2026-11-22T09:14:00Z"),
                asked: false,
                restored: false,
                parts: None,
            },
            DraftState::Unknown {
                approval,
                by: by(),
                since: at("2026-11-22T09:14:00Z"),
                asked: true,
                restored: false,
                parts: None,
            },
            DraftState::Unknown {
                approval,
                by: by(),
                since: at("2026-11-22T09:14:00Z"),
                asked: true,
                restored: true,
                parts: None,
            },
            DraftState::Overdue {
                by: by(),
                due: at("2026-11-22T09:14:00Z"),
            },
            DraftState::Rejected {
                by: by(),
                at: at("2026-11-21T09:14:00Z"),
                reason: Some("off topic".into()),
            },
            DraftState::Expired {
                at: at("2026-11-20T09:14:00Z"),
            },
        ];
        let all: Vec<String> = states
            .into_iter()
            .map(|state| {
                let text = shown(state, |_, _| ());
                let lines: Vec<&str> = text.lines().collect();
                format!("{} {}", lines[0], lines.last().unwrap())
            })
            .collect();
        assert_snapshot!(all.join("\n"), @r"
        #12 approved · @editor 09:05 · goes out now [Take back] [Why]
        #12 scheduled for Fri 27 Nov, 17:45 Berlin · @editor [Change] [Take back] [Why]
        #12 publishing · approved by @editor 09:05 [Why]
        #12 published 10:14 · approved by @editor 09:05 · sandbox.example/p/77 [Why]
        #12 failed · Sandbox refused it: too long. [Redo] [Image] [Why] [Reject]
        #12 unknown · Sandbox did not say whether it took it; I am asking again [Why]
        #12 unknown · Sandbox did not say whether it took it. Please look there: is it published? [Why]
        #12 may be out already · the backup is older than what Sandbox may show. Please look there: is it published? [Why]
        #12 missed its time, 10:14 · approved by @editor 09:05 · what now? [Edit] [Why]
        #12 rejected · @editor Sat 10:14 · off topic [Why]
        #12 expired Fri 10:14 · nobody decided [Show again] [Why]
        ");
    }

    #[test]
    fn the_fingerprint_follows_what_is_shown() {
        let (draft, mut revision, now) = (draft(12), revision(), now());
        let print = |revision: &Revision| {
            fingerprint(
                &Card {
                    draft: &draft,
                    revision,
                    pictures: &[],
                    had: &[],
                    answered: None,
                    remark: None,
                    approved_at: None,
                    stopped: false,
                    now: &now,
                }
                .view(),
            )
        };
        let before = print(&revision);
        assert_eq!(before, print(&revision));
        revision.content.text.push('.');
        assert_ne!(before, print(&revision));
    }
}
