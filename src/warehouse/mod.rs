//! What is known about syncs. Pure: no clock, no I/O, nothing of the other rooms of the house.

pub mod account;
pub mod consent;
pub mod diagnosis;
pub mod failure;
pub mod field;
pub mod finding;
pub mod freshness;
pub mod ids;
pub mod inventory;
pub mod job;
pub mod operation;
pub mod origin;
pub mod recovery;
pub mod replies;
pub mod runs;
pub mod schema;
pub mod secret;
pub mod settings;
pub mod source;
pub mod state;
pub mod status;
pub mod survey;
pub mod tally;
pub mod text;
pub mod triage;
pub mod words;
