//! A table: how it is, why, what helps, and its newest runs.

use super::{NAME, Page, RUNS};
use crate::app::commands::CommandId;
use crate::view::theme::Role;
use crate::view::widgets::with_keys;
use crate::view::{chart, pictures, text};
use crate::warehouse::diagnosis::CauseId;
use crate::warehouse::freshness::age;
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::recovery::proposal::{Move, proposed};
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::words;

/// Writes it.
pub(super) fn show(page: &mut Page<'_>, held: &Held, table: &Schema, state: State) {
    page.heading(&format!("{} / {}", held.title().shown(), table.title().shown()));
    page.state(table, state);
    if state == State::Unknown {
        page.field("server's status", &table.status.to_string());
    }
    cause(page, table, state);
    recovery(page, held, table, state);
    let old = !state.is_failure();
    let title = if old { "Last error (may be old)" } else { "Error" };
    page.error(title, table.latest_error.known());
    runs(page, table);
    super::configuration::show(page, table, state);
}

fn cause(page: &mut Page<'_>, table: &Schema, state: State) {
    if !state.is_failure() {
        return;
    }
    page.heading("Root cause");
    let Some(finding) = table.finding.as_deref() else {
        page.text("The run failed without a text that says why.");
        return;
    };
    page.sentence(&finding.title(), page.theme.state(state));
    page.text(&finding.cause.meaning.shown());
    if let Some(name) = &finding.verdict.identifier {
        page.field("concerns", &name.shown());
    }
    if let Some(evidence) = &finding.verdict.evidence {
        page.field("evidence", &format!("“{}”", evidence.text.shown()));
    }
    if let Some(other) = finding.verdict.also.iter().find(|other| other.as_str() != CauseId::UNKNOWN) {
        page.field("or perhaps", &other.as_str().replace('_', " "));
    }
}

fn recovery(page: &mut Page<'_>, held: &Held, table: &Schema, state: State) {
    let Some(proposal) = proposed(&page.model.inventory, held, table, state) else { return };
    page.heading(&format!("Recovery {}: {}", proposal.letter, proposal.letter.meaning()));
    let known_why = state.is_failure();
    if !known_why {
        page.text(&proposal.why);
    }
    if let Some(trouble) = page.model.inventory.trouble(held, table, state) {
        page.field("evidence", &format!("“{}”", trouble.evidence.shown()));
    }
    for (index, step) in proposal.steps.iter().enumerate() {
        page.step(index + 1, step);
    }
    let role = if proposal.loses.is_none() { Role::Good } else { Role::Danger };
    page.sentence(proposal.lost(), page.theme.style(role));
    if let Some(next) = proposal.next {
        let (command, word) = match next {
            Move::Reload => (CommandId::Reload, "reloads it"),
            Move::Cancel => (CommandId::Cancel, "cancels the run"),
            Move::Resume => (CommandId::PauseResume, "switches it on again, once the cause is fixed"),
            Move::Resync => (CommandId::Resync, "resyncs it, after asking"),
            Move::DeleteData => (CommandId::DeleteData, "deletes its data, after asking"),
        };
        let sentence = format!("`{}` {word}", page.model.keymap.key(command));
        let style = page.theme.style(Role::Text);
        for line in text::wrap(&sentence, page.width) {
            page.lines.push(with_keys(&line, style, page.theme));
        }
    }
}

fn runs(page: &mut Page<'_>, table: &Schema) {
    let Some(runs) = page.model.inventory.runs(&table.id) else {
        page.heading("Runs");
        return page.sentence("Not read yet.", page.theme.style(Role::Faint));
    };
    let now = page.model.now;
    page.heading("Runs");
    if let Some(job) = runs.running() {
        let elapsed = job.created_at.map_or("?".to_owned(), |at| words::span(age(at, now)));
        let mut usual = runs.usual().map_or(String::new(), |usual| format!(", usually {}", words::span(usual)));
        let beyond = job.created_at.zip(runs.usual()).map(|(at, usual)| age(at, now) - usual);
        if let Some(beyond) = beyond.filter(|beyond| beyond.as_secs() > 0) {
            usual = format!("{usual}, over by {}", words::span(beyond));
        }
        page.field("running", &format!("{elapsed}{usual}, {} so far", words::told_rows(job.rows)));
        // Ears get the words alone.
        if let (Some(at), Some(usual), false) = (job.created_at, runs.usual(), page.theme.plain) {
            let seconds = |span: jiff::SignedDuration| u64::try_from(span.as_secs()).unwrap_or(0);
            let (elapsed, width) = (age(at, now), page.width.saturating_sub(NAME + 1).min(20));
            let style = page.theme.style(if elapsed > usual * 2 { Role::Doubtful } else { Role::Moving });
            page.styled_field("", &chart::gauge(seconds(elapsed), seconds(usual), width, page.theme), style);
        }
    }
    let strip = page.model.strips.of_table(&page.model.inventory, &table.id);
    if let Some(strip) = strip.filter(|strip| !strip.jobs.is_empty()) {
        page.drawn("rows each run", pictures::picture(&strip, RUNS, page.theme, chart::spark).0);
    }
    if let Some(since) = runs.failing_since() {
        page.field("failing since", &format!("{} ({})", page.model.zone.moment(since), words::ago(since, now)));
    }
    for job in runs.jobs().iter().filter(|job| !job.is_running()).take(5) {
        let zone = &page.model.zone;
        let at = job.created_at.map_or("?".to_owned(), |at| at.strftime("%m-%d %H:%MZ").to_string());
        let local = job.created_at.and_then(|at| zone.here(at)).map_or(String::new(), |local| format!("= {local}; "));
        page.field(&at, &format!("{local}{}", job_words(job)));
    }
    if runs.jobs().is_empty() {
        page.text("No job of this table is known to the server.");
    }
    let key = |command| page.model.keymap.key(command);
    let sentence = format!("`{}` shows every job, `{}` the log.", key(CommandId::History), key(CommandId::Logs));
    page.lines.push(with_keys(&sentence, page.theme.style(Role::Faint), page.theme));
}

fn job_words(job: &Job) -> String {
    let took = job.duration().map_or(String::new(), |took| format!(", {}", words::span(took)));
    format!("{}, {}{took}", job.status, words::told_rows(job.rows))
}
