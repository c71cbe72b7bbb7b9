//! What a change costs, as far as the table's own jobs tell, and how that was judged.

use jiff::SignedDuration;

use super::{Draft, Setting, Values, Way};
use crate::warehouse::field::Field;
use crate::warehouse::job::Job;
use crate::warehouse::runs::Runs;
use crate::warehouse::settings::{Frequency, SyncType};
use crate::warehouse::status::Status;
use crate::warehouse::words::{compact, compact_rows, counted, span};

/// Fewer successful runs than these say nothing of what is usual.
const ENOUGH: usize = 3;

const DAY: u32 = 1_440;

impl Draft {
    /// What it costs in rows and time, and how that was judged; `None` where it costs no more than before.
    #[must_use]
    pub fn cost(&self, way: Way, runs: Option<&Runs>) -> Option<String> {
        let from_nothing = matches!(way, Way::Resync | Way::StartOver) || self.resets();
        if from_nothing { Some(self.cost_of_all(runs)) } else { self.cost_of_frequency(runs) }
    }

    /// Reading everything again.
    fn cost_of_all(&self, runs: Option<&Runs>) -> String {
        let stored = match self.now.rows {
            Field::Known(rows) => rows,
            Field::Null => return "It reads everything; nothing is stored yet that tells how much.".to_owned(),
            Field::Unknown => return "It reads everything; how many rows are stored is not known.".to_owned(),
        };
        let all = format!("Reads about {} again: as many as are stored now.", compact_rows(stored));
        let Some((read, took)) = runs.and_then(largest) else {
            return format!("{all} How long that takes is not known: none of its jobs tells rows and time.");
        };
        let seconds = u128::from(stored) * u128::from(took) / u128::from(read);
        let time = seconds_of(seconds.max(1));
        let judged = format!("its largest successful run, {} in {}", compact_rows(read), seconds_of(took.into()));
        // A run has a beginning and an end, whatever it reads: small ones are slower for each row.
        if read.saturating_mul(10) < stored {
            return format!(
                "{all} That takes {time} at most, and likely much less: judged by {judged}, which is little."
            );
        }
        format!("{all} That takes about {time}: judged by {judged}.")
    }

    /// Running more often.
    fn cost_of_frequency(&self, runs: Option<&Runs>) -> Option<String> {
        let minutes = |values: &Values| match values.frequency() {
            Some(Frequency::Every(minutes)) => Some(minutes),
            _ => None,
        };
        let (before, after) = (minutes(&self.now.values)?, minutes(&self.wanted)?);
        let more = before.checked_div(after).filter(|more| *more > 1 && self.changes(Setting::Frequency))?;
        let a_day = DAY.checked_div(after).unwrap_or(0).max(1);
        let all_rows = self.wanted.method() == Some(SyncType::FullRefresh);
        let rows = match self.now.rows {
            Field::Known(rows) if all_rows && after <= DAY => {
                let a_day = compact(rows.saturating_mul(u64::from(a_day)));
                format!(" Each reads all {} rows: {a_day} rows a day.", compact(rows))
            }
            Field::Known(rows) if all_rows => format!(" Each reads all {} rows.", compact(rows)),
            _ if all_rows => " Each reads all rows.".to_owned(),
            _ => " Each reads only what is new.".to_owned(),
        };
        Some(format!("{more} times as many runs as now.{rows}{}", time_of_runs(runs, after, a_day)))
    }
}

/// How long the runs take that there will be.
fn time_of_runs(runs: Option<&Runs>, minutes: u32, a_day: u32) -> String {
    let known = runs.map_or(0, |runs| done(runs).filter(|job| job.duration().is_some()).count());
    let usual = runs.and_then(Runs::usual).filter(|_| known >= ENOUGH);
    let Some(usual) = usual else {
        let few = if known == 0 { "no successful run is known".to_owned() } else { counted(known, "successful run") };
        return format!(" How long one takes cannot be told: {few}, which is too few.");
    };
    let one = format!(" One usually takes {}, judged by {}", span(usual), counted(known, "successful run"));
    let seconds = u128::from(usual.as_secs().unsigned_abs());
    match () {
        () if seconds >= u128::from(minutes) * 60 => format!("{one}: longer than the time between two of them."),
        () if minutes <= DAY => format!("{one}: {} a day.", seconds_of(seconds * u128::from(a_day))),
        () => format!("{one}."),
    }
}

fn seconds_of(seconds: u128) -> String {
    span(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

fn done(runs: &Runs) -> impl Iterator<Item = &Job> {
    runs.jobs().iter().filter(|job| job.status == Status::Completed)
}

/// Rows and seconds of the successful run that read most: the fewer rows, the more of its time is its beginning.
fn largest(runs: &Runs) -> Option<(u64, u64)> {
    let each = done(runs).filter_map(|job| {
        let took = job.duration()?.as_secs();
        Some((*job.rows.known()?, u64::try_from(took).ok()?.max(1)))
    });
    each.filter(|(rows, _)| *rows > 0).max_by_key(|(rows, _)| *rows)
}
