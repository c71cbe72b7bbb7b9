//! A change of several tables, before it is sent: what has moved under it, what it costs, and what is sent.

use ratatui::text::Line;

use crate::app::model::Model;
use crate::app::model::runbook::Opened;
use crate::view::theme::{Role, Theme};
use crate::view::widgets::prose::wrapped;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::text::clean;

/// Everything that should be known of it.
pub(super) fn lines<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let mut told: Vec<(String, Role)> = Vec::new();
    if !opened.book.drift().is_empty() {
        told.push(("Changed since you saw it, so nothing was sent. Look at it again:".to_owned(), Role::Doubtful));
        told.extend(opened.book.drift().iter().map(|one| (format!("  {one}"), Role::Doubtful)));
    }
    told.extend(opened.book.cost(&model.inventory).map(|cost| (cost, Role::Text)));
    told.extend(requests(model, opened));
    told.into_iter().flat_map(|(line, role)| wrapped(&clean(&line, false), width, theme.style(role))).collect()
}

/// What a change of several tables would send, exactly.
fn requests(model: &Model, opened: &Opened) -> Vec<(String, Role)> {
    let project = model.settings.place().and_then(|place| ProjectId::new(place.project));
    let Some(project) = project.filter(|_| opened.book.situation().wish.is_some()) else { return Vec::new() };
    let mut told = Vec::new();
    for request in opened.book.requests(project, &model.inventory) {
        told.push((format!("Sent as it stands here: {}", request.shown()), Role::Faint));
        match request.body.as_ref().and_then(|body| body.get("schemas")).and_then(|rows| rows.as_array()) {
            Some(rows) => {
                told.push(("{\"schemas\": [".to_owned(), Role::Text));
                let last = rows.len().saturating_sub(1);
                told.extend(rows.iter().enumerate().map(|(place, row)| {
                    let comma = if place < last { "," } else { "" };
                    (format!("  {row}{comma}"), Role::Text)
                }));
                told.push(("]}".to_owned(), Role::Text));
            }
            None => told.extend(request.body.as_ref().map(|body| (body.to_string(), Role::Text))),
        }
    }
    told
}
