//! New credentials or settings of a source, as they are typed in: the fields its type asks for, what is stored,
//! what was changed, and what is to be sent of it (contract, sections 9.1, 9.3 and 9.7).
//!
//! A draft outlives a refusal: what was typed stays until it was accepted or given up.

mod build;
mod check;
mod refusal;
mod submit;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::warehouse::field::Field;
use crate::warehouse::replies::{Form, StoredInput};
use crate::warehouse::secret::{MASK, Secret};
use crate::warehouse::text::Foreign;

/// What the form is filled in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Other credentials: what is secret comes first.
    Credentials,
    /// Other settings: what is secret comes after them.
    Settings,
    /// Inputs of the webhook.
    Webhook,
}

/// Which row is meant. It means the same one for as long as the draft lives, whatever else comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(usize);

/// How a row is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// A text of one line.
    Text,
    /// An e-mail address.
    Email,
    /// An address.
    Url,
    /// A number.
    Number,
    /// A time of day.
    Time,
    /// A text that may have several lines.
    Lines,
    /// The contents of a file, pasted in.
    Document,
    /// One of the options.
    Choice,
    /// On or off.
    Switch,
    /// Not here: an account is connected and chosen on the web page.
    Web,
}

impl Control {
    /// Whether text is typed into it.
    #[must_use]
    pub fn is_typed(self) -> bool {
        !matches!(self, Self::Choice | Self::Switch | Self::Web)
    }

    /// Whether line breaks belong to its text.
    #[must_use]
    pub fn keeps_lines(self) -> bool {
        matches!(self, Self::Lines | Self::Document)
    }
}

/// What stands in a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A text that may be seen.
    Text(String),
    /// What was typed of a secret; empty: the stored one stays.
    Secret(Secret),
    /// Which option; none of them where nothing was chosen, or where something is stored that is no option.
    Choice(Option<usize>),
    /// On or off.
    Switch(bool),
    /// Nothing that could be changed here.
    Web,
}

impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Somebody may have typed a password into the wrong field.
            Self::Text(_) | Self::Secret(_) => out.write_str(MASK),
            Self::Choice(option) => write!(out, "{option:?}"),
            Self::Switch(on) => write!(out, "{on}"),
            Self::Web => out.write_str("web"),
        }
    }
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The name people know it by.
    pub title: Foreign,
    /// Whether it can only be set up on the web page.
    pub web: bool,
    value: String,
}

/// A row of the form as it is now.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what can be said of a field is said in yes and no")]
pub struct Row<'a> {
    /// Which row it is.
    pub id: RowId,
    /// Its place in what is sent, with dots.
    pub path: String,
    /// The name people know it by.
    pub label: &'a Foreign,
    /// How it is filled in.
    pub control: Control,
    /// Whether its value is hidden.
    pub secret: bool,
    /// What to know about it.
    pub caption: Option<&'a Foreign>,
    /// What a value may look like.
    pub placeholder: Option<&'a Foreign>,
    /// Whether it has to be filled in.
    pub required: bool,
    /// What stands in it.
    pub value: &'a Value,
    /// What is stored and cannot be chosen here; an account, or an option that the form does not have.
    pub kept: Option<&'a Foreign>,
    /// The options of a choice.
    pub options: &'a [Choice],
    /// Whether a value that is not shown is stored, or has to be.
    pub stored: bool,
    /// Whether it would be sent.
    pub changed: bool,
    /// How deep it lies below switches and choices.
    pub depth: usize,
    /// Why it was refused.
    pub refusal: Option<&'a str>,
}

/// A field with all that is known of it, whether it can be seen or not.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what can be said of a field is said in yes and no")]
struct Entry {
    path: Vec<String>,
    /// The name below its own under which the option or the switch is sent, where there are fields beside it.
    nested_as: Option<&'static str>,
    label: Foreign,
    control: Control,
    secret: bool,
    caption: Option<Foreign>,
    placeholder: Option<Foreign>,
    required: bool,
    value: Value,
    /// What stood there when the form was opened.
    before: Value,
    kept: Option<Foreign>,
    options: Vec<Choice>,
    stored: bool,
    /// The choice or switch that shows it; with an option for a choice.
    under: Option<(usize, Option<usize>)>,
    /// Part of the SSH tunnel, whose settings are sent together.
    tunnel: bool,
    refusal: Option<String>,
}

impl Entry {
    fn dotted(&self) -> String {
        self.path.join(".")
    }

    fn is(&self, name: &str) -> bool {
        self.path.last().is_some_and(|last| last == name)
    }

    fn is_blank(&self) -> bool {
        match &self.value {
            Value::Text(text) => text.trim().is_empty(),
            Value::Secret(secret) => secret.is_empty(),
            Value::Choice(option) => option.is_none(),
            Value::Switch(_) | Value::Web => false,
        }
    }

    fn changed(&self) -> bool {
        match (&self.value, &self.before) {
            (Value::Text(now), Value::Text(before)) => now.trim() != before.trim(),
            (Value::Secret(now), _) => !now.is_empty(),
            (now, before) => now != before,
        }
    }
}

/// A form being filled in.
#[derive(Clone)]
pub struct FormDraft {
    purpose: Purpose,
    caption: Option<Foreign>,
    docs: Option<Foreign>,
    entries: Vec<Entry>,
    /// Whether anything is known of what is stored. Where not, only the server can tell what is missing.
    informed: bool,
    /// Whether the server wants the credentials again.
    reenter: bool,
    /// What was refused as a whole, and whether the server said so.
    head: Option<(String, bool)>,
}

impl FormDraft {
    /// The form of a source type, with what is stored of this source: its
    /// [`settings`](crate::warehouse::source::Source::settings), or the [`webhook_settings`].
    #[must_use]
    pub fn new(form: &Form, settings: &[(Foreign, Foreign)], purpose: Purpose) -> Self {
        let known = |field: &Field<Foreign>| field.known().filter(|text| !text.is_blank()).cloned();
        Self {
            purpose,
            caption: known(&form.caption).filter(|_| purpose != Purpose::Webhook),
            docs: known(&form.docs_url),
            entries: build::entries(form, settings, purpose),
            informed: !settings.is_empty() || purpose == Purpose::Webhook,
            reenter: false,
            head: None,
        }
    }

    /// What it is filled in for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What to know before filling it in.
    #[must_use]
    pub fn caption(&self) -> Option<&Foreign> {
        self.caption.as_ref()
    }

    /// Address of the guide.
    #[must_use]
    pub fn docs(&self) -> Option<&Foreign> {
        self.docs.as_ref()
    }

    /// What was refused as a whole.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        self.head.as_ref().map(|(sentence, _)| sentence.as_str())
    }

    /// The rows that can be seen, in their order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.visible().map(|at| self.row_at(at))
    }

    /// A row, whether it can be seen or not.
    #[must_use]
    pub fn row(&self, id: RowId) -> Option<Row<'_>> {
        (id.0 < self.entries.len()).then(|| self.row_at(id.0))
    }

    /// How many rows were changed.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.visible().filter(|at| self.entries[*at].changed()).count()
    }

    /// Puts a text into a row that takes one.
    pub fn set_text(&mut self, row: RowId, text: String) {
        self.change(row, |entry| match &mut entry.value {
            Value::Text(value) => *value = text,
            Value::Secret(value) => *value = text.into(),
            Value::Choice(_) | Value::Switch(_) | Value::Web => {}
        });
    }

    /// Turns a switch.
    pub fn toggle(&mut self, row: RowId) {
        self.change(row, |entry| {
            if let Value::Switch(on) = &mut entry.value {
                *on = !*on;
            }
        });
    }

    /// Chooses an option; none where there is no such.
    pub fn choose(&mut self, row: RowId, option: usize) {
        self.change(row, |entry| {
            if let (Value::Choice(chosen), true) = (&mut entry.value, option < entry.options.len()) {
                *chosen = Some(option);
            }
        });
    }

    /// Makes fields required, such as the inputs that a webhook still lacks.
    pub fn require(&mut self, names: &[Foreign]) {
        for entry in &mut self.entries {
            if names.iter().any(|name| entry.path.len() == 1 && entry.is(name.raw())) {
                entry.required = true;
            }
        }
    }

    fn change(&mut self, row: RowId, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.get_mut(row.0) {
            change(entry);
            entry.refusal = None;
            // What the server explained is read while it is put right.
            self.head.take_if(|(_, servers)| !*servers);
        }
    }

    fn visible(&self) -> impl Iterator<Item = usize> {
        (0..self.entries.len()).filter(|at| self.is_visible(*at))
    }

    fn is_visible(&self, at: usize) -> bool {
        self.above(at).all(|(above, option)| match self.entries[above].value {
            Value::Switch(on) => on,
            Value::Choice(chosen) => chosen == option,
            Value::Text(_) | Value::Secret(_) | Value::Web => false,
        })
    }

    /// The choices and switches it lies under, from the nearest on, with the option it needs.
    fn above(&self, at: usize) -> impl Iterator<Item = (usize, Option<usize>)> {
        let under = |at: usize| self.entries[at].under;
        std::iter::successors(under(at), move |(above, _)| under(*above))
    }

    fn row_at(&self, at: usize) -> Row<'_> {
        let entry = &self.entries[at];
        Row {
            id: RowId(at),
            path: entry.dotted(),
            label: &entry.label,
            control: entry.control,
            secret: entry.secret,
            caption: entry.caption.as_ref(),
            placeholder: entry.placeholder.as_ref(),
            required: entry.required,
            value: &entry.value,
            kept: entry.kept.as_ref(),
            options: &entry.options,
            stored: entry.stored,
            changed: entry.changed(),
            depth: self.above(at).count(),
            refusal: entry.refusal.as_deref(),
        }
    }
}

impl fmt::Debug for FormDraft {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed = self.visible().map(|at| &self.entries[at]).filter(|entry| entry.changed());
        out.debug_struct("FormDraft")
            .field("purpose", &self.purpose)
            .field("changed", &changed.map(Entry::dotted).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The stored inputs of a webhook, as a draft takes them.
#[must_use]
pub fn webhook_settings(inputs: &[(Foreign, StoredInput)]) -> Vec<(Foreign, Foreign)> {
    let shown = |input: &StoredInput| match input {
        StoredInput::Plain(text) => text.clone(),
        StoredInput::Secret | StoredInput::Other => Foreign::new(MASK),
    };
    inputs.iter().map(|(name, input)| (name.clone(), shown(input))).collect()
}
