//! The question before data is discarded.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::prose::wrapped;
use super::widgets::{lines, modal};
use crate::app::model::Model;
use crate::app::model::overlay::Confirm;
use crate::warehouse::consent::{Challenge, Demand, Discard};
use crate::warehouse::field::Field;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::operation::Losing;
use crate::warehouse::words;

/// Draws it.
pub(super) fn draw(model: &Model, confirm: &Confirm, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 76;
    let Some(challenge) = &confirm.challenge else { return };
    let width = modal::inner_width(WIDTH, frame.area());
    let room = usize::from(frame.area().height.saturating_sub(5));
    let mut all = question(model, confirm, challenge, width, false, theme);
    if all.len() + 2 > room {
        all = question(model, confirm, challenge, width, true, theme);
    }
    let say = |all: &mut Vec<Line>, sentence: &str, role: Role| {
        all.extend(wrapped(sentence, width, theme.style(role)));
    };
    let mut typed_at = None;
    match challenge.demand() {
        Demand::Typed(expected) => {
            say(&mut all, &format!("Type “{expected}” and press enter; esc keeps everything."), Role::Text);
            let prompt = format!("> {}", confirm.input.value());
            typed_at = Some(all.len());
            let right = challenge.accepts(confirm.input.value());
            let role = if right { Role::Good } else { Role::Text };
            let hint = match (right, confirm.refused) {
                (false, true) => "   not the name; nothing was sent",
                _ => "",
            };
            all.push(Line::from(vec![
                Span::styled(prompt, theme.style(role)),
                Span::styled(hint, theme.style(Role::Bad)),
            ]));
        }
        Demand::Yes => {
            let button = |label: &str, chosen: bool| {
                Span::styled(format!("[ {label} ]"), theme.style(if chosen { Role::Selected } else { Role::Text }))
            };
            all.push(Line::from(vec![
                button("No, keep it (n)", !confirm.on_yes),
                Span::raw("  "),
                button(&format!("Yes, {} (y)", verb(challenge.discard())), confirm.on_yes),
            ]));
        }
    }
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let name = text::cut(&challenge.loss().name.shown(), width.saturating_sub(20), theme.ellipsis());
    let title = format!("{} {name}?", title(challenge.discard()));
    let inside = modal::open(&title, WIDTH, height, theme, frame);
    // What has to be answered must be seen, whatever else there is no room for.
    let start = all.len().saturating_sub(usize::from(inside.height));
    lines(&all, start, inside, frame.buffer_mut());
    if let Some(line) = typed_at.and_then(|line| line.checked_sub(start)) {
        let x = inside.x + 2 + u16::try_from(confirm.input.visual_cursor()).unwrap_or(0);
        let y = inside.y + u16::try_from(line).unwrap_or(0);
        frame.set_cursor_position((x.min(inside.right().saturating_sub(1)), y));
    }
}

/// What is asked, without the answer. In short, without what can be done without.
fn question<'a>(
    model: &Model,
    confirm: &Confirm,
    challenge: &Challenge,
    width: usize,
    short: bool,
    theme: &Theme,
) -> Vec<Line<'a>> {
    let mut parts = vec![(headline(challenge, confirm), Role::Heading), (lost(challenge), Role::Danger)];
    if let Some(usual) = challenge.loss().usual_run {
        parts.push((format!("A run of it usually takes {}.", words::span(usual)), Role::Text));
    }
    if let Some(milder) = &confirm.milder {
        parts.push((format!("Milder: {milder}"), Role::Good));
    }
    if let Some(then) = &confirm.then {
        let lead = if confirm.tunes.is_some() { "In this order" } else { "Then" };
        parts.push((format!("{lead}, without another question: {then}"), Role::Text));
    }
    let mut place = vec![format!("Project: {}", super::header::place(model))];
    if let Some(sources) = sources(model, confirm) {
        place.insert(0, sources);
    }
    if short {
        place = vec![place.join(". ")];
    }
    parts.extend(place.into_iter().map(|sentence| (sentence, Role::Faint)));
    let project = model.settings.place().and_then(|place| ProjectId::new(place.project));
    if let Some(project) = project.filter(|_| !short) {
        for discard in challenge.discards().take(3) {
            let request = discard.request(project);
            parts.push((format!("Request: {}", request.shown()), Role::Faint));
        }
        let more = challenge.discards().count().saturating_sub(3);
        if more > 0 {
            parts.push((format!("And {more} more like these."), Role::Faint));
        }
    }
    let gap = usize::from(!short);
    let mut wrapped: Vec<(Vec<String>, Role)> =
        parts.into_iter().map(|(sentence, role)| (text::wrap(&sentence, width), role)).collect();
    // What would be lost is never what there is no room for.
    let most = usize::from(model.size.height.saturating_sub(7)).max(8);
    let mut excess = wrapped.iter().map(|(lines, _)| lines.len() + gap).sum::<usize>().saturating_sub(most);
    // Nor, as long as it can be helped, is what it is done to.
    let last = wrapped.len().saturating_sub(1);
    let (others, place) = wrapped.split_at_mut(last);
    let order = others.iter_mut().skip(2).rev().chain(place);
    for (lines, _) in order.filter(|(lines, _)| short && lines.len() > 1) {
        let kept = lines.len().saturating_sub(excess).max(1);
        excess = excess.saturating_sub(lines.len() - kept);
        if kept < lines.len() {
            lines.truncate(kept);
            if let Some(last) = lines.last_mut() {
                let cells = width.saturating_sub(text::width(theme.ellipsis()));
                *last = format!("{}{}", text::cut(last, cells, ""), theme.ellipsis());
            }
        }
    }
    let mut all = Vec::new();
    for (lines, role) in wrapped {
        all.extend(lines.into_iter().map(|line| Line::styled(line, theme.style(role))));
        all.extend(std::iter::repeat_n(Line::default(), gap));
    }
    all
}

/// Which source it is, whatever it is called; of several, their names.
fn sources(model: &Model, confirm: &Confirm) -> Option<String> {
    let own = model.inventory.source(&confirm.subject.source)?;
    let mut all = vec![own];
    for (id, _) in &confirm.subject.tables {
        if let Some((held, ..)) = model.inventory.schema(id)
            && all.iter().all(|known| known.source.id != held.source.id)
        {
            all.push(held);
        }
    }
    if all.len() == 1 {
        return Some(format!("Source: {}", own.origin()));
    }
    let names: Vec<_> = all.iter().take(SOURCES).map(|held| held.title().named()).collect();
    let more = all.len() - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("Sources: {}{more}", names.join(", ")))
}

/// So many sources are named.
const SOURCES: usize = 4;

fn title(discard: &Discard) -> &'static str {
    match discard {
        Discard::ResyncSchema(_) => "Resync",
        Discard::DeleteData(_) => "Delete data of",
        Discard::DestroySchema(_) => "Destroy table",
        Discard::DestroySource(_) => "Destroy source",
        Discard::PauseSchema(_) => "Pause",
        Discard::ReshapeSchema(_) => "Change",
        Discard::PauseSchemas(..) => "Pause tables of",
        Discard::DeleteWebhook(_) => "Delete webhook of",
        Discard::DisableCdc(_) => "Disable CDC of",
        Discard::RepairCdc(_) => "Repair CDC of",
    }
}

fn verb(discard: &Discard) -> &'static str {
    match discard {
        Discard::ResyncSchema(_) => "resync",
        Discard::DeleteData(_) => "delete data",
        Discard::DestroySchema(_) | Discard::DestroySource(_) => "destroy",
        Discard::PauseSchema(_) | Discard::PauseSchemas(..) => "pause",
        Discard::ReshapeSchema(_) => "change",
        Discard::DeleteWebhook(_) => "delete webhook",
        Discard::DisableCdc(_) => "disable CDC",
        Discard::RepairCdc(_) => "repair CDC",
    }
}

fn headline(challenge: &Challenge, confirm: &Confirm) -> String {
    let own = text::cut(&challenge.loss().name.shown(), 60, "…");
    // Tables of one name in several sources are common.
    let name = match challenge.discard() {
        Discard::DestroySource(_)
        | Discard::PauseSchemas(..)
        | Discard::DeleteWebhook(_)
        | Discard::DisableCdc(_)
        | Discard::RepairCdc(_) => own.clone(),
        _ => format!("{} / {own}", text::cut(&confirm.subject.source_name.shown(), 40, "…")),
    };
    match challenge.discard() {
        // What an editor sends is all of one table, and is told step by step.
        discard if challenge.discards().count() > 1 && confirm.tunes.is_none() => {
            format!("{} {own}: {}.", title(discard), names(confirm))
        }
        Discard::ResyncSchema(_) => {
            format!("Resync {name}: drop the table when the new run starts, and read everything again.")
        }
        Discard::DeleteData(_) => format!("Delete the data of {name}; its configuration stays."),
        Discard::DestroySchema(_) => format!("Destroy {name}: the table, its configuration and its data."),
        Discard::DestroySource(_) => {
            format!("Destroy {name}: the source, all its tables, their data, its schedules and its webhook.")
        }
        Discard::PauseSchema(_) => {
            format!("Pause {name}: its changes are pushed or streamed, and nobody will take them.")
        }
        Discard::ReshapeSchema(reshape) => match reshape.loss() {
            Losing::Stored => {
                format!("Change {name}: PostHog then drops what is stored, by itself, and imports the table again.")
            }
            Losing::Meanwhile => {
                format!(
                    "Change {name}, and switch it off: its changes are pushed or streamed, and nobody will take them."
                )
            }
        },
        Discard::PauseSchemas(_, tables) => {
            format!("Pause {} of {name}: {}.", words::counted(tables.len(), "table"), names(confirm))
        }
        Discard::DeleteWebhook(_) => format!("Delete the webhook of {name}, here and at the vendor."),
        Discard::DisableCdc(_) => {
            format!("Disable change data capture of {name}: its CDC tables lose their sync method and stop.")
        }
        Discard::RepairCdc(_) => {
            let tables = names(confirm);
            format!("Repair change data capture of {name}: make what is lost anew, and import again {tables}.")
        }
    }
}

/// The tables it acts on, as far as a sentence bears them.
fn names(confirm: &Confirm) -> String {
    const SHOWN: usize = 6;
    let tables = &confirm.subject.tables;
    let names: Vec<String> = tables.iter().take(SHOWN).map(|(_, name)| text::cut(&name.shown(), 40, "…")).collect();
    match tables.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn lost(challenge: &Challenge) -> String {
    let loss = challenge.loss();
    let rows = match loss.rows {
        Field::Known(_) => words::told_rows(loss.rows),
        Field::Null => "no rows (there is no data yet)".to_owned(),
        Field::Unknown => "an unknown number of rows".to_owned(),
    };
    let tables = if loss.tables == 1 { String::new() } else { format!(" in {}", words::counted(loss.tables, "table")) };
    let kept = |lost: &str| format!("Lost: {lost}. Kept: {rows}{tables}.");
    let end = match challenge.discard() {
        Discard::ResyncSchema(_) => {
            "; queries see no data until the run is done, and what the source no longer has is gone"
        }
        Discard::DeleteData(_) => "; queries see no data until the next run is done",
        Discard::ReshapeSchema(reshape) => match reshape.loss() {
            Losing::Stored => {
                "; queries see no data until the import is done, and what the source no longer has is gone"
            }
            Losing::Meanwhile => return kept("what changes at the source until it is resumed"),
        },
        Discard::DestroySchema(_) | Discard::DestroySource(_) => "; this cannot be undone",
        Discard::RepairCdc(_) => {
            "; they are read again, and what the source no longer has is gone, with all changes since the stream broke"
        }
        // These keep the rows and lose what would have come.
        Discard::PauseSchema(_) => return kept("what changes at the source until it is resumed"),
        Discard::PauseSchemas(..) => {
            return kept("what changes at the source until they are resumed, where it is pushed or streamed");
        }
        Discard::DeleteWebhook(_) => return kept("what the vendor would push until another webhook is registered"),
        Discard::DisableCdc(_) => {
            return kept("the place in the stream of changes; to go on, every table is set up and read again");
        }
    };
    format!("Lost: {rows}{tables}{end}.")
}
