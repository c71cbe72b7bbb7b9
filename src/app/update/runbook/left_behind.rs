//! What is written down of runbooks, so that a crash does not lose their place, and what becomes of those that were
//! left half done.

use super::opening::open;
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::Model;
use crate::app::model::overlay::Overlay;
use crate::app::update::notice;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::Record;

/// Puts what is half done before everything else that is to be done, where that has changed.
pub(in crate::app::update) fn journalled(model: &mut Model, mut effects: Vec<Effect>) -> Vec<Effect> {
    let mut records = model.left_behind.clone();
    records.extend(model.postponed.iter().cloned());
    records.extend(model.runbooks.records());
    if records != model.journalled {
        model.journalled.clone_from(&records);
        effects.insert(0, Effect::Journal(records));
    }
    effects
}

/// Runbooks were left half done; that is asked about once the tables are known.
pub(in crate::app::update) fn found(model: &mut Model, records: Vec<Record>) -> Vec<Effect> {
    model.left_behind.extend(records);
    offer(model);
    Vec::new()
}

/// Asks about a runbook that was left half done, where nothing else is open.
pub(in crate::app::update) fn offer(model: &mut Model) {
    if !model.left_behind.is_empty() && model.overlay.is_none() && model.link.read_at.is_some() {
        model.overlay = Some(Overlay::LeftBehind);
    }
}

/// A key was pressed while the question about a runbook that was left half done stands.
pub(in crate::app::update) fn answer(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Enter | Code::Char('y' | 'Y') => {
            model.overlay = None;
            if model.left_behind.is_empty() {
                return Vec::new();
            }
            let record = model.left_behind.remove(0);
            if let Some(situation) = record.situation(&model.inventory) {
                let effects = open(model, situation);
                if let Some(Overlay::Runbook(id)) = model.overlay
                    && let Some(opened) = model.runbooks.get_mut(id)
                {
                    opened.resumes = Some(record);
                }
                return effects;
            }
            let text = format!("{} is not there any more; nothing is left to do.", record.source_name);
            notice(model, Tone::Note, text)
        }
        Code::Char('d' | 'D') => {
            model.overlay = None;
            if !model.left_behind.is_empty() {
                model.left_behind.remove(0);
            }
            offer(model);
            Vec::new()
        }
        Code::Escape | Code::Char('q' | 'n') => {
            model.overlay = None;
            if !model.left_behind.is_empty() {
                let later = model.left_behind.remove(0);
                model.postponed.push(later);
            }
            offer(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}
