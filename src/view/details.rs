//! Everything known of the selected source or table.

mod configuration;
mod lag;
mod source;
mod table;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::{Role, Theme};
use super::widgets::pane;
use super::{reader, text};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::selection::Selected;
use crate::warehouse::field::Field;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::State;
use crate::warehouse::text::Foreign;
use crate::warehouse::words;

/// Draws it.
pub(super) fn draw(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame) {
    let mut page = Page { model, theme, width: usize::from(area.width.saturating_sub(2)), lines: Vec::new() };
    match model.selected() {
        Selected::Nothing => page.sentence("Nothing is selected.", theme.style(Role::Faint)),
        Selected::Source(held) => source::show(&mut page, held),
        Selected::Schema(held, table, state) => table::show(&mut page, held, table, state),
    }
    let all = page.lines;
    let focused = model.focus == Pane::Details;
    let inside = pane(
        Line::from(Span::styled(" 3 Details ", theme.style(Role::Title))),
        focused,
        theme,
        area,
        frame.buffer_mut(),
    );
    let more = reader::show(&all, &model.details, theme, inside, frame);
    if more > 0 && !model.details.find.editing && !model.details.find.is_active() {
        let below = format!("{} below ", words::counted(more, "line"));
        frame.buffer_mut().set_stringn(
            area.x + 12,
            area.y,
            below,
            usize::from(area.width).saturating_sub(13),
            theme.style(Role::Faint),
        );
    }
}

/// The page being written.
struct Page<'a> {
    model: &'a Model,
    theme: &'a Theme,
    width: usize,
    lines: Vec<Line<'a>>,
}

/// Width of the names of fields.
const NAME: usize = 15;

/// How many runs a picture of one line shows.
const RUNS: usize = 24;

impl Page<'_> {
    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let style = self.theme.style(Role::Heading);
        self.lines.extend(text::wrap(text, self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    fn sentence(&mut self, sentence: &str, style: Style) {
        self.lines.extend(text::wrap(sentence, self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    fn text(&mut self, sentence: &str) {
        self.sentence(sentence, self.theme.style(Role::Text));
    }

    fn step(&mut self, number: usize, sentence: &str) {
        let style = self.theme.style(Role::Text);
        for (index, part) in text::wrap(sentence, self.width.saturating_sub(3)).into_iter().enumerate() {
            let lead = if index == 0 { format!("{number}. ") } else { "   ".to_owned() };
            self.lines.push(Line::styled(format!("{lead}{part}"), style));
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        self.styled_field(name, value, self.theme.style(Role::Text));
    }

    fn styled_field(&mut self, name: &str, value: &str, style: Style) {
        if self.theme.plain {
            return self.sentence(&format!("{name}: {value}"), style);
        }
        let room = self.width.saturating_sub(NAME + 1).max(8);
        for (index, part) in text::wrap(value, room).into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(text::fit(name, NAME, "…", false), self.theme.style(Role::Faint)),
                Span::raw(" "),
                Span::styled(part, style),
            ]));
        }
    }

    /// A field whose value is a picture.
    fn drawn(&mut self, name: &str, picture: Vec<Span<'static>>) {
        if !picture.is_empty() {
            let name = Span::styled(text::fit(name, NAME, "…", false), self.theme.style(Role::Faint));
            self.lines.push([name, Span::raw(" ")].into_iter().chain(picture).collect());
        }
    }

    /// A field that is left out when the server did not tell it.
    fn told(&mut self, name: &str, value: &Field<Foreign>) {
        match value {
            Field::Known(value) => self.field(name, &value.shown()),
            Field::Null => self.field(name, "–"),
            Field::Unknown => {}
        }
    }

    fn moment(&mut self, name: &str, at: &Field<jiff::Timestamp>) {
        match at {
            Field::Known(at) => {
                let text = format!("{} ({})", self.model.zone.moment(*at), words::ago(*at, self.model.now));
                self.field(name, &text);
            }
            Field::Null => self.field(name, "never"),
            Field::Unknown => self.field(name, "?"),
        }
    }

    fn state(&mut self, table: &Schema, state: State) {
        let style = self.theme.state(state);
        self.lines.push(Line::styled(format!("{} {}", self.theme.glyph(state), state.words()), style));
        self.text(table.meaning(state));
    }

    fn error(&mut self, title: &str, error: Option<&Foreign>) {
        if let Some(error) = error.filter(|error| !error.is_blank()) {
            self.heading(title);
            self.text(&error.shown_lines());
        }
    }
}
