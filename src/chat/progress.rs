//! Signs of life of long work, sent to the room where it was asked for.

use std::sync::Arc;

use crate::chat::frontend::Frontend;
use crate::domain::operator::RoomAddress;
use crate::domain::progress::{Progress, Step};

/// Forwards to one room.
pub(super) struct InRoom {
    pub frontend: Arc<dyn Frontend>,
    pub address: RoomAddress,
}

impl Progress for InRoom {
    fn report(&self, step: Step) {
        self.frontend.progress(&self.address, &step);
    }
}
