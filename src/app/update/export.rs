//! The focused table, as filtered and sorted, on its way to a file.

use serde_json::{Map, Value, json};
use tui_input::Input;

use super::keys::line_edit;
use super::{actions, notice};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::layout::Pane;
use crate::app::model::Model;
use crate::app::model::export::Export;
use crate::app::model::overlay::Overlay;
use crate::warehouse::field::Field;
use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::redact::redacted;
use crate::warehouse::state::State;
use crate::warehouse::text::{Foreign, clean};
use crate::warehouse::words;

/// A row: names of columns with their values.
type Row = Vec<(&'static str, Value)>;

/// Asks for the name of the file.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let pane = if model.focus == Pane::Sources { Pane::Sources } else { Pane::Schemas };
    let what = if pane == Pane::Sources { "sources" } else { "tables" };
    let name = format!("whtui-{what}-{}.csv", model.now.strftime("%Y-%m-%d-%H%M"));
    let export = Export { pane, input: Input::from(name), refused: None, writing: false };
    model.overlay = Some(Overlay::Export(export));
    Vec::new()
}

/// A key was pressed while the name is asked for.
pub(super) fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(Overlay::Export(export)) = &mut model.overlay else { return Vec::new() };
    match key.code {
        Code::Escape => model.overlay = None,
        // Twice would write to a name that is taken by then.
        Code::Enter if export.writing => {}
        Code::Enter => return write(model),
        _ => match line_edit(key) {
            Some(request) => {
                export.input.handle(request);
                export.refused = None;
            }
            None => return actions::means_nothing_here(model, key),
        },
    }
    Vec::new()
}

fn write(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Export(export)) = &model.overlay else { return Vec::new() };
    let name = export.input.value().trim().to_owned();
    let rows = rows(model, export.pane);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let text = match ending.as_deref() {
        Some("csv") => Ok(csv(&rows)),
        Some("json") => Ok(json(&rows)),
        _ => Err("The name has to end in .csv or .json.".to_owned()),
    };
    let Some(Overlay::Export(export)) = &mut model.overlay else { return Vec::new() };
    match text {
        Ok(text) => {
            export.writing = true;
            vec![Effect::Save { path: name, text }]
        }
        Err(reason) => {
            export.refused = Some(reason);
            Vec::new()
        }
    }
}

fn is_writing(overlay: &Overlay) -> bool {
    matches!(overlay, Overlay::Export(export) if export.writing)
}

/// The file was written, or was not.
pub(super) fn saved(model: &mut Model, path: &str, result: Result<(), String>) -> Vec<Effect> {
    let Some(Overlay::Export(export)) = model.overlay.as_mut().filter(|over| is_writing(over)) else {
        // Somebody has left the question, but not the file.
        let path = clean(path, false);
        return match result {
            Ok(()) => notice(model, Tone::Good, format!("{path} is written.")),
            Err(reason) => notice(model, Tone::Bad, format!("{path} could not be written: {reason}")),
        };
    };
    export.writing = false;
    match result {
        Ok(()) => {
            let rows =
                if export.pane == Pane::Sources { model.sources.rows().len() } else { model.schemas.rows().len() };
            model.overlay = None;
            notice(model, Tone::Good, format!("{} written to {}.", words::counted(rows, "row"), clean(path, false)))
        }
        Err(reason) => {
            export.refused = Some(reason);
            Vec::new()
        }
    }
}

fn text(field: &Field<Foreign>) -> Value {
    field.known().map_or(Value::Null, |text| json!(redacted(&text.shown())))
}

fn moment(field: &Field<jiff::Timestamp>) -> Value {
    field.known().map_or(Value::Null, |at| json!(at.to_string()))
}

/// The rows as they are shown: filtered and sorted.
fn rows(model: &Model, pane: Pane) -> Vec<Row> {
    if pane == Pane::Sources {
        let held = model.sources.rows().iter().filter_map(|id| model.inventory.source(id));
        return held
            .map(|held| {
                vec![
                    ("source", json!(held.title().shown())),
                    ("type", json!(held.source.kind.shown())),
                    ("state", json!(held.tally.worst.map(State::words))),
                    ("tables", json!(held.tally.total)),
                    ("broken", json!(held.tally.broken)),
                    ("doubtful", json!(held.tally.doubtful)),
                    ("last_run", moment(&held.source.last_run_at)),
                    ("error", text(&held.source.latest_error)),
                    ("id", json!(clean(held.source.id.as_str(), false))),
                ]
            })
            .collect();
    }
    let found = model.schemas.rows().iter().filter_map(|id| model.inventory.schema(id));
    found
        .map(|(held, schema, state)| {
            vec![
                ("source", json!(held.title().shown())),
                ("table", json!(schema.title().shown())),
                ("state", json!(state.words())),
                ("cause", json!(schema.cause(state))),
                ("method", json!(schema.sync_type.known().map(ToString::to_string))),
                ("frequency", json!(schema.frequency.known().map(ToString::to_string))),
                ("last_synced", moment(&schema.last_synced_at)),
                ("rows", json!(schema.rows().known())),
                ("switched_on", json!(schema.should_sync)),
                ("error", text(&schema.latest_error)),
                ("id", json!(clean(schema.id.as_str(), false))),
                ("source_id", json!(clean(held.source.id.as_str(), false))),
            ]
        })
        .collect()
}

/// Rows as JSON: a list of objects.
fn json(rows: &[Row]) -> String {
    let object = |row: &Row| row.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>();
    let all: Vec<Value> = rows.iter().map(|row| Value::Object(object(row))).collect();
    format!("{:#}\n", Value::Array(all))
}

/// Rows as CSV (RFC 4180).
fn csv(rows: &[Row]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let line = |cells: Vec<String>| format!("{}\r\n", cells.join(","));
    let mut out = line(first.iter().map(|(name, _)| (*name).to_owned()).collect());
    for row in rows {
        out.push_str(&line(row.iter().map(|(_, value)| cell(value)).collect()));
    }
    out
}

/// A cell. A text that a spreadsheet would take for a formula is one no longer.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => {
            let formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '\t', '\r']);
            let text = if formula { format!("'{text}") } else { text.clone() };
            if text.contains(['"', ',', '\n', '\r', '\'']) || text.trim() != text {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_gets_out_of_its_place() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("  @SUM(A1)", "\"'  @SUM(A1)\""),
            ("-2", "\"'-2\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(&json!(text)), expected);
        }
        assert_eq!(
            (cell(&json!(12)), cell(&Value::Null), cell(&json!(true))),
            ("12".into(), String::new(), "true".into())
        );
    }
}
