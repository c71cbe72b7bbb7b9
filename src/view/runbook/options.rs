//! Rows under the cursor: the tables that can be taken out and in, and what can be picked.

use ratatui::text::Line;

use super::spans_sources;
use crate::app::model::Model;
use crate::app::model::runbook::Opened;
use crate::view::text;
use crate::view::theme::{Role, Theme};
use crate::view::widgets::prose::wrapped;
use crate::warehouse::recovery::runbook::{Choice, Waits};
use crate::warehouse::words;

pub(super) fn tables<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let of_several = spans_sources(model, opened);
    let each = opened.book.situation().tables.iter().enumerate().map(|(row, table)| {
        let mark = if table.chosen { "[x]" } else { "[ ]" };
        let held = model.inventory.schema(&table.id).map(|(held, ..)| held).filter(|_| of_several);
        // Tables of one name in several sources are common.
        let of = held.map(|held| format!("{} / ", held.title().shown())).unwrap_or_default();
        let name = format!("{of}{}", table.name.shown());
        let name = text::cut(&name, width.saturating_sub(34).max(12), theme.ellipsis());
        let (told, role) = match table.barred {
            Some(why) => (format!("{mark} {name}  {why}"), Role::Faint),
            None => (format!("{mark} {name}  {}, {}", table.state.words(), words::told_rows(table.rows)), Role::Text),
        };
        row_line(&told, row == opened.cursor, role, theme, width)
    });
    each.collect()
}

pub(super) fn choices<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let several = opened.book.waits() == Waits::Several;
    let mut all = Vec::new();
    // Of the one under the cursor everything is said.
    let room = |choice: &Choice| text::width(&choice.title) + text::width(&choice.reason) + 22;
    let cut = |choice: &&Choice| !choice.reason.is_empty() && room(choice) > width;
    if let Some(choice) = opened.book.choices().get(opened.cursor).filter(cut) {
        all.extend(wrapped(&format!("Why: {}.", choice.reason), width, theme.style(Role::Faint)));
    }
    all.extend(opened.book.choices().iter().enumerate().map(|(row, choice)| {
        let mark = match (several, opened.picked.contains(&row)) {
            (true, true) => "[x] ",
            (true, false) => "[ ] ",
            (false, _) => "",
        };
        let best = if choice.recommended && !several { "recommended, " } else { "" };
        let (told, role) = match &choice.blocked {
            Some(why) => (format!("{mark}{}  not possible: {why}", choice.title), Role::Faint),
            None => (format!("{mark}{}  {best}{}", choice.title, choice.reason), Role::Text),
        };
        row_line(&told, row == opened.cursor, role, theme, width)
    }));
    all
}

fn row_line<'a>(told: &str, here: bool, role: Role, theme: &Theme, width: usize) -> Line<'a> {
    let style = theme.style(if here { Role::Selected } else { role });
    Line::styled(text::fit(told, width, theme.ellipsis(), false), style)
}
