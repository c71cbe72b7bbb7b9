//! Model → frame. Pure: it borrows the model, builds only what can be seen, and decides nothing.

mod activity;
mod all_profiles;
pub mod buttons;
mod chart;
mod columns;
mod confirm;
mod details;
mod export;
mod filters;
mod following;
mod footer;
pub mod form;
mod groups;
mod guard;
mod header;
mod help;
mod history;
mod key_form;
mod link;
pub mod links;
mod logs;
mod menu;
mod palette;
mod pictures;
mod plain;
mod profiles;
mod raw;
mod reader;
mod runbook;
mod screens;
mod tables;
pub mod text;
pub mod theme;
mod triage;
mod tuning;
mod welcome;
mod widgets;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::layout::{Area, Pane, SMALLEST};
use crate::app::model::overlay::Overlay;
use crate::app::model::{Model, Screen};
use theme::{Role, Theme};

/// Draws everything.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame) {
    let Some(layout) = model.layout() else { return too_small(model, theme, frame) };
    match &model.screen {
        Screen::Welcome { reason } => {
            match &model.overlay {
                Some(Overlay::Profiles(profiles)) => profiles::draw(model, profiles, theme, frame),
                _ => welcome::draw(model, reason, theme, frame),
            }
            if theme.ascii {
                to_ascii(frame);
            }
            return;
        }
        Screen::MustConfirm { host_from, key_from } => {
            return screens::must_confirm(model, host_from, key_from, theme, frame);
        }
        Screen::Main => {}
    }
    header::draw(model, theme, rect(layout.header), frame);
    for pane in Pane::ALL {
        let area = layout.pane(pane);
        if area.width == 0 {
            continue;
        }
        match pane {
            Pane::Sources => tables::sources(model, theme, &layout, frame),
            Pane::Schemas => tables::schemas(model, theme, &layout, frame),
            Pane::Details => details::draw(model, theme, rect(area), frame),
        }
    }
    let said_much = footer::notice(model, theme, rect(layout.notice), frame);
    if !following::draw(model, theme, rect(layout.hints), frame) && !said_much {
        footer::hints(model, theme, rect(layout.hints), frame);
    }
    match &model.overlay {
        None => {}
        Some(Overlay::Help(reader)) => help::draw(model, reader, theme, frame),
        Some(Overlay::Palette(palette)) => palette::draw(model, palette, theme, frame),
        Some(Overlay::Export(export)) => export::draw(model, export, theme, frame),
        Some(Overlay::Filters(list)) => filters::draw(model, list, theme, frame),
        Some(Overlay::Menu(menu)) => menu::draw(menu, theme, frame),
        Some(Overlay::Columns(chooser)) => columns::draw(model, *chooser, theme, frame),
        Some(Overlay::Confirm(confirm)) => {
            if let Some(id) = confirm.runbook {
                runbook::draw(model, id, theme, frame);
            }
            confirm::draw(model, confirm, theme, frame);
        }
        Some(Overlay::Preview { curl, .. }) => screens::preview(curl, theme, frame),
        Some(Overlay::Activity(reader)) => activity::draw(model, reader, theme, frame),
        Some(Overlay::Raw(raw)) => raw::draw(model, raw, theme, frame),
        Some(Overlay::Triage(triage)) => triage::draw(model, triage, theme, frame),
        Some(Overlay::LeftBehind) => screens::left_behind(model, theme, frame),
        Some(Overlay::Runbook(id)) => runbook::draw(model, *id, theme, frame),
        Some(Overlay::Tuning(id)) => tuning::draw(model, id, theme, frame),
        Some(Overlay::History(history)) => history::draw(model, history, theme, frame),
        Some(Overlay::Profiles(profiles)) => profiles::draw(model, profiles, theme, frame),
        Some(Overlay::AllProfiles) => {
            all_profiles::draw(model, theme, frame);
            if let Some(chosen) = &model.all_profiles.asking {
                profiles::ask(model, chosen, theme, frame);
            }
        }
        Some(Overlay::Key(form)) => key_form::draw(model, form, theme, frame),
        Some(Overlay::Quitting) => screens::quitting(model, theme, frame),
    }
    header::strip(model, theme, [layout.header.y, layout.notice.y, layout.hints.y], frame);
    if model.unlogged.asks() {
        screens::unlogged(&model.unlogged, theme, frame);
    }
    if let Some(guard) = &model.guard {
        guard::draw(model, guard, theme, frame);
    }
    if theme.ascii {
        to_ascii(frame);
    }
    if theme.plain {
        plain::finish(frame);
    }
}

/// Replaces the signs that our own sentences use. Text from outside stays in its own script.
fn to_ascii(frame: &mut Frame) {
    let area = frame.area();
    for cell in &mut frame.buffer_mut().content[..usize::from(area.width) * usize::from(area.height)] {
        let plain = match cell.symbol() {
            "·" => ".",
            "–" => "-",
            "→" => ">",
            "“" | "”" => "\"",
            "…" => "~",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

fn rect(area: Area) -> Rect {
    Rect { x: area.x, y: area.y, width: area.width, height: area.height }
}

fn too_small(model: &Model, theme: &Theme, frame: &mut Frame) {
    let area = frame.area();
    let text = format!(
        "Terminal too small: {}x{}, needs {}x{}.",
        model.size.width, model.size.height, SMALLEST.width, SMALLEST.height
    );
    for (row, line) in (area.y..area.bottom()).zip(text::wrap(&text, usize::from(area.width.max(1)))) {
        frame.buffer_mut().set_stringn(area.x, row, line, usize::from(area.width), theme.style(Role::Text));
    }
}
