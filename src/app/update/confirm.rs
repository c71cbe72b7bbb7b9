//! The question before data is discarded. The only place that may answer a challenge.

use super::keys::line_edit;
use super::{actions, follows, runbook, tuning};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::overlay::{Confirm, Overlay};
use crate::warehouse::consent::{Challenge, Demand};
use crate::warehouse::recovery::follow::Follow;

/// A key was pressed while the question stands.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = &mut model.overlay else { return Vec::new() };
    let typed = matches!(confirm.challenge.as_ref().map(Challenge::demand), Some(Demand::Typed(_)));
    match key.code {
        Code::Enter if typed || confirm.on_yes => go_ahead(model),
        Code::Escape | Code::Enter => {
            close(model);
            Vec::new()
        }
        _ if typed => {
            if let Some(request) = line_edit(key) {
                confirm.input.handle(request);
                confirm.refused = false;
            }
            Vec::new()
        }
        Code::Char('y' | 'Y') if !key.ctrl && !key.alt => go_ahead(model),
        Code::Char('n' | 'N' | 'q') => {
            close(model);
            Vec::new()
        }
        Code::Left | Code::Right | Code::Tab | Code::BackTab | Code::Char('h' | 'l') => {
            confirm.on_yes = !confirm.on_yes;
            Vec::new()
        }
        _ => actions::means_nothing_here(model, key),
    }
}

/// Goes back to where the question came from; nothing is sent.
fn close(model: &mut Model) {
    model.overlay = match &model.overlay {
        Some(Overlay::Confirm(confirm)) => {
            let editor = confirm.tunes.clone().map(Overlay::Tuning);
            confirm.runbook.map(Overlay::Runbook).or(editor)
        }
        _ => None,
    };
}

/// Answers the challenge with what was typed. A wrong answer leaves the question standing.
fn go_ahead(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Confirm(confirm)) = &mut model.overlay else { return Vec::new() };
    let Confirm { challenge, input, subject, refused, runbook: owner, tunes, .. } = confirm.as_mut();
    let (owner, tunes) = (*owner, tunes.clone());
    let Some(asked) = challenge.take() else { return Vec::new() };
    if owner.is_some() || tunes.is_some() {
        return match asked.all_answered_with(input.value()) {
            Err(asked) => {
                *challenge = Some(asked);
                *refused = true;
                Vec::new()
            }
            Ok(consents) => match (owner, tunes) {
                (Some(id), _) => runbook::consented(model, id, consents),
                (None, Some(table)) => tuning::consented(model, &table, consents),
                (None, None) => Vec::new(),
            },
        };
    }
    match asked.answered_with(input.value()) {
        Err(asked) => {
            *challenge = Some(asked);
            *refused = true;
            Vec::new()
        }
        Ok(consent) => {
            let started = Follow::discard(consent, subject.clone(), model.now);
            model.overlay = None;
            follows::begin(model, started)
        }
    }
}
