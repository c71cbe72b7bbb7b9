//! Sync settings edited by keys alone, with exactly the writes that each flow should make.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "editing/bulk.rs"]
mod bulk;
#[path = "editing/flows.rs"]
mod flows;
#[path = "editing/hands.rs"]
mod hands;
#[path = "editing/looks.rs"]
mod looks;
#[path = "editing/meanwhile.rs"]
mod meanwhile;
#[path = "editing/trouble.rs"]
mod trouble;
#[path = "editing/undo.rs"]
mod undo;
