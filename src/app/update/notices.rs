//! What is said in passing does not outlive what it was said of: with another screen over it, it is about nothing.

use std::mem::{Discriminant, discriminant};

use crate::app::model::Model;
use crate::app::model::overlay::Overlay;
use crate::warehouse::recovery::follow::Tone;

/// What was seen before something was done.
pub(super) struct Before {
    over: Option<Discriminant<Overlay>>,
    told: u64,
}

impl Before {
    pub(super) fn of(model: &Model) -> Self {
        Self { over: model.overlay.as_ref().map(discriminant), told: model.activity.told() }
    }

    /// Takes a mere note away that was there before, where something else lies over the screen now, or where it said why the
    /// key before did nothing. Good and bad news stay for their time.
    pub(super) fn outlived(self, model: &mut Model) {
        let now = Self::of(model);
        let is_note = model.activity.notice().is_some_and(|notice| notice.tone == Tone::Note);
        let passed = now.over != self.over || model.activity.is_refusal();
        if is_note && now.told == self.told && passed {
            model.activity.hide();
        }
    }
}
