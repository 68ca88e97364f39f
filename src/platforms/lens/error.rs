//! What goes wrong with Lens, and what that means for a fetch and for a publishing call.

use crate::domain::error::shortened;
use crate::domain::network::Network;
use crate::net::NetError;
use crate::net::request::RequestError;
use crate::platforms::PlatformError;

/// Why Lens did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LensError {
    #[error("{0}")]
    Send(RequestError),
    /// `UNAUTHENTICATED`: the token is not taken any more.
    #[error("it wants a new login")]
    Unauthenticated,
    /// `INTERNAL_SERVER_ERROR`, or a code that nobody has written down: it may be better later.
    #[error("{0}")]
    Broken(String),
    /// `FORBIDDEN`, `BAD_USER_INPUT`, `BAD_REQUEST`, or a union member with a reason: it will say so again.
    #[error("{0}")]
    Refused(String),
    /// The answer is not what the schema says.
    #[error("{0}")]
    Garbled(String),
    /// The notes of a call, or the file of tokens, could not be written: nothing was sent.
    #[error("{0}")]
    Own(String),
}

impl LensError {
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    /// For a question, and for every step before the publishing call itself: nothing was taken.
    pub fn before_the_call(self) -> PlatformError {
        let network = Network::Lens;
        match self {
            Self::Send(RequestError {
                error: NetError::SlowDown { wait, .. },
                ..
            }) => PlatformError::SlowDown { network, wait },
            Self::Send(failed) if !failed.error.is_transient() => PlatformError::Refused {
                network,
                why: failed.to_string(),
            },
            Self::Refused(why) => PlatformError::Refused { network, why },
            Self::Garbled(why) => PlatformError::Garbled { network, why },
            Self::Send(_) | Self::Unauthenticated | Self::Broken(_) | Self::Own(_) => {
                PlatformError::Unreachable {
                    network,
                    why: self.to_string(),
                }
            }
        }
    }

    /// For the publishing call: what may have arrived is unclear.
    pub fn of_the_call(self) -> PlatformError {
        let network = Network::Lens;
        match self {
            Self::Send(ref failed) if failed.may_have_arrived => PlatformError::Unclear {
                network,
                why: self.to_string(),
            },
            Self::Broken(why) | Self::Garbled(why) => PlatformError::Unclear { network, why },
            other => other.before_the_call(),
        }
    }
}

impl From<RequestError> for LensError {
    fn from(failed: RequestError) -> Self {
        Self::Send(failed)
    }
}

/// What Lens said, on one line of a bearable length.
pub(super) fn said(text: &str) -> String {
    shortened(text, 200)
}
