//! `whtui`: a full-screen terminal program for people who keep a `PostHog` data warehouse in sync.

pub mod app;
pub mod terminal;
pub mod warehouse;
