//! Conversations: something is said, what the person sees is compared. At the end nothing may be left over.

mod chats;
mod decisions;
mod fakes;
mod going_on;
mod house;
mod invitations;
mod names;
mod notices;
mod people;
mod posts;
mod races;
mod shown;
mod taking_up;
mod texts;
mod threads;
mod wordings;
mod world;

use crate::chat::press::{DraftVerb, Press};
use crate::domain::draft::Seen;
use crate::domain::ids::DraftNumber;

fn card_press(verb: DraftVerb, number: i64, revision: i64) -> String {
    let number = DraftNumber(number);
    Press::Draft {
        verb,
        number,
        seen: Seen::waiting(revision),
    }
    .code()
}
