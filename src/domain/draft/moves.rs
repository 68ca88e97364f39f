//! The moves of a draft: each state knows its own, and a wrong one is an error that names both.

use jiff::Timestamp;

use super::{Draft, DraftState, InvalidMove, Move};
use crate::domain::ids::ApprovalId;
use crate::domain::thread::Parts;

impl Draft {
    const fn invalid(&self, tried: Move) -> InvalidMove {
        InvalidMove {
            number: self.number,
            state: self.state.word(),
            tried,
        }
    }

    /// Waiting or failed drafts can be approved for publishing now; a scheduled one can be sent early.
    ///
    /// # Errors
    /// In every other state.
    pub fn approve(
        &self,
        approval: ApprovalId,
        by: &str,
        at: Timestamp,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Failed { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Overdue { .. } => Ok(DraftState::Approved {
                approval,
                by: by.to_owned(),
                at,
            }),
            _ => Err(self.invalid(Move::Approve)),
        }
    }

    /// Puts a waiting, failed or scheduled draft on a (new) time.
    ///
    /// # Errors
    /// In every other state.
    pub fn schedule(
        &self,
        approval: ApprovalId,
        by: &str,
        due: Timestamp,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Failed { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Overdue { .. } => Ok(DraftState::Scheduled {
                approval,
                by: by.to_owned(),
                due,
            }),
            _ => Err(self.invalid(Move::Schedule)),
        }
    }

    /// A new revision: the draft waits again and every earlier approval is void.
    ///
    /// # Errors
    /// Once publishing has begun, and after a rejection.
    pub fn revise(&self) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Approved { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Overdue { .. }
            | DraftState::Failed { .. }
            | DraftState::Expired { .. } => Ok(DraftState::Waiting),
            _ => Err(self.invalid(Move::Revise)),
        }
    }

    /// # Errors
    /// Once publishing has begun, and where the draft has ended already.
    pub fn reject(
        &self,
        by: &str,
        at: Timestamp,
        reason: Option<String>,
    ) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting
            | DraftState::Approved { .. }
            | DraftState::Scheduled { .. }
            | DraftState::Overdue { .. }
            | DraftState::Failed { .. } => Ok(DraftState::Rejected {
                by: by.to_owned(),
                at,
                reason,
            }),
            _ => Err(self.invalid(Move::Reject)),
        }
    }

    /// # Errors
    /// Unless it waits.
    pub fn expire(&self, at: Timestamp) -> Result<DraftState, InvalidMove> {
        match self.state {
            DraftState::Waiting => Ok(DraftState::Expired { at }),
            _ => Err(self.invalid(Move::Expire)),
        }
    }

    /// Its time has passed by so much that people are asked.
    ///
    /// # Errors
    /// Unless it is on a time that is [overdue](Self::is_overdue).
    pub fn miss(&self, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Scheduled { by, due, .. } if self.is_overdue(now) => {
                Ok(DraftState::Overdue {
                    by: by.clone(),
                    due: *due,
                })
            }
            _ => Err(self.invalid(Move::Miss)),
        }
    }

    /// What it is in a store that was restored from a backup: what was to go out by `now` may have gone out since, so people
    /// are asked. None where nothing of that kind can be.
    #[must_use]
    pub fn doubt(&self, now: Timestamp) -> Option<DraftState> {
        match &self.state {
            DraftState::Approved { approval, by, .. } => Some((*approval, by)),
            DraftState::Scheduled { approval, by, due } if *due <= now => Some((*approval, by)),
            DraftState::Partly {
                next: Some(_),
                parts,
                ..
            } => {
                let why = "the backup is older, so the rest may be public already";
                return self.break_off(parts.clone(), now, why, None).ok();
            }
            _ => None,
        }
        .map(|(approval, by)| DraftState::Unknown {
            approval,
            by: by.clone(),
            since: now,
            asked: true,
            restored: true,
            parts: None,
        })
    }

    /// Publishing begins: an approved draft, or a scheduled one whose time has come.
    ///
    /// # Errors
    /// In every other state, and before the time.
    pub fn claim(&self, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Approved { approval, by, .. } => Ok(DraftState::Publishing {
                approval: *approval,
                by: by.clone(),
                since: now,
                parts: None,
            }),
            DraftState::Scheduled { approval, by, due } if *due <= now => {
                Ok(DraftState::Publishing {
                    approval: *approval,
                    by: by.clone(),
                    since: now,
                    parts: None,
                })
            }
            DraftState::Partly {
                approval,
                by,
                parts,
                next: Some(next),
                ..
            } if *next <= now => Ok(DraftState::Publishing {
                approval: *approval,
                by: by.clone(),
                since: now,
                parts: Some(parts.clone()),
            }),
            _ => Err(self.invalid(Move::Claim)),
        }
    }

    /// The network has it.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn publish(
        &self,
        at: Timestamp,
        native_id: &str,
        url: Option<String>,
    ) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { by, .. } | DraftState::Unknown { by, .. } => {
                Ok(DraftState::Published {
                    by: by.clone(),
                    at,
                    native_id: native_id.to_owned(),
                    url,
                })
            }
            _ => Err(self.invalid(Move::Publish)),
        }
    }

    /// The network said no, for certain: to the whole, or to the rest of what is public in part.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn fail(&self, at: Timestamp, why: &str) -> Result<DraftState, InvalidMove> {
        if let Some(parts) = self.public_parts() {
            return self.break_off(parts.clone(), at, why, None);
        }
        match &self.state {
            DraftState::Publishing { by, .. } | DraftState::Unknown { by, .. } => {
                Ok(DraftState::Failed {
                    by: by.clone(),
                    at,
                    why: why.to_owned(),
                })
            }
            _ => Err(self.invalid(Move::Fail)),
        }
    }

    /// What is public of a draft that is being published, or may be.
    #[must_use]
    pub const fn public_parts(&self) -> Option<&Parts> {
        match &self.state {
            DraftState::Publishing { parts, .. } | DraftState::Unknown { parts, .. } => {
                parts.as_ref()
            }
            _ => None,
        }
    }

    /// The first posts of a thread are public, and it did not go on. The rest is sent at `next`, or when a person says so.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn break_off(
        &self,
        parts: Parts,
        at: Timestamp,
        why: &str,
        next: Option<Timestamp>,
    ) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing { approval, by, .. }
            | DraftState::Unknown { approval, by, .. }
            | DraftState::Partly { approval, by, .. } => Ok(DraftState::Partly {
                approval: *approval,
                by: by.clone(),
                at,
                why: why.to_owned(),
                parts,
                next,
                left_by: None,
            }),
            _ => Err(self.invalid(Move::Fail)),
        }
    }

    /// The rest of what is public in part is to be sent `at` that time: as it was approved.
    ///
    /// # Errors
    /// Unless a part is public and it was not left so.
    pub fn send_rest(&self, at: Timestamp) -> Result<DraftState, InvalidMove> {
        let mut state = self.state.clone();
        match &mut state {
            DraftState::Partly {
                next,
                left_by: None,
                ..
            } => *next = Some(at),
            _ => return Err(self.invalid(Move::SendRest)),
        }
        Ok(state)
    }

    /// What is public in part stays so.
    ///
    /// # Errors
    /// Unless a part is public and it was not left so.
    pub fn leave(&self, by: &str) -> Result<DraftState, InvalidMove> {
        let mut state = self.state.clone();
        match &mut state {
            DraftState::Partly { next, left_by, .. } if left_by.is_none() => {
                *next = None;
                *left_by = Some(by.to_owned());
            }
            _ => return Err(self.invalid(Move::Leave)),
        }
        Ok(state)
    }

    /// The outcome of a call is not known. With `asked`, people are asked to settle it.
    ///
    /// # Errors
    /// Unless it was being published or unknown already.
    pub fn lose(&self, asked: bool, now: Timestamp) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Publishing {
                approval,
                by,
                parts,
                ..
            } => Ok(DraftState::Unknown {
                approval: *approval,
                by: by.clone(),
                since: now,
                asked,
                restored: false,
                parts: parts.clone(),
            }),
            DraftState::Unknown {
                approval,
                by,
                since,
                asked: before,
                restored,
                parts,
            } => Ok(DraftState::Unknown {
                approval: *approval,
                by: by.clone(),
                since: *since,
                asked: asked || *before,
                restored: *restored,
                parts: parts.clone(),
            }),
            _ => Err(self.invalid(Move::Lose)),
        }
    }

    /// People were asked and one says that it is to be published again: the network is asked once more before that.
    ///
    /// # Errors
    /// Unless people were asked.
    pub fn look_again(&self) -> Result<DraftState, InvalidMove> {
        match &self.state {
            DraftState::Unknown {
                approval,
                by,
                since,
                asked: true,
                restored,
                parts,
            } => Ok(DraftState::Unknown {
                approval: *approval,
                by: by.clone(),
                since: *since,
                asked: false,
                restored: *restored,
                parts: parts.clone(),
            }),
            _ => Err(self.invalid(Move::Settle)),
        }
    }

    /// The network certainly does not have it (or a person says so), or not the rest of it: that may be published again on
    /// the same approval.
    ///
    /// # Errors
    /// Unless it was being published or its outcome was unknown.
    pub fn settle_as_absent(&self, now: Timestamp) -> Result<DraftState, InvalidMove> {
        if let Some(parts) = self.public_parts() {
            return self.break_off(parts.clone(), now, "the rest was not sent", Some(now));
        }
        match &self.state {
            DraftState::Publishing { approval, by, .. }
            | DraftState::Unknown { approval, by, .. } => Ok(DraftState::Approved {
                approval: *approval,
                by: by.clone(),
                at: now,
            }),
            _ => Err(self.invalid(Move::Settle)),
        }
    }
}
