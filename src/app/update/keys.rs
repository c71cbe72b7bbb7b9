//! Keys and pasted text: to the overlay, to the filter being typed, or to the command they are bound to.

use super::{
    actions, all_profiles, columns, confirm, edit_text, export, filters, guard, history, key_form, menu, moves,
    palette, profiles, raw, reader, runbook, triage, tuning, unlogged, welcome,
};
use crate::app::commands::CommandId;
use crate::app::effect::{Destination, Effect};
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::overlay::Overlay;
use crate::app::model::reader::Reader;
use crate::app::model::tuning::Phase;
use crate::app::model::{Model, Screen};
use crate::app::settings::{Place, Start};
use reader::Taken;
use tui_input::{Input, InputRequest};

/// A key was pressed, or the last one of a sequence, and leads to this command.
pub(super) fn single(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    match command {
        Some(CommandId::QuitNow) => return vec![Effect::Quit],
        Some(CommandId::Suspend) => return vec![Effect::Suspend],
        Some(CommandId::Redraw) => return vec![Effect::Redraw],
        _ => {}
    }
    match &model.screen {
        Screen::Welcome { .. } if matches!(model.overlay, Some(Overlay::Profiles(_))) => {
            return profiles::pressed(model, key, command);
        }
        Screen::Welcome { .. } => return welcome::pressed(model, key),
        Screen::MustConfirm { .. } => return must_confirm(model, key),
        Screen::Main => {}
    }
    super::remember::taken_over(model);
    if model.unlogged.asks() {
        return unlogged::pressed(model, key);
    }
    if command == Some(CommandId::EditText)
        && let Some(effects) = edit_text::pressed(model, key)
    {
        return effects;
    }
    // Whatever lies over the screen is explained, unless a text is typed there or a question stands.
    if command == Some(CommandId::Help)
        && !matches!(model.overlay, Some(Overlay::Help(_) | Overlay::Activity(_)))
        && model.surface().is_some()
    {
        return actions::perform(model, CommandId::Help);
    }
    match model.overlay {
        Some(Overlay::Confirm(_)) => return confirm::pressed(model, key),
        Some(Overlay::Palette(_)) => return palette::pressed(model, key),
        Some(Overlay::Export(_)) => return export::pressed(model, key),
        Some(Overlay::Filters(_)) => return filters::pressed(model, key, command),
        Some(Overlay::Menu(_)) => return menu::pressed(model, key, command),
        Some(Overlay::Columns(_)) => return columns::pressed(model, key, command),
        Some(Overlay::Triage(_)) => return triage::pressed(model, key, command),
        Some(Overlay::LeftBehind) => return runbook::left_behind::answer(model, key),
        Some(Overlay::Runbook(id)) => return runbook::pressed(model, id, key, command),
        Some(Overlay::Tuning(ref id)) => {
            let id = id.clone();
            return tuning::pressed(model, &id, key, command);
        }
        Some(Overlay::History(_)) => return history::pressed(model, key, command),
        Some(Overlay::Profiles(_)) => return profiles::pressed(model, key, command),
        Some(Overlay::AllProfiles) => return all_profiles::pressed(model, key, command),
        Some(Overlay::Key(_)) => return key_form::pressed(model, key),
        Some(Overlay::Quitting) => return quitting(model, key),
        Some(Overlay::Preview { .. }) => return preview(model, key),
        Some(Overlay::Raw(_)) => return raw::pressed(model, key, command),
        Some(Overlay::Help(_) | Overlay::Activity(_)) => return reading(model, key, command),
        None => {}
    }
    if let Some(filter) = editing(model) {
        return type_filter(model, filter, key);
    }
    if model.focus == Pane::Details && searches_details(model, key, command) {
        return Vec::new();
    }
    match command {
        Some(command) => actions::perform(model, command),
        None => actions::no_such_key(model, key),
    }
}

/// Text was pasted. It goes into whatever is being typed, and nowhere else.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    model.presses.drop_begun();
    let text = &without_escapes(text);
    if let Some(guard) = &mut model.guard {
        guard::pasted(guard, text);
        return Vec::new();
    }
    if model.unlogged.asks() {
        return Vec::new();
    }
    if matches!(model.screen, Screen::Welcome { .. }) && model.overlay.is_none() {
        let text: String = text.chars().filter(|symbol| !symbol.is_control()).take(1_000).collect();
        welcome::pasted(model, &text);
        return Vec::new();
    }
    if let Some(Overlay::Runbook(id)) = model.overlay {
        runbook::pasted(model, id, text);
        return Vec::new();
    }
    let text: String = text.chars().filter(|symbol| !symbol.is_control()).take(1_000).collect();
    if let Some(Overlay::Tuning(id)) = &model.overlay {
        if let Some(Phase::Typing(_, input)) = model.tunings.get_mut(id).map(|tuning| &mut tuning.phase) {
            insert(input, &text);
        }
        return Vec::new();
    }
    match &mut model.overlay {
        Some(Overlay::Confirm(confirm)) => insert(&mut confirm.input, &text),
        Some(Overlay::Palette(_)) => return palette::pasted(model, &text),
        Some(Overlay::Export(export)) => insert(&mut export.input, &text),
        Some(Overlay::Filters(list)) => filters::pasted(list, &text),
        Some(Overlay::History(history)) => {
            if let Some(search) = history.logs.as_mut().map(|logs| &mut logs.search).filter(|search| search.editing) {
                insert(&mut search.input, &text);
            }
        }
        Some(Overlay::Key(form)) => key_form::pasted(form, &text),
        Some(Overlay::AllProfiles) => all_profiles::pasted(model, &text),
        Some(Overlay::Help(reader) | Overlay::Activity(reader)) => paste_into(reader, &text),
        Some(Overlay::Raw(raw)) => paste_into(&mut raw.reader, &text),
        Some(_) => {}
        None if model.details.find.editing => paste_into(&mut model.details, &text),
        None => {
            if let Some(pane) = editing(model) {
                insert(filter_input(model, pane), &text);
                return filtered(model, pane);
            }
        }
    }
    Vec::new()
}

/// The same text without the sequences by which programs colour their output: nobody means to paste them.
fn without_escapes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut symbols = text.chars();
    while let Some(symbol) = symbols.next() {
        match symbol {
            '\u{1b}' => match symbols.next() {
                // A control sequence ends with its first letter or sign.
                Some('[') => {
                    let _ = symbols.find(|end| matches!(end, '@'..='~'));
                }
                // A string ends with a bell, or with another escape and a backslash.
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    let end = symbols.find(|end| matches!(end, '\u{7}' | '\u{1b}'));
                    let _ = end.filter(|end| *end == '\u{1b}').and_then(|_| symbols.next());
                }
                _ => {}
            },
            symbol => kept.push(symbol),
        }
    }
    kept
}

fn paste_into(reader: &mut Reader, text: &str) {
    if reader.find.editing {
        insert(&mut reader.find.input, text);
        reader.sought();
    }
}

fn insert(input: &mut Input, text: &str) {
    for symbol in text.chars() {
        input.handle(InputRequest::InsertChar(symbol));
    }
}

/// What a key does to a line being typed, as in a shell; `None` for keys that mean nothing there.
pub(super) fn line_edit(key: Key) -> Option<InputRequest> {
    Some(match (key.code, key.ctrl, key.alt) {
        (Code::Char(symbol), false, false) => InputRequest::InsertChar(symbol),
        (Code::Backspace, false, false) | (Code::Char('h'), true, false) => InputRequest::DeletePrevChar,
        (Code::Delete, ..) | (Code::Char('d'), true, false) => InputRequest::DeleteNextChar,
        (Code::Char('w'), true, false) | (Code::Backspace, ..) => InputRequest::DeletePrevWord,
        (Code::Char('d'), false, true) => InputRequest::DeleteNextWord,
        (Code::Char('u'), true, false) => InputRequest::DeleteFromStart,
        (Code::Char('k'), true, false) => InputRequest::DeleteTillEnd,
        (Code::Left, true, _) | (Code::Left, _, true) | (Code::Char('b'), false, true) => InputRequest::GoToPrevWord,
        (Code::Right, true, _) | (Code::Right, _, true) | (Code::Char('f'), false, true) => InputRequest::GoToNextWord,
        (Code::Left, ..) | (Code::Char('b'), true, false) => InputRequest::GoToPrevChar,
        (Code::Right, ..) | (Code::Char('f'), true, false) => InputRequest::GoToNextChar,
        (Code::Home, ..) | (Code::Char('a'), true, false) => InputRequest::GoToStart,
        (Code::End, ..) | (Code::Char('e'), true, false) => InputRequest::GoToEnd,
        _ => return None,
    })
}

/// Half a page is a page that is shorter.
pub(super) fn halved<N>(command: Option<CommandId>, page: N) -> (Option<CommandId>, N)
where
    N: std::ops::Div<Output = N> + Ord + From<u8>,
{
    let half = |page: N| (page / N::from(2)).max(N::from(1));
    match command {
        Some(CommandId::HalfPageDown) => (Some(CommandId::PageDown), half(page)),
        Some(CommandId::HalfPageUp) => (Some(CommandId::PageUp), half(page)),
        command => (command, page),
    }
}

/// The table whose filter is being typed.
fn editing(model: &Model) -> Option<Pane> {
    if model.sources.filter.editing {
        Some(Pane::Sources)
    } else if model.schemas.filter.editing {
        Some(Pane::Schemas)
    } else {
        None
    }
}

fn filter_input(model: &mut Model, pane: Pane) -> &mut Input {
    match pane {
        Pane::Sources => &mut model.sources.filter.input,
        Pane::Schemas | Pane::Details => &mut model.schemas.filter.input,
    }
}

pub(super) fn filtered(model: &mut Model, pane: Pane) -> Vec<Effect> {
    match pane {
        Pane::Sources => moves::select_source(model, Model::rebuild_rows),
        Pane::Schemas | Pane::Details => moves::select_schema(model, Model::rebuild_schema_rows),
    }
}

fn type_filter(model: &mut Model, pane: Pane, key: Key) -> Vec<Effect> {
    if key.code == Code::Tab {
        return filters::complete_at_cursor(model, pane);
    }
    model.sources.filter.offered = None;
    model.schemas.filter.offered = None;
    match key.code {
        Code::Enter => {
            model.sources.filter.editing = false;
            model.schemas.filter.editing = false;
            Vec::new()
        }
        Code::Escape => {
            match pane {
                Pane::Sources => model.sources.filter.clear(),
                Pane::Schemas | Pane::Details => model.schemas.filter.clear(),
            }
            filtered(model, pane)
        }
        Code::Up => moves::step(model, moves::Step::Rows(-1)),
        Code::Down => moves::step(model, moves::Step::Rows(1)),
        _ => match line_edit(key) {
            Some(request) => {
                let before = filter_input(model, pane).value().to_owned();
                filter_input(model, pane).handle(request);
                if filter_input(model, pane).value() == before { Vec::new() } else { filtered(model, pane) }
            }
            None => Vec::new(),
        },
    }
}

/// Whether a key does the same wherever it is pressed.
pub(super) fn works_everywhere(model: &Model, key: Key) -> bool {
    model.keymap.command(key).is_some_and(|id| CommandId::EVERYWHERE.contains(&id))
}

/// Keys of the question whether the key may go to this host.
fn must_confirm(model: &mut Model, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Char('y' | 'Y') => {
            let place: Option<Place> = model.settings.place().cloned();
            if let Some(place) = place {
                model.settings.start = Start::Connected(place);
                model.screen = Screen::Main;
                return super::start(model);
            }
            Vec::new()
        }
        Code::Char('n' | 'N' | 'q' | 'Q') | Code::Escape if model.settings.setup.leads_back => {
            vec![Effect::Connect(Box::new(Destination::Back))]
        }
        Code::Char('n' | 'N' | 'q' | 'Q') | Code::Escape => vec![Effect::Quit],
        _ => Vec::new(),
    }
}

fn quitting(model: &mut Model, key: Key) -> Vec<Effect> {
    if matches!(key.code, Code::Char('q' | 'Q' | 'y' | 'Y')) {
        return vec![Effect::Quit];
    }
    model.overlay = None;
    Vec::new()
}

fn preview(model: &mut Model, key: Key) -> Vec<Effect> {
    if let (Code::Char('y' | 'c'), Some(Overlay::Preview { curl, .. })) = (key.code, &model.overlay) {
        return vec![Effect::Copy(curl.clone())];
    }
    model.overlay = match model.overlay {
        Some(Overlay::Preview { runbook, ref tunes, .. }) => {
            runbook.map(Overlay::Runbook).or(tunes.clone().map(Overlay::Tuning))
        }
        _ => None,
    };
    Vec::new()
}

/// Keys of the search in the details, while there is one.
fn searches_details(model: &mut Model, key: Key, command: Option<CommandId>) -> bool {
    let find = &model.details.find;
    let own = matches!(key.code, Code::Char('n' | 'N')) || command == Some(CommandId::Back);
    (find.editing || (find.is_active() && own)) && reader::pressed(&mut model.details, key, command, 1) == Taken::Yes
}

/// Keys of an overlay that is only read: scrolling, searching, and closing.
fn reading(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    let page = usize::from(model.size.height.saturating_sub(6));
    let Some(Overlay::Help(reader) | Overlay::Activity(reader)) = &mut model.overlay else {
        return Vec::new();
    };
    let taken = reader::pressed(reader, key, command, page);
    if taken == Taken::Yes {
        return Vec::new();
    }
    match command {
        Some(CommandId::Back | CommandId::Quit | CommandId::Help | CommandId::Activity) => {
            model.overlay = model.beneath.take();
        }
        _ if key.code == Code::Enter => model.overlay = model.beneath.take(),
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_loses_whole_escape_sequences() {
        for (pasted, kept) in [
            ("plain [31m text", "plain [31m text"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]8;;x\u{1b}\\b", "ab"),
            ("end\u{1b}", "end"),
            ("\u{1b}[", ""),
        ] {
            assert_eq!(without_escapes(pasted), kept, "{pasted:?}");
        }
    }
}
