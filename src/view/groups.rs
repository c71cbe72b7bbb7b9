//! Headings between tables.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use crate::app::model::groups::Head;
use crate::warehouse::schema::Schema;
use crate::warehouse::text::Foreign;
use crate::warehouse::words;

/// Draws a heading: where the tables under it belong, how many they are, and how many of them are broken.
pub(super) fn draw(head: &Head, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let parts = [&head.source, &head.namespace].into_iter().flatten();
    let parts: Vec<_> = parts.map(Foreign::shown).collect();
    let name = if parts.is_empty() { "no namespace".to_owned() } else { parts.join(" / ") };
    let count = words::counted(head.tables, "table");
    let broken = if head.broken > 0 { format!(", {} broken", head.broken) } else { String::new() };
    let room = usize::from(area.width).saturating_sub(2 + text::width(&count) + text::width(&broken));
    let line = Line::from(vec![
        Span::styled(text::cut(&name, room, theme.ellipsis()), theme.style(Role::Heading)),
        Span::styled(format!("  {count}"), theme.style(Role::Faint)),
        Span::styled(broken, theme.style(Role::Broken)),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
}

/// The name of a table below its heading, which says the namespace already.
pub(super) fn name_below(schema: &Schema) -> String {
    let title = schema.title();
    let rest = schema.namespace().and_then(|namespace| title.raw().strip_prefix(namespace)?.strip_prefix('.'));
    super::tables::name(&rest.map_or_else(|| title.clone(), Foreign::new))
}
