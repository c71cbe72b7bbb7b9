//! The tables of all profiles in one list. It only reads: whatever changes something is done where the table is open.

use super::{actions, keys, notice, profiles, runbook, triage};
use crate::app::commands::{self, CommandId, Danger, Group};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::message::elsewhere::News;
use crate::app::model::all_profiles::{Other, Stage};
use crate::app::model::overlay::{Overlay, ProfileChoice};
use crate::app::model::{Model, Screen};
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::survey::Fact;

/// Opens the list, and reads what is not known, or not any more.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.all_profiles.others.resize_with(model.settings.setup.profiles.len(), Other::default);
    model.all_profiles.asking = None;
    model.overlay = Some(Overlay::AllProfiles);
    let now = model.now;
    for other in &mut model.all_profiles.others {
        other.inventory.reassess_all(now);
    }
    model.rebuild_rows_of_profiles();
    read(model, |other| other.is_old(now))
}

/// Reads the profiles that are not in use and of which this is so.
fn read(model: &mut Model, wanted: impl Fn(&Other) -> bool) -> Vec<Effect> {
    let places = 0..model.all_profiles.others.len();
    let places: Vec<usize> = places.filter(|place| !model.is_in_use(*place)).collect();
    let mut effects = Vec::new();
    for place in places {
        let Some(offer) = model.settings.setup.profiles.get(place) else { continue };
        let all = &mut model.all_profiles;
        let Some(other) = all.others.get_mut(place).filter(|other| wanted(other)) else { continue };
        all.round += 1;
        (other.round, other.stage) = (all.round, Stage::Waits);
        effects.push(Effect::ReadElsewhere(all.round, offer.name.clone()));
    }
    effects
}

/// A profile told something. What belongs to another reading than the latest of this profile is not taken in.
pub(super) fn told(model: &mut Model, round: u64, profile: &str, news: News) -> Vec<Effect> {
    let place = model.settings.setup.profiles.iter().position(|offer| offer.name == profile);
    let now = model.now;
    let other = place.and_then(|place| model.all_profiles.others.get_mut(place));
    let Some(other) = other.filter(|other| other.round == round && other.stage != Stage::Rests) else {
        return Vec::new();
    };
    match news {
        News::Begun => {
            other.stage = Stage::Reads(0, 0);
            other.inventory.begin_reading();
            return Vec::new();
        }
        News::AsksForKey(program) => {
            other.stage = Stage::AsksForKey(program);
            return Vec::new();
        }
        News::Reached(origin, project) => {
            other.stage = Stage::Reads(0, 0);
            other.place = Some((origin, project));
            return Vec::new();
        }
        News::Found(Fact::Sources(page)) => {
            other.stage = Stage::Reads(page.loaded, page.total);
            other.unreadable = page.unreadable;
            other.inventory.learn_sources(&page, now);
        }
        News::Found(Fact::Schema(full)) => drop(other.inventory.learn_schema(*full, now)),
        News::Found(Fact::Jobs(query, jobs)) => {
            drop(other.inventory.learn_jobs(&query.source, &query.schemas, jobs, now));
        }
        News::Found(_) => return Vec::new(),
        News::Over(result) => {
            (other.stage, other.tried_at) = (Stage::Rests, Some(now));
            if result.is_ok() {
                other.read_at = Some(now);
            }
            other.failure = result.err();
        }
    }
    if model.shows_all_profiles() {
        model.rebuild_rows_of_profiles();
    }
    Vec::new()
}

/// Some time has passed: reads again what has grown old while it is looked at.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    if !model.shows_all_profiles() || !model.focused {
        return Vec::new();
    }
    let now = model.now;
    let mut changed = false;
    for other in &mut model.all_profiles.others {
        changed |= !other.inventory.reassess_all(now).is_empty();
    }
    if changed {
        model.rebuild_rows_of_profiles();
    }
    read(model, |other| other.is_due(now))
}

/// Brings the rows of the profile in use up to date.
pub(super) fn bring_up_to_date(model: &mut Model) {
    if model.shows_all_profiles() {
        model.rebuild_rows_of_profiles();
    }
}

/// Ends what is being read once nobody looks at it any more.
pub(super) fn leave_unseen(model: &mut Model) -> Vec<Effect> {
    if model.shows_all_profiles() || !model.all_profiles.is_under_way() {
        return Vec::new();
    }
    for other in model.all_profiles.others.iter_mut().filter(|other| other.stage != Stage::Rests) {
        // What was not read to its end is read when the list is opened again.
        (other.stage, other.tried_at, other.round) = (Stage::Rests, None, 0);
    }
    vec![Effect::LeaveElsewhere]
}

/// A key was pressed while the list is open.
pub(super) fn pressed(model: &mut Model, key: Key, command: Option<CommandId>) -> Vec<Effect> {
    if let Some(asked) = model.all_profiles.asking.clone() {
        if profiles::is_yes(key) {
            return profiles::go(model, asked);
        }
        if !profiles::is_no(key) {
            return actions::means_nothing_here(model, key);
        }
        model.all_profiles.asking = None;
        return Vec::new();
    }
    if model.all_profiles.rows.filter.editing {
        return type_filter(model, key);
    }
    let (command, page) = keys::halved(command, isize::try_from(model.size.height / 2).unwrap_or(1).max(1));
    let rows = &mut model.all_profiles.rows;
    match (command, key.code) {
        (Some(CommandId::Down), _) => rows.step(1),
        (Some(CommandId::Up), _) => rows.step(-1),
        (Some(CommandId::PageDown), _) => rows.step(page),
        (Some(CommandId::PageUp), _) => rows.step(-page),
        (Some(CommandId::Top), _) => rows.step(isize::MIN / 2),
        (Some(CommandId::Bottom), _) => rows.step(isize::MAX / 2),
        (Some(CommandId::Filter), _) => rows.filter.editing = true,
        (Some(CommandId::Open), _) | (_, Code::Enter) => return enter(model),
        (Some(CommandId::Refresh), _) => return by_hand(model),
        (Some(CommandId::Help), _) => return actions::perform(model, CommandId::Help),
        (Some(CommandId::Profiles), _) => profiles::open(model),
        (Some(CommandId::Back), _) if rows.filter.is_active() => clear_filter(model),
        (Some(CommandId::Back | CommandId::Quit | CommandId::AllProfiles), _) => {
            model.overlay = None;
            runbook::left_behind::offer(model);
        }
        (Some(id), _) if acts(id) => {
            let (command, open) = (commands::command(id), model.keymap.key(CommandId::Open));
            // That nothing is changed from here is no reason where nothing would be.
            let why = match command.danger {
                Danger::Looks => "",
                Danger::Writes | Danger::Discards => "; from the list of all profiles nothing is changed",
            };
            return notice(model, Tone::Note, format!("{}: open it first with {open}{why}.", command.title));
        }
        _ => return actions::means_nothing_here(model, key),
    }
    Vec::new()
}

/// Whether a command is about one table or source, which must be open for it.
fn acts(id: CommandId) -> bool {
    use CommandId as C;
    let looks_closer = [C::History, C::Logs, C::Raw, C::Export, C::Mark, C::MarkRange, C::MarkAll];
    commands::command(id).group == Group::Acting || looks_closer.contains(&id)
}

fn clear_filter(model: &mut Model) {
    model.all_profiles.rows.filter.clear();
    model.rebuild_rows_of_profiles();
}

fn type_filter(model: &mut Model, key: Key) -> Vec<Effect> {
    let rows = &mut model.all_profiles.rows;
    match key.code {
        Code::Enter | Code::Tab => rows.filter.editing = false,
        Code::Escape => clear_filter(model),
        Code::Up => rows.step(-1),
        Code::Down => rows.step(1),
        _ => {
            if let Some(request) = keys::line_edit(key) {
                rows.filter.input.handle(request);
                model.rebuild_rows_of_profiles();
            }
        }
    }
    Vec::new()
}

/// Text was pasted into the filter, if that is being typed.
pub(super) fn pasted(model: &mut Model, text: &str) {
    let filter = &mut model.all_profiles.rows.filter;
    if filter.editing {
        for symbol in text.chars() {
            filter.input.handle(tui_input::InputRequest::InsertChar(symbol));
        }
        model.rebuild_rows_of_profiles();
    }
}

/// Reads all of it again, because the user says so.
fn by_hand(model: &mut Model) -> Vec<Effect> {
    let mut effects = super::refresh::by_hand(model);
    effects.extend(read(model, |other| other.stage == Stage::Rests));
    effects
}

/// Goes to the selected table: here where its profile is in use, else by switching to its profile.
fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.all_profiles.rows.selected().cloned() else { return Vec::new() };
    let Some((offer, held, ..)) = model.row_of_profiles(&row) else { return Vec::new() };
    let (profile, source) = (offer.name.clone(), held.source.id.clone());
    if model.is_in_use(row.profile) {
        model.overlay = None;
        return triage::select(model, &source, Some(&row.table));
    }
    let chosen = ProfileChoice::Table(profile, source, row.table);
    if profiles::ends_something(model) {
        model.all_profiles.asking = Some(chosen);
        return Vec::new();
    }
    profiles::go(model, chosen)
}

/// Goes to the table somebody came for, as soon as it was read; a key that is pressed first is what they want instead.
pub(super) fn arrive(model: &mut Model) -> Vec<Effect> {
    let Some((source, table)) = model.settings.setup.arrival.clone() else { return Vec::new() };
    if model.screen != Screen::Main {
        return Vec::new();
    }
    if model.inventory.schema(&table).is_some() {
        model.settings.setup.arrival = None;
        return triage::select(model, &source, Some(&table));
    }
    if model.link.is_first_reading() {
        return Vec::new();
    }
    model.settings.setup.arrival = None;
    notice(model, Tone::Note, "The table you came for is not in this project any more.".to_owned())
}
