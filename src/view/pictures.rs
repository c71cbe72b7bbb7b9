//! Newest runs as cells of a table: drawn for eyes, counted for ears. Nothing is asked for them.

use ratatui::text::Span;

use super::chart;
use super::theme::{Role, Theme};
use super::widgets::table::Content;
use crate::app::model::Model;
use crate::app::model::strips::Strip;
use crate::warehouse::inventory::Held;
use crate::warehouse::job::Job;
use crate::warehouse::schema::Schema;
use crate::warehouse::status::Status;
use crate::warehouse::words;

/// What stands where no runs were read.
pub(super) const UNREAD: &str = "·";

/// The newest runs of a table: rows of each.
pub(super) fn of_table(model: &Model, schema: &Schema, width: u16, theme: &Theme) -> Content {
    cell(model.strips.of_table(&model.inventory, &schema.id), width, theme, chart::spark)
}

/// The newest runs of a source: how each went.
pub(super) fn of_source(model: &Model, held: &Held, width: u16, theme: &Theme) -> Content {
    cell(model.strips.of_source(&held.source.id), width, theme, chart::heat)
}

/// How runs are drawn: newest first, so many at most.
type Draw = fn(&[Job], usize, &Theme) -> Vec<Span<'static>>;

fn cell(strip: Option<Strip<'_>>, width: u16, theme: &Theme, draw: Draw) -> Content {
    let unread = || Span::styled(UNREAD, theme.style(Role::Faint));
    match strip {
        // Of every row that nothing is known, nobody wants to hear.
        None => Content::Drawn(vec![unread()], String::new()),
        Some(strip) if strip.jobs.is_empty() && (strip.older || strip.newer) => {
            Content::Drawn(vec![unread()], String::new())
        }
        Some(strip) if strip.jobs.is_empty() => {
            Content::Drawn(vec![Span::styled("none", theme.style(Role::Faint))], "none".to_owned())
        }
        Some(strip) => {
            let most = usize::from(width);
            let (spans, shown) = picture(&strip, most, theme, draw);
            let jobs = strip.jobs.iter().take(shown);
            let failed = jobs.filter(|job| matches!(job.status, Status::Failed | Status::Error)).count();
            Content::Drawn(spans, format!("{}, {failed} failed", words::counted(shown, "known run")))
        }
    }
}

/// Draws runs, and a mark where others may be missing; and how many are drawn.
pub(super) fn picture(strip: &Strip<'_>, most: usize, theme: &Theme, draw: Draw) -> (Vec<Span<'static>>, usize) {
    // With ASCII only, the dot is a low bar.
    let missing = || Span::styled(if theme.ascii { "~" } else { UNREAD }, theme.style(Role::Faint));
    let room = most.saturating_sub(usize::from(strip.newer));
    let shown = strip.jobs.len().min(room);
    let before = (strip.older && shown < room).then(missing);
    let after = strip.newer.then(missing);
    let runs = draw(strip.jobs, shown, theme);
    (before.into_iter().chain(runs).chain(after).collect(), shown)
}
