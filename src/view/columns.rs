//! The columns of a table: which are shown, in which order, how wide, and what is sorted by. The table stays in sight
//! above the list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::modal;
use super::widgets::table::arrow;
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::columns::{Chosen, Column, Offer, Offered, Pick, SchemaColumn};
use crate::app::model::overlay::Chooser;
use crate::app::model::table::Sort;

/// How wide the box is.
const WIDTH: u16 = 74;

/// Cells of a title.
const TITLE: usize = 10;

/// Cells of a width, and of what is sorted by.
const NUMBER: usize = 8;

/// Draws it.
pub(super) fn draw(model: &Model, chooser: Chooser, theme: &Theme, frame: &mut Frame) {
    let room = model.layout().map_or(0, |layout| layout.pane(chooser.of).inside().width);
    match chooser.of {
        Pane::Sources => {
            let list = List {
                chosen: &model.columns.sources,
                shown: model.source_columns(room),
                needless: |_| None,
                sorts: model.sources.sorts(),
                theme,
            };
            list.draw(chooser.cursor, frame);
        }
        Pane::Schemas | Pane::Details => {
            // Why the source is no column, as `Model::schema_columns` has it.
            let in_title = match (model.all_tables, model.schemas.heads().is_empty()) {
                (false, _) => Some("in title"),
                (true, false) => Some("in heads"),
                (true, true) => None,
            };
            let list = List {
                chosen: &model.columns.tables,
                shown: model.schema_columns(room),
                needless: |id| in_title.filter(|_| id == SchemaColumn::Source),
                sorts: model.schemas.sorts(),
                theme,
            };
            list.draw(chooser.cursor, frame);
        }
    }
}

struct List<'a, Id, Why> {
    chosen: &'a Chosen<Id>,
    shown: Vec<(Column<Id>, u16)>,
    /// Where else it stands that would be in this column.
    needless: Why,
    sorts: Vec<Sort>,
    theme: &'a Theme,
}

impl<Id: Offered, Why: Fn(Id) -> Option<&'static str>> List<'_, Id, Why> {
    fn draw(&self, cursor: usize, frame: &mut Frame) {
        let theme = self.theme;
        let picks = self.chosen.picks();
        let wanted = u16::try_from(picks.len() + 2).unwrap_or(u16::MAX);
        let list = modal::open_below(&format!("Columns of {}", Id::ROWS), WIDTH, wanted, theme, frame);
        let buffer = frame.buffer_mut();
        let height = usize::from(list.height);
        let start = cursor.saturating_sub(height / 2).min(picks.len().saturating_sub(height));
        for (index, (pick, y)) in picks.iter().skip(start).zip(list.y..list.bottom()).enumerate() {
            let Some(offer) = Id::offers().iter().find(|offer| offer.column.id == pick.id) else { continue };
            buffer.set_line(list.x, y, &self.row(*pick, offer, usize::from(list.width)), list.width);
            if start + index == cursor {
                buffer.set_style(Rect { y, height: 1, ..list }, theme.style(Role::Selected));
            }
        }
    }

    fn row(&self, pick: Pick<Id>, offer: &Offer<Id>, width: usize) -> Line<'static> {
        let theme = self.theme;
        let mark = match (pick.shown, theme.ascii) {
            (true, true) => "x ",
            (true, false) => "✓ ",
            (false, _) => "  ",
        };
        let on_screen = self.shown.iter().find(|(column, _)| column.id == pick.id).map(|(_, width)| *width);
        let wide = match (pick.shown, on_screen, pick.width) {
            (false, ..) => "hidden".to_owned(),
            (true, None, _) => (self.needless)(pick.id).unwrap_or("no room").to_owned(),
            (true, Some(width), None) => format!("({width})"),
            (true, Some(width), Some(_)) => width.to_string(),
        };
        let number = pick.id.number();
        let sorted = self.sorts.iter().position(|sort| Some(sort.column) == number);
        if theme.plain {
            let wide = on_screen.filter(|_| pick.shown).map_or(wide, |width| format!("shown, width {width}"));
            return spoken(offer, &wide, sorted.map(|place| (place, self.sorts[place].reversed)));
        }
        let sorted = sorted
            .map_or_else(String::new, |place| format!("{}{}", place + 1, arrow(self.sorts[place].reversed, theme)));
        let room = width.saturating_sub(2 + TITLE + 1 + NUMBER + 1 + 3);
        let faint = theme.style(Role::Faint);
        let title = theme.style(if pick.shown { Role::Text } else { Role::Faint });
        Line::from(vec![
            Span::styled(mark, theme.style(Role::Good)),
            Span::styled(text::fit(offer.column.title, TITLE, theme.ellipsis(), false), title),
            Span::styled(format!(" {}", text::fit(&wide, NUMBER, theme.ellipsis(), true)), title),
            Span::styled(format!(" {} ", text::fit(&sorted, 2, theme.ellipsis(), false)), theme.style(Role::Key)),
            Span::styled(text::cut(offer.about, room, theme.ellipsis()), faint),
        ])
    }
}

/// A row for ears: no signs, and words for what stands where.
fn spoken<Id>(offer: &Offer<Id>, wide: &str, sorted: Option<(usize, bool)>) -> Line<'static> {
    let sorted = sorted.map_or_else(String::new, |(place, reversed)| {
        let direction = if reversed { ", turned around" } else { "" };
        format!(", order {}{direction}", place + 1)
    });
    Line::from(format!("{}: {wide}{sorted}; {}", offer.column.title, offer.about))
}
