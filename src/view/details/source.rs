//! A source: how its tables are, and how it is connected.

use super::{Page, RUNS};
use crate::view::theme::Role;
use crate::view::{chart, pictures};
use crate::warehouse::field::Field;
use crate::warehouse::inventory::Held;
use crate::warehouse::state::Severity;
use crate::warehouse::text::clean;
use crate::warehouse::words;

/// Writes it.
pub(super) fn show(page: &mut Page<'_>, held: &Held) {
    let source = &held.source;
    page.heading(&held.title().shown());
    match held.tally.worst {
        Some(state) if held.error.is_some() => {
            let trouble = held.trouble().unwrap_or_default();
            let style = page.theme.state(state);
            page.sentence(&format!("{} {}: {trouble}", page.theme.glyph(state), state.severity().words()), style);
        }
        Some(state) if state.severity() <= Severity::Doubtful => {
            let style = page.theme.state(state);
            let counts = [(held.tally.broken, "broken"), (held.tally.doubtful, "doubtful")];
            let counts: Vec<String> =
                counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
            let text = format!(
                "{} {}: {} of {}",
                page.theme.glyph(state),
                state.severity().words(),
                counts.join(", "),
                words::counted(held.tally.total, "table"),
            );
            page.sentence(&text, style);
        }
        Some(_) => page.sentence("Nothing is broken here.", page.theme.style(Role::Well)),
        None => page.sentence("This source has no tables.", page.theme.style(Role::Faint)),
    }
    if held.tally.switched_off > 0 {
        let text = format!(
            "PostHog switched off {}; they stay off until re-enabled, whatever else is fixed.",
            words::counted(held.tally.switched_off, "table")
        );
        page.text(&text);
    }
    let mut causes: Vec<(String, usize)> = Vec::new();
    for (table, state) in held.tables().filter(|(_, state)| state.severity() == Severity::Broken) {
        let cause = table.trouble(state).unwrap_or_default();
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => causes.push((cause, 1)),
        }
    }
    if let Some(strip) = page.model.strips.of_source(&source.id).filter(|strip| !strip.jobs.is_empty()) {
        page.drawn("newest runs", pictures::picture(&strip, RUNS, page.theme, chart::heat).0);
    }
    if !causes.is_empty() {
        page.heading("What is wrong");
        for (cause, count) in causes {
            page.field(&words::counted(count, "table"), &cause);
        }
    }
    super::lag::show(page, held);
    page.heading("Source");
    page.field("type", &source.kind.shown());
    page.field("server's status", &source.status.to_string());
    if source.direct {
        page.field("access", "direct: queried live, nothing is synced");
    }
    page.told("prefix", &source.prefix);
    page.told("description", &source.description);
    page.moment("last run", &source.last_run_at);
    page.moment("created", &source.created_at);
    page.told("created by", &source.created_by);
    if let Field::Known(auto) = source.auto_sync_new_schemas {
        page.field("new tables", if auto { "switched on by themselves" } else { "stay off" });
    }
    page.told("API version", &source.api_version);
    page.told("your access", &source.access_level);
    page.field("id", &clean(source.id.as_str(), false));
    if !source.settings.is_empty() {
        page.heading("Connection");
        for (name, value) in &source.settings {
            page.field(&name.shown(), &value.shown());
        }
    }
    page.error("Error the server shows for it (may be old)", source.latest_error.known());
}
