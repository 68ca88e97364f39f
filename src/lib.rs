//! Lumen: a social-media assistant that a team runs from its own chat.

pub mod app;
pub mod chat;
pub mod config;
pub mod domain;
pub mod flow;
pub mod frontends;
pub mod http;
pub mod index;
pub mod lifecycle;
pub mod media;
pub mod models;
pub mod net;
pub mod platforms;
pub mod schedule;
pub mod store;
pub mod telemetry;
