//! How it ended, in a sentence.

use super::watch::Run;
use super::{Act, Follow, Step, Tone};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::job::Job;
use crate::warehouse::status::Status;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::words::{count, counted, span};

/// How much of an error text goes into a report; the details show all of it.
const ERROR_LIMIT: usize = 160;

impl Follow {
    pub(super) fn conclude(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        match self.act {
            Act::DeleteData => match full.map(|full| &full.schema.table) {
                Some(Field::Null) if full.and_then(|full| full.schema.should_sync) == Some(false) => {
                    self.end(Tone::Good, "data deleted; resume and reload build the table anew")
                }
                Some(Field::Null) => self.end(Tone::Good, "data deleted; reload builds the table anew"),
                Some(Field::Known(_)) => self.end(Tone::Bad, "the data is still there; try again"),
                _ => self.end(Tone::Note, "delete data accepted; what is there now could not be read back"),
            },
            Act::Switch => self.conclude_switch(full),
            Act::RefreshSchemas => {
                let found = self.remark.take().map(|found| format!(": {found}")).unwrap_or_default();
                self.end(Tone::Good, &format!("table list read again{found}"))
            }
            Act::ReloadSource => self.conclude_many(),
            _ => self.conclude_one(full),
        }
    }

    fn conclude_switch(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        let word = |on: bool| if on { "on" } else { "off" };
        match (self.wanted_on, full.and_then(|full| Some((full, full.schema.should_sync?)))) {
            (_, None) => self.end(Tone::Note, "update accepted; the table could not be read back"),
            (None, _) => self.end(Tone::Good, "updated"),
            (Some(wanted), Some((_, on))) if wanted != on => {
                let text = format!("the server accepted the update, but the table is still {}", word(on));
                self.end(Tone::Bad, &text)
            }
            // A table that never had a schedule starts at once (contract, section 8.4).
            (_, Some((full, true))) if full.schema.status == Status::Running => {
                self.end(Tone::Good, "switched on; a run was requested with it")
            }
            (_, Some((_, true))) => self.end(Tone::Good, "switched on; reload starts a run now"),
            (_, Some((_, false))) => self.end(Tone::Good, "switched off; its data stays"),
        }
    }

    /// The jobs of the run that was asked for; later ones are another story.
    fn first_run(&self, full: Option<&FullSchema>) -> Vec<&Run> {
        let mut runs = self.watch.by_table().remove(&0).unwrap_or_default();
        // A CDC table in mode `both` makes two jobs a run.
        let mode = full.and_then(|full| full.detail.cdc_table_mode.known());
        if mode.is_some_and(|mode| mode.raw() != "both") {
            runs.truncate(1);
        }
        runs
    }

    fn conclude_one(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        let (tone, text) = self.outcome(full);
        self.end(tone, &text)
    }

    fn outcome(&self, full: Option<&FullSchema>) -> (Tone, String) {
        let runs = self.first_run(full);
        let worst = runs.iter().find(|run| run.job.status != Status::Completed);
        let Some(Run { job, .. }) = worst.or(runs.first()).copied() else {
            return (Tone::Note, "the run has ended".to_owned());
        };
        if job.is_running() {
            let status = full.map(|full| format!("; the table's status is {}", full.schema.status));
            let text = format!("its job is not listed any more{}", status.unwrap_or_default());
            return (Tone::Note, text);
        }
        let took = runs.iter().filter_map(|run| run.job.duration()).max();
        let took = took.map(|took| format!(", {}", span(took))).unwrap_or_default();
        if job.status == Status::Completed {
            // The jobs of one run tell of the same rows, which must not be added up.
            let rows = runs.iter().filter_map(|run| run.job.rows.known().copied()).max();
            let rows = rows.map(|rows| format!(", {} rows", count(rows))).unwrap_or_default();
            let synced = match full.map(|full| full.schema.last_synced_at) {
                Some(Field::Known(at)) => format!(", last synced {}", at.strftime("%H:%M:%SZ")),
                _ => String::new(),
            };
            return (Tone::Good, format!("Completed{rows}{took}{synced}"));
        }
        let finding = full.and_then(|full| full.schema.finding.as_deref());
        if job.status == Status::Failed && finding.is_some_and(Finding::is_on_purpose) {
            let said = error(full, job).map(|said| format!(": {said}")).unwrap_or_default();
            return (Tone::Note, format!("the run was stopped on purpose{took}{said}"));
        }
        let off = match full.and_then(|full| full.schema.should_sync) {
            Some(false) => "; PostHog switched the table off",
            _ => "",
        };
        (Tone::Bad, format!("{}{took}{off}{}", job.status, why(full, job)))
    }

    fn conclude_many(&mut self) -> Vec<Step> {
        let (by_table, active_before) = (self.watch.by_table(), self.watch.active_before());
        let (mut completed, mut failed, mut lost, mut busy, mut silent) = (0_usize, Vec::new(), 0, 0, 0);
        for (table, (_, name)) in self.subject.tables.iter().enumerate() {
            match by_table.get(&table) {
                Some(runs) if runs.iter().any(|run| run.job.is_running()) => lost += 1,
                Some(runs) if runs.iter().any(|run| run.job.status != Status::Completed) => {
                    let said = runs.iter().find_map(|run| error(None, &run.job));
                    failed.push((name, said));
                }
                Some(_) => completed += 1,
                None if active_before.contains(&table) => busy += 1,
                None => silent += 1,
            }
        }
        let mut text = format!("{} Completed", counted(completed, "table"));
        if let Some((first, said)) = failed.first() {
            let said = said.as_ref().map(|said| format!(": {said}")).unwrap_or_default();
            text = format!("{text}, {} failed (first {}{said})", count(failed.len() as u64), first.shown());
        }
        for (number, what) in [
            (busy, "skipped, because an earlier run was active"),
            (silent, "without a new job"),
            (lost, "whose job is not listed any more"),
        ] {
            if number > 0 {
                text = format!("{text}, {} {what}", count(number));
            }
        }
        let tone = match (failed.len(), silent, busy + lost) {
            (0, 0, 0) => Tone::Good,
            (0, 0, _) => Tone::Note,
            _ => Tone::Bad,
        };
        self.end(tone, &text)
    }
}

/// Why a run did not complete: the cause, and what the server said.
fn why(full: Option<&FullSchema>, job: &Job) -> String {
    let cause = full.and_then(|full| full.schema.finding.as_deref()).map(Finding::title);
    match (cause, error(full, job)) {
        (Some(cause), Some(error)) => format!(": {cause} ({error})"),
        (Some(text), None) | (None, Some(text)) => format!(": {text}"),
        (None, None) => String::new(),
    }
}

/// The beginning of what the server said.
fn error(full: Option<&FullSchema>, job: &Job) -> Option<String> {
    full.and_then(|full| full.schema.latest_error.known())
        .or(job.latest_error.known())
        .filter(|error| !error.is_blank())
        .map(|error| shortened(&error.shown()))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(ERROR_LIMIT) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
