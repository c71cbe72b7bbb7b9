//! The profiles: which one to go on with.

use super::{actions, welcome};
use crate::app::commands::CommandId;
use crate::app::effect::{Destination, Effect};
use crate::app::key::{Code, Key};
use crate::app::model::overlay::{Overlay, ProfileChoice, Profiles};
use crate::app::model::{Model, Screen};

/// Opens the list, with the cursor on the profile in use.
pub(super) fn open(model: &mut Model) {
    let setup = &model.settings.setup;
    let at = setup.profiles.iter().position(|offer| Some(&offer.name) == setup.profile.as_ref());
    model.overlay = Some(Overlay::Profiles(Profiles { cursor: at.unwrap_or(0), asking: None }));
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let choices = model.profile_choices();
    let Some(Overlay::Profiles(profiles)) = &mut model.overlay else { return Vec::new() };
    let last = choices.len().saturating_sub(1);
    if let Some(asked) = profiles.asking.clone() {
        return match key.code {
            Code::Char('y' | 'Y') if !key.ctrl && !key.alt => go(model, asked),
            Code::Char('n' | 'N' | 'q') | Code::Escape | Code::Enter => {
                profiles.asking = None;
                Vec::new()
            }
            _ => actions::means_nothing_here(model, key),
        };
    }
    match (command, key.code) {
        (_, Code::Enter) | (Some(CommandId::Open), _) => {
            let Some(chosen) = choices.into_iter().nth(profiles.cursor.min(last)) else { return Vec::new() };
            // What is under way would go on unseen.
            let ends_something = !model.follows.is_empty() || model.leaves_something_open();
            if ends_something {
                if let Some(Overlay::Profiles(profiles)) = &mut model.overlay {
                    profiles.asking = Some(chosen);
                }
                return Vec::new();
            }
            return go(model, chosen);
        }
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

fn go(model: &mut Model, chosen: ProfileChoice) -> Vec<Effect> {
    match chosen {
        ProfileChoice::Profile(name) => vec![Effect::Connect(Box::new(Destination::Profile(name)))],
        ProfileChoice::Demo => vec![Effect::StartDemo],
        ProfileChoice::Another if model.screen != Screen::Main => {
            model.overlay = None;
            Vec::new()
        }
        ProfileChoice::Another => {
            welcome::open(model);
            Vec::new()
        }
    }
}
