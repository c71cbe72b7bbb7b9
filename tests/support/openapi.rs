//! The contract as a judge: checks requests and replies against `tests/fixtures/openapi.yaml`.
//!
//! Use [`contract`] for the shared, loaded contract, then [`Contract::validate_request`],
//! [`Contract::validate_response`] and [`Contract::examples`]. All paths are those of the wire, with or
//! without the trailing slash.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// What is wrong with a request or a reply: one sentence each.
pub type Faults = Vec<String>;

/// The loaded contract.
pub struct Contract {
    document: Value,
    operations: Vec<Operation>,
    validators: Mutex<HashMap<String, &'static Validator>>,
}

/// An example of the file: a reply, or the body of a request.
#[derive(Clone, Debug)]
pub struct Example {
    /// `operationId`.
    pub operation: String,
    /// Upper-case method.
    pub method: String,
    /// Path with its placeholders filled in.
    pub path: String,
    /// The status it is an example of; none = the request's body.
    pub status: Option<u16>,
    /// Its name in the file.
    pub name: String,
    /// The JSON.
    pub value: Value,
}

struct Operation {
    id: String,
    method: String,
    template: String,
    details: Value,
}

/// Replies with an empty body although the file shows one, since it is what real servers send.
const MAY_BE_EMPTY: [&str; 1] = ["external_data_schemas_cancel_create"];
/// Replies with a body although the file shows none: a direct source refreshes its table list instead.
const MAY_HAVE_BODY: [&str; 1] = ["external_data_sources_reload_create"];

/// The contract, loaded once for all tests of a binary.
pub fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::load);
    &CONTRACT
}

impl Contract {
    fn load() -> Self {
        let text = include_str!("../fixtures/openapi.yaml");
        let mut document: Value = serde_norway::from_str(text).expect("openapi.yaml is YAML");
        nullable_to_null(&mut document);
        let mut operations = Vec::new();
        for (template, item) in document["paths"].as_object().expect("paths") {
            for (method, details) in item.as_object().expect("path item") {
                if method != "parameters" {
                    let id = details["operationId"].as_str().expect("operationId").to_owned();
                    let method = method.to_uppercase();
                    operations.push(Operation { id, method, template: template.clone(), details: details.clone() });
                }
            }
        }
        // A literal segment goes before a placeholder: `wizard` is no id.
        operations.sort_by_key(|operation| operation.template.matches('{').count());
        Self { document, operations, validators: Mutex::default() }
    }

    /// Checks what a client sends: a known operation, identifiers of the right form, only declared query
    /// parameters with values of their type, and a body of the right form (fields the file does not know
    /// are faults here, since the server would ignore them in silence). `query` is the text after `?`.
    pub fn validate_request(&self, method: &str, path: &str, query: &str, body: Option<&Value>) -> Result<(), Faults> {
        let (operation, arguments) = self.operation(method, path)?;
        let mut faults = Vec::new();
        if let Some(id) = arguments.get("id") {
            faults.extend(self.check("a uuid", &json!({ "type": "string", "format": "uuid" }), &json!(id)));
        }
        let project = arguments.get("project_id").map_or("@current", String::as_str);
        if project != "@current" && project.parse::<u64>().is_err() {
            faults.push(format!("project {project} is no number"));
        }
        faults.extend(self.check_query(operation, query));
        faults.extend(self.check_body(operation, body));
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Checks what a server answers. `body` is none where the reply has no body.
    pub fn validate_response(&self, method: &str, path: &str, status: u16, body: Option<&Value>) -> Result<(), Faults> {
        let (operation, _) = self.operation(method, path)?;
        let place = format!("{} {status}", operation.id);
        let response = self.resolve(&operation.details["responses"][status.to_string()]);
        if response.is_null() {
            return Err(vec![format!("{place}: status not in the contract")]);
        }
        let schema = &response["content"]["application/json"]["schema"];
        let faults = match (schema.is_null(), body) {
            (true, None) => Vec::new(),
            (true, Some(_)) if MAY_HAVE_BODY.contains(&operation.id.as_str()) => Vec::new(),
            (true, Some(_)) => vec![format!("{place}: has a body")],
            (false, None) if status == 200 && MAY_BE_EMPTY.contains(&operation.id.as_str()) => Vec::new(),
            (false, None) => vec![format!("{place}: has no body")],
            (false, Some(body)) => self.check(&place, schema, body),
        };
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Whether the file has an operation for this method and path.
    pub fn knows(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_ok()
    }

    /// Every example of the file that is JSON.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        for operation in &self.operations {
            let body = &operation.details["requestBody"]["content"]["application/json"];
            self.examples_of(operation, None, body, &mut examples);
            for (status, response) in operation.details["responses"].as_object().into_iter().flatten() {
                let content = &self.resolve(response)["content"]["application/json"];
                self.examples_of(operation, status.parse().ok(), content, &mut examples);
            }
        }
        examples
    }

    fn examples_of(&self, operation: &Operation, status: Option<u16>, content: &Value, examples: &mut Vec<Example>) {
        for (name, example) in content["examples"].as_object().into_iter().flatten() {
            examples.push(Example {
                operation: operation.id.clone(),
                method: operation.method.clone(),
                path: operation
                    .template
                    .replace("{project_id}", "84312")
                    .replace("{id}", "0192f1c4-7a60-0000-9d0c-0000000000a1"),
                status,
                name: name.clone(),
                value: self.resolve(example)["value"].clone(),
            });
        }
    }

    fn operation(&self, method: &str, path: &str) -> Result<(&Operation, HashMap<String, String>), Faults> {
        let found = self.operations.iter().find_map(|operation| {
            let arguments = (operation.method == method).then(|| arguments(&operation.template, path)).flatten()?;
            Some((operation, arguments))
        });
        found.ok_or_else(|| vec![format!("{method} {path} is not in the contract")])
    }

    fn check_query(&self, operation: &Operation, query: &str) -> Faults {
        let declared: Vec<&Value> = operation.details["parameters"].as_array().into_iter().flatten().collect();
        let mut faults = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let Some(parameter) = declared.iter().find(|parameter| parameter["name"] == *name) else {
                faults.push(format!("{}: query parameter {name} is not in the contract", operation.id));
                continue;
            };
            let schema = &parameter["schema"];
            let schema = if schema["type"] == "array" { &schema["items"] } else { schema };
            let value = match schema["type"].as_str() {
                Some("integer") => value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number)),
                _ => json!(value),
            };
            faults.extend(self.check(&format!("{} query {name}", operation.id), schema, &value));
        }
        faults
    }

    fn check_body(&self, operation: &Operation, body: Option<&Value>) -> Faults {
        let declared = &operation.details["requestBody"];
        let schema = &declared["content"]["application/json"]["schema"];
        match (schema.is_null(), body) {
            (_, None) if declared["required"] == true => vec![format!("{}: needs a body", operation.id)],
            (_, None) => Vec::new(),
            (true, Some(_)) => vec![format!("{}: takes no body", operation.id)],
            (false, Some(body)) => {
                let mut faults = self.check(&format!("{} body", operation.id), schema, body);
                let known = self.resolve(schema);
                if known["additionalProperties"] != true {
                    let unknown = body.as_object().into_iter().flatten();
                    let unknown = unknown.filter(|(name, _)| known["properties"].get(name.as_str()).is_none());
                    faults.extend(unknown.map(|(name, _)| format!("{} body: unknown field {name}", operation.id)));
                }
                faults
            }
        }
    }

    /// Checks a value against a schema of the document, whose references are resolved inside it.
    fn check(&self, place: &str, schema: &Value, value: &Value) -> Faults {
        let mut validators = self.validators.lock().expect("no test panics while holding this");
        let validator = *validators.entry(schema.to_string()).or_insert_with(|| {
            let root = json!({ "allOf": [schema], "components": self.document["components"] });
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            // Kept for the life of the test binary: compiling takes far longer than checking.
            Box::leak(Box::new(options.build(&root).expect("the contract's schemas are valid")))
        });
        drop(validators);
        let errors = validator.iter_errors(value);
        errors.take(5).map(|error| format!("{place}: at \"{}\": {error}", error.instance_path())).collect()
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap_or(&Value::Null),
            None => value,
        }
    }
}

/// The arguments of a path template, if the path fits it.
fn arguments(template: &str, path: &str) -> Option<HashMap<String, String>> {
    let segments = |path: &str| path.trim_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (segments(template), segments(path));
    let mut arguments = HashMap::new();
    for (pattern, segment) in template.iter().zip(&path) {
        match pattern.strip_prefix('{').and_then(|pattern| pattern.strip_suffix('}')) {
            Some(name) => {
                arguments.insert(name.to_owned(), segment.clone());
            }
            None if pattern == segment => {}
            None => return None,
        }
    }
    (template.len() == path.len()).then_some(arguments)
}

/// Turns `nullable: true` of OpenAPI 3.0 into the null type of JSON Schema.
fn nullable_to_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(nullable_to_null),
        Value::Object(fields) => {
            fields.values_mut().for_each(nullable_to_null);
            if fields.get("nullable") == Some(&Value::Bool(true)) {
                allow_null(fields);
            }
        }
        _ => {}
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    schema.remove("nullable");
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    let choices = schema.get_mut("enum").and_then(Value::as_array_mut);
    if let Some(choices) = choices.filter(|choices| !choices.contains(&Value::Null)) {
        choices.push(Value::Null);
    }
}
