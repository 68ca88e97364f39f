//! Lumen: a social-media assistant that a team runs from its own chat.
//!
//! The way of the data:
//!
//! ```text
//!  networks --collect--> store (SQLite, the truth) --recall--> index (LanceDB, can be rebuilt)
//!                            |                                    |
//!         task (from chat) --+----------- relevant posts ---------+--compose--> models --> draft
//!                                                                                            |  notice
//!  terminal, telegram, discord <--> chat core <----------------------------------------------+
//!     press: approve / edit / redo / reject --review--> approved draft --publish--> network --> receipt, notice
//!  schedule: a time --> job row --> worker --> flow   (the same functions that the commands call)
//! ```
//!
//! The map of the house, a folder a room:
//!
//! | room | what stands there | may import |
//! | --- | --- | --- |
//! | `domain` | the words as types, pure: post, draft and its moves, schedule, roles, limits, clock, what a topic asks for (`wish`), [`domain::error::UserError`] | nothing |
//! | `config` | settings from the environment, a file for each section; what libraries are told by it | domain |
//! | `net` | the one HTTP client: timeouts, retries, the resolver that refuses private addresses | domain |
//! | `media` | pictures: preflight, limits, the media folder, made to fit a network or a model's eyes, SVG drawn as PNG | domain |
//! | `platforms` | `Source` and `Outlet`, and a folder for each network | net, media, domain |
//! | `store` | all SQL, a file for each family of tables | domain |
//! | `index` | `LanceDB` behind a small face | domain |
//! | `models` | text, vision, pictures, embeddings by role, each provider behind a trait, prompts, prices, the ledger | net, media, domain |
//! | `flow` | the verbs: collect, import, recall, see, compose, paint, checks, review, publish, act, media, forget | platforms, store, index, models, net, media, domain |
//! | `schedule` | times that are due, the worker with its leases | store, domain |
//! | `chat` | the control room without any chat SDK: incoming, catalogue, commands, views, presses, words, dialogues | flow, store, domain |
//! | `frontends` | the terminal, Telegram, Discord: what comes in to `Incoming`, `View` to messages, catalogue to menu | chat, domain |
//! | `http` | health, readiness, metrics | domain |
//! | `lifecycle` | data directory and its lock, signals, memory given back | config, domain |
//! | `telemetry` | logs and counters | config, domain |
//! | `commands` | what each subcommand does | everything |
//! | `app` | the only file that knows every concrete type | everything |
//!
//! Nobody imports `app` or `commands`. An SDK's types stop at one folder: sqlx in `store` and `platforms/sandbox`, lancedb, lance
//! and arrow in `index`, candle, rten, async-openai and ollama-rs in `models`, resvg in `media`, tokio-cron-scheduler in `schedule`,
//! rustyline in `frontends/terminal`, teloxide in `frontends/telegram`, serenity in `frontends/discord`.
//! `tests/suite/architecture.rs` holds the house to this.

pub mod app;
pub mod chat;
pub mod commands;
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
