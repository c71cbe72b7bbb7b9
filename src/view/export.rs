//! The question for the name of a file.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::prose::wrapped;
use super::widgets::{lines, modal};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::export::Export;
use crate::warehouse::words;

/// Draws it.
pub(super) fn draw(model: &Model, export: &Export, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 84;
    let (rows, what) = match export.pane {
        Pane::Sources => (model.sources.rows().len(), "source"),
        Pane::Schemas | Pane::Details => (model.schemas.rows().len(), "table"),
    };
    let width = modal::inner_width(WIDTH, frame.area());
    let said = match &export.refused {
        Some(reason) => (reason.as_str(), Role::Bad),
        None if export.writing => ("Writing it.", Role::Faint),
        None => ("The ending decides: .csv or .json. A file that exists is never written over.", Role::Faint),
    };
    let over = export.input.visual_cursor().saturating_sub(width.saturating_sub(3));
    let name: String = export.input.value().chars().skip(over).collect();
    let mut all = vec![
        Line::styled(
            format!("{}, as filtered and sorted, to the file", words::counted(rows, what)),
            theme.style(Role::Text),
        ),
        Line::from(vec![Span::styled("> ", theme.style(Role::Key)), Span::styled(name, theme.style(Role::Text))]),
    ];
    all.extend(wrapped(said.0, width, theme.style(said.1)));
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open("Export", WIDTH, height, theme, frame);
    lines(&all, 0, inside, frame.buffer_mut());
    let at = 2 + u16::try_from(export.input.visual_cursor() - over).unwrap_or(0);
    frame.set_cursor_position((inside.x.saturating_add(at).min(inside.right().saturating_sub(1)), inside.y + 1));
}
