//! What becomes of a table whose sync method is changed: `fixtures/sync-type-pairs.csv`, written from the contract.

use serde_json::{Map, Value, json};

/// A line of the file.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The method before; `none` where it was never set up.
    pub from: String,
    /// What else is so; empty for nothing.
    pub given: String,
    /// The method that is sent; empty where none is.
    pub to: String,
    /// Whether the table has data.
    pub with_data: bool,
    /// What goes along.
    pub along: Map<String, Value>,
    /// Part of the refusal; `None` where it is allowed.
    pub refusal: Option<String>,
    /// What happens to the data.
    pub data: String,
}

impl Pair {
    /// The whole body.
    pub fn body(&self) -> Map<String, Value> {
        let mut body = self.along.clone();
        if !self.to.is_empty() {
            body.insert("sync_type".to_owned(), json!(self.to));
        }
        body
    }

    /// What the source of the table is: `prefix = "p"`.
    fn source(&self) -> String {
        let kind = if self.given == "not_postgres" { "MySQL" } else { "Postgres" };
        let cdc = if matches!(self.given.as_str(), "no_cdc" | "not_postgres") { "" } else { "cdc = {}" };
        let refuses = self.given == "vendor_refuses";
        let webhook = if refuses { "webhook = { exists = false, refusal = \"The vendor said no\" }" } else { "" };
        format!(
            "[[sources]]\ntype = \"{kind}\"\nprefix = \"p\"\nsupports_webhooks = {}\n{cdc}\n{webhook}\n",
            self.given != "no_webhooks"
        )
    }

    /// A world with such a table, `p / t`.
    pub fn world(&self) -> String {
        let keyed = matches!(self.from.as_str(), "incremental" | "cdc" | "xmin") && self.given != "keyless";
        let mode = self.given.strip_prefix("mode_").unwrap_or("consolidated");
        format!(
            "{}[[sources.tables]]\nname = \"t\"\nsync_type = \"{}\"\ncursor = \"updated_at\"\nkeys = {}\n\
             cdc_mode = \"{mode}\"\nfrequency = \"{}\"\nsynced = {}\nwebhook_only = {}\n\
             columns = [\"id bigint key\", \"created_at timestamp indexed\", \"updated_at timestamp indexed\"]\n",
            self.source(),
            self.from,
            if keyed { "[\"id\"]" } else { "[]" },
            if self.given == "monthly" { "30day" } else { "1hour" },
            self.with_data,
            self.given == "pushes_only",
        )
    }
}

/// All lines of the file.
pub fn pairs() -> Vec<Pair> {
    let text = include_str!("../fixtures/sync-type-pairs.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("from,given,to,with_data,along,outcome,data"));
    lines.map(pair).collect()
}

fn pair(line: &str) -> Pair {
    let parts: Vec<&str> = line.split(',').collect();
    let [from, given, to, with_data, along, outcome, data] = parts.as_slice() else { panic!("{line}") };
    let along = along.split_whitespace().map(|word| {
        let (name, value) = word.split_once('=').unwrap();
        let list = name == "primary_key_columns";
        (name.to_owned(), if list { json!(value.split('+').collect::<Vec<_>>()) } else { json!(value) })
    });
    Pair {
        from: (*from).to_owned(),
        given: (*given).to_owned(),
        to: (*to).to_owned(),
        with_data: *with_data == "yes",
        along: along.collect(),
        refusal: match *outcome {
            "allowed" => None,
            outcome => Some(outcome.strip_prefix("refused: ").unwrap().to_owned()),
        },
        data: (*data).to_owned(),
    }
}
