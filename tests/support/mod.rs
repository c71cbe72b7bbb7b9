//! What several tests need. Each test binary uses a part of it.
#![allow(dead_code, reason = "a test binary uses only the parts it needs")]

pub mod bench;
pub mod openapi;
pub mod pty;
