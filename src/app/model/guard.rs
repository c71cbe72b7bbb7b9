//! Writes of a protected profile, until its name was typed.

use tui_input::Input;

use crate::app::effect::RequestId;
use crate::warehouse::operation::Operation;
use crate::warehouse::text::Foreign;

/// A write that waits.
#[derive(Debug)]
pub struct Held {
    /// Its name.
    pub request: RequestId,
    /// What to send.
    pub operation: Operation,
    /// The name of what it acts on.
    pub name: Foreign,
}

/// Writes that wait for a word.
#[derive(Debug, Default)]
pub struct Guard {
    /// What is asked about.
    pub held: Vec<Held>,
    /// What came while the question stood: the next question.
    pub later: Vec<Held>,
    /// What was typed so far.
    pub input: Input,
    /// Whether the last answer was wrong.
    pub refused: bool,
}
