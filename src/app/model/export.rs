//! A table on its way to a file.

use tui_input::Input;

use crate::app::layout::Pane;

/// The question for the name of the file.
#[derive(Debug)]
pub struct Export {
    /// Which table.
    pub pane: Pane,
    /// The name, as far as it was typed.
    pub input: Input,
    /// Why the last name did not do.
    pub refused: Option<String>,
    /// Whether the file is being written.
    pub writing: bool,
}
