//! Writes that cannot be written down in the audit log.

use crate::app::effect::RequestId;
use crate::warehouse::operation::Operation;

/// Writes that wait for the user's word.
#[derive(Debug)]
pub struct Unlogged {
    /// What was to be sent.
    pub waiting: Vec<(RequestId, Operation)>,
    /// Why the log cannot be written.
    pub reason: String,
}
