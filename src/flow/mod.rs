//! The verbs: one file for each arrow in the way of the data. The commands and the scheduler call the same functions.

pub mod act;
mod bounded;
pub mod checks;
pub mod collect;
pub mod compose;
pub mod edited;
pub mod forget;
pub mod gone;
pub mod import;
pub mod in_progress;
pub mod media;
pub mod paint;
pub mod publish;
pub mod recall;
pub mod review;
pub mod see;
