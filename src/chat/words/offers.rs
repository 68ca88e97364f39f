//! The buttons under a line about work that was not done.

use crate::chat::press::Press;
use crate::chat::view::{Button, View};
use crate::chat::words::errors;
use crate::chat::words::models;
use crate::domain::ids::InboxId;
use crate::domain::notice::Offer;

/// `view` with a row of these offers. Without what was asked (`cause`) there is nothing to run again.
#[must_use]
pub fn under(view: View, offers: &[Offer], cause: Option<InboxId>) -> View {
    let buttons: Vec<Button> = offers
        .iter()
        .filter_map(|offer| button(*offer, cause))
        .collect();
    if buttons.is_empty() {
        view
    } else {
        view.with_buttons(buttons)
    }
}

fn button(offer: Offer, cause: Option<InboxId>) -> Option<Button> {
    let named = |label: &str, press: Press| Button {
        label: label.to_owned(),
        press: press.code(),
    };
    Some(match offer {
        Offer::TryAgain => errors::try_again(cause?),
        Offer::WriteMyself => named("Write it myself", Press::WriteMyself(cause?)),
        Offer::WriteDespite => named("Write one all the same", Press::WriteDespite(cause?)),
        Offer::BetterModel => models::better_button(),
    })
}
