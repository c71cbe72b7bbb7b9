//! What would do with less loss than an act that discards data.

use crate::warehouse::consent::Discard;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;

/// What is milder than destroying a source.
#[must_use]
pub fn than_destroying_a_source() -> Option<String> {
    Some("Pausing its tables stops all syncs and keeps the data. A destroyed source cannot be brought back.".to_owned())
}

/// What is milder than this act on a table.
#[must_use]
pub fn than(discard: &Discard, schema: &Schema, state: State) -> Option<String> {
    let text = match discard {
        Discard::ResyncSchema(_) | Discard::DeleteData(_) => match state {
            State::Failed | State::Cancelled | State::Stale => {
                "A reload keeps the data and reads only what is new; try it first."
            }
            State::SwitchedOff => "Fix the cause, resume the table and reload it: that keeps the data.",
            State::Off | State::Gone => "It is off: resuming it and a reload keep the data.",
            State::Phantom | State::Stuck | State::Slow | State::Running | State::Starting => {
                "Cancel and reload keep the data."
            }
            _ if matches!(discard, Discard::ResyncSchema(_)) => {
                "A reload keeps the data; a resync is for data that is wrong though the status is green."
            }
            _ => "A reload keeps the data; deleting is for starting over.",
        },
        Discard::DestroySchema(_) if schema.should_sync == Some(false) => {
            "It is switched off already: leaving it so keeps its data."
        }
        Discard::DestroySchema(_) => "Pausing it stops its syncs and keeps its data.",
        Discard::DestroySource(_) => return than_destroying_a_source(),
        Discard::PauseSchema(_) | Discard::PauseSchemas(..) => {
            "A lower frequency costs fewer rows at a time and loses no changes."
        }
        Discard::DeleteWebhook(_) => "New inputs, such as a new signing secret, need no new webhook.",
        Discard::DisableCdc(_) => {
            "Switching single tables to another sync method leaves the others their place in the stream."
        }
        Discard::RepairCdc(_) => {
            "If slot and publication still exist, a reload is enough: look at the state of CDC first."
        }
    };
    Some(text.to_owned())
}
