//! Screens and boxes that only say something and name the keys that answer.

use ratatui::Frame;
use ratatui::text::Line;

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{lines, modal, with_keys};
use crate::app::model::Model;
use crate::app::model::unlogged::Unlogged;
use crate::warehouse::text::Foreign;
use crate::warehouse::words::counted;

/// A box with sentences; parts in backquotes are keys.
fn say(title: &str, sentences: &[String], theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 84;
    let width = modal::inner_width(WIDTH, frame.area());
    let style = theme.style(Role::Text);
    let room = usize::from(frame.area().height.saturating_sub(5));
    let mut wrapped: Vec<String> = sentences.iter().flat_map(|sentence| text::wrap(sentence, width)).collect();
    if wrapped.len() > room {
        wrapped.retain(|line| !line.is_empty());
    }
    // The last line names the keys: it is seen whatever else there is no room for.
    if let Some(last) = wrapped.pop() {
        wrapped.truncate(room.saturating_sub(1));
        wrapped.push(last);
    }
    let all: Vec<Line> = wrapped.iter().map(|line| with_keys(line, style, theme)).collect();
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open(title, WIDTH, height, theme, frame);
    lines(&all, 0, inside, frame.buffer_mut());
}

/// Host and key come from different places.
pub(super) fn must_confirm(model: &Model, host_from: &str, key_from: &str, theme: &Theme, frame: &mut Frame) {
    let origin = model.settings.place().map_or("", |place| place.origin.as_str());
    let leave = if model.settings.setup.leads_back { "goes back" } else { "quits" };
    let all = [
        format!("The host {origin} comes from {host_from}, but the key comes from {key_from}."),
        "A key sent to the wrong host is a key given away.".to_owned(),
        String::new(),
        format!("Send this key to {origin}?"),
        String::new(),
        format!("`y` sends it.   `n` {leave}, and nothing is sent."),
    ];
    say("Send the key there?", &all, theme, frame);
}

/// What a dry run would have sent.
pub(super) fn preview(curl: &str, theme: &Theme, frame: &mut Frame) {
    let all = [
        "Nothing was sent. This is the request:".to_owned(),
        String::new(),
        curl.replace('`', "'"),
        String::new(),
        "`y` copies it.   Any other key closes.".to_owned(),
    ];
    say("Dry run", &all, theme, frame);
}

/// Actions are still followed: really quit?
pub(super) fn quitting(model: &Model, theme: &Theme, frame: &mut Frame) {
    let mut all = Vec::new();
    let records = model.runbooks.records();
    for record in &records {
        let clean = |text: &str| crate::warehouse::text::Foreign::new(text).shown().replace('`', "'");
        all.push(clean(&format!("Half done: {}, {}. Left:", record.source_name, record.title)));
        all.extend(record.left.iter().take(4).map(|step| format!("  {}", clean(step))));
    }
    if !model.follows.is_empty() {
        all.push("Still being followed:".to_owned());
    }
    all.extend(
        model.follows.values().map(|follow| format!("  {}", follow.progress(None, model.now).replace('`', "'"))),
    );
    let waiting: Vec<_> = model.tunings.values().filter(|tuning| tuning.goes_on_by_itself()).collect();
    if !waiting.is_empty() {
        all.push("Not sent yet, and lost by quitting:".to_owned());
    }
    all.extend(waiting.iter().map(|tuning| {
        let changes = tuning.draft.iter().flat_map(|draft| draft.changed().map(|setting| draft.sentence(setting)));
        let changes: Vec<String> = changes.collect();
        format!("  {}: {}; it waits for a run to end", tuning.name.shown(), changes.join("; ")).replace('`', "'")
    }));
    all.push(String::new());
    if waiting.is_empty() || !model.follows.is_empty() || !records.is_empty() {
        all.push("What was sent goes on on the server, but nobody will tell you how it ends.".to_owned());
    }
    if !records.is_empty() {
        all.push("What was not sent yet is offered at the next start.".to_owned());
    }
    all.push("`q` quits all the same.   Any other key stays.".to_owned());
    say("Quit?", &all, theme, frame);
}

/// Writes cannot be written down in the audit log: are they sent all the same?
pub(super) fn unlogged(unlogged: &Unlogged, theme: &Theme, frame: &mut Frame) {
    let all = [
        format!("Nothing was sent: {} cannot be written to the audit log.", counted(unlogged.waiting.len(), "change")),
        format!("Reason: {}.", Foreign::new(&unlogged.reason).shown().replace('`', "'").trim_end_matches('.')),
        String::new(),
        "`S` sends without a record.   `A` does so until whtui ends.".to_owned(),
        "`esc` sends nothing.".to_owned(),
    ];
    say("Send without a record?", &all, theme, frame);
}

/// A runbook was left half done.
pub(super) fn left_behind(model: &Model, theme: &Theme, frame: &mut Frame) {
    let Some(record) = model.left_behind.first() else { return };
    let names: Vec<&str> = record.tables.iter().take(6).map(|(_, name)| name.as_str()).collect();
    let more = record.tables.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let clean = |text: &str| crate::warehouse::text::Foreign::new(text).shown().replace('`', "'");
    let mut all =
        vec![clean(&format!("{} ({}{more}): {}", record.source_name, names.join(", "), record.title)), String::new()];
    all.extend(record.done.iter().map(|step| format!("Done: {}", clean(step))));
    all.extend(record.left.iter().map(|step| format!("Left: {}", clean(step))));
    all.push(String::new());
    all.push("`enter` goes on with it, `d` forgets it, `esc` asks again at the next start.".to_owned());
    say("A recovery was left unfinished", &all, theme, frame);
}
