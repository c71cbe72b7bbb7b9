//! From a draft to its runbook: what would be lost is asked first, the table is read once more, then everything is
//! sent without another question.

use tui_input::Input;

use super::super::{notice, runbook};
use super::{gone, hidden_notice, read};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::model::overlay::{Confirm, Overlay};
use crate::app::model::runbook::{Opened, RunbookId};
use crate::app::model::tuning::Phase;
use crate::warehouse::consent::{Consent, Discard};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::runbook::{Progress, Runbook, Stage, UnitProgress, Waits};
use crate::warehouse::tuning::{self, Back, Besides, Made, Refusal, Setting};

/// What was looked at in the preview is to be sent: whatever discards data is asked about before anything is.
pub(super) fn send(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    if let Some(reason) = model.no_writes() {
        return notice(model, Tone::Note, reason);
    }
    if ask(model, id) { Vec::new() } else { check(model, id) }
}

/// The user has consented to everything that the change loses.
pub(in crate::app::update) fn consented(model: &mut Model, id: &SchemaId, consents: Vec<Consent>) -> Vec<Effect> {
    model.overlay = Some(Overlay::Tuning(id.clone()));
    if let Some(tuning) = model.tunings.get_mut(id) {
        tuning.consents = consents;
    }
    check(model, id)
}

/// Reads the table once more, right before sending.
fn check(model: &mut Model, id: &SchemaId) -> Vec<Effect> {
    if let Some(tuning) = model.tunings.get_mut(id) {
        tuning.phase = Phase::Checking;
        tuning.refused.clear();
    }
    read(model, id)
}

/// Opens the question about everything that the change loses; `false`: there is nothing to ask that was not answered.
fn ask(model: &mut Model, id: &SchemaId) -> bool {
    let Some(tuning) = model.tunings.get_mut(id) else { return false };
    let Some(draft) = &tuning.draft else { return false };
    let Ok(stages) = tuning::stages(draft, tuning.besides()) else { return false };
    let Some(question) = tuning::question(draft, &stages, &model.inventory) else { return false };
    let consented = |discard: &Discard| tuning.consents.iter().any(|consent| consent.discard() == discard);
    if question.challenge.discards().all(consented) {
        return false;
    }
    tuning.consents.clear();
    tuning.phase = Phase::Preview;
    *model.looked_at_mut() = Some(Overlay::Confirm(Box::new(Confirm {
        challenge: Some(question.challenge),
        subject: question.subject,
        milder: question.milder,
        then: question.then,
        runbook: None,
        tunes: Some(id.clone()),
        input: Input::default(),
        refused: false,
        on_yes: false,
    })));
    true
}

/// Everything was read once more and nothing has changed: sends it, unless a run is in the way.
pub(super) fn go_ahead(model: &mut Model, id: &SchemaId, cancel_first: bool) -> Vec<Effect> {
    let shown = model.shows_editor(id);
    let runs = model.inventory.schema(id).is_some_and(|(_, _, state)| state.claims_to_run());
    let Some(tuning) = model.tunings.get_mut(id) else { return Vec::new() };
    if runs && !cancel_first {
        tuning.phase = Phase::Running;
        return hidden_notice(model, id, "is running again; nothing was sent");
    }
    let Some(draft) = &tuning.draft else { return Vec::new() };
    let stages = tuning::stages(draft, Besides { cancel_first, ..tuning.besides() });
    let (stages, situation) = match (stages, tuning::situation(draft, &model.inventory)) {
        (Ok(stages), Some(situation)) => (stages, situation),
        (Err(refusals), _) => {
            tuning.refused = refusals;
            tuning.phase = Phase::Looking;
            return hidden_notice(model, id, "cannot be changed like this any more; nothing was sent");
        }
        (_, None) => return gone(model, id),
    };
    tuning.phase = Phase::Preview;
    // What is lost may have become more since it was asked.
    let lost = stages.iter().flat_map(Stage::discards);
    let agreed = lost.into_iter().all(|one| tuning.consents.iter().any(|consent| consent.discard() == one));
    if !agreed && shown {
        ask(model, id);
        return Vec::new();
    }
    if !agreed {
        tuning.consents.clear();
        return hidden_notice(model, id, "would lose more than was agreed to; nothing was sent");
    }
    let consents = std::mem::take(&mut tuning.consents);
    let (book, moves) = Runbook::ready(situation, stages, consents, &model.inventory);
    let runbook = model.runbooks.keep(Opened { tunes: Some(id.clone()), ..Opened::new(book) });
    if shown {
        *model.looked_at_mut() = Some(Overlay::Runbook(runbook));
    }
    runbook::begin_ready(model, runbook, moves)
}

/// A step of a runbook that carries out a draft has ended: where the change is made, the draft is done with; where
/// it was refused and nothing was done before it, the draft is open again.
pub(in crate::app::update) fn stepped(model: &mut Model, runbook: RunbookId) -> Vec<Effect> {
    let Some(opened) = model.runbooks.get(runbook) else { return Vec::new() };
    let Some(id) = opened.tunes.clone() else { return Vec::new() };
    let Some(change) = opened.book.stages().iter().position(Stage::changes_settings) else { return Vec::new() };
    let made = matches!(opened.book.stages()[change].progress, Progress::Done(_));
    let first = !opened.book.stages()[..change].iter().any(|stage| matches!(stage.progress, Progress::Done(_)));
    if made {
        done(model, runbook, &id);
        return Vec::new();
    }
    // Nothing was sent, so the draft is what it was.
    if model.settings.dry_run && first {
        model.runbooks.forget(runbook);
        return Vec::new();
    }
    let failed = opened.book.waits() == Waits::Retry && opened.book.at() == change;
    // Where nobody knows whether it was changed, its runbook says so.
    let unknown = opened.book.units().iter().any(|unit| matches!(unit.progress, UnitProgress::Unknown(_)));
    let refusal = match (opened.book.refusal(), &opened.book.stages()[change].progress) {
        (Some((field, why)), _) => Refusal {
            setting: field.and_then(|field| Setting::of_field(field.raw())),
            why: format!("PostHog refused: {}", why.shown()),
        },
        (None, Progress::Failed(why)) => Refusal { setting: None, why: why.clone() },
        _ => return Vec::new(),
    };
    if !failed || !first || unknown {
        return Vec::new();
    }
    let Some(tuning) = model.tunings.get_mut(&id) else { return Vec::new() };
    if let Some(place) = refusal.setting.and_then(|setting| Setting::ALL.iter().position(|one| *one == setting)) {
        tuning.cursor = place;
    }
    tuning.refused = vec![refusal];
    tuning.phase = Phase::Looking;
    if model.shows_runbook(runbook) {
        *model.looked_at_mut() = Some(Overlay::Tuning(id.clone()));
    }
    model.runbooks.forget(runbook);
    hidden_notice(model, &id, "was not changed")
}

fn done(model: &mut Model, runbook: RunbookId, id: &SchemaId) {
    if let Some(opened) = model.runbooks.get_mut(runbook) {
        opened.tunes = None;
    }
    let Some(tuning) = model.tunings.remove(id) else { return };
    let Some(draft) = &tuning.draft else { return };
    let made = Made::of_draft(draft, tuning.chosen_way());
    let of_it = |made: &Made| matches!(&made.back, Back::Tables(tables) if tables.iter().any(|one| one.id == *id));
    // A change that takes the last one back leaves the one before it to be taken back.
    if tuning.undoes && model.made.last().is_some_and(of_it) {
        model.made.pop();
    } else {
        model.made.push(made);
        model.made_by = None;
    }
}
