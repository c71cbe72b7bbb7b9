//! Completing a filter while it is typed, and the list of filters that have a name.

use std::collections::BTreeSet;

use tui_input::Input;

use super::keys::{filtered, line_edit};
use super::{actions, moves};
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::filters::{Asking, Filters};
use crate::app::model::overlay::Overlay;
use crate::app::model::table::Filter;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::query::{Change, Name, Query, Saved, both, complete, problem_of_name};

/// So many candidates are listed; they have one line.
const MOST_LISTED: usize = 24;

/// Completes the name or the value at the cursor as far as it is certain, and lists what there is.
pub(super) fn complete_at_cursor(model: &mut Model, pane: Pane) -> Vec<Effect> {
    let filter = filter(model, pane);
    let (line, cursor) = (filter.input.value().to_owned(), filter.input.cursor());
    let place = line.char_indices().nth(cursor).map_or(line.len(), |(place, _)| place);
    let completion = complete(&line, place, |name| there(&model.inventory, name));
    let (at, candidates) = (completion.at, completion.candidates);
    let Some(mut common) = common_beginning(&candidates) else {
        let said = if completion.names { "No term begins so; tab completes terms." } else { "No value begins so." };
        self::filter_mut(model, pane).offered = Some(said.to_owned());
        return Vec::new();
    };
    // A value that is complete: the next term may follow.
    if !completion.names && candidates.len() == 1 && line[at.end..].is_empty() {
        common.push(' ');
    }
    let typed = &line[at.clone()];
    let changed = typed != common && common.to_lowercase().starts_with(&typed.to_lowercase()) || candidates.len() == 1;
    let offered = (candidates.len() > 1).then(|| {
        let listed = candidates.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join("  ");
        let more = candidates.len().saturating_sub(MOST_LISTED);
        if more > 0 { format!("{listed}  and {more} more") } else { listed }
    });
    let filter = self::filter_mut(model, pane);
    filter.offered = offered;
    if !changed {
        return Vec::new();
    }
    let before = format!("{}{common}", &line[..at.start]);
    let cursor = before.chars().count();
    filter.input = Input::new(format!("{before}{}", &line[at.end..])).with_cursor(cursor);
    filtered(model, pane)
}

/// How all candidates begin; `None` without any.
fn common_beginning(candidates: &[String]) -> Option<String> {
    let first = candidates.first()?;
    let same = |other: &String| first.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let count = candidates.iter().map(same).min().unwrap_or(0);
    Some(first.chars().take(count).collect())
}

/// The values of a term that are there.
fn there(inventory: &Inventory, name: Name) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for held in inventory.sources() {
        match name {
            Name::Type => drop(found.insert(held.source.kind.shown().into_owned())),
            Name::Source => drop(found.insert(held.source.title().shown().into_owned())),
            _ => {
                for (schema, state) in held.tables() {
                    let value = match name {
                        Name::State => Some(state.key().to_owned()),
                        Name::Cause => schema
                            .finding
                            .as_deref()
                            .filter(|_| state.is_failure())
                            .map(|finding| finding.cause.id.to_string()),
                        Name::Method => schema.sync_type.known().map(ToString::to_string),
                        Name::Every => schema.frequency.known().map(ToString::to_string),
                        Name::Type | Name::Source | Name::Stale | Name::Fresh | Name::Rows => return Vec::new(),
                    };
                    found.extend(value);
                }
            }
        }
    }
    found.into_iter().collect()
}

fn filter(model: &Model, pane: Pane) -> &Filter {
    match pane {
        Pane::Sources => &model.sources.filter,
        Pane::Schemas | Pane::Details => &model.schemas.filter,
    }
}

fn filter_mut(model: &mut Model, pane: Pane) -> &mut Filter {
    match pane {
        Pane::Sources => &mut model.sources.filter,
        Pane::Schemas | Pane::Details => &mut model.schemas.filter,
    }
}

/// Opens the list.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let pane = if model.focus == Pane::Sources { Pane::Sources } else { Pane::Schemas };
    model.overlay = Some(Overlay::Filters(Filters::of(pane)));
    Vec::new()
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let end = model.named_filters().count().saturating_sub(1);
    let Some(Overlay::Filters(list)) = &mut model.overlay else { return Vec::new() };
    if list.asking.is_some() {
        return name_typed(model, key);
    }
    list.said = None;
    let plain = !key.ctrl && !key.alt;
    match (key.code, command) {
        (Code::Enter, _) => return apply(model, false),
        (Code::Char('+' | 'c'), _) if plain => return apply(model, true),
        (Code::Char('s'), _) if plain => ask_name(model),
        (Code::Char('r'), _) if plain => ask_other_name(model),
        (Code::Char('d') | Code::Delete, _) if plain => return remove(model),
        (Code::Char('u'), _) if plain => return bring_back(model),
        (Code::Char(digit @ '1'..='9'), _) if plain => {
            let place = digit as usize - '1' as usize;
            if place <= end {
                list.cursor = place;
                return apply(model, false);
            }
            list.said = Some(Err(format!("There is no filter {digit}.")));
        }
        (Code::Down | Code::Tab, _) | (_, Some(CommandId::Down)) => list.cursor = (list.cursor + 1).min(end),
        (Code::Up | Code::BackTab, _) | (_, Some(CommandId::Up)) => list.cursor = list.cursor.saturating_sub(1),
        (_, Some(CommandId::Top)) => list.cursor = 0,
        (_, Some(CommandId::Bottom)) => list.cursor = end,
        (Code::Escape, _) | (_, Some(CommandId::Back | CommandId::Quit | CommandId::Filters)) => model.overlay = None,
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

/// Text was pasted while a name is typed.
pub(super) fn pasted(list: &mut Filters, text: &str) {
    if let Some(asking) = &mut list.asking {
        for symbol in text.chars() {
            asking.input.handle(tui_input::InputRequest::InsertChar(symbol));
        }
        asking.replaces = false;
    }
}

fn list(model: &mut Model) -> Option<&mut Filters> {
    match model.looked_at_mut() {
        Some(Overlay::Filters(list)) => Some(list),
        _ => None,
    }
}

fn say(model: &mut Model, said: Result<String, String>) {
    if let Some(list) = list(model) {
        list.said = Some(said);
    }
}

/// The one at the cursor; whether it is settled elsewhere.
fn selected(model: &Model) -> Option<(Saved, bool)> {
    let Some(Overlay::Filters(list)) = model.looked_at() else { return None };
    model.named_filters().nth(list.cursor).map(|named| (named.saved.clone(), named.settled))
}

/// Filters by the selected one, alone or together with the filter in use.
fn apply(model: &mut Model, together: bool) -> Vec<Effect> {
    let Some((saved, _)) = selected(model) else {
        say(model, Err("There is no filter to use yet.".to_owned()));
        return Vec::new();
    };
    let Some(pane) = list(model).map(|list| list.pane) else { return Vec::new() };
    let text = if together { both(model.filter_of(pane), &saved.filter) } else { saved.filter };
    model.overlay = None;
    filter_mut(model, pane).input = Input::new(text);
    let mut effects = moves::focus(model, pane);
    effects.extend(filtered(model, pane));
    effects
}

fn ask_name(model: &mut Model) {
    let Some(pane) = list(model).map(|list| list.pane) else { return };
    let filter = model.filter_of(pane).to_owned();
    let key = model.keymap.key(CommandId::Filter);
    if filter.is_empty() {
        return say(model, Err(format!("There is no filter to save: esc, then {key} begins one.")));
    }
    if let Some(fault) = Query::read(&filter).faults().first() {
        return say(model, Err(fault.sentence.clone()));
    }
    if let Some(list) = list(model) {
        list.asking = Some(Asking { renamed: None, input: Input::default(), replaces: false });
    }
}

fn ask_other_name(model: &mut Model) {
    match selected(model) {
        None => {}
        Some((saved, true)) => say(model, Err(settled(&saved.name))),
        Some((saved, false)) => {
            if let Some(list) = list(model) {
                let input = Input::new(saved.name.clone());
                list.asking = Some(Asking { renamed: Some(saved.name), input, replaces: false });
            }
        }
    }
}

/// A key was pressed while a name is typed.
fn name_typed(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(list) = list(model) else { return Vec::new() };
    let Some(asking) = &mut list.asking else { return Vec::new() };
    match key.code {
        Code::Escape => {
            list.asking = None;
            list.said = None;
        }
        Code::Enter => return named(model),
        _ => match line_edit(key) {
            Some(request) => {
                asking.input.handle(request);
                asking.replaces = false;
                list.said = None;
            }
            None => return actions::means_nothing_here(model, key),
        },
    }
    Vec::new()
}

/// The name was typed: it is given, unless somebody has it.
fn named(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Filters(list)) = &model.overlay else { return Vec::new() };
    let Some(asking) = &list.asking else { return Vec::new() };
    let (name, replaces, renamed) = (asking.input.value().trim().to_owned(), asking.replaces, asking.renamed.clone());
    let filter = model.filter_of(list.pane).to_owned();
    if let Some(problem) = problem_of_name(&name) {
        say(model, Err(format!("No: {problem}.")));
        return Vec::new();
    }
    let holder = model.named_filters().find(|named| named.saved.name == name && renamed.as_ref() != Some(&name));
    match holder.map(|named| (named.settled, named.saved.filter.clone())) {
        Some((true, _)) => {
            say(model, Err(settled(&name)));
            return Vec::new();
        }
        Some((false, other)) if !replaces && (renamed.is_some() || other != filter) => {
            if let Some(asking) = self::list(model).and_then(|list| list.asking.as_mut()) {
                asking.replaces = true;
            }
            say(model, Err(format!("{name} is {other}: enter again replaces it.")));
            return Vec::new();
        }
        _ => {}
    }
    let change = match renamed {
        Some(from) => Change::Rename(from, name.clone()),
        None => Change::Put(model.saved_filters.len(), Saved { name: name.clone(), filter }),
    };
    let effects = carry_out(model, change);
    let place = model.saved_filters.iter().position(|saved| saved.name == name).unwrap_or(0);
    let said = if model.settings.setup.memory.keeps {
        format!("{name} is saved.")
    } else {
        format!("{name} is kept until the end of this program: nothing is written down here.")
    };
    if let Some(list) = self::list(model) {
        list.asking = None;
        list.cursor = place;
        list.said = Some(Ok(said));
    }
    effects
}

fn remove(model: &mut Model) -> Vec<Effect> {
    match selected(model) {
        None => Vec::new(),
        Some((saved, true)) => {
            say(model, Err(settled(&saved.name)));
            Vec::new()
        }
        Some((saved, false)) => {
            let effects = carry_out(model, Change::Remove(saved.name.clone()));
            let last = model.named_filters().count().saturating_sub(1);
            if let Some(list) = list(model) {
                list.said = Some(Ok(format!("{} is deleted; u brings it back.", saved.name)));
                list.removed = Some((list.cursor, saved));
                list.cursor = list.cursor.min(last);
            }
            effects
        }
    }
}

fn bring_back(model: &mut Model) -> Vec<Effect> {
    let Some((place, saved)) = list(model).and_then(|list| list.removed.take()) else {
        say(model, Err("Nothing was deleted since this list was opened.".to_owned()));
        return Vec::new();
    };
    if model.saved_filters.iter().any(|other| other.name == saved.name) {
        say(model, Err(format!("There is another filter called {} by now.", saved.name)));
        return Vec::new();
    }
    let said = format!("{} is back.", saved.name);
    let effects = carry_out(model, Change::Put(place, saved));
    if let Some(list) = list(model) {
        list.cursor = place;
        list.said = Some(Ok(said));
    }
    effects
}

fn settled(name: &str) -> String {
    format!("{name} stands in the file of settings, and is changed there.")
}

fn carry_out(model: &mut Model, change: Change) -> Vec<Effect> {
    change.apply(&mut model.saved_filters);
    if model.settings.setup.memory.keeps { vec![Effect::KeepFilter(change)] } else { Vec::new() }
}

/// The list was written down, and is this now; or it was not, for this reason.
pub(super) fn kept(model: &mut Model, result: Result<Vec<Saved>, String>) -> Vec<Effect> {
    match result {
        Ok(list) => {
            // Another window may have added some.
            let selected = selected(model).map(|(saved, _)| saved.name);
            model.saved_filters = list;
            let place = model.named_filters().position(|named| Some(&named.saved.name) == selected.as_ref());
            if let (Some(list), Some(place)) = (self::list(model), place) {
                list.cursor = place;
            }
            Vec::new()
        }
        Err(reason) => {
            let text = format!("The filters could not be written down, and last until the end: {reason}.");
            super::notice(model, crate::warehouse::recovery::follow::Tone::Bad, text)
        }
    }
}
