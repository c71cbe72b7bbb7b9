//! Tables counted by what is the matter with them.

use super::state::{Severity, State};

/// Tables counted by what is the matter with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub total: usize,
    /// Broken ones, those switched off by `PostHog` included.
    pub broken: usize,
    /// Switched off by `PostHog`.
    pub switched_off: usize,
    /// Worth a look.
    pub doubtful: usize,
    /// On the move.
    pub moving: usize,
    /// In good order.
    pub well: usize,
    /// The worst state among them; `None` without tables.
    pub worst: Option<State>,
}

impl Tally {
    /// Counts these.
    #[must_use]
    pub fn of(states: &[State]) -> Self {
        let mut tally = Self { total: states.len(), worst: states.iter().min().copied(), ..Self::default() };
        for state in states {
            match state.severity() {
                Severity::Broken => tally.broken += 1,
                Severity::Doubtful => tally.doubtful += 1,
                Severity::Moving => tally.moving += 1,
                Severity::Well => tally.well += 1,
                Severity::Unproven | Severity::Idle => {}
            }
            tally.switched_off += usize::from(*state == State::SwitchedOff);
        }
        tally
    }
}
