//! Reading from the server what is shown: quick for what moves, slow for what rests.

use jiff::SignedDuration;

use super::moves;
use crate::app::commands::CommandId;
use crate::app::effect::{Effect, Timer, Urgency};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::flights::Purpose;
use crate::app::model::selection::Selected;
use crate::warehouse::freshness::age;
use crate::warehouse::operation::JobQuery;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::survey::{Need, channels, needed};

/// First requests after the connection may be used.
pub(super) fn connect(model: &mut Model) -> Vec<Effect> {
    let mut effects = read_list(model);
    effects.extend(model.flights.fetch_once(Need::Identity, Urgency::Background));
    effects.extend(tick(model));
    effects
}

/// Reads the list now. Followed actions that wait for it are served by this reading.
pub(super) fn read_list(model: &mut Model) -> Vec<Effect> {
    let first = model.link.is_first_reading();
    read_list_for(model, if first { Urgency::Waiting } else { Urgency::Background })
}

fn read_list_for(model: &mut Model, urgency: Urgency) -> Vec<Effect> {
    if model.flights.is_reading_list() {
        return Vec::new();
    }
    model.generations.refresh += 1;
    let mut effects = super::facts::take_in_pages(model);
    model.inventory.begin_reading();
    model.link.begin_reading();
    let waiters = std::mem::take(&mut model.list_waiters);
    effects.push(model.flights.fetch(Need::Sources, Purpose::List(waiters), urgency));
    effects
}

/// Plans the next reading of the list.
pub(super) fn plan_reading(model: &mut Model) -> Vec<Effect> {
    model.generations.refresh += 1;
    // What is followed or watched is waited for; everything else can wait.
    if model.link.held && model.follows.is_empty() && model.watches.is_empty() {
        return Vec::new();
    }
    let after = model.link.next_reading(
        model.is_moving(),
        model.focused || !model.watches.is_empty(),
        model.inventory.sources().len(),
    );
    let after = after.max(rest(model));
    model.link.plan(after, model.now);
    vec![Effect::Wake { timer: Timer::Refresh(model.generations.refresh), after }]
}

/// How long the profile wants the list to rest: nothing is followed or watched, and it could be read.
fn rest(model: &Model) -> SignedDuration {
    let waits = !model.follows.is_empty() || !model.watches.is_empty() || model.link.outage.is_some();
    model.settings.setup.manner().refresh.filter(|_| !waits).unwrap_or_default()
}

/// Stops reading the list by itself, or goes on with it.
pub(super) fn hold(model: &mut Model) -> Vec<Effect> {
    model.link.held = !model.link.held;
    if model.link.held {
        // The timer that is set already belongs to the past.
        model.generations.refresh += 1;
        let key = model.keymap.key(CommandId::HoldRefresh);
        let text =
            format!("The list is no longer read by itself; {key} goes on with it. What you start is still followed.");
        return super::notice(model, Tone::Note, text);
    }
    let mut effects = read_list(model);
    effects.extend(super::notice(model, Tone::Note, "The list is read by itself again.".to_owned()));
    effects
}

/// Reads the list soon, because something was done that changes it. What is being read may be older than that.
pub(super) fn read_list_soon(model: &mut Model) -> Vec<Effect> {
    if model.flights.is_reading_list() {
        model.link.again = true;
        return Vec::new();
    }
    model.generations.refresh += 1;
    let after = SignedDuration::from_millis(500);
    vec![Effect::Wake { timer: Timer::Refresh(model.generations.refresh), after }]
}

/// How many questions are asked after each reading of the list, so that they never crowd out what somebody waits for.
const QUESTIONS_A_READING: usize = 16;

/// Asks what is still needed to be sure of every state.
pub(super) fn prove_runs(model: &mut Model) -> Vec<Effect> {
    let mut needs = needed(&mut model.inventory, None, QUESTIONS_A_READING, model.now);
    needs.extend(channels(&mut model.inventory, None, QUESTIONS_A_READING, model.now));
    needs.extend(super::triage::wishes(model));
    needs.extend(super::history::wishes(model));
    needs.into_iter().filter_map(|need| model.flights.fetch_once(need, Urgency::Background)).collect()
}

/// So few answers are waited for when the next questions are asked, so that the worker is never idle meanwhile.
const NEARLY_ANSWERED: usize = 6;

/// Goes on asking, where the last reading had more questions than are asked at once: only about tables of which nothing was
/// read yet, so that this ends.
pub(super) fn prove_more_runs(model: &mut Model) -> Vec<Effect> {
    if model.flights.is_reading_list() || model.flights.count() > NEARLY_ANSWERED {
        return Vec::new();
    }
    let mut needs = needed(&mut model.inventory, None, QUESTIONS_A_READING, model.now);
    let inventory = &model.inventory;
    needs.retain(|need| match need {
        Need::Jobs(query) => inventory.source(&query.source).is_some_and(|held| {
            let mut asked = held.source.schemas.iter().filter(|schema| query.schemas.contains(&schema.name));
            asked.any(|schema| inventory.runs(&schema.id).is_none())
        }),
        _ => true,
    });
    needs.into_iter().filter_map(|need| model.flights.fetch_once(need, Urgency::Background)).collect()
}

/// Reads what the details show.
pub(super) fn read_details(model: &mut Model) -> Vec<Effect> {
    if !model.details_visible() {
        return Vec::new();
    }
    let (held, schema) = match model.selected() {
        Selected::Nothing => return Vec::new(),
        Selected::Source(held) if held.source.direct => return Vec::new(),
        Selected::Source(held) => {
            let jobs = Need::Jobs(JobQuery::newest(held.source.id.clone(), Vec::new()));
            return model.flights.fetch_once(jobs, Urgency::Waiting).into_iter().collect();
        }
        Selected::Schema(held, schema, _) => (held, schema),
    };
    let jobs = JobQuery::newest(held.source.id.clone(), vec![schema.name.clone()]);
    let direct = held.source.direct;
    let id = schema.id.clone();
    let mut effects: Vec<Effect> = model.flights.fetch_once(Need::Schema(id), Urgency::Waiting).into_iter().collect();
    if !direct {
        effects.extend(model.flights.fetch_once(Need::Jobs(jobs), Urgency::Waiting));
    }
    effects
}

/// Reads everything shown again, because the user says so.
pub(super) fn by_hand(model: &mut Model) -> Vec<Effect> {
    // What is under way, or rests before it is tried again, is hurried; it is not asked twice.
    let mut effects = vec![Effect::Hurry];
    effects.extend(read_list_for(model, Urgency::Waiting));
    effects.extend(read_details(model));
    if model.identity.key.is_none() {
        effects.extend(model.flights.fetch_once(Need::Identity, Urgency::Background));
    }
    effects
}

/// Brings times on the screen up to date, and looks again at what time alone changes.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    let transitions = model.inventory.reassess_all(model.now);
    super::facts::note_transitions(model, &transitions);
    let mut effects = super::all_profiles::tick(model);
    if !transitions.is_empty() || model.rows_depend_on_time() {
        effects.extend(rows_changed(model));
    }
    model.generations.clock += 1;
    model.generations.by_seconds = model.shows_seconds();
    // Nobody looks, and nothing is followed: the clock starts again when the focus comes back.
    if !model.focused && model.follows.is_empty() {
        return effects;
    }
    let after = SignedDuration::from_secs(if model.generations.by_seconds { 1 } else { 20 });
    effects.push(Effect::Wake { timer: Timer::Clock(model.generations.clock), after });
    effects
}

/// Has the clock go by the second as soon as seconds are shown.
pub(super) fn hurry_clock(model: &mut Model) -> Vec<Effect> {
    if model.shows_seconds() && !model.generations.by_seconds { tick(model) } else { Vec::new() }
}

/// The terminal gained or lost the focus. Coming back reads what has grown old.
pub(super) fn focus_changed(model: &mut Model, focused: bool) -> Vec<Effect> {
    model.focused = focused;
    if !focused {
        return Vec::new();
    }
    let mut effects = tick(model);
    let rest = rest(model).max(SignedDuration::from_secs(60));
    let old = model.link.read_at.is_some_and(|read_at| age(read_at, model.now) > rest);
    if old && !model.link.held {
        effects.extend(read_list(model));
    }
    effects
}

/// What to do once rows have changed under the selection.
pub(super) fn rows_changed(model: &mut Model) -> Vec<Effect> {
    let before = (model.sources.selected().cloned(), model.schemas.selected().cloned());
    let inventory = &model.inventory;
    model.marks.keep(|table| inventory.schema(table).is_some());
    if model.inventory.take_sources_changed() || model.rows_depend_on_time() {
        model.rebuild_rows();
    } else {
        model.rebuild_schema_rows();
    }
    model.recall();
    super::triage::bring_up_to_date(model);
    super::all_profiles::bring_up_to_date(model);
    let after = (model.sources.selected().cloned(), model.schemas.selected().cloned());
    if before == after { Vec::new() } else { moves::rested_soon(model) }
}

/// Whether the details of a table can be seen that were never read.
pub(super) fn details_missing(model: &Model) -> bool {
    model.details_visible()
        && model.focus != Pane::Sources
        && matches!(model.selected(), Selected::Schema(_, schema, _) if model.inventory.detail(&schema.id).is_none())
}
