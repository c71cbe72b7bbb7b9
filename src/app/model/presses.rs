//! What was pressed, and over what: keys that wait for others to follow, and the last ones that led anywhere.

use super::Model;
use super::overlay::Overlay;
use super::tuning::Phase;
use super::{Screen, history::History};
use crate::app::commands::surface::Surface;
use crate::app::key::{Key, Sequence};
use crate::app::layout::Pane;
use crate::warehouse::recovery::runbook::Waits;

/// What was pressed.
#[derive(Clone, Debug, Default)]
pub struct Presses {
    begun: Option<(Surface, Sequence)>,
    /// The keys that were acted upon last.
    pub last: Sequence,
}

impl Presses {
    /// Keys that wait for others to follow, and where they were pressed.
    #[must_use]
    pub fn begun(&self) -> Option<(Surface, &[Key])> {
        self.begun.as_ref().map(|(surface, keys)| (*surface, keys.keys()))
    }

    /// These keys wait for others.
    pub fn begin(&mut self, surface: Surface, keys: &[Key]) {
        self.begun = Some((surface, Sequence::of(keys)));
    }

    /// Nothing waits any more; answers with what did.
    pub fn drop_begun(&mut self) -> Option<(Surface, Sequence)> {
        self.begun.take()
    }
}

impl Model {
    /// What keys are pressed over; `None` where a text is typed or a question stands, which take every key as it is.
    #[must_use]
    pub fn surface(&self) -> Option<Surface> {
        let choosing_profile = matches!(&self.overlay, Some(Overlay::Profiles(list)) if list.asking.is_none());
        match &self.screen {
            Screen::Welcome { .. } => return choosing_profile.then_some(Surface::Lists),
            Screen::MustConfirm { .. } => return None,
            Screen::Main => {}
        }
        if self.guard.is_some() || self.unlogged.asks() {
            return None;
        }
        match &self.overlay {
            None => self.pane_surface(),
            Some(Overlay::Help(reader) | Overlay::Activity(reader)) => (!reader.find.editing).then_some(Surface::Text),
            Some(Overlay::Raw(raw)) => (!raw.reader.find.editing).then_some(Surface::Text),
            Some(Overlay::Triage(_)) => Some(Surface::Triage),
            Some(Overlay::History(history)) => of_history(history),
            Some(Overlay::Runbook(id)) => {
                let fills_in =
                    self.runbooks.get(*id).is_some_and(|opened| matches!(opened.book.waits(), Waits::Form(_)));
                (!fills_in).then_some(Surface::Runbook)
            }
            Some(Overlay::Tuning(id)) => match self.tunings.get(id).map(|tuning| &tuning.phase) {
                Some(Phase::Typing(..)) => None,
                _ => Some(Surface::Editor),
            },
            Some(Overlay::Filters(list)) => list.asking.is_none().then_some(Surface::Lists),
            Some(Overlay::Menu(_) | Overlay::Columns(_)) => Some(Surface::Lists),
            Some(Overlay::AllProfiles) => {
                let takes_text = self.all_profiles.asking.is_some() || self.all_profiles.rows.filter.editing;
                (!takes_text).then_some(Surface::AllProfiles)
            }
            Some(Overlay::Profiles(_)) => choosing_profile.then_some(Surface::Lists),
            Some(
                Overlay::Palette(_)
                | Overlay::Confirm(_)
                | Overlay::Preview { .. }
                | Overlay::Export(_)
                | Overlay::LeftBehind
                | Overlay::Key(_)
                | Overlay::Quitting,
            ) => None,
        }
    }

    /// The pane that keys are pressed over, where nothing lies over it.
    #[must_use]
    pub fn pane_surface(&self) -> Option<Surface> {
        let typing = [&self.sources.filter, &self.schemas.filter].into_iter().any(|filter| filter.editing);
        match self.focus {
            _ if typing => None,
            Pane::Sources => Some(Surface::Sources),
            Pane::Schemas => Some(Surface::Tables),
            Pane::Details if self.details.find.editing => None,
            // The matches are gone through with keys of their own.
            Pane::Details if self.details.find.is_active() => Some(Surface::Text),
            Pane::Details => Some(Surface::Details),
        }
    }
}

fn of_history(history: &History) -> Option<Surface> {
    match (&history.explanation, &history.logs) {
        (Some(_), _) => Some(Surface::Text),
        (None, Some(logs)) => (!logs.search.editing).then_some(Surface::Logs),
        (None, None) => Some(Surface::History),
    }
}
