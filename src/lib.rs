//! `whtui`: a full-screen terminal program for people who keep a `PostHog` data warehouse in sync.
//!
//! # The house
//!
//! | room | what it owns | what it may use |
//! | --- | --- | --- |
//! | [`warehouse`] | what is known about syncs: objects, states, operations, consent, diagnosis, recovery. Pure | nothing of ours |
//! | [`app`] | the Elm core: model, messages, effects, `update`, commands, layout. Synchronous, no clock, no I/O | `warehouse` |
//! | [`view`] | model → frame. Pure | `app`, `warehouse`; ratatui |
//! | [`api`] | the client: one typed method an operation, tolerant parsing, failures | `warehouse`; reqwest, tokio |
//! | [`worker`] | runs effects: fetching, budget, retries, the write gate, diagnosis of what was read | `api`, `app::{effect, message}`, `config`, `warehouse`; tokio |
//! | [`terminal`] | raw mode, events, signals, suspend, clipboard | `app::{effect, message, key, layout}`; crossterm, ratatui, tokio |
//! | [`config`] | the file of settings; where host, project and key come from | `app::{commands, key, settings}`, `warehouse` |
//! | [`runtime`] | the loop: messages in, `update`, effects out, draw if nothing waits | `app`, `view`, `worker`, `terminal`; tokio |
//! | [`simulator`] | the embedded server: worlds, clock, routes | nothing of ours; axum, tokio |
//! | [`cli`] | arguments, and how each way of starting ends | everything |
//!
//! `tests/architecture.rs` holds the code to this table.
//!
//! # Where to change what
//!
//! * another command: a row in [`app::commands`], its availability in one of the files beside it, its keys in `assets/keymap.toml`, what
//!   it does in `app/update/actions.rs`;
//! * another set of keys: a file in `assets/keymaps`, [`app::commands::keymap::Preset`]; what each screen understands:
//!   [`app::commands::surface`];
//! * another call to the server: [`warehouse::operation`], a method in [`api`], a route in [`simulator`];
//! * another step or recovery: [`warehouse::recovery::runbook`] (`plan` for what is known from the start, `expand` for
//!   what only an answer tells, `menu` for what can be picked);
//! * another rule about sync settings: [`warehouse::tuning`], and a line of `tests/fixtures/sync-type-pairs.csv`;
//! * another root cause: `assets/root-causes.toml`;
//! * another state of a table: [`warehouse::state`], its glyph in [`view::theme`];
//! * another setting: [`config::file`], its row in `reference.rs`, and `assets/config.toml`;
//! * another column: a row in [`app::model::columns`] (`tables.rs`, `sources.rs`), its cell in `view/tables.rs`;
//! * another term of filters: its row in [`warehouse::query`], how it is read and when it holds beside it;
//! * another thing that is remembered: [`app::model::remembered`], for its writing `worker/memory.rs`;
//! * another command without a screen: a row in `cli/arguments.rs`, a module beside it that reads through `cli/survey.rs`,
//!   and its exit codes in the README;
//! * another test of what keys do: on `tests/support/desk.rs` (the core alone), `play.rs` (over HTTP, against the
//!   simulator) or `pty.rs` (the built program in a terminal).

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod runtime;
pub mod simulator;
pub mod terminal;
pub mod view;
pub mod warehouse;
pub mod worker;
