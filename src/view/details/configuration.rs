//! How a table is set up, as the list and its full form tell it.

use super::Page;
use crate::view::theme::Role;
use crate::warehouse::field::Field;
use crate::warehouse::filter::RowFilter;
use crate::warehouse::freshness::{allowance, is_behind};
use crate::warehouse::runs::Runs;
use crate::warehouse::schedule::{self, Next};
use crate::warehouse::schema::{Schema, SchemaDetail};
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::State;
use crate::warehouse::text::{Foreign, clean};
use crate::warehouse::words;

/// Writes it.
pub(super) fn show(page: &mut Page<'_>, table: &Schema, state: State) {
    page.heading("Configuration");
    let method = match &table.sync_type {
        Field::Known(method) => method.to_string(),
        Field::Null => "not set up".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.field("method", &method);
    page.field("switched on", table.should_sync.map_or("?", |on| if on { "yes" } else { "no" }));
    let frequency = match &table.frequency {
        Field::Known(frequency) => frequency.to_string(),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.field("every", &frequency);
    page.moment("last synced", &table.last_synced_at);
    next_sync(page, table, state);
    if let Some(allowed) =
        allowance(table.frequency.known(), page.model.inventory.runs(&table.id).map(Runs::rhythm).unwrap_or_default())
            .filter(|_| table.should_sync == Some(true))
    {
        page.field("fresh up to", &words::span(allowed));
    }
    page.field("rows", &words::rows(table.rows()));
    page.field("server's status", &table.status.to_string());
    if let Field::Known(stored) = &table.table {
        page.field("stored as", &stored.name.shown());
    }
    full(page, table);
    page.field("source name", &table.name.shown());
    page.field("id", &clean(table.id.as_str(), false));
}

/// What only the full form tells, and from when that is where it is older than what stands above it.
fn full(page: &mut Page<'_>, table: &Schema) {
    let model = page.model;
    let known = model.inventory.detail(&table.id).zip(model.inventory.detail_read_at(&table.id));
    let failure = model.details_failure.as_ref().filter(|(id, _)| *id == table.id).map(|(_, failure)| failure);
    if let Some(failure) = failure {
        let again = if known.is_some() { " again" } else { "" };
        let text = format!("The full configuration could not be read{again}: {}.", failure.explanation());
        page.sentence(&text, page.theme.style(Role::Bad));
    }
    let faint = page.theme.style(Role::Faint);
    match known {
        Some((detail, read_at)) => {
            if failure.is_some() || is_behind(read_at, model.link.read_at.unwrap_or(model.now)) {
                let text = format!("{} ({})", model.zone.moment(read_at), words::ago(read_at, model.now));
                page.styled_field("settings as of", &text, faint);
            }
            full_configuration(page, table, detail);
        }
        None if failure.is_none() => page.sentence("Reading the full configuration.", faint),
        None => {}
    }
}

fn next_sync(page: &mut Page<'_>, table: &Schema, state: State) {
    let inventory = &page.model.inventory;
    let now = page.model.now;
    let text = match schedule::next(table, state, inventory.detail(&table.id), inventory.runs(&table.id), now) {
        Some(Next::Now) => "now".to_owned(),
        Some(Next::About(at)) => format!("about {} ({})", page.model.zone.moment(at), schedule::until(at, now)),
        Some(Next::Due(at)) => format!("was due {}", words::ago(at, now)),
        None => return,
    };
    page.field("next sync", &text);
}

fn full_configuration(page: &mut Page<'_>, table: &Schema, detail: &SchemaDetail) {
    let names = |names: &Field<Vec<Foreign>>, none: &str| match names {
        Field::Known(names) if names.is_empty() => none.to_owned(),
        Field::Known(names) => names.iter().map(Foreign::shown).collect::<Vec<_>>().join(", "),
        Field::Null => none.to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    let number = |number: &Field<u64>, unit: &str| match number {
        Field::Known(number) => format!("{number} {unit}"),
        Field::Null => "–".to_owned(),
        Field::Unknown => "?".to_owned(),
    };
    page.told("cursor column", &detail.incremental_field);
    page.told("cursor type", &detail.incremental_field_type);
    page.field("lookback", &number(&detail.lookback_seconds, "s"));
    page.field("primary key", &names(&detail.primary_keys, "–"));
    page.told("time of day", &detail.sync_time_of_day);
    page.field("full refresh", &number(&detail.full_refresh_days, "days apart"));
    if detail.full_refresh_days.known().is_some() {
        page.told("full one at", &detail.full_refresh_time);
    }
    if detail.next_full_refresh_at.known().is_some() {
        page.moment("next full one", &detail.next_full_refresh_at);
    }
    // The server says `consolidated` even of tables that have nothing to do with CDC.
    if table.syncs_by(&SyncType::Cdc) {
        page.told("CDC mode", &detail.cdc_table_mode);
    }
    if let Field::Known(blocked) = &detail.sync_blocked {
        let style = page.theme.style(Role::Broken);
        page.styled_field("blocked by", &blocked.shown(), style);
    }
    page.field("columns synced", &names(&detail.enabled_columns, "all"));
    if let Field::Known(filters) = &detail.row_filters {
        let all = if filters.is_empty() { "–".to_owned() } else { RowFilter::line(filters) };
        page.field("row filters", &all);
    }
    if let Field::Known(columns) = detail.columns {
        page.field("columns", &columns.to_string());
    }
    page.told("query name", &detail.query_name);
    page.told("description", &detail.description);
    page.told("API version", &detail.api_version);
    page.told("your access", &detail.access_level);
}
