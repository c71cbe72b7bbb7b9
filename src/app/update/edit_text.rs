//! Long text in the user's editor: what is on the screen, to be read there; what is typed in a field, to be changed.

use std::fmt::Write as _;

use super::form::pasted;
use super::{copy, notice};
use crate::app::effect::{Draft, Effect};
use crate::app::key::{Code, Key};
use crate::app::message::Edited;
use crate::app::model::Model;
use crate::app::model::editing::Editing;
use crate::app::model::form::Focus;
use crate::app::model::history::{Explanation, History};
use crate::app::model::logs::Logs;
use crate::app::model::overlay::Overlay;
use crate::app::model::runbook::Opened;
use crate::app::model::tuning::Phase;
use crate::warehouse::raw::joined;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::recovery::form::Value;
use crate::warehouse::recovery::runbook::{Progress, Waits};
use crate::warehouse::redact::redacted;
use crate::warehouse::text::Foreign;
use tui_input::Input;

/// What the editor is wanted for.
enum Wanted {
    /// This text, in a file of this name.
    Text(Editing, &'static str, String),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

fn to_read(name: &'static str, text: Option<String>, otherwise: &'static str) -> Wanted {
    text.map_or(Wanted::Nothing(otherwise), |text| Wanted::Text(Editing::Reading, name, text))
}

/// The key of the editor was pressed. `None`: it means something else here.
pub(super) fn pressed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    // Where letters are typed, or mean something of their own, the other key of the command is the one.
    let letter = matches!(key.code, Code::Char(_)) && !key.ctrl && !key.alt;
    let wanted = wanted(model, letter)?;
    Some(open(model, wanted))
}

/// Opens the details of the selection.
pub(super) fn details(model: &mut Model) -> Vec<Effect> {
    let wanted = to_read("details.md", copy::report(model), "Nothing is selected.");
    open(model, wanted)
}

fn open(model: &mut Model, wanted: Wanted) -> Vec<Effect> {
    match wanted {
        Wanted::Nothing(why) => notice(model, Tone::Note, why.to_owned()),
        Wanted::Text(editing, name, mut text) => {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            model.editing = Some(editing);
            vec![Effect::EditText(Draft { name, text })]
        }
    }
}

fn wanted(model: &Model, letter: bool) -> Option<Wanted> {
    match &model.overlay {
        Some(Overlay::Raw(raw)) if !(raw.reader.find.editing && letter) => {
            let text = raw.lines.as_ref().map(|lines| joined(lines));
            Some(to_read("object.json", text, "The object is not read yet."))
        }
        Some(Overlay::Activity(reader)) if !(reader.find.editing && letter) => {
            Some(to_read("activity.txt", Some(activity(model)), ""))
        }
        Some(Overlay::History(history)) => of_history(history, letter),
        Some(Overlay::Runbook(id)) => of_runbook(model.runbooks.get(*id)?, letter)
            .map(|(row, name, text)| match row {
                Some(row) => Wanted::Text(Editing::Row(*id, row), name, text),
                None => Wanted::Text(Editing::Reading, name, text),
            })
            .or(if letter { None } else { Some(Wanted::Nothing("Only text that is no secret can be edited so.")) }),
        Some(Overlay::Tuning(id)) if !letter => match &model.tunings.get(id)?.phase {
            Phase::Typing(setting, input) => {
                Some(Wanted::Text(Editing::Setting(id.clone(), *setting), "value.txt", input.value().to_owned()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn activity(model: &Model) -> String {
    let entries = model.activity.entries();
    entries.map(|entry| format!("{:.0}  {}", entry.at, redacted(&entry.text))).collect::<Vec<_>>().join("\n")
}

fn of_history(history: &History, letter: bool) -> Option<Wanted> {
    if let Some(asked) = &history.explanation {
        return Some(to_read("explanation.md", Some(explanation(history, asked)), ""));
    }
    if letter {
        return None;
    }
    if let Some(logs) = &history.logs {
        let text = (logs.lines().len() > 0).then(|| log(logs));
        return Some(to_read("log.txt", text, "There is no line of the log to show."));
    }
    let error = history.selected().and_then(|job| job.latest_error.known()).filter(|text| !text.is_blank());
    let text = error.map(|text| redacted(&text.shown_lines()));
    Some(to_read("error.txt", text, "This job has no error text."))
}

/// The lines that were read, oldest first, as files of logs are.
fn log(logs: &Logs) -> String {
    let mut lines: Vec<String> = logs
        .lines()
        .map(|line| {
            let at = line.at.known().map_or_else(|| "?".to_owned(), |at| format!("{at:.3}"));
            format!("{at} {:<5} {}\n", line.level.raw(), redacted(&line.message.shown_lines()))
        })
        .collect();
    lines.reverse();
    lines.concat()
}

fn explanation(history: &History, asked: &Explanation) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    if let Some(finding) = history.meaning(&asked.puzzle) {
        let _ = write!(page, "# {}\n\n{}\n\n", redacted(&finding.title()), finding.cause.meaning.shown());
        for (index, step) in finding.steps().iter().enumerate() {
            let _ = writeln!(page, "{}. {}", index + 1, redacted(step));
        }
        page.push('\n');
    }
    if let Some(follows) = &asked.follows {
        let _ = write!(page, "{}\n\n", redacted(follows));
    }
    let text = asked.puzzle.text.as_ref().map(Foreign::shown_lines).unwrap_or_default();
    let _ = write!(page, "## Text\n\n{}\n", redacted(&text));
    page
}

/// The text of the row with the cursor, where a form is filled in; else the steps.
fn of_runbook(opened: &Opened, letter: bool) -> Option<(Option<Focus>, &'static str, String)> {
    if let (Waits::Form(_), Some(form)) = (opened.book.waits(), &opened.form) {
        let row = form.row().filter(|row| !letter && !row.secret)?;
        return match row.value {
            Value::Text(text) => Some((Some(form.focus()), "value.txt", text.clone())),
            _ => None,
        };
    }
    Some((None, "steps.md", steps(opened)))
}

fn steps(opened: &Opened) -> String {
    let situation = opened.book.situation();
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write!(page, "# {}\n\n{}\n\n", redacted(&situation.heading()), redacted(&situation.title));
    for table in situation.chosen() {
        let _ = writeln!(page, "* {}", table.name.shown());
    }
    page.push('\n');
    for (index, stage) in opened.book.stages().iter().enumerate() {
        let (mark, said) = match &stage.progress {
            Progress::Ahead | Progress::Now => ("[ ]", None),
            Progress::Done(said) | Progress::Skipped(said) => ("[x]", Some(said)),
            Progress::Failed(said) => ("[ ]", Some(said)),
        };
        let _ = writeln!(page, "{}. {mark} {}", index + 1, redacted(&stage.what));
        for line in said.into_iter().chain(&stage.loses).filter(|line| !line.is_empty()) {
            let _ = writeln!(page, "   {}", redacted(line));
        }
    }
    if !situation.advice.is_empty() {
        page.push_str("\n## Advice\n\n");
    }
    for advice in &situation.advice {
        let _ = writeln!(page, "* {}", redacted(advice));
    }
    page
}

/// The editor has ended, or was never there.
pub(super) fn ended(model: &mut Model, result: Result<Edited, String>) -> Vec<Effect> {
    let Some(editing) = model.editing.take() else { return Vec::new() };
    let edited = match result {
        Err(why) => return notice(model, Tone::Bad, format!("Nothing comes from the editor: {why}.")),
        Ok(edited) if !edited.changed => return Vec::new(),
        Ok(edited) => edited,
    };
    let taken = match editing {
        Editing::Reading => {
            let text = "What was changed in the editor is not taken over: the text was a copy, to be read.";
            return notice(model, Tone::Note, text.to_owned());
        }
        Editing::Setting(id, setting) => match model.tunings.get_mut(&id).map(|tuning| &mut tuning.phase) {
            Some(Phase::Typing(typed, input)) if *typed == setting => {
                *input = Input::new(on_one_line(&edited.text));
                true
            }
            _ => false,
        },
        Editing::Row(id, row) => match model.runbooks.get_mut(id).and_then(|opened| opened.form.as_mut()) {
            Some(form) if form.focus() == row => {
                let keeps_lines = form.row().is_some_and(|row| row.control.keeps_lines());
                let text = if keeps_lines { edited.text.trim_end().to_owned() } else { on_one_line(&edited.text) };
                form.edit(|input| *input = Input::default());
                pasted(form, &text);
                true
            }
            _ => false,
        },
    };
    if taken {
        return notice(model, Tone::Note, "The text comes from the editor; nothing was sent yet.".to_owned());
    }
    let text = "The field is not open any more; what came from the editor is dropped.";
    notice(model, Tone::Bad, text.to_owned())
}

/// Most fields have one line: the lines are joined by blanks.
fn on_one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let joined = lines.collect::<Vec<_>>().join(" ");
    joined.chars().filter(|symbol| !symbol.is_control()).collect()
}
