//! What changed since the start, and what was done from here.

use jiff::Timestamp;
use std::collections::VecDeque;

use crate::warehouse::recovery::follow::Tone;

/// How many entries are kept.
pub const KEPT: usize = 500;

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// How it is meant.
    pub tone: Tone,
    /// What.
    pub text: String,
}

/// The time line, and the notice that is shown now.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    entries: VecDeque<Entry>,
    notice: Option<Entry>,
    generation: u64,
    /// The notice that says why the last key did nothing.
    refusal: Option<u64>,
}

impl Activity {
    /// Writes an entry down.
    pub fn note(&mut self, at: Timestamp, tone: Tone, text: String) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { at, tone, text });
    }

    /// Shows a notice, and answers with the number of its timer.
    #[must_use]
    pub fn show(&mut self, at: Timestamp, tone: Tone, text: String) -> u64 {
        self.notice = Some(Entry { at, tone, text });
        self.generation += 1;
        self.generation
    }

    /// The notice that is shown now says why a key did nothing: the next key makes it a thing of the past.
    pub fn mark_refusal(&mut self) {
        self.refusal = Some(self.generation);
    }

    /// Whether the notice that is shown now says why a key did nothing.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.notice.is_some() && self.refusal == Some(self.generation)
    }

    /// How many notices were shown until now.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.generation
    }

    /// Whether the notice of that number is still there.
    #[must_use]
    pub fn shows(&self, generation: u64) -> bool {
        generation == self.generation && self.notice.is_some()
    }

    /// Takes the notice away, if it is still the one of that number.
    pub fn expire(&mut self, generation: u64) {
        if self.shows(generation) {
            self.notice = None;
        }
    }

    /// Takes the notice away.
    pub fn hide(&mut self) {
        self.notice = None;
    }

    /// The notice that is shown now.
    #[must_use]
    pub fn notice(&self) -> Option<&Entry> {
        self.notice.as_ref()
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }
}
