//! From the text of a scenario file to a [`Spec`]: templates, situations and type defaults are filled in,
//! and every mistake is reported at once.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::spec::{SourceSpec, Spec, TableSpec};

const COMMON: &str = include_str!("../../../assets/scenarios/common.toml");

/// Reads a scenario.
///
/// # Errors
/// All mistakes of the file, each with the place it is at.
pub fn read(text: &str) -> Result<Spec, Vec<String>> {
    let common = COMMON.parse::<Table>().map_err(|error| vec![format!("common.toml: {}", error.message())])?;
    let mut file = text.parse::<Table>().map_err(|error| vec![at_line(text, &error)])?;
    expand_repeats(&mut file);
    let mut reader =
        Reader { mistakes: Vec::new(), templates: Table::new(), situations: Table::new(), types: Table::new() };
    for part in [&common, &file] {
        merge(&mut reader.templates, part.get("templates"));
        merge(&mut reader.situations, part.get("situations"));
        merge(&mut reader.types, part.get("types"));
    }
    let spec = reader.spec(file);
    if reader.mistakes.is_empty() { Ok(spec) } else { Err(reader.mistakes) }
}

fn at_line(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
    format!("line {line}: {}", error.message())
}

struct Reader {
    mistakes: Vec<String>,
    templates: Table,
    situations: Table,
    types: Table,
}

impl Reader {
    fn spec(&mut self, mut file: Table) -> Spec {
        for read_before in ["templates", "situations", "types", "title"] {
            file.remove(read_before);
        }
        let mut spec = Spec {
            seed: self.part(&mut file, "seed"),
            project: self.part(&mut file, "project"),
            key: self.part(&mut file, "key"),
            tempo: self.part(&mut file, "tempo"),
            history: self.part(&mut file, "history"),
            sources: Vec::new(),
        };
        match file.remove("sources") {
            Some(Value::Array(sources)) => {
                spec.sources =
                    sources.into_iter().enumerate().map(|(index, source)| self.source(index, source)).collect();
            }
            Some(_) => self.mistakes.push("sources: write [[sources]]".to_owned()),
            None => {}
        }
        self.mistakes.extend(file.keys().map(|name| format!("{name}: unknown part")));
        spec
    }

    fn part<T: DeserializeOwned + Default>(&mut self, file: &mut Table, name: &str) -> T {
        file.remove(name).map(|value| self.typed(value, name)).unwrap_or_default()
    }

    fn source(&mut self, index: usize, source: Value) -> SourceSpec {
        let Value::Table(mut own) = source else {
            self.mistakes.push(format!("source {}: not a table", index + 1));
            return SourceSpec::default();
        };
        let kind = own.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = format!("source {} ({kind})", index + 1);
        if kind.is_empty() {
            self.mistakes.push(format!("{place}: has no type"));
        }
        let mut whole = Table::new();
        merge(&mut whole, self.types.get(&kind));
        let template = whole.remove("template");
        let template = own.remove("template").or(template);
        let tables = own.remove("tables");
        let undiscovered = own.remove("undiscovered");
        merge(&mut whole, Some(&Value::Table(own)));
        let mut spec: SourceSpec = self.typed(Value::Table(whole), &place);
        let template = template.as_ref().and_then(Value::as_str).unwrap_or("plain").to_owned();
        spec.tables = self.tables(tables, &template, &place);
        spec.undiscovered = self.tables(undiscovered, &template, &place);
        spec
    }

    fn tables(&mut self, tables: Option<Value>, template: &str, place: &str) -> Vec<TableSpec> {
        let Some(tables) = tables else { return Vec::new() };
        let Value::Array(entries) = tables else {
            self.mistakes.push(format!("{place}: tables is not a list"));
            return Vec::new();
        };
        let mut specs: Vec<TableSpec> = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let place = format!("{place}, table {}", index + 1);
            let Value::Table(mut own) = entry else {
                self.mistakes.push(format!("{place}: not a table"));
                continue;
            };
            let names = match (own.remove("name"), own.remove("names")) {
                (Some(name), None) => vec![name],
                (None, Some(Value::Array(names))) => names,
                _ => {
                    self.mistakes.push(format!("{place}: needs either name or names"));
                    continue;
                }
            };
            for name in names {
                let place = format!("{place} ({})", name.as_str().unwrap_or("?").chars().take(40).collect::<String>());
                let spec = self.table(&own, name, template, &place);
                if specs.iter().any(|other| other.name == spec.name) {
                    self.mistakes.push(format!("{place}: the name is taken"));
                }
                specs.push(spec);
            }
        }
        specs
    }

    fn table(&mut self, own: &Table, name: Value, template: &str, place: &str) -> TableSpec {
        let mut own = own.clone();
        let chosen = own.remove("template");
        let template = chosen.as_ref().and_then(Value::as_str).unwrap_or(template);
        let shown = own.remove("situation");
        let situation = shown.as_ref().and_then(Value::as_str).map(|name| (name, "situation", &self.situations));
        let mut whole = Table::new();
        for (name, what, choices) in [(template, "template", &self.templates)].into_iter().chain(situation) {
            if let Some(choice) = choices.get(name) {
                merge(&mut whole, Some(choice));
            } else {
                let known: Vec<&str> = choices.keys().map(String::as_str).collect();
                self.mistakes.push(format!("{place}: unknown {what} \"{name}\"; known: {}", known.join(", ")));
            }
        }
        own.insert("name".to_owned(), name);
        merge(&mut whole, Some(&Value::Table(own)));
        self.typed(Value::Table(whole), place)
    }

    fn typed<T: DeserializeOwned + Default>(&mut self, value: Value, place: &str) -> T {
        value.try_into().unwrap_or_else(|error: toml::de::Error| {
            self.mistakes.push(format!("{place}: {}", error.message()));
            T::default()
        })
    }
}

/// Lays one table over another, deeply.
fn merge(under: &mut Table, over: Option<&Value>) {
    let Some(Value::Table(over)) = over else { return };
    for (name, value) in over {
        match (under.get_mut(name), value) {
            (Some(Value::Table(nested)), Value::Table(_)) => merge(nested, Some(value)),
            _ => {
                under.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Replaces every `{ repeat = "text", times = n }` by that long string: nobody wants it in a file.
fn expand_repeats(table: &mut Table) {
    for (_, value) in table.iter_mut() {
        expand_value(value);
    }
}

fn expand_value(value: &mut Value) {
    match value {
        Value::Table(table) => {
            let times = table.get("times").and_then(Value::as_integer).and_then(|times| usize::try_from(times).ok());
            if let (Some(text), Some(times)) = (table.get("repeat").and_then(Value::as_str), times) {
                *value = Value::String(text.repeat(times));
            } else {
                expand_repeats(table);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(expand_value),
        _ => {}
    }
}
