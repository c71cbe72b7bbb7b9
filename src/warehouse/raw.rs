//! An object as the server sends it: its JSON, one piece a line, with the order, the numbers and the doubled names it came
//! with. What looks like a secret is masked, and nothing in it can steer the terminal.

use serde_json::Value;

use super::redact::redacted;
use super::secret::{MASK, suspicious_name, suspicious_value};
use super::text::clean;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The name of a field.
    Name,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`, and whatever else stands bare.
    Word,
    /// Brackets, colons, commas.
    Sign,
    /// A secret in whose place there are stars.
    Masked,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLine {
    /// How deep it is nested.
    pub depth: usize,
    /// Its pieces.
    pub pieces: Vec<(Kind, String)>,
}

impl RawLine {
    /// Its text, without what it is indented by.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// How many lines are kept.
pub const MOST_LINES: usize = 20_000;

/// The longest piece on one line, in characters: a longer text goes on in the next line, so that every line fits on the
/// smallest screen.
const LONGEST: usize = 300;

/// Lines as one text.
#[must_use]
pub fn joined(lines: &[RawLine]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&"  ".repeat(line.depth));
        line.pieces.iter().for_each(|(_, piece)| text.push_str(piece));
        text.push('\n');
    }
    text
}

/// What is open while reading.
#[derive(Clone, Copy)]
struct Open {
    object: bool,
    masked: bool,
    /// What it lies in.
    within: Within,
}

/// What something lies in. The name of a column stands under `key` in `table.columns` (contract, section 7.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Other,
    /// The imported table.
    Table,
    /// The list of its columns.
    Columns,
    /// One of them.
    Column,
}

struct Writer {
    lines: Vec<RawLine>,
    line: RawLine,
    open: Vec<Open>,
    /// The name whose value comes next, as far as it matters: whether it promises a secret.
    promised: bool,
    /// What comes next, by its name.
    named: Within,
    expects_name: bool,
}

/// The lines of a JSON text. What is no JSON comes out as it is, as far as it goes.
#[must_use]
pub fn pretty(json: &str) -> Vec<RawLine> {
    let line = RawLine::default();
    let mut writer = Writer {
        lines: Vec::new(),
        line,
        open: Vec::new(),
        promised: false,
        named: Within::Other,
        expects_name: false,
    };
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        if writer.lines.len() >= MOST_LINES {
            writer.line = RawLine { depth: 0, pieces: vec![(Kind::Sign, "… the rest is left out".to_owned())] };
            break;
        }
        let length = match first {
            '"' => end_of_text(rest),
            '{' | '}' | '[' | ']' | ',' | ':' => 1,
            _ => rest
                .find(['{', '}', '[', ']', ',', ':', '"', ' ', '\n', '\r', '\t'])
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        let (piece, after) = rest.split_at(length);
        rest = after.trim_start();
        match first {
            '{' | '[' => {
                let closes = rest.chars().next().filter(|next| matches!((first, next), ('{', '}') | ('[', ']')));
                writer.begin(piece, closes.is_some());
                if let Some(closing) = closes {
                    writer.sign(closing.encode_utf8(&mut [0; 4]));
                    rest = rest[1..].trim_start();
                    writer.ended();
                }
            }
            '}' | ']' => writer.end(piece),
            ',' => writer.next(),
            ':' => writer.sign(": "),
            '"' => writer.text(piece),
            _ => writer.word(piece),
        }
    }
    writer.flush();
    writer.lines
}

/// Where a text ends that begins here.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, symbol) in rest.char_indices().skip(1) {
        match symbol {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Names that are about keys of tables promise no secret.
fn promises_secret(name: &str) -> bool {
    let folded = name.to_ascii_lowercase().replace(['_', '-', ' '], "");
    suspicious_name(name)
        && !["primarykey", "keycolumn", "foreignkey", "keydetection"].iter().any(|own| folded.contains(own))
}

impl Writer {
    fn put(&mut self, kind: Kind, text: &str) {
        self.line.pieces.push((kind, text.to_owned()));
    }

    fn sign(&mut self, sign: &str) {
        self.put(Kind::Sign, sign);
    }

    fn flush(&mut self) {
        if !self.line.pieces.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.line = RawLine { depth: self.open.len(), pieces: Vec::new() };
    }

    fn masked(&self) -> bool {
        self.promised || self.open.last().is_some_and(|open| open.masked)
    }

    fn begin(&mut self, sign: &str, empty: bool) {
        let object = sign == "{";
        let around = self.open.last().map(|open| open.within).unwrap_or_default();
        let within = match (std::mem::take(&mut self.named), object, around) {
            (Within::Table, true, _) => Within::Table,
            (Within::Columns, false, _) => Within::Columns,
            (_, true, Within::Columns) => Within::Column,
            _ => Within::Other,
        };
        let open = Open { object, masked: self.masked(), within };
        self.promised = false;
        self.sign(sign);
        if empty {
            return;
        }
        self.open.push(open);
        self.expects_name = open.object;
        self.flush();
    }

    fn end(&mut self, sign: &str) {
        self.open.pop();
        self.flush();
        self.sign(sign);
        self.ended();
    }

    /// A value is over.
    fn ended(&mut self) {
        self.promised = false;
        self.named = Within::Other;
        self.expects_name = false;
    }

    fn next(&mut self) {
        self.sign(",");
        self.flush();
        self.expects_name = self.open.last().is_some_and(|open| open.object);
    }

    fn text(&mut self, piece: &str) {
        let text = serde_json::from_str::<String>(piece).unwrap_or_else(|_| piece.trim_matches('"').to_owned());
        if std::mem::take(&mut self.expects_name) {
            let within = self.open.last().map(|open| open.within).unwrap_or_default();
            self.promised = promises_secret(&text) && (within, text.as_str()) != (Within::Column, "key");
            self.named = match (within, text.as_str()) {
                (_, "table") => Within::Table,
                (Within::Table, "columns") => Within::Columns,
                _ => Within::Other,
            };
            return self.put(Kind::Name, &quoted(&text));
        }
        if self.masked() || suspicious_value(&text) {
            self.put(Kind::Masked, &format!("\"{MASK}\""));
        } else {
            self.long(&quoted(&redacted(&text)));
        }
        self.ended();
    }

    /// A text that may take several lines.
    fn long(&mut self, text: &str) {
        let mut rest = text;
        while let Some((at, _)) = rest.char_indices().nth(LONGEST) {
            self.put(Kind::Text, &rest[..at]);
            rest = &rest[at..];
            self.flush();
            self.line.depth += 1;
        }
        self.put(Kind::Text, rest);
    }

    fn word(&mut self, piece: &str) {
        let number = piece.starts_with(|symbol: char| symbol == '-' || symbol.is_ascii_digit());
        match (number, self.masked()) {
            (true, true) => self.put(Kind::Masked, MASK),
            (true, false) => self.put(Kind::Number, &clean(piece, false)),
            (false, _) => self.put(Kind::Word, &clean(piece, false)),
        }
        self.ended();
    }
}

/// A text as JSON, without anything that could steer a terminal.
fn quoted(text: &str) -> String {
    Value::from(clean(text, true)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(json: &str) -> String {
        joined(&pretty(json))
    }

    #[test]
    fn order_numbers_and_doubled_names_stay() {
        let json = r#"{"b":1.50,"a":[1e3,{"x":null},[],{}],"b":"two\nlines","c":true}"#;
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [\n    1e3,\n    {\n      \"x\": null\n    },\n    [],\n    {}\n  ],\n  \"b\": \"two\\nlines\",\n  \"c\": true\n}\n";
        assert_eq!(shown(json), expected);
    }

    #[test]
    fn secrets_are_masked_wherever_they_are() {
        let json = r#"{"job_inputs":{"password":"planted","auth":{"api_key":["planted",7]},"n":1},
            "error":"token=planted postgres://u:planted@h","pem":"-----BEGIN planted","primary_key_columns":["id"]}"#;
        let text = shown(json);
        assert!(!text.contains("planted"), "{text}");
        assert!(
            text.contains("\"n\": 1") && text.contains("\"id\"") && text.contains("\"password\": \"***\""),
            "{text}"
        );
    }

    #[test]
    fn the_key_of_a_column_is_its_name_and_elsewhere_a_secret() {
        let json = r#"{"table":{"columns":[{"key":"shown_id","nested":{"key":"planted"},"secret":"planted",
            "keys":[{"key":"planted"}]}]},"columns":{"key":"planted"},"rows":[{"key":"planted"}],
            "columns":["a",[{"key":"planted"}]],"password":{"table":{"columns":[{"key":"planted"}]}},"key":"planted"}"#;
        let text = shown(json);
        assert!(text.contains("\"key\": \"shown_id\"") && !text.contains("planted"), "{text}");
    }

    #[test]
    fn a_long_text_goes_on_in_the_next_line() {
        let lines = pretty(&format!("[\"{}\"]", "ä".repeat(1_000)));
        assert!(lines.len() > 5 && lines.iter().all(|line| line.text().chars().count() <= LONGEST + 1));
    }

    #[test]
    fn nesting_without_end_and_endless_lists_are_read() {
        assert_eq!(pretty(&"[".repeat(100_000)).len(), MOST_LINES + 1);
        assert_eq!(pretty(&format!("[{}1]", "1,".repeat(100_000))).len(), MOST_LINES + 1);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z \\\\\"\n{}\\[\\]:,]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(("[a-z]{1,4}", inner), 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_shown_is_the_same_json(value in json()) {
            let back: Value = serde_json::from_str(&shown(&value.to_string())).unwrap();
            prop_assert_eq!(back, value);
        }

        #[test]
        fn any_text_can_be_shown(text in any::<String>()) {
            prop_assert!(!shown(&text).chars().any(|symbol| symbol != '\n' && symbol.is_control()));
        }
    }
}
