//! The profiles: which one to go on with, and what it shows first.

use super::{actions, all_profiles, moves, triage, welcome};
use crate::app::commands::CommandId;
use crate::app::effect::{Destination, Effect};
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::overlay::{Overlay, ProfileChoice, Profiles};
use crate::app::model::{Model, Screen};
use crate::app::settings::manner::First;

/// Opens the list, with the cursor on the profile in use, or on the first.
pub(super) fn open(model: &mut Model) {
    let choices = model.profile_choices();
    let in_use = model.settings.setup.profile.clone().map(ProfileChoice::Profile);
    let at = choices.iter().position(|choice| Some(choice) == in_use.as_ref());
    let first = || choices.iter().position(|choice| *choice != ProfileChoice::All);
    model.overlay = Some(Overlay::Profiles(Profiles { cursor: at.or_else(first).unwrap_or_default(), asking: None }));
}

/// Whether a key says yes to leaving what is under way.
pub(super) fn is_yes(key: Key) -> bool {
    matches!(key.code, Code::Char('y' | 'Y')) && !key.ctrl && !key.alt
}

/// Whether a key says no to it.
pub(super) fn is_no(key: Key) -> bool {
    matches!(key.code, Code::Char('n' | 'N' | 'q') | Code::Escape | Code::Enter)
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let choices = model.profile_choices();
    let Some(Overlay::Profiles(profiles)) = &mut model.overlay else { return Vec::new() };
    let last = choices.len().saturating_sub(1);
    if let Some(asked) = profiles.asking.clone() {
        return match key.code {
            _ if is_yes(key) => go(model, asked),
            _ if is_no(key) => {
                profiles.asking = None;
                Vec::new()
            }
            _ => actions::means_nothing_here(model, key),
        };
    }
    match (command, key.code) {
        (_, Code::Enter) | (Some(CommandId::Open), _) => {
            let Some(chosen) = choices.into_iter().nth(profiles.cursor.min(last)) else { return Vec::new() };
            if chosen != ProfileChoice::All && ends_something(model) {
                if let Some(Overlay::Profiles(profiles)) = &mut model.overlay {
                    profiles.asking = Some(chosen);
                }
                return Vec::new();
            }
            return go(model, chosen);
        }
        (Some(CommandId::AllProfiles), _) if model.screen == Screen::Main => return all_profiles::open(model),
        (Some(CommandId::Down), _) | (_, Code::Tab) => profiles.cursor = (profiles.cursor + 1).min(last),
        (Some(CommandId::Up), _) | (_, Code::BackTab) => profiles.cursor = profiles.cursor.saturating_sub(1),
        (Some(CommandId::Top), _) => profiles.cursor = 0,
        (Some(CommandId::Bottom), _) => profiles.cursor = last,
        // There is nothing to go back to yet.
        (Some(CommandId::Back | CommandId::Quit), _) | (_, Code::Escape) if model.screen != Screen::Main => {
            return vec![Effect::Quit];
        }
        (Some(CommandId::Back | CommandId::Profiles | CommandId::Quit), _) | (_, Code::Escape) => model.overlay = None,
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

/// Whether something is under way that would go on unseen.
pub(super) fn ends_something(model: &Model) -> bool {
    !model.follows.is_empty() || model.leaves_something_open()
}

/// Shows what the profile wants to see first.
pub(super) fn first_look(model: &mut Model) -> Vec<Effect> {
    match model.settings.setup.manner().first {
        // Somebody comes for one table.
        _ if model.settings.setup.arrival.is_some() => Vec::new(),
        First::Sources => Vec::new(),
        First::Tables => {
            model.all_tables = true;
            model.rebuild_schema_rows();
            moves::focus(model, Pane::Schemas)
        }
        First::Triage => triage::open(model),
    }
}

/// Goes there.
pub(super) fn go(model: &mut Model, chosen: ProfileChoice) -> Vec<Effect> {
    let destination = match chosen {
        ProfileChoice::All => return all_profiles::open(model),
        ProfileChoice::Demo => return vec![Effect::StartDemo],
        ProfileChoice::Another if model.screen != Screen::Main => {
            model.overlay = None;
            return Vec::new();
        }
        ProfileChoice::Another => {
            welcome::open(model);
            return Vec::new();
        }
        ProfileChoice::Profile(name) => Destination::Profile(name, None),
        ProfileChoice::Table(profile, source, table) => Destination::Profile(profile, Some((source, table))),
    };
    vec![Effect::Connect(Box::new(destination))]
}
