//! What can be picked, best first, each with its reason and the steps it leads to.

mod keys;
mod method;
mod switch;
mod webhook;

use super::facts::Facts;
use super::stage::{Deed, Menu, Stage, Task};
use super::{Situation, retime};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::operation::SchemaPatch;
use crate::warehouse::text::Foreign;
pub(super) use switch::switch_off;

/// Something that can be picked.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it is.
    pub title: String,
    /// Why it stands where it stands, or what it means.
    pub reason: String,
    /// Whether it is what is recommended.
    pub recommended: bool,
    /// Why it cannot be picked.
    pub blocked: Option<String>,
    /// The table it is about, where several can be picked.
    pub(super) table: Option<SchemaId>,
    /// The steps it leads to.
    pub(super) then: Vec<Stage>,
}

impl Choice {
    pub(super) fn new(title: impl Into<String>, reason: impl Into<String>, then: Vec<Stage>) -> Self {
        Self { title: title.into(), reason: reason.into(), recommended: false, blocked: None, table: None, then }
    }
}

/// What can be picked.
pub(super) fn choices(menu: &Menu, situation: &Situation, facts: &Facts, inventory: &Inventory) -> Vec<Choice> {
    match menu {
        Menu::Method(id) => {
            facts.candidates.get(id).map_or_else(Vec::new, |found| method::choices(id, found, situation, inventory))
        }
        Menu::Keys(id) => facts.candidates.get(id).map_or_else(Vec::new, |found| keys::columns(id, found)),
        Menu::NewTables => switch::new_tables(situation, facts, inventory),
        Menu::LeastValuable => switch::costs(situation, inventory),
        Menu::Frequency => retime::choices(situation, inventory),
        Menu::Webhook => {
            facts.webhook.as_ref().map_or_else(Vec::new, |info| webhook::choices(situation, info, inventory))
        }
    }
}

/// The steps that what was picked leads to.
pub(super) fn then(
    menu: &Menu,
    picked: &[Choice],
    situation: &Situation,
    facts: &Facts,
    inventory: &Inventory,
) -> Vec<Stage> {
    let tables: Vec<SchemaId> = picked.iter().filter_map(|choice| choice.table.clone()).collect();
    match menu {
        Menu::Method(_) | Menu::Webhook | Menu::Frequency => {
            picked.iter().flat_map(|choice| choice.then.clone()).collect()
        }
        _ if picked.is_empty() => Vec::new(),
        Menu::Keys(id) => {
            let columns: Vec<Foreign> = picked.iter().map(|choice| Foreign::new(&choice.title)).collect();
            keys::given(id, columns, facts, inventory)
        }
        Menu::NewTables => switch::switch_on(tables, facts, inventory),
        Menu::LeastValuable => vec![switch_off(situation, tables, inventory)],
    }
}

fn update(id: &SchemaId, patch: SchemaPatch, what: String) -> Stage {
    Stage::new(Task::Send(Deed::UpdateTable(id.clone(), patch)), what)
}
