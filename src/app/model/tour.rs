//! The guided tour of the demo: ten steps in which the user finds, understands and repairs a table.

use super::Model;
use super::overlay::Overlay;
use crate::app::commands::CommandId as C;

/// Whether the tour is on, and how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tour {
    /// Nobody asked for it.
    #[default]
    Off,
    /// It is said that there is one.
    Offered,
    /// At this step, counted from 0.
    At(usize),
}

/// The table that is repaired: it failed without a text, and a reload mends it.
const TABLE: &str = "Opportunity";

/// What the user is asked to do.
struct Step {
    /// In one sentence; the keys of `keys` take the places of {}.
    text: &'static str,
    keys: &'static [C],
    /// Whether it was done.
    done: fn(&Model) -> bool,
}

const STEPS: [Step; 10] = [
    Step {
        text: "A row is a source, as bad as the worst of its tables. {} goes down.",
        keys: &[C::Down],
        done: |model| model.sources.cursor() > 0,
    },
    Step {
        text: "{} opens triage: all that is wrong, the worst first.",
        keys: &[C::Triage],
        done: |model| matches!(model.overlay, Some(Overlay::Triage(_))),
    },
    Step {
        text: "A line is a cause, with the tables it takes down. {} leaves.",
        keys: &[C::Back],
        done: |model| model.overlay.is_none(),
    },
    Step { text: "{} shows the tables of all sources.", keys: &[C::AllTables], done: |model| model.all_tables },
    Step {
        text: "{} filters: type opportunity, then enter.",
        keys: &[C::Filter],
        done: |model| {
            let selected = model.selected_schema().is_some_and(|(_, schema, _)| schema.name.raw() == TABLE);
            selected && !model.schemas.filter.editing
        },
    },
    Step {
        text: "{} goes to its details: state, cause, what a recovery would lose.",
        keys: &[C::DetailsPane],
        done: |model| model.focus == crate::app::layout::Pane::Details,
    },
    Step {
        text: "{} opens its runbook: the steps from red to green.",
        keys: &[C::Fix],
        done: |model| matches!(model.overlay, Some(Overlay::Runbook(_))),
    },
    Step {
        text: "{} begins. Whatever discards data asks first; this does not.",
        keys: &[C::Open],
        done: |model| !model.follows.is_empty() || repaired(model),
    },
    Step {
        text: "It is followed to its proven end. {} leaves it; it goes on by itself.",
        keys: &[C::Back],
        done: repaired,
    },
    Step {
        text: "It is green. {} leaves, then {} shows the new run beside the old.",
        keys: &[C::Back, C::History],
        done: |model| matches!(model.overlay, Some(Overlay::History(_))),
    },
];

fn repaired(model: &Model) -> bool {
    model.runbooks.iter().any(|(_, opened)| opened.book.is_over())
}

/// Whether there is something to tour: not in every world of the demo.
#[must_use]
pub fn has_table(model: &Model) -> bool {
    let mut tables = model.inventory.sources().iter().flat_map(|held| &held.source.schemas);
    tables.any(|schema| schema.name.raw() == TABLE)
}

impl Tour {
    /// What is to be said now.
    #[must_use]
    pub fn sentence(self, model: &Model) -> Option<String> {
        let tour = model.keymap.key(C::Tour);
        match self {
            Self::Off => None,
            Self::Offered if !has_table(model) => None,
            Self::Offered => Some(format!("New here? {tour} starts a tour in which you repair a table.")),
            Self::At(index) => {
                let step = STEPS.get(index)?;
                let mut text = step.text.to_owned();
                for key in step.keys {
                    text = text.replacen("{}", &model.keymap.key(*key), 1);
                }
                let skip = if model.overlay.is_none() { format!(" ({tour} ends the tour)") } else { String::new() };
                Some(format!("{}/{} {text}{skip}", index + 1, STEPS.len()))
            }
        }
    }

    /// Where the tour is after something happened.
    #[must_use]
    pub fn after(self, model: &Model) -> Self {
        match self {
            Self::Offered if model.overlay.is_some() => Self::Off,
            Self::At(index) => match STEPS.get(index) {
                Some(step) if (step.done)(model) => Self::At(index + 1),
                Some(_) => self,
                None => Self::Off,
            },
            Self::Off | Self::Offered => self,
        }
    }

    /// Whether the last step was done.
    #[must_use]
    pub fn is_over(self) -> bool {
        self == Self::At(STEPS.len())
    }
}
