//! What several tests need. Each test binary uses a part of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]
#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

pub mod bench;
pub mod client;
pub mod made;
pub mod openapi;
pub mod pairs;
pub mod play;
pub mod program;
pub mod pty;
pub mod served;
pub mod world;
