//! A form as it is looked at and typed into.

use std::fmt;

use tui_input::Input;

use crate::warehouse::recovery::form::{Control, FormDraft, Purpose, Row, RowId, Value};
use crate::warehouse::text::Foreign;

/// Where the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// On a row.
    Row(RowId),
    /// On the button that sends.
    Send,
}

/// A form, where the cursor is in it, and the line being edited.
#[derive(Clone)]
pub struct FormView {
    draft: FormDraft,
    focus: Focus,
    input: Input,
    revealed: bool,
}

impl FormView {
    /// A form with the cursor where typing most likely starts: on the secret for new credentials, else on the first
    /// row that can be changed.
    #[must_use]
    pub fn new(draft: FormDraft) -> Self {
        let editable = |row: &Row| row.control != Control::Web;
        let secret = |row: &Row| row.secret && draft.purpose() != Purpose::Settings;
        let first = draft.rows().find(secret).or_else(|| draft.rows().find(editable)).map(|row| row.id);
        let focus = first.map_or(Focus::Send, Focus::Row);
        let mut view = Self { draft, focus, input: Input::default(), revealed: false };
        view.go(focus);
        view
    }

    /// What was filled in so far.
    #[must_use]
    pub fn draft(&self) -> &FormDraft {
        &self.draft
    }

    /// The same, to be changed. What the cursor is on is read again.
    pub fn change(&mut self, change: impl FnOnce(&mut FormDraft)) {
        change(&mut self.draft);
        if self.place().is_none() {
            self.go(Focus::Send);
        } else if self.typed().is_some_and(|text| text != self.input.value()) {
            self.go(self.focus);
        }
    }

    /// Where the cursor is.
    #[must_use]
    pub fn focus(&self) -> Focus {
        self.focus
    }

    /// The row with the cursor.
    #[must_use]
    pub fn row(&self) -> Option<Row<'_>> {
        match self.focus {
            Focus::Row(id) => self.draft.row(id),
            Focus::Send => None,
        }
    }

    /// The line being edited. It may hold a secret.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Whether the secret being edited may be seen.
    #[must_use]
    pub fn revealed(&self) -> bool {
        self.revealed
    }

    /// Shows the secret being edited, or hides it again.
    pub fn reveal(&mut self) {
        self.revealed = !self.revealed && self.row().is_some_and(|row| row.secret);
    }

    /// Hides the secret being edited.
    pub fn hide(&mut self) {
        self.revealed = false;
    }

    /// Puts the cursor somewhere. A secret that was shown is hidden again.
    pub fn go(&mut self, focus: Focus) {
        self.focus = focus;
        self.revealed = false;
        self.input = self.typed().map(ToOwned::to_owned).map(Input::new).unwrap_or_default();
    }

    /// Moves the cursor by so many places; the last one is the button.
    pub fn step(&mut self, by: isize, around: bool) {
        let places = self.places();
        let Some(at) = places.iter().position(|place| *place == self.focus) else { return self.go(Focus::Send) };
        let last = places.len().saturating_sub(1);
        let next = match at.checked_add_signed(by) {
            Some(next) if next <= last => next,
            Some(_) => {
                if around {
                    0
                } else {
                    last
                }
            }
            None => {
                if around {
                    last
                } else {
                    0
                }
            }
        };
        if let Some(place) = places.get(next) {
            self.go(*place);
        }
    }

    /// Whether the cursor is on the last row.
    #[must_use]
    pub fn on_last_row(&self) -> bool {
        self.place().is_some_and(|at| at + 2 == self.places().len())
    }

    /// Edits the line the cursor is on; what comes of it stands in the draft at once.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Input)) {
        let Focus::Row(id) = self.focus else { return };
        let Some(before) = self.typed().map(ToOwned::to_owned) else { return };
        edit(&mut self.input);
        if self.input.value() != before {
            self.draft.set_text(id, self.input.value().to_owned());
        }
    }

    /// The server refused; the cursor goes where it says so.
    pub fn refused(&mut self, attr: Option<&Foreign>, detail: &Foreign) {
        self.draft.refused(attr, detail);
        self.go_to_refusal();
    }

    /// The draft itself refused; the cursor goes to the first row that is not right.
    pub fn show(&mut self, refusals: Vec<(String, String)>) {
        self.draft.show(refusals);
        self.go_to_refusal();
    }

    fn go_to_refusal(&mut self) {
        if let Some(id) = self.draft.first_refused() {
            self.go(Focus::Row(id));
        }
    }

    fn places(&self) -> Vec<Focus> {
        self.draft.rows().map(|row| Focus::Row(row.id)).chain([Focus::Send]).collect()
    }

    fn place(&self) -> Option<usize> {
        self.places().iter().position(|place| *place == self.focus)
    }

    /// The text of the row with the cursor, where text is typed into it.
    fn typed(&self) -> Option<&str> {
        let Focus::Row(id) = self.focus else { return None };
        match self.draft.row(id)?.value {
            Value::Text(text) => Some(text),
            Value::Secret(secret) => Some(secret.expose()),
            Value::Choice(_) | Value::Switch(_) | Value::Web => None,
        }
    }
}

impl fmt::Debug for FormView {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The line being edited may be a secret.
        out.debug_struct("FormView").field("draft", &self.draft).field("focus", &self.focus).finish_non_exhaustive()
    }
}
