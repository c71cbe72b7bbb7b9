//! The tour goes on when what it asked for was done.

use super::notice;
use crate::app::commands::CommandId;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::model::tour::{Tour, has_table};
use crate::warehouse::recovery::follow::Tone;

/// Starts the tour, or ends it.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    if let Tour::At(_) = model.tour {
        model.tour = Tour::Off;
        let text = format!("The tour is over; {} starts it again.", model.keymap.key(CommandId::Tour));
        return notice(model, Tone::Note, text);
    }
    if !has_table(model) {
        return notice(
            model,
            Tone::Note,
            "There is nothing to tour: the table that it repairs is not here.".to_owned(),
        );
    }
    model.tour = Tour::At(0);
    // What was said of the last tour is not about this one.
    model.activity.hide();
    Vec::new()
}

/// Goes on where the step was done.
pub(super) fn advance(model: &mut Model, mut effects: Vec<Effect>) -> Vec<Effect> {
    model.tour = model.tour.after(model);
    if model.tour.is_over() {
        model.tour = Tour::Off;
        let text = format!(
            "That was the tour: find, understand, repair. {} has every key.",
            model.keymap.key(CommandId::Help)
        );
        effects.extend(notice(model, Tone::Good, text));
    }
    effects
}
