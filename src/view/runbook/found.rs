//! What was found out and what would be sent, as it is: the webhook at both ends, what change data capture lacks, the
//! requests.

use ratatui::text::{Line, Span};

use crate::app::model::runbook::Opened;
use crate::view::text;
use crate::view::theme::{Role, Theme};
use crate::view::widgets::prose::wrapped;
use crate::warehouse::recovery::runbook::checklist as remedies;
use crate::warehouse::replies::StoredInput;

/// The webhook at both ends, where the runbook is about it.
pub(super) fn webhook<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let Some(info) = opened.book.webhook() else { return Vec::new() };
    let yes_no = |known: Option<&bool>, yes: &str, no: &str| match known {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => "not told".to_owned(),
    };
    let handler = info.function.known().map(|function| yes_no(function.enabled.known(), ", on", ", off"));
    let here = format!("{}{}", yes_no(info.exists.known(), "registered", "none"), handler.unwrap_or_default());
    let vendor = info.outside.known().map_or("the vendor cannot be asked".to_owned(), |outside| {
        let state = outside.status.known().map(|status| format!(", {}", status.shown())).unwrap_or_default();
        let error = outside.error.known().map(|error| format!(", {}", error.shown())).unwrap_or_default();
        format!("{}{state}{error}", yes_no(outside.exists.known(), "registered", "gone"))
    });
    let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let missing = info.missing_events.known().map_or("not told".to_owned(), |missing| {
        list(missing.iter().take(12).map(|event| event.shown().into_owned()).collect())
    });
    let inputs = info.inputs.known().map_or("not told".to_owned(), |inputs| {
        let each = inputs.iter().map(|(name, input)| match input {
            StoredInput::Secret => format!("{} (stored)", name.shown()),
            StoredInput::Plain(value) => format!("{} = {}", name.shown(), value.shown()),
            StoredInput::Other => name.shown().into_owned(),
        });
        list(each.collect())
    });
    let url = info.url.known().map_or("none".to_owned(), |url| url.shown().into_owned());
    let mut all = Vec::new();
    for (name, value) in
        [("in PostHog", here), ("at vendor", vendor), ("address", url), ("missing", missing), ("inputs", inputs)]
    {
        const NAME: usize = 12;
        for (part, line) in text::wrap(&value, width.saturating_sub(NAME).max(8)).into_iter().take(3).enumerate() {
            let name = if part == 0 { name } else { "" };
            all.push(Line::from(vec![
                Span::styled(text::fit(name, NAME, theme.ellipsis(), false), theme.style(Role::Faint)),
                Span::styled(line, theme.style(Role::Text)),
            ]));
        }
    }
    all
}

/// What change data capture lacks, and what has to be run for each.
pub(super) fn checklist<'a>(opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let (Some(found), _) = opened.book.cdc() else { return Vec::new() };
    let mut all = Vec::new();
    for complaint in &found.errors {
        let mark = if theme.ascii { "x" } else { "✗" };
        all.extend(wrapped(&format!("{mark} {}", complaint.shown()), width, theme.style(Role::Bad)));
        for line in remedies::remedy(complaint).iter().flat_map(|remedy| remedy.lines()) {
            for part in text::wrap(line, width.saturating_sub(4).max(8)) {
                all.push(Line::styled(format!("    {part}"), theme.style(Role::Text)));
            }
        }
    }
    all
}
