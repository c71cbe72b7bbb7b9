//! What a change costs, as far as the table's own jobs tell.

use jiff::SignedDuration;

use super::{Draft, Setting, Values, Way};
use crate::warehouse::runs::Runs;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::status::Status;
use crate::warehouse::words::{compact, span};

impl Draft {
    /// What it costs, and how that was estimated; `None` where nothing tells.
    #[must_use]
    pub fn cost(&self, way: Way, runs: Option<&Runs>) -> Option<String> {
        let from_nothing = matches!(way, Way::Resync | Way::StartOver) || self.resets();
        if from_nothing { self.cost_of_all(runs?) } else { self.cost_of_frequency(runs) }
    }

    /// Reading everything again.
    fn cost_of_all(&self, runs: &Runs) -> Option<String> {
        let rows = *self.now.rows.known()?;
        let all = format!("Reads about {} rows again: as many as are stored now", compact(rows));
        let Some((read, took)) = pace(runs) else { return Some(format!("{all}.")) };
        let seconds = i64::try_from(u128::from(rows) * u128::from(took) / u128::from(read)).ok()?;
        let time = span(SignedDuration::from_secs(seconds.max(1)));
        Some(format!("{all}. That takes {time} at most, at the pace of the largest run that is known."))
    }

    /// Running more often.
    fn cost_of_frequency(&self, runs: Option<&Runs>) -> Option<String> {
        let minutes = |values: &Values| match values.frequency() {
            Some(Frequency::Every(minutes)) => Some(minutes),
            _ => None,
        };
        let more = minutes(&self.now.values)?.checked_div(minutes(&self.wanted)?)?;
        if more < 2 || !self.changes(Setting::Frequency) {
            return None;
        }
        let each = match (self.wanted.method(), self.now.rows.known(), runs.and_then(Runs::usual)) {
            (Some(SyncType::FullRefresh), Some(rows), _) => format!("; each reads all {} rows", compact(*rows)),
            (_, _, Some(usual)) => format!("; one usually takes {}, judged by its last ones", span(usual)),
            _ => String::new(),
        };
        Some(format!("That is {more} times as many runs as now{each}."))
    }
}

/// Rows and seconds of the successful run that read most: the fewer rows, the more of its time is its beginning.
fn pace(runs: &Runs) -> Option<(u64, u64)> {
    let done = runs.jobs().iter().filter(|job| job.status == Status::Completed);
    let each = done.filter_map(|job| {
        let took = job.finished_at.known()?.duration_since(job.created_at?).as_secs();
        Some((*job.rows.known()?, u64::try_from(took).ok()?))
    });
    each.filter(|(rows, seconds)| *rows > 0 && *seconds > 0).max_by_key(|(rows, _)| *rows)
}
