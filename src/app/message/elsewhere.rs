//! What becomes known of a profile that is not in use.

use crate::warehouse::survey::Fact;

/// What becomes known of a profile that is not in use.
#[derive(Debug)]
pub enum News {
    /// Its turn has come.
    Begun,
    /// This program is asked for its key.
    AsksForKey(String),
    /// It is read from here: origin and project.
    Reached(String, u64),
    /// Something of what it holds.
    Found(Fact),
    /// It was read, or why not, or not all of it.
    Over(Result<(), NotRead>),
}

/// Why a profile could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRead {
    /// In one sentence.
    pub why: String,
    /// Whether only a person can change that, so that it is not tried again by itself.
    pub by_hand: bool,
}
