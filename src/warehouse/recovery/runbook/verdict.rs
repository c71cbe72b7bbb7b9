//! Is everything green?

use super::{Patient, Runbook};
use crate::warehouse::field::Field;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::words::{count, counted, told_rows};

/// How the tables of a runbook stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All are in good order.
    Green,
    /// Some are still on their way.
    Moving,
    /// Some are not in good order, and nothing moves.
    Red,
}

impl Runbook {
    /// How the tables stand, in a sentence.
    #[must_use]
    pub fn outlook(&self, inventory: &Inventory) -> String {
        self.verdict(inventory).1
    }

    /// Whether everything is green, and how it stands, in a sentence.
    pub(super) fn verdict(&self, inventory: &Inventory) -> (Verdict, String) {
        let now: Vec<(&Patient, Option<State>, String)> = self
            .situation
            .chosen()
            .map(|patient| match inventory.schema(&patient.id) {
                Some((_, schema, state)) => {
                    let cause = schema.cause(state).map(|cause| format!(" ({cause})")).unwrap_or_default();
                    let stored = stored(schema.rows());
                    let synced =
                        schema.last_synced_at.known().map(|at| format!(", last synced {}", at.strftime("%H:%M:%SZ")));
                    let told = format!("{}{cause}, {stored}{}", state.words(), synced.unwrap_or_default());
                    (patient, Some(state), told)
                }
                None => (patient, None, "not listed any more".to_owned()),
            })
            .collect();
        let green = |state: &Option<State>| state.is_some_and(is_green);
        let well = now.iter().filter(|(_, state, _)| green(state)).count();
        let text = match now.as_slice() {
            [] => "the source was read again".to_owned(),
            [(patient, _, told)] => format!("{}: {told}", patient.name.shown()),
            all => {
                let mut text = format!("{} of {} green", count(well as u64), counted(all.len(), "table"));
                let red = all.iter().filter(|(_, state, _)| !green(state)).take(3);
                let red: Vec<String> =
                    red.map(|(patient, _, told)| format!("{}: {told}", patient.name.shown())).collect();
                if !red.is_empty() {
                    text = format!("{text}; {}", red.join("; "));
                }
                text
            }
        };
        let moving = now.iter().any(|(_, state, _)| state.is_some_and(|state| state.severity() == Severity::Moving));
        let verdict = match (well == now.len(), moving) {
            (true, _) => Verdict::Green,
            (false, true) => Verdict::Moving,
            (false, false) => Verdict::Red,
        };
        (verdict, text)
    }
}

/// How many rows, in words.
fn stored(stored: Field<u64>) -> String {
    match stored {
        Field::Null => "no rows".to_owned(),
        stored => told_rows(stored),
    }
}

/// Whether nothing is wrong with a table in this state, as far as that can be told.
pub(super) fn is_green(state: State) -> bool {
    matches!(state.severity(), Severity::Well | Severity::Unproven)
}
