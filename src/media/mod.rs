//! Pictures: those from outside are looked at before they are kept, and kept under the hash of their bytes.
//!
//! [`preflight`] says whether bytes are a picture that is safe to decode; [`MediaFolder`] keeps it; [`fit`] makes one fit a
//! network, and [`for_eyes`] a model that looks at it; [`svg`] draws Lumen's own. Nothing of what a
//! server or a post says of a picture is believed: the kind comes from the bytes.

mod folder;
mod preflight;
mod shrink;
pub mod svg;

pub use folder::{KeptFile, MediaFolder};
pub use preflight::{Caps, Picture, Refusal, preflight};
pub use shrink::{Fitted, Rules, fit, for_eyes, trial};
