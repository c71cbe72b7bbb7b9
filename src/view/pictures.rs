//! Newest runs as cells of a table: drawn for eyes, counted for ears. Nothing is asked for them.

use ratatui::text::Span;

use super::chart;
use super::theme::{Role, Theme};
use super::widgets::table::Content;
use crate::app::model::Model;
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::schema::Schema;
use crate::warehouse::status::Status;
use crate::warehouse::words;

/// What stands where no runs were read.
pub(super) const UNREAD: &str = "·";

/// The newest runs of a table: rows of each.
pub(super) fn of_table(model: &Model, schema: &Schema, width: u16, theme: &Theme) -> Content {
    let runs = model.inventory.runs(&schema.id).filter(|runs| runs.read_at().is_some());
    let Some(runs) = runs else { return unread(theme) };
    let most = usize::from(width);
    drawn(runs.jobs(), most, chart::spark(runs.jobs(), most, theme), theme)
}

/// The newest runs of a source: how each went.
pub(super) fn of_source(model: &Model, held: &Held, width: u16, theme: &Theme) -> Content {
    let Some(jobs) = model.strips.of(&held.source.id) else { return unread(theme) };
    let most = usize::from(width);
    drawn(jobs, most, chart::heat(jobs, most, theme), theme)
}

fn unread(theme: &Theme) -> Content {
    // Of every row that nothing is known, nobody wants to hear.
    Content::Drawn(vec![Span::styled(UNREAD, theme.style(Role::Faint))], String::new())
}

fn drawn(jobs: &[Job], most: usize, spans: Vec<Span<'static>>, theme: &Theme) -> Content {
    let shown = || jobs.iter().take(most);
    if jobs.is_empty() {
        return Content::Drawn(vec![Span::styled("none", theme.style(Role::Faint))], "none".to_owned());
    }
    let failed = shown().filter(|job| matches!(job.status, Status::Failed | Status::Error)).count();
    Content::Drawn(spans, format!("{}, {failed} failed", words::counted(shown().count(), "known run")))
}
