//! What was written down, read again: attempts with what became known of them later.

use serde::Serialize;

use super::{Entry, Later};

/// What was read of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The attempts, as they were written, with what became known later.
    pub attempts: Vec<Attempt>,
    /// How many lines could not be read.
    pub broken: usize,
}

/// An attempt, and what became known later.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// The attempt.
    #[serde(flatten)]
    pub entry: Entry,
    /// What became known later, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
}

impl Read {
    /// Takes a line in.
    pub fn take(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if let Ok(entry) = serde_json::from_str::<Entry>(line) {
            self.attempts.push(Attempt { entry, later: Vec::new() });
        } else if let Ok(later) = serde_json::from_str::<Later>(line) {
            match self.attempts.iter_mut().rev().find(|attempt| attempt.entry.id == later.later_of) {
                Some(attempt) => attempt.later.push(later),
                // Its attempt was rotated away, or its line is one of the broken ones.
                None => self.broken += 1,
            }
        } else {
            self.broken += 1;
        }
    }
}
