//! Writes that cannot be written down in the audit log.

use crate::app::effect::RequestId;
use crate::warehouse::operation::Operation;

/// Writes that wait for the user's word.
#[derive(Debug, Default)]
pub struct Unlogged {
    /// What was to be sent.
    pub waiting: Vec<(RequestId, Operation)>,
    /// Why the log cannot be written.
    pub reason: String,
    /// Whether such writes are sent without another question.
    pub allowed: bool,
}

impl Unlogged {
    /// Whether the question stands.
    #[must_use]
    pub fn asks(&self) -> bool {
        !self.waiting.is_empty()
    }
}
