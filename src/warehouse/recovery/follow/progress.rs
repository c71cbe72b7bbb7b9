//! How it goes: when to look again, and a few words for the status bar.

use jiff::{SignedDuration, Timestamp};

use super::{Act, Follow, Phase, Step};
use crate::warehouse::freshness::age;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::{count, counted, counted_rows, span};

impl Follow {
    /// The name of what it acts on, without its source.
    fn short_name(&self) -> String {
        match self.subject.tables.as_slice() {
            [(_, name)] if !self.act.whole_source() => short(name),
            _ => short(&self.subject.source_name),
        }
    }

    /// The name of what it acts on. Tables of several sources are often called the same.
    pub(super) fn full_name(&self) -> String {
        let source = short(&self.subject.source_name);
        match self.subject.tables.as_slice() {
            [(_, name)] if !self.act.whole_source() => format!("{source} / {}", short(name)),
            _ => source,
        }
    }

    /// How long to wait before looking again: quick at first, calmer with time.
    pub(super) fn pause(&self, now: Timestamp) -> Step {
        let seconds = match age(self.asked_at, now).as_secs() {
            0..10 => 1,
            10..60 => 2,
            60..600 => 5,
            _ => 15,
        };
        Step::Wait(SignedDuration::from_secs(seconds))
    }

    /// Where it is, in few words, for the status bar.
    #[must_use]
    pub fn progress(&self, usual: Option<SignedDuration>, now: Timestamp) -> String {
        let name = self.short_name();
        let word = self.act.word();
        match &self.phase {
            Phase::Baseline | Phase::Sending => format!("{name}: requesting {word}"),
            Phase::Starting { sure: true, .. } => format!("{name}: {word} accepted, no job yet"),
            Phase::Starting { sure: false, .. } | Phase::LookingBack { .. } => {
                format!("{name}: outcome of {word} unknown, looking")
            }
            Phase::Stopping { .. } => format!("{name}: stopping"),
            Phase::Confirming => format!("{name}: reading back"),
            Phase::Ended => format!("{name}: done"),
            Phase::Running if self.act == Act::ReloadSource => {
                let done = self.watch.tables_done();
                format!("{name}: {} of {} done", count(done as u64), counted(self.subject.tables.len(), "table"))
            }
            Phase::Running => {
                let runs = self.watch.runs();
                let job = runs.iter().find(|run| run.is_open()).or(runs.first()).map(|run| &run.job);
                let since = job.and_then(|job| job.created_at).unwrap_or(self.asked_at);
                let rows = job.and_then(|job| job.rows.known().copied());
                let rows = rows.map(|rows| format!(", {}", counted_rows(rows))).unwrap_or_default();
                let usual = usual.map(|usual| format!(" (usually {})", span(usual))).unwrap_or_default();
                format!("{name}: running {}{rows}{usual}", span(age(since, now)))
            }
        }
    }
}

/// The most characters of a name in a report: what came of it must not be crowded out.
const NAME_LIMIT: usize = 40;

/// A name, shortened.
fn short(name: &Foreign) -> String {
    let shown = name.shown();
    match shown.char_indices().nth(NAME_LIMIT) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown.into_owned(),
    }
}
