//! `whtui`: a full-screen terminal program for people who keep a `PostHog` data warehouse in sync.

pub mod api;
pub mod app;
pub mod config;
pub mod simulator;
pub mod view;
pub mod warehouse;
pub mod worker;
