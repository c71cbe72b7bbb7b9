//! `whtui`: a full-screen terminal program for people who keep a `PostHog` data warehouse in sync.

pub mod simulator;
pub mod warehouse;
