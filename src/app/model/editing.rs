//! What the user's editor is open for.

use super::form::Focus;
use super::runbook::RunbookId;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::tuning::Setting;

/// What the user's editor is open for, and where its text goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Editing {
    /// For a text that is only read.
    Reading,
    /// For a setting of a table that is being typed.
    Setting(SchemaId, Setting),
    /// For a row of the form of a runbook.
    Row(RunbookId, Focus),
}
