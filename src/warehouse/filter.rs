//! Row filters of a table: which rows of the source are synced (contract, section 7.2), and how they are written in a
//! line: `amount > 100 and status in paid, open`.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};

use super::text::Foreign;

/// The operators that servers know, the longer ones first.
pub const OPERATORS: [&str; 8] = [">=", "<=", "!=", "NOT IN", "IN", ">", "<", "="];

/// One condition; all of them have to hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RowFilter {
    /// The column.
    pub column: Foreign,
    /// The operator, as the contract spells it.
    pub operator: Foreign,
    /// What it is compared with.
    pub value: Literal,
}

/// What a column is compared with. Lists are one text with commas.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    /// As it is written.
    pub text: Foreign,
    /// Whether it is sent without quotes: a number, `true` or `false`.
    pub bare: bool,
}

/// A column that may be filtered (contract, section 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterColumn {
    /// The column.
    pub name: Foreign,
    /// Its type at the source.
    pub data_type: Foreign,
    /// What it may be compared by.
    pub operators: Vec<Foreign>,
}

impl FilterColumn {
    /// Whether it takes numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        let kind = self.data_type.raw().to_lowercase();
        ["int", "numeric", "decimal", "float", "double", "real", "serial"].iter().any(|word| kind.contains(word))
    }

    /// Whether it takes yes and no.
    #[must_use]
    pub fn is_flag(&self) -> bool {
        self.data_type.raw().to_lowercase().starts_with("bool")
    }
}

impl Literal {
    /// What a server wrote; `None` for what is no literal.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self { text: text.as_str().into(), bare: false },
            Value::Number(_) | Value::Bool(_) | Value::Null => Self { text: value.to_string().into(), bare: true },
            Value::Array(_) | Value::Object(_) => return None,
        })
    }

    /// As it is sent.
    #[must_use]
    pub fn json(&self) -> Value {
        let bare = || serde_json::from_str(self.text.raw()).unwrap_or_else(|_| json!(self.text.raw()));
        if self.bare { bare() } else { json!(self.text.raw()) }
    }

    /// Whether it could be sent without quotes.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(serde_json::from_str(self.text.raw()), Ok(Value::Number(_)))
    }

    /// Whether it could be sent as yes or no.
    #[must_use]
    pub fn is_flag(&self) -> bool {
        matches!(self.text.raw(), "true" | "false")
    }
}

impl RowFilter {
    /// Whether it compares with a list.
    #[must_use]
    pub fn takes_list(&self) -> bool {
        matches!(self.operator.raw(), "IN" | "NOT IN")
    }

    /// The same with its literal as this column takes it; a column that is not described takes what it looks like.
    #[must_use]
    pub fn fitted(mut self, column: Option<&FilterColumn>) -> Self {
        let number = column.is_none_or(FilterColumn::is_number) && self.value.is_number();
        let flag = column.is_none_or(FilterColumn::is_flag) && self.value.is_flag();
        self.value.bare = (number || flag) && !self.takes_list();
        self
    }

    /// As it is sent.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ "column": self.column.raw(), "operator": self.operator.raw(), "value": self.value.json() })
    }

    /// Reads a line of conditions.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn read_line(line: &str) -> Result<Vec<Self>, String> {
        let parts = split(line)?;
        parts.into_iter().map(str::parse).collect()
    }

    /// The line that reads as these.
    #[must_use]
    pub fn line(filters: &[Self]) -> String {
        filters.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }
}

impl fmt::Display for RowFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = quoted(&self.column.shown(), false);
        let value = self.value.text.shown();
        let value = if self.value.bare { value.into_owned() } else { quoted(&value, self.takes_list()) };
        write!(out, "{column} {} {value}", self.operator.shown())
    }
}

impl FromStr for RowFilter {
    type Err = String;

    fn from_str(part: &str) -> Result<Self, String> {
        let (column, rest) = word(part)?;
        let upper = rest.to_ascii_uppercase();
        let spelt = |operator: &&&str| {
            let after = upper.strip_prefix(**operator);
            // A word ends where a word ends.
            after.is_some_and(|after| !operator.ends_with('N') || after.starts_with([' ', '(', '\'', '"']))
        };
        let Some(operator) = OPERATORS.iter().find(spelt) else {
            return Err(format!("after {column} one of > >= < <= = != in, not in is needed"));
        };
        let rest = rest[operator.len()..].trim();
        let list = operator.ends_with('N');
        let rest = match rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inside) if list => inside.trim(),
            _ => rest,
        };
        let text = if list {
            let items: Vec<String> = rest.split(',').map(unquoted).collect::<Result<_, _>>()?;
            if items.iter().all(String::is_empty) { String::new() } else { items.join(",") }
        } else {
            unquoted(rest)?
        };
        if text.is_empty() && !rest.starts_with(['\'', '"']) {
            return Err(format!("{column} {} needs a value", operator.to_lowercase()));
        }
        let value = Literal { text: text.into(), bare: false };
        Ok(Self { column: column.into(), operator: (*operator).into(), value })
    }
}

/// A word as it has to be written to be read as one.
fn quoted(text: &str, list: bool) -> String {
    let plain = |symbol: char| symbol.is_alphanumeric() || "_-.:+$".contains(symbol) || (list && symbol == ',');
    let and = text.eq_ignore_ascii_case("and");
    if !text.is_empty() && !and && text.chars().all(plain) {
        return text.to_owned();
    }
    if list {
        return text.split(',').map(|item| quoted(item, false)).collect::<Vec<_>>().join(", ");
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What stands in a word, without its quotes.
fn unquoted(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.starts_with(['\'', '"']) {
        return Ok(text.to_owned());
    }
    let (inside, rest) = word(text)?;
    if rest.is_empty() { Ok(inside) } else { Err(format!("“{rest}” stands behind a closed quote")) }
}

/// The first word, quoted or plain, and what follows it.
fn word(text: &str) -> Result<(String, &str), String> {
    let text = text.trim();
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        let end = text.find(|symbol: char| symbol.is_whitespace() || "<>=!".contains(symbol)).unwrap_or(text.len());
        if end == 0 {
            return Err("a condition begins with a column, as in amount > 100".to_owned());
        }
        return Ok((text[..end].to_owned(), text[end..].trim_start()));
    };
    let mut inside = String::new();
    let mut symbols = text.char_indices().skip(1);
    while let Some((place, symbol)) = symbols.next() {
        match symbol {
            '\\' => inside.extend(symbols.next().map(|(_, symbol)| symbol)),
            symbol if symbol == quote => return Ok((inside, text[place + 1..].trim_start())),
            symbol => inside.push(symbol),
        }
    }
    Err("a quote is not closed".to_owned())
}

/// The conditions of a line: they are joined by `and`, which may stand in quotes.
fn split(line: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut begin, mut quote, mut escaped) = (0, None, false);
    for (place, symbol) in line.char_indices() {
        match (quote, symbol) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), symbol) if symbol == open => quote = None,
            (None, '\'' | '"') => quote = Some(symbol),
            (None, symbol) if symbol.is_whitespace() && place >= begin => {
                let rest = &line[place + symbol.len_utf8()..];
                let joins = rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("and"))
                    && rest[3..].starts_with(char::is_whitespace);
                if joins {
                    parts.push(&line[begin..place]);
                    begin = place + symbol.len_utf8() + 3;
                }
            }
            _ => {}
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    parts.push(&line[begin..]);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &str) -> Vec<String> {
        let filters = RowFilter::read_line(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        filters
            .iter()
            .map(|one| format!("{}|{}|{}", one.column.raw(), one.operator.raw(), one.value.text.raw()))
            .collect()
    }

    #[test]
    fn a_line_of_conditions() {
        assert_eq!(read("amount > 100"), ["amount|>|100"]);
        assert_eq!(read("a>=1 AND b != x and c=2026-01-01"), ["a|>=|1", "b|!=|x", "c|=|2026-01-01"]);
        assert_eq!(read("status in (paid, 'on hold')"), ["status|IN|paid,on hold"]);
        assert_eq!(read("status not in paid,open and x < 3"), ["status|NOT IN|paid,open", "x|<|3"]);
        assert_eq!(read(r#"name = "salt and pepper" and "odd name" = ''"#), ["name|=|salt and pepper", "odd name|=|"]);
        assert_eq!(read("brand = Sandy"), ["brand|=|Sandy"]);
        assert_eq!(read("index = 1 and inside in in"), ["index|=|1", "inside|IN|in"]);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (line, said) in [
            ("amount", "after amount one of"),
            ("amount ~ 3", "after amount one of"),
            ("amount >", "amount > needs a value"),
            ("status in ()", "status in needs a value"),
            ("> 3", "begins with a column"),
            ("a = 1 and ", "begins with a column"),
            ("a = 'x", "a quote is not closed"),
            ("a = 'x' y", "stands behind a closed quote"),
            ("a = 1 and and b = 2", "begins with a column"),
        ] {
            let error = RowFilter::read_line(line).unwrap_err();
            assert!(error.contains(said), "{line}: {error}");
        }
    }

    #[test]
    fn a_literal_is_sent_as_its_column_takes_it() {
        let column = |kind: &str| FilterColumn { name: "a".into(), data_type: kind.into(), operators: Vec::new() };
        let sent = |line: &str, kind: &str| {
            let filter = RowFilter::read_line(line).unwrap().remove(0);
            filter.fitted(Some(&column(kind))).json()["value"].clone()
        };
        assert_eq!(sent("a > 5", "bigint"), json!(5));
        assert_eq!(sent("a = 5", "text"), json!("5"));
        assert_eq!(sent("a = true", "boolean"), json!(true));
        assert_eq!(sent("a in 1, 2", "integer"), json!("1,2"));
        assert_eq!(sent("a > soon", "integer"), json!("soon"));
        let unknown = RowFilter::read_line("a > 5").unwrap().remove(0).fitted(None);
        assert_eq!(unknown.json()["value"], json!(5));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(
            column in "[ -~]{1,12}", operator in prop::sample::select(&OPERATORS[..]), text in "[ -~]{1,12}",
        ) {
            let list = operator.ends_with('N');
            prop_assume!(column.trim() == column && (!list || !text.contains([',', '(', ')', '\'', '"', '\\'])));
            let text = if list { text.trim().to_owned() } else { text };
            prop_assume!(!text.is_empty());
            let value = Literal { text: text.into(), bare: false };
            let filter = RowFilter { column: column.into(), operator: operator.into(), value };
            let line = RowFilter::line(&[filter.clone(), filter.clone()]);
            prop_assert_eq!(RowFilter::read_line(&line), Ok(vec![filter.clone(), filter]), "{}", line);
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(line in any::<String>()) {
            let _ = RowFilter::read_line(&line);
        }
    }
}
