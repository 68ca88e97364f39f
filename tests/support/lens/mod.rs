//! A Lens that behaves: a GraphQL server on loopback that executes every operation, held to the official schema where that
//! is present, with accounts, signatures that are recovered, tokens that end and rotate, a storage, an index that takes
//! its time, and every way to fail.

mod acting;
mod execute;
mod login;
mod open;
mod posting;
pub mod schema;
mod server;
mod storage;
mod views;
pub mod world;

pub use login::address_of;
pub use open::{KEY, Notes, lease};
pub use server::FakeLens;
pub use storage::metadata_errors;
