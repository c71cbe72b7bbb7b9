//! Writes of a protected profile, until its name was typed.

use tui_input::Input;

use crate::app::effect::RequestId;
use crate::warehouse::operation::Operation;

/// Writes that wait for a word.
#[derive(Debug, Default)]
pub struct Guard {
    /// What is asked about.
    pub held: Vec<(RequestId, Operation)>,
    /// What came while the question stood: the next question.
    pub later: Vec<(RequestId, Operation)>,
    /// What was typed so far.
    pub input: Input,
    /// Whether the last answer was wrong.
    pub refused: bool,
}
