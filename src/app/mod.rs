//! The Elm core: what the program knows ([`model`]), what happens to it ([`message`]), what it wants done
//! ([`effect`]), and the one function that connects them ([`update`]). Synchronous, without clock or I/O.

pub mod commands;
pub mod effect;
pub mod key;
pub mod layout;
pub mod message;
pub mod model;
pub mod settings;
pub mod update;
