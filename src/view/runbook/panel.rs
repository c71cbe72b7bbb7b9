//! What it waits for, in words, with the keys that answer it; while it waits for the server, how the actions are going.

use ratatui::text::Line;

use super::{change, found, options};
use crate::app::commands::CommandId;
use crate::app::model::Model;
use crate::app::model::runbook::{Opened, billing_page};
use crate::view::text;
use crate::view::theme::{Role, Theme};
use crate::view::widgets::prose::{told, wrapped};
use crate::warehouse::diagnosis::Letter;
use crate::warehouse::recovery::runbook::{Unit, UnitProgress, Waits, Wish};
use crate::warehouse::runs::Runs;

/// What it waits for.
pub(super) fn panel<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let book = &opened.book;
    let say = |sentence: &str| told(sentence, width, theme.style(Role::Text), theme);
    let mut all = Vec::new();
    if let Some(reason) = model.no_writes().filter(|_| !book.is_over()) {
        all.extend(say(&reason.replace('`', "'")));
    }
    match book.waits() {
        Waits::Start => all.extend(start(model, opened, theme, width)),
        Waits::ByHand => {
            if book.situation().letter == Letter::O {
                let history = model.keymap.key(CommandId::History);
                all.extend(say(&format!("`{history}` shows its jobs, and from there their logs.")));
            }
            all.extend(say("`enter` when it is done; `esc` leaves this open."));
            all.extend(found::checklist(opened, theme, width));
        }
        Waits::Form(_) => all.extend(say("Loading the form.")),
        Waits::One => {
            all.extend(say("`enter` takes the one under the cursor; `s` leaves this out."));
            all.extend(found::webhook(opened, theme, width));
            all.extend(options::choices(opened, theme, width));
        }
        Waits::Several => {
            if let Some(place) = model.settings.place().filter(|_| book.situation().letter == Letter::H) {
                let copy = model.keymap.key(CommandId::Copy);
                all.extend(say(&format!("Billing: {} (`{copy}` copies it)", billing_page(&place.origin))));
            }
            all.extend(say("`space` picks, `a` picks all, `enter` goes on with what is picked; `s` leaves this out."));
            all.extend(options::choices(opened, theme, width));
        }
        Waits::Consent => {
            all.extend(say("`enter` shows what would be lost, and asks. Nothing is sent before that."));
            if book.can_toggle() {
                all.extend(say("`space` takes a table out or in."));
                all.extend(options::tables(model, opened, theme, width));
            }
        }
        Waits::Retry => {
            // Steps that were handed over cannot be planned anew.
            let anew = if book.situation().wish == Some(Wish::Tune) { "" } else { " `b` begins anew," };
            let again = if has_unknown(opened) {
                "sends it again; look first what became of it"
            } else {
                "tries this step again"
            };
            let keys = format!("`enter` {again}, `s` leaves it out,{anew} `esc` leaves it for later.");
            all.extend(say(&keys));
            all.extend(rows(opened, theme));
        }
        Waits::Server | Waits::Nothing => all.extend(going(model, opened, theme, width)),
    }
    all
}

/// What would be sent, before it begins.
fn start<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let book = &opened.book;
    let say = |sentence: &str| told(sentence, width, theme.style(Role::Text), theme);
    let anew = if book.can_begin_anew() { "; `b` goes back to the choice" } else { "" };
    let mut all: Vec<Line> = say(&format!("`enter` begins{anew}.")).collect();
    if book.can_toggle() {
        let stops = if book.stops_on_failure { "the first failure stops the rest" } else { "failures stop nothing" };
        all.extend(say(&format!("`space` takes a table out or in. `x`: {stops}.")));
    }
    all.extend(change::lines(model, opened, theme, width));
    if book.can_toggle() {
        all.extend(options::tables(model, opened, theme, width));
    }
    all
}

/// How it is going, or how it has ended.
fn going<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let book = &opened.book;
    let say = |sentence: &str| told(sentence, width, theme.style(Role::Text), theme);
    let mut all = Vec::new();
    if book.looks_again() {
        all.extend(say("Reading the tables once more, right before sending."));
    }
    if book.is_watching() {
        all.extend(say(&book.outlook(&model.inventory).replace('`', "'")));
    }
    if book.is_over() {
        let anew = if book.situation().wish == Some(Wish::Tune) { "" } else { ", `b` begins anew" };
        all.extend(say(&format!("Done. `enter` closes{anew}.")));
        // Nothing that can be done here settles a bill.
        if book.situation().letter == Letter::H {
            all.extend(say(&format!("Now: {}.", book.outlook(&model.inventory).replace('`', "'"))));
        }
        all.extend(found::webhook(opened, theme, width));
    }
    all.extend(units(model, opened, theme, width));
    all
}

/// The actions of the step under way.
fn units<'a>(model: &Model, opened: &Opened, theme: &Theme, width: usize) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    for (number, unit) in opened.book.units().iter().enumerate() {
        let running = opened.follows.iter().find(|(_, of)| **of == number).and_then(|(id, _)| model.follows.get(id));
        let (told, role) = match (&unit.progress, running) {
            (UnitProgress::UnderWay, Some(follow)) => {
                let usual = match follow.subject().tables.as_slice() {
                    [(id, _)] => model.inventory.runs(id).and_then(Runs::usual),
                    _ => None,
                };
                (follow.progress(usual, model.now), Role::Moving)
            }
            (UnitProgress::UnderWay, None) => (format!("{}: under way", unit.name.shown()), Role::Moving),
            (UnitProgress::Waiting, _) => (format!("{}: waits for its turn", unit.name.shown()), Role::Faint),
            (UnitProgress::Done(text), _) => (text.clone(), Role::Good),
            (UnitProgress::Failed(text) | UnitProgress::Unknown(text), _) => (text.clone(), Role::Bad),
        };
        all.extend(wrapped(&told, width, theme.style(role)));
    }
    all.extend(rows(opened, theme));
    all
}

/// Whether something may have been carried out: that is not merely tried again.
pub(super) fn has_unknown(opened: &Opened) -> bool {
    opened.book.units().iter().any(|unit| matches!(unit.progress, UnitProgress::Unknown(_)))
}

/// What became of each table of a change of several.
fn rows<'a>(opened: &Opened, theme: &Theme) -> Vec<Line<'a>> {
    let each = opened.book.units().iter().flat_map(Unit::rows).map(|(name, changed)| {
        let (mark, word, role) = match (changed, theme.ascii) {
            (true, ascii) => (if ascii { "+" } else { "✓" }, "changed", Role::Good),
            (false, ascii) => (if ascii { "x" } else { "✗" }, "not changed", Role::Bad),
        };
        let line = format!("  {mark} {}: {word}", text::cut(&name.shown(), 60, theme.ellipsis()));
        Line::styled(line, theme.style(role))
    });
    each.collect()
}
