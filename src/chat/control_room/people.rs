//! Who speaks, and whether they are answered where they speak.

use serde_json::{Value, json};

use crate::chat::answer::Answer;
use crate::chat::control_room::ControlRoom;
use crate::chat::incoming::Incoming;
use crate::chat::view::View;
use crate::chat::words;
use crate::domain::ids::RoomId;
use crate::domain::operator::{Identity, Operator, Role, Room, RoomAddress, Surface, is_identity};
use crate::store::{R, Tx};

/// Who speaks.
pub(super) enum Who {
    Operator(Operator),
    /// Nobody with a role here; this is all they get.
    Stranger(Answer),
}

/// Where the workspace's settings keep the groups that an owner has spoken in.
const OPEN_ROOMS: &str = "open_rooms";

impl ControlRoom {
    pub(super) async fn who(&self, incoming: &Incoming, room: &Room) -> R<Who> {
        let operator = match self.known(incoming).await? {
            Some(operator) => operator,
            None if incoming.room.surface == Surface::Terminal => {
                self.first_at_the_terminal(incoming).await?
            }
            None => return Ok(Who::Stranger(self.to_stranger(incoming))),
        };
        let operator = self.acquainted(operator, incoming, room).await?;
        // What holds for a channel holds for the threads under its cards.
        let above = self.store().thread_of(room.id).await?;
        let room = above.as_ref().map_or(room, |(_, above)| above);
        if incoming.private || incoming.room.surface == Surface::Terminal || room.standing {
            return Ok(Who::Operator(operator));
        }
        if self.is_open(room.id, operator.role).await? {
            Ok(Who::Operator(operator))
        } else {
            Ok(Who::Stranger(in_a_closed_room(incoming)))
        }
    }

    /// Remembers what a person's own words tell of them: their name, where they were called by an id so far, and where
    /// they can be written to in private.
    async fn acquainted(
        &self,
        operator: Operator,
        incoming: &Incoming,
        room: &Room,
    ) -> R<Operator> {
        let name = incoming.sender_name.trim();
        let nameless = is_identity(&operator.name) || operator.name == incoming.sender.external_id;
        let learns = nameless && !name.is_empty() && name != operator.name;
        let moves =
            incoming.private && self.store().private_room(&incoming.sender).await? != Some(room.id);
        if !learns && !moves {
            return Ok(operator);
        }
        let mut tx = self.store().begin().await?;
        if moves {
            tx.set_private_room(&incoming.sender, room.id).await?;
        }
        if learns {
            tx.learn_name(operator.id, &operator.name, name).await?;
        }
        tx.commit().await?;
        let name = if learns {
            name.to_owned()
        } else {
            operator.name
        };
        Ok(Operator { name, ..operator })
    }

    /// The person behind what came in: by their own entry, else by the highest role that a group of their network stands
    /// for, as it is at this moment.
    async fn known(&self, incoming: &Incoming) -> R<Option<Operator>> {
        let sender = &incoming.sender;
        if let Some(operator) = self.store().operator_of(sender).await? {
            return Ok(Some(operator));
        }
        let Some(role) = self.role_of(sender, &incoming.groups).await? else {
            return Ok(None);
        };
        let name = incoming.sender_name.as_str();
        let as_before = self.store().guest_of(sender).await?;
        let as_before = as_before.filter(|guest| guest.role == role && guest.name == name);
        if as_before.is_some() {
            return Ok(as_before);
        }
        let mut tx = self.store().begin().await?;
        let guest = tx.enter_guest(self.workspace(), name, role, sender).await?;
        tx.commit().await?;
        Ok(Some(guest))
    }

    /// What somebody may do who has these groups of their network.
    pub(super) async fn role_of(&self, person: &Identity, groups: &[String]) -> R<Option<Role>> {
        match self.store().operator_of(person).await? {
            Some(operator) => Ok(Some(operator.role)),
            None => {
                self.store()
                    .role_of_groups(self.workspace(), person.surface, groups)
                    .await
            }
        }
    }

    /// Whether this person, with these groups of their network, has a role here. A read that failed says no.
    pub async fn knows(&self, person: &Identity, groups: &[String]) -> bool {
        matches!(self.role_of(person, groups).await, Ok(Some(_)))
    }

    /// Whether Lumen asked this person something in this room and waits for the answer: then their words are one, also
    /// where a front end would take them for something else.
    pub async fn asks(&self, address: &RoomAddress, person: &Identity) -> bool {
        let open = async {
            let Some(room) = self.store().room_at(address).await? else {
                return Ok(false);
            };
            let Some(operator) = self.store().operator_of(person).await? else {
                return Ok(false);
            };
            Ok::<_, crate::store::StoreError>(
                self.store().dialogue(room.id, operator.id).await?.is_some(),
            )
        };
        // Words taken for words do no harm.
        open.await.unwrap_or(true)
    }

    /// One polite line in private, once an hour; silence in a group, but where only they see it a line each time.
    fn to_stranger(&self, incoming: &Incoming) -> Answer {
        let surface = incoming.sender.surface;
        let mut view = words::errors::stranger(surface.name(), &incoming.sender.external_id);
        let pressed = matches!(incoming.body, crate::chat::incoming::Said::Press { .. });
        let now = self.0.house.clock.now();
        if incoming.ticket.is_some() && !pressed {
            view.private = true;
            Answer::line(view)
        } else if incoming.private && self.0.strangers.tells(&incoming.sender, now) {
            Answer::line(view)
        } else {
            Answer::Silent
        }
    }

    /// Whoever sits at the machine that Lumen runs on owns it.
    async fn first_at_the_terminal(&self, incoming: &Incoming) -> R<Operator> {
        let name = match incoming.sender_name.trim() {
            "" => "owner",
            name => name,
        };
        let mut tx = self.store().begin().await?;
        // The name may have been linked in between.
        if let Some(known) = tx.operator_of(&incoming.sender).await? {
            return Ok(known);
        }
        let operator = tx
            .add_operator(self.workspace(), name, Role::Owner, &incoming.sender)
            .await?;
        tx.commit().await?;
        Ok(operator)
    }

    /// A group is answered in once an owner has spoken there: else anyone with a role could carry drafts into any group.
    async fn is_open(&self, room: RoomId, role: Role) -> R<bool> {
        let settings = self.store().workspace(self.workspace()).await?.settings;
        if listed(&settings).contains(&json!(room)) {
            return Ok(true);
        }
        if role != Role::Owner {
            return Ok(false);
        }
        let mut tx = self.store().begin().await?;
        self.remember_open(&mut tx, room).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn remember_open(&self, tx: &mut Tx, room: RoomId) -> R<()> {
        let mut settings = tx.workspace(self.workspace()).await?.settings;
        let mut rooms = listed(&settings);
        rooms.push(json!(room));
        if !settings.is_object() {
            settings = json!({});
        }
        settings[OPEN_ROOMS] = Value::Array(rooms);
        tx.set_settings(self.workspace(), &settings).await
    }
}

/// Silence, but where only they see it a line.
fn in_a_closed_room(incoming: &Incoming) -> Answer {
    if incoming.ticket.is_none() {
        return Answer::Silent;
    }
    Answer::line(View {
        private: true,
        ..View::text(words::people::closed_room())
    })
}

fn listed(settings: &Value) -> Vec<Value> {
    settings
        .get(OPEN_ROOMS)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}
