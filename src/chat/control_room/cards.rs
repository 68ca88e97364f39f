//! Cards in rooms: shown once, changed in place, shown anew where that is asked for.

use crate::chat::card::{self, Card};
use crate::chat::commands;
use crate::chat::control_room::{ControlRoom, Undelivered, place};
use crate::chat::frontend::MessageRef;
use crate::chat::incoming::Asked;
use crate::chat::view::{Block, View};
use crate::chat::words;
use crate::domain::draft::{Draft, DraftState, Purpose, Revision, Seen, Writer};
use crate::domain::finding::FindingKind;
use crate::domain::ids::DraftId;
use crate::domain::operator::Room;
use crate::flow::{paint, publish};
use crate::store::R;

/// Where a card is shown that stands in its room already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) enum Spot {
    /// Where it stands.
    There,
    /// Below what was typed last, unless people talk about it in a thread under it.
    BelowUnlessThread,
    /// Below all that was said.
    Below,
    /// Below all that was said, unless it stands in its room as it is already.
    BelowOnce,
}

/// A card that answers something.
pub(super) struct CardShown<'a> {
    pub draft: DraftId,
    /// As a new message, further down.
    pub fresh: bool,
    /// The message whose button was pressed; none where it was typed.
    pub pressed: Option<&'a str>,
    /// What is said on the card this once.
    pub line: Option<&'a str>,
}

impl ControlRoom {
    /// Answers a decision: the card in the room changes. A typed one also gets a line, since the card may stand far above.
    pub(super) async fn answer_with_card(
        &self,
        room: &Room,
        shown: &CardShown<'_>,
        asked: &Asked,
    ) -> Result<(), Undelivered> {
        let Some((draft, _, view)) = self.card(shown.draft).await? else {
            return Ok(());
        };
        let (fresh, pressed) = (shown.fresh, shown.pressed);
        let edits = self
            .frontend(room.address.surface)
            .is_some_and(|frontend| frontend.edits_in_place());
        let waits = matches!(draft.state, DraftState::Waiting);
        // After an edit by a typed line there is a new text to look at.
        let (place, spot) = match self.card_above(room, draft.id).await? {
            // In the thread of a draft its card stands above all that is said.
            Some(above) if !fresh => (above, Spot::There),
            _ if fresh => (room.clone(), Spot::Below),
            _ if pressed.is_none() && edits && waits => (room.clone(), Spot::BelowUnlessThread),
            _ => (room.clone(), Spot::There),
        };
        let before = self.store().delivery(place.id, draft.id).await?;
        let here = Some(asked).filter(|_| place.id == room.id);
        let fresh = self
            .put_card(&place, draft.id, spot, here, shown.line)
            .await?;
        let card_message = before.map(|delivery| MessageRef(delivery.message));
        let line = View::default().with(Block::Title(head(&view)));
        match pressed {
            // The question whose button was pressed is answered by what became of it.
            Some(question)
                if edits && !card_message.as_ref().is_some_and(|card| card.is(question)) =>
            {
                self.show(room, &line, Some(question), Some(asked)).await
            }
            None if edits && !fresh && card_message.is_some() => {
                self.show(room, &line, None, Some(asked)).await
            }
            _ => Ok(()),
        }
    }

    /// Shows the card of a draft as it is now.
    pub(in crate::chat) async fn refresh_card(
        &self,
        room: &Room,
        draft: DraftId,
        spot: Spot,
    ) -> Result<(), Undelivered> {
        let above = self.card_above(room, draft).await?;
        self.put_card(above.as_ref().unwrap_or(room), draft, spot, None, None)
            .await?;
        Ok(())
    }

    /// Shows a card in a room and keeps which version it shows there: `line` is said on it until it changes. Whether it was
    /// shown below what was said.
    async fn put_card(
        &self,
        room: &Room,
        draft: DraftId,
        spot: Spot,
        asked: Option<&Asked>,
        line: Option<&str>,
    ) -> Result<bool, Undelivered> {
        let Some(frontend) = self.frontend(room.address.surface) else {
            return Err(Undelivered::Closed(format!(
                "{} is not open",
                room.address.surface.name()
            )));
        };
        let _one_at_a_time = self.0.cards.lock(room.id).await;
        let Some((draft, revision, mut view)) = self.card(draft).await? else {
            return Ok(false);
        };
        let before = self.store().delivery(room.id, draft.id).await?;
        let known = before.as_ref().and_then(|before| before.seen);
        let fresh = match spot {
            // What comes back by itself asks below what was said since.
            Spot::There if asks_again(&draft, &revision, known) => true,
            Spot::There => false,
            Spot::Below | Spot::BelowOnce => true,
            Spot::BelowUnlessThread => {
                let w = self.workspace();
                let thread = self.store().thread_for(w, room.id, draft.number).await?;
                thread.is_none()
            }
        };
        let fingerprint = card::fingerprint(&view);
        if let Some(before) = &before
            && (!fresh || spot == Spot::BelowOnce)
            && line.is_none()
            && before.view_hash == fingerprint
        {
            let message = MessageRef(before.message.clone());
            if before.seen.is_none() {
                self.record(room, &draft, &message, &fingerprint).await?;
            }
            self.mind_thread(&*frontend, room, &draft, &message).await;
            return Ok(fresh);
        }
        if let Some(line) = line {
            view.blocks.insert(1, Block::Text(line.to_owned()));
        }
        let edits = frontend.edits_in_place();
        // Where nothing can change in place, a text that was not shown yet is shown whole.
        let new_text = known.is_none_or(|known| known.revision != draft.revision);
        let waits = matches!(draft.state, DraftState::Waiting);
        let anew = fresh || (!edits && (waits || new_text));
        let old = before.map(|before| MessageRef(before.message));
        let replaced = old.as_ref().filter(|_| !anew);
        let shown = place(&*frontend, room, &view, replaced, asked).await;
        let message = self.outcome(room, shown).await?;
        self.record(room, &draft, &message, &fingerprint).await?;
        self.mind_thread(&*frontend, room, &draft, &message).await;
        if let Some(old) = old.filter(|old| edits && fresh && !old.is(&message.0)) {
            // The older copy must not look as if it could still decide; where that fails, its buttons say so.
            let _ = frontend
                .show(&room.address, &card::moved(&draft), Some(&old))
                .await;
        }
        Ok(fresh)
    }

    async fn record(
        &self,
        room: &Room,
        draft: &Draft,
        message: &MessageRef,
        fingerprint: &str,
    ) -> R<()> {
        let mut tx = self.store().begin().await?;
        tx.record_delivery(room.id, draft.id, &message.0, fingerprint, draft.seen())
            .await?;
        tx.commit().await
    }

    async fn card(&self, draft: DraftId) -> R<Option<(Draft, Revision, View)>> {
        let Some(draft) = self.store().draft(draft).await? else {
            return Ok(None);
        };
        let Some(revision) = self.store().revision(draft.id, draft.revision).await? else {
            return Ok(None);
        };
        let answered = match draft.purpose {
            Purpose::Reply { post, .. } => self.store().post(post).await?,
            Purpose::Post { .. } => None,
        };
        let stopped = self
            .store()
            .workspace(self.workspace())
            .await?
            .stopped
            .is_some();
        let now = self.0.house.now();
        let had = self.store().draft_pictures(draft.id).await?;
        let had = paint::choosable(had, &revision.content.text);
        let pictures = self.0.house.paths(&revision.content.media);
        let mut view = Card {
            draft: &draft,
            revision: &revision,
            pictures: &pictures,
            had: &had,
            answered: answered.as_ref(),
            remark: self.remark(&draft, &revision).await?,
            approved_at: self.store().approved_at(draft.id, draft.revision).await?,
            stopped,
            now: &now,
        }
        .view();
        if let DraftState::Approved { .. } = draft.state
            && let Some(until) = publish::waits_until(self.store(), draft.id).await?
            && until > now.at
        {
            let line = words::house::waits_for(revision.content.network, until, &now);
            view.blocks.insert(1, Block::Note(line));
        }
        Ok(Some((draft, revision, view)))
    }
}

/// Whether a draft that a room knows as approved or on a time waits again because of something outside.
fn asks_again(draft: &Draft, revision: &Revision, known: Option<Seen>) -> bool {
    let mut findings = revision.findings.iter();
    matches!(draft.state, DraftState::Waiting)
        && known.is_some_and(|known| known.decided)
        && findings.any(|finding| finding.kind == FindingKind::SourceEdited)
}

impl ControlRoom {
    /// The first card that a small model wrote says so; the others do not repeat it.
    async fn remark(&self, draft: &Draft, revision: &Revision) -> R<Option<&'static str>> {
        let by_model = matches!(revision.writer, Writer::Model { .. });
        if !self.0.house.small_writer || revision.number > 1 || !by_model {
            return Ok(None);
        }
        let first = self.store().first_by_model(self.workspace()).await?;
        Ok((first == Some(draft.id)).then_some(words::models::FIRST_CARD))
    }

    /// What stands at the prompt when Lumen starts: who this is and what to type, later how things stand.
    pub async fn greeting(&self) -> R<View> {
        let house = &self.0.house;
        if self.store().has_drafts(self.workspace()).await? {
            let standing = commands::standing(house).await?;
            return Ok(words::talk::back(&standing, &house.now()));
        }
        Ok(words::talk::welcome(house))
    }
}

/// The title of a card: number, state, what is next.
fn head(view: &View) -> String {
    match view.blocks.first() {
        Some(Block::Title(title)) => title.clone(),
        _ => String::new(),
    }
}
