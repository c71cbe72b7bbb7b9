//! The way back of what was changed from here.

use super::super::notice;
use super::open;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::model::tuning::Tuning;
use crate::warehouse::recovery::follow::Tone;

/// Offers the way back of the last change made from here.
pub(in crate::app::update) fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(made) = model.made.last().cloned() else {
        return notice(model, Tone::Note, "No sync setting was changed from here yet.".to_owned());
    };
    let Some(before) = made.before else {
        model.made.pop();
        let text = format!(
            "{}: {} has no way back: it discarded data, or cannot be empty again.",
            made.name.shown(),
            made.what
        );
        return notice(model, Tone::Note, text);
    };
    model.tunings.remove(&made.id);
    open(model, Tuning { presets: Some(before), undoes: true, ..Tuning::new(made.id, made.name) })
}
