//! Changes of a source (contract, section 9.1).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::World;
use super::patch_table::Invalid;

impl World {
    /// Changes a source. It starts no sync and switches no table on. A changed prefix is ignored.
    ///
    /// # Errors
    /// What the server refuses, or the live system behind it; nothing is changed then.
    pub fn patch_source(&mut self, position: usize, body: &Map<String, Value>) -> Result<(), Invalid> {
        if body.contains_key("access_method") {
            return Err(Invalid::field("access_method", "The access method of a source cannot be changed."));
        }
        let mut description = self.source(position).description.clone();
        set_text(body, "description", 400, &mut description)?;
        let flags = (flag(body, "auto_sync_new_schemas")?, flag(body, "direct_query_enabled")?);
        let patterns = body.get("auto_sync_schema_patterns");
        let list = patterns.and_then(Value::as_array);
        if patterns.is_some_and(|patterns| !patterns.is_null()) && list.is_none() {
            return Err(Invalid::field("auto_sync_schema_patterns", "Expected a list of items."));
        }
        if list.is_some_and(|patterns| patterns.len() > 100) {
            let detail = "Ensure this field has no more than 100 elements.";
            return Err(Invalid::field("auto_sync_schema_patterns", detail));
        }
        let inputs = match body.get("job_inputs") {
            None | Some(Value::Null) => None,
            Some(Value::Object(sent)) => Some(self.checked_inputs(position, sent)?),
            Some(_) => return Err(Invalid::field("job_inputs", "Expected an object.")),
        };
        let source = self.source_mut(position);
        if let Some((inputs, secrets)) = inputs {
            source.inputs = inputs;
            source.secrets = secrets;
        }
        source.description = description;
        source.auto_sync = flags.0.unwrap_or(source.auto_sync);
        source.direct_query = flags.1.unwrap_or(source.direct_query);
        if let Some(patterns) = patterns {
            source.auto_patterns = patterns.clone();
        }
        // A direct source's prefix is its display name; that of a synced one is part of table names.
        if let (true, Some(prefix)) = (source.direct, body.get("prefix")) {
            source.prefix = prefix.as_str().map(str::to_owned);
        }
        Ok(())
    }

    /// Merges new settings into the stored ones and asks the live system whether it takes them.
    fn checked_inputs(
        &self,
        position: usize,
        sent: &Map<String, Value>,
    ) -> Result<(Value, BTreeMap<String, String>), Invalid> {
        let source = self.source(position);
        let mut inputs = source.inputs.clone();
        let mut secrets = source.secrets.clone();
        let mut merge = Merge { inputs: &mut inputs, secrets: &mut secrets, secret_sent: false };
        merge.object("", sent);
        let secret_sent = merge.secret_sent;
        if inputs == source.inputs && secrets == source.secrets {
            return Ok((inputs, secrets));
        }
        let moved = ["host", "ssh_tunnel"].iter().any(|name| inputs.get(name) != source.inputs.get(name));
        if moved && !secrets.is_empty() && !secret_sent {
            return Err(Invalid::whole(
                "Changing the connection host or SSH tunnel requires re-entering your credentials.",
            ));
        }
        // A plainly wrong value is refused even where the scenario does not say what is right.
        let wrong = secrets.values().any(|secret| secret == "wrong");
        if wrong || source.refused_input(&inputs, &secrets).is_some() {
            let said = source.outage.as_ref().and_then(|fault| fault.raw.clone().or_else(|| fault.text.clone()));
            return Err(Invalid::whole(said.unwrap_or_else(|| "Invalid credentials".to_owned())));
        }
        Ok((inputs, secrets))
    }
}

struct Merge<'a> {
    inputs: &'a mut Value,
    secrets: &'a mut BTreeMap<String, String>,
    secret_sent: bool,
}

impl Merge<'_> {
    /// Merges deeply. A setting the source does not have is ignored, unless its name is that of a usual secret.
    fn object(&mut self, path: &str, sent: &Map<String, Value>) {
        for (name, value) in sent {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if name.starts_with("cdc_") {
                continue;
            }
            if let Value::Object(nested) = value {
                self.object(&path, nested);
            } else if self.secrets.contains_key(&path) || is_secret(name) {
                if let Some(secret) = value.as_str() {
                    self.secret_sent = true;
                    self.secrets.insert(path, secret.to_owned());
                }
            } else if self.inputs.get(path.split('.').next().unwrap_or_default()).is_some() {
                let value = match value {
                    Value::Bool(flag) => json!(if *flag { "True" } else { "False" }),
                    Value::Number(number) => json!(number.to_string()),
                    other => other.clone(),
                };
                put(self.inputs, &path, value);
            }
        }
    }
}

/// Puts a value at a dotted path; what is in the way becomes an object.
fn put(inputs: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        None => inputs[path] = value,
        Some((name, rest)) => {
            if !inputs[name].is_object() {
                inputs[name] = json!({});
            }
            put(&mut inputs[name], rest, value);
        }
    }
}

fn is_secret(name: &str) -> bool {
    ["password", "secret", "token", "key", "passphrase"].iter().any(|part| name.contains(part))
}

/// Puts a text that was sent in its place; null empties it.
fn set_text(
    body: &Map<String, Value>,
    name: &'static str,
    longest: usize,
    place: &mut Option<String>,
) -> Result<(), Invalid> {
    match body.get(name) {
        None => {}
        Some(Value::Null) => *place = None,
        Some(Value::String(text)) if text.chars().count() > longest => {
            let detail = format!("Ensure this field has no more than {longest} characters.");
            return Err(Invalid { code: "max_length", detail, attr: Some(name) });
        }
        Some(Value::String(text)) => *place = Some(text.clone()),
        Some(_) => return Err(Invalid::field(name, "Not a valid string.")),
    }
    Ok(())
}

fn flag(body: &Map<String, Value>, name: &'static str) -> Result<Option<bool>, Invalid> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Invalid::field(name, "Must be a valid boolean.")),
    }
}
