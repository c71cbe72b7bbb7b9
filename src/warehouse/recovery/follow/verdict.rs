//! How it ended, in a sentence.

use super::watch::Run;
use super::{Act, Evidence, Follow, Outcome, Step, Tone};
use crate::warehouse::field::Field;
use crate::warehouse::finding::Finding;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::job::Job;
use crate::warehouse::status::Status;
use crate::warehouse::survey::FullSchema;
use crate::warehouse::words::{count, counted, counted_rows, span};

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
                _ => {
                    let text = "delete data accepted; what is there now could not be read back";
                    self.end_as(Outcome::Unknown, Tone::Note, text)
                }
            },
            Act::Switch => self.conclude_switch(full),
            Act::ReloadSource => self.conclude_many(),
            _ => self.conclude_one(full),
        }
    }

    /// The source was read back after a change was accepted, or could not be.
    pub(super) fn conclude_change(&mut self, evidence: &Evidence<'_>) -> Vec<Step> {
        let remark = self.remark.take().map(|remark| format!(": {remark}")).unwrap_or_default();
        let unread = matches!(evidence, Evidence::Unread(_));
        let word = match self.act {
            Act::RefreshSchemas => return self.end(Tone::Good, &format!("table list read again{remark}")),
            Act::SwitchSome => return self.conclude_some(evidence, &remark),
            Act::UpdateSource => "settings updated",
            Act::EnableCdc => "CDC is on",
            Act::DisableCdc => "CDC is off",
            Act::RepairCdc => "CDC repaired",
            Act::CreateWebhook => "webhook registered",
            Act::UpdateWebhook => "webhook updated",
            Act::DeleteWebhook => "webhook removed",
            _ => return self.conclude(None),
        };
        match self.shown_by(evidence) {
            Some(true) => self.end(Tone::Good, &format!("{word}{remark}")),
            // The server's own word stands where nothing speaks against it.
            None if !unread => self.end(Tone::Good, &format!("{word}{remark}")),
            None => self.end(Tone::Note, &format!("{word}{remark}, as the server says; it could not be read back")),
            Some(false) => {
                let text = format!("the server accepted the {}, but it does not show", self.act.word());
                self.end(Tone::Bad, &text)
            }
        }
    }

    /// Which of several tables were changed: the request is not atomic (contract, section 9.2).
    fn conclude_some(&mut self, evidence: &Evidence<'_>, remark: &str) -> Vec<Step> {
        let all = self.subject.tables.len();
        let missing = match evidence {
            Evidence::Source(source) => self.wanted.missing_in(source),
            _ => None,
        };
        match missing {
            None => {
                let text = "update accepted; the tables could not be read back";
                self.end_as(Outcome::Unknown, Tone::Note, text)
            }
            Some(missing) if missing.is_empty() => self.end(Tone::Good, &format!("{} updated", counted(all, "table"))),
            Some(missing) => {
                let names: Vec<String> = missing.iter().take(3).map(|id| self.name_of(id)).collect();
                let more = missing.len().saturating_sub(names.len());
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let text = format!(
                    "{} of {} updated; not {}{more}{remark}",
                    count((all.saturating_sub(missing.len())) as u64),
                    counted(all, "table"),
                    names.join(", ")
                );
                self.left_out = missing;
                self.end(Tone::Bad, &text)
            }
        }
    }

    fn name_of(&self, id: &SchemaId) -> String {
        let name = self.subject.tables.iter().find(|(table, _)| table == id);
        name.map_or_else(|| id.as_str().to_owned(), |(_, name)| name.shown().into_owned())
    }

    fn conclude_switch(&mut self, full: Option<&FullSchema>) -> Vec<Step> {
        let word = |on: bool| if on { "on" } else { "off" };
        match (self.wanted.on(), full.and_then(|full| Some((full, full.schema.should_sync?)))) {
            (_, None) => self.end_as(Outcome::Unknown, Tone::Note, "update accepted; the table could not be read back"),
            (Some(wanted), Some((_, on))) if wanted != on => {
                let text = format!("the server accepted the update, but the table is still {}", word(on));
                self.end(Tone::Bad, &text)
            }
            (_, Some((full, _))) if self.wanted.in_table(full) == Some(false) => {
                self.end(Tone::Bad, "the server accepted the update, but the table is unchanged")
            }
            (None, _) => self.end(Tone::Good, "updated"),
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
        let (tone, text) = self.of_the_run(full);
        self.end(tone, &text)
    }

    fn of_the_run(&self, full: Option<&FullSchema>) -> (Tone, String) {
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
            let rows = rows.map(|rows| format!(", {}", counted_rows(rows))).unwrap_or_default();
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
