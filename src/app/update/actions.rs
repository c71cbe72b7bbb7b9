//! Commands: each is checked for availability here, once, and then done.

use super::{
    all_profiles, borders, bulk, columns, copy, edit_text, export, filters, follows, history, key_form, menu, mouse,
    moves, notice, palette, profiles, raw, refresh, runbook, sequences, sorting, tour, triage, tuning, watch,
};
use crate::app::commands::{Availability, CommandId, command};
use crate::app::effect::{Effect, Urgency};
use crate::app::key::Key;
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::overlay::{Confirm, Overlay, Palette};
use crate::app::model::reader::Reader;
use crate::app::model::selection::Selected;
use crate::warehouse::consent::{Challenge, Discard, Loss};
use crate::warehouse::field::Field;
use crate::warehouse::operation::{JobQuery, SchemaPatch, Write};
use crate::warehouse::recovery::follow::{Follow, Tone};
use crate::warehouse::recovery::milder;
use crate::warehouse::recovery::runbook::Symptom;
use crate::warehouse::survey::Need;
use tui_input::Input;

/// Does a command, or says why not.
pub(super) fn perform(model: &mut Model, id: CommandId) -> Vec<Effect> {
    let row = command(id);
    match (row.available)(&model.context()) {
        Availability::Available => {}
        Availability::Unavailable(reason) => return refused(model, format!("{}: {reason}", row.title)),
        Availability::Hidden => {
            return refused(model, format!("{}: this does not apply to what is selected.", row.title));
        }
    }
    if !model.marks.is_empty()
        && let Some(wish) = bulk::wish(model, id)
    {
        return bulk::open(model, wish);
    }
    carry_out(model, id)
}

/// Says why a command was not done.
fn refused(model: &mut Model, text: String) -> Vec<Effect> {
    let effects = notice(model, Tone::Note, text);
    model.activity.mark_refusal();
    effects
}

/// What each command does, where it can be done.
fn carry_out(model: &mut Model, id: CommandId) -> Vec<Effect> {
    match id {
        CommandId::Down
        | CommandId::Up
        | CommandId::PageDown
        | CommandId::PageUp
        | CommandId::HalfPageDown
        | CommandId::HalfPageUp
        | CommandId::Top
        | CommandId::Bottom => moves::perform(model, id),
        CommandId::Open => moves::open(model),
        CommandId::Back => moves::back(model),
        CommandId::NextPane => turn(model, 1),
        CommandId::PreviousPane => turn(model, 2),
        CommandId::SourcesPane => moves::focus(model, Pane::Sources),
        CommandId::TablesPane => moves::focus(model, Pane::Schemas),
        CommandId::DetailsPane => moves::focus(model, Pane::Details),
        CommandId::Filter => edit_filter(model),
        CommandId::Sort => sorting::next(model),
        CommandId::ThenSort => sorting::then(model),
        CommandId::ReverseSort => sorting::reverse(model),
        CommandId::Columns => columns::open(model),
        CommandId::Group => sorting::group(model),
        CommandId::AllTables => moves::toggle_all_tables(model),
        CommandId::NextProblem => moves::next_problem(model)
            .unwrap_or_else(|| notice(model, Tone::Good, "No problem in this list.".to_owned())),
        CommandId::Reload => reload(model),
        CommandId::Cancel => write_schema(model, |schema| Some(Write::CancelSchema(schema.id.clone()))),
        CommandId::PauseResume => pause_or_resume(model),
        CommandId::Edit => tuning::open_selected(model),
        CommandId::Undo => tuning::undo(model),
        CommandId::Resync => ask(model, |schema| Discard::ResyncSchema(schema.id.clone())),
        CommandId::DeleteData => ask(model, |schema| Discard::DeleteData(schema.id.clone())),
        CommandId::Destroy => ask(model, |schema| Discard::DestroySchema(schema.id.clone())),
        CommandId::RefreshTableList => refresh_table_list(model),
        CommandId::Copy => copy::open(model),
        CommandId::CopyError => match copy::error_text(model) {
            Some(text) => menu::copy(model, "The error text".to_owned(), text),
            None => Vec::new(),
        },
        CommandId::Browse => copy::browse(model),
        CommandId::Export => export::open(model),
        CommandId::Filters => filters::open(model),
        CommandId::EditText => edit_text::details(model),
        CommandId::LocalTime => moves::turn_clock(model),
        CommandId::Zoom => moves::zoom(model),
        CommandId::WiderPane | CommandId::NarrowerPane | CommandId::ResetPanes => borders::perform(model, id),
        CommandId::HoldRefresh => refresh::hold(model),
        CommandId::Raw => raw::open(model),
        CommandId::Watch => watch::toggle(model),
        CommandId::Palette => {
            let entries = palette::entries(model, "");
            model.overlay = Some(Overlay::Palette(Palette { entries, ..Palette::default() }));
            Vec::new()
        }
        CommandId::Help => {
            model.beneath = model.overlay.replace(Overlay::Help(Reader::default()));
            Vec::new()
        }
        CommandId::GiveMouse => mouse::give_or_take(model),
        CommandId::Tour => tour::toggle(model),
        CommandId::Activity => {
            model.overlay = Some(Overlay::Activity(Reader::default()));
            Vec::new()
        }
        CommandId::Profiles => {
            profiles::open(model);
            Vec::new()
        }
        CommandId::AllProfiles => all_profiles::open(model),
        CommandId::Triage => triage::open(model),
        CommandId::Mark => bulk::mark(model),
        CommandId::MarkRange => bulk::mark_range(model),
        CommandId::MarkAll => bulk::mark_all(model),
        CommandId::Fix if !model.marks.is_empty() => bulk::fix(model),
        CommandId::Fix => runbook::open_selected(model),
        CommandId::Runbooks => runbook::show_last(model),
        CommandId::WrongData => runbook::open_symptom(model, Symptom::WrongData),
        CommandId::StartOver => runbook::open_symptom(model, Symptom::StartOver),
        CommandId::MissingTable => runbook::open_symptom(model, Symptom::MissingTable),
        CommandId::NoNewRows => runbook::open_symptom(model, Symptom::NoNewRows),
        CommandId::History => history::open(model),
        CommandId::Logs => history::open_log(model),
        CommandId::EnterKey => key_form::open(model),
        CommandId::Refresh => refresh::by_hand(model),
        CommandId::Redraw => vec![Effect::Redraw],
        CommandId::Suspend => vec![Effect::Suspend],
        CommandId::Quit if !model.leaves_something_open() => vec![Effect::Quit],
        CommandId::Quit => {
            model.overlay = Some(Overlay::Quitting);
            Vec::new()
        }
        CommandId::QuitNow => vec![Effect::Quit],
    }
}

/// A key that is bound to nothing says so.
pub(super) fn no_such_key(model: &mut Model, key: Key) -> Vec<Effect> {
    let (key, help) = (sequences::told(model, key), model.keymap.key(CommandId::Help));
    notice(model, Tone::Note, format!("{key} does nothing here; {help} shows every key."))
}

/// A key that means nothing to what lies over the screen says so.
pub(super) fn means_nothing_here(model: &mut Model, key: Key) -> Vec<Effect> {
    let key = sequences::told(model, key);
    notice(model, Tone::Note, format!("{key} does nothing here; the last line shows the keys."))
}

fn turn(model: &mut Model, by: usize) -> Vec<Effect> {
    let at = Pane::ALL.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    moves::focus(model, Pane::ALL[(at + by) % Pane::ALL.len()])
}

fn edit_filter(model: &mut Model) -> Vec<Effect> {
    match model.focus {
        Pane::Sources => model.sources.filter.editing = true,
        Pane::Schemas => model.schemas.filter.editing = true,
        Pane::Details => model.details.search(),
    }
    Vec::new()
}

fn reload(model: &mut Model) -> Vec<Effect> {
    let write = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => Write::ReloadSource(held.source.id.clone()),
        Selected::Schema(_, schema, _) => Write::ReloadSchema(schema.id.clone()),
    };
    follow(model, write)
}

fn refresh_table_list(model: &mut Model) -> Vec<Effect> {
    let Selected::Source(held) = model.selected() else { return Vec::new() };
    let write = Write::RefreshSchemas(held.source.id.clone());
    follow(model, write)
}

fn write_schema(
    model: &mut Model,
    write: impl FnOnce(&crate::warehouse::schema::Schema) -> Option<Write>,
) -> Vec<Effect> {
    let Selected::Schema(_, schema, _) = model.selected() else { return Vec::new() };
    match write(schema) {
        Some(write) => follow(model, write),
        None => Vec::new(),
    }
}

/// Switches a table on or off; where changes made meanwhile would be lost, only by consent.
fn pause_or_resume(model: &mut Model) -> Vec<Effect> {
    let Selected::Schema(_, schema, _) = model.selected() else { return Vec::new() };
    let id = schema.id.clone();
    match (schema.should_sync, SchemaPatch::pause(schema)) {
        (Some(true), Some(patch)) => follow(model, Write::UpdateSchema(id, patch)),
        (Some(true), None) => ask(model, |schema| Discard::PauseSchema(schema.id.clone())),
        (Some(false), _) => follow(model, Write::UpdateSchema(id, SchemaPatch::resume())),
        (None, _) => Vec::new(),
    }
}

fn follow(model: &mut Model, write: Write) -> Vec<Effect> {
    let Some(subject) = model.follow_subject() else { return Vec::new() };
    let started = Follow::write(write, subject, model.now);
    follows::begin(model, started)
}

/// Opens the question that has to be answered before data is discarded.
fn ask(model: &mut Model, of_schema: impl FnOnce(&crate::warehouse::schema::Schema) -> Discard) -> Vec<Effect> {
    let Some(subject) = model.follow_subject() else { return Vec::new() };
    let (discard, loss, milder) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) => {
            let tables = held.source.schemas.iter().filter(|schema| !schema.table.is_null());
            let rows = tables.clone().try_fold(0_u64, |sum, schema| match schema.rows() {
                Field::Known(rows) => Some(sum.saturating_add(rows)),
                Field::Null => Some(sum),
                Field::Unknown => None,
            });
            let loss = Loss {
                name: held.title().clone(),
                tables: tables.count(),
                rows: rows.map_or(Field::Unknown, Field::Known),
                usual_run: None,
            };
            (Discard::DestroySource(held.source.id.clone()), loss, milder::than_destroying_a_source())
        }
        Selected::Schema(_, schema, state) => {
            let loss = Loss {
                name: schema.title().clone(),
                tables: 1,
                rows: schema.rows(),
                usual_run: model.inventory.runs(&schema.id).and_then(crate::warehouse::runs::Runs::usual),
            };
            let discard = of_schema(schema);
            let milder = milder::than(&discard, schema, state);
            (discard, loss, milder)
        }
    };
    let jobs = (!matches!(discard, Discard::DestroySource(_)) && loss.usual_run.is_none()).then(|| {
        let names = subject.tables.iter().map(|(_, name)| name.clone()).collect();
        Need::Jobs(JobQuery::newest(subject.source.clone(), names))
    });
    model.overlay = Some(Overlay::Confirm(Box::new(Confirm {
        challenge: Some(Challenge::new(discard, loss)),
        subject,
        milder,
        then: None,
        runbook: None,
        tunes: None,
        input: Input::default(),
        refused: false,
        on_yes: false,
    })));
    jobs.and_then(|jobs| model.flights.fetch_once(jobs, Urgency::Waiting)).into_iter().collect()
}
