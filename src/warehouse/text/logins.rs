//! Passwords that others put into their texts: in addresses (`scheme://user:password@host`, or without the scheme),
//! and after names such as `password=`. Also where the text around them is JSON or percent-encoded.
//!
//! What cannot be told from a password is taken for one. Every step looks at each character a fixed number of times,
//! as the texts are somebody else's and may be long.

use std::borrow::Cow;
use std::ops::Range;

use crate::warehouse::secret::MASK;

/// Words that stand before a mail address, or the name of an account, and never before its password.
const NOT_USERS: [&str; 17] = [
    "account",
    "bcc",
    "cc",
    "client",
    "domain",
    "email",
    "from",
    "group",
    "login",
    "mailto",
    "member",
    "owner",
    "principal",
    "serviceaccount",
    "sub",
    "to",
    "user",
];

/// How a name ends behind which, after `=`, a secret follows.
const NAMES: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "secret_key",
];

/// How many times over a text may be escaped.
const DEEP: usize = 16;

/// How far behind a password with spaces in it its host is looked for.
const FAR: usize = 120;

/// A character as it is meant, and where it is written.
#[derive(Clone, Copy)]
struct Symbol {
    meant: char,
    start: usize,
    end: usize,
}

/// Whether it is worth looking for passwords; most texts are names.
pub(super) fn may_hold_any(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'@' | b'%' | b'\\' | b'=')) || text.contains("://") || text.contains("\":")
}

/// The text with three stars in place of each password.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    if !may_hold_any(text) {
        return Cow::Borrowed(text);
    }
    let symbols = symbols(text);
    let mut hidden = in_addresses(&symbols);
    hidden.extend(behind_names(&symbols));
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.sort_unstable_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        let (Some(first), Some(last)) =
            (symbols.get(range.start), range.end.checked_sub(1).and_then(|last| symbols.get(last)))
        else {
            continue;
        };
        if first.start >= at {
            masked.push_str(&text[at..first.start]);
            masked.push_str(MASK);
        }
        at = at.max(last.end);
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// The characters as they are meant: `%40`, `%2540` and `\u0040` are an `@`, and `\/` is a slash.
fn symbols(text: &str) -> Vec<Symbol> {
    let bytes = text.as_bytes();
    let mut symbols = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(plain) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (meant, end) = match plain {
            '%' => percent(bytes, at).unwrap_or((plain, at + 1)),
            '\\' => backslash(bytes, at).unwrap_or((plain, at + 1)),
            plain => (plain, at + plain.len_utf8()),
        };
        // White space that is written in disguise separates nothing.
        let meant = if meant.is_whitespace() && meant != plain { '_' } else { meant };
        symbols.push(Symbol { meant, start: at, end });
        at = end;
    }
    symbols
}

fn hex(bytes: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(text, 16).ok().map(char::from)
}

/// Percent-encoded, perhaps several times over.
fn percent(bytes: &[u8], start: usize) -> Option<(char, usize)> {
    let mut at = start + 1;
    while bytes.get(at..at + 2) == Some(b"25") && bytes.get(at + 2..at + 4).is_some_and(|next| hex(next).is_some()) {
        at += 2;
    }
    hex(bytes.get(at..at + 2)?).map(|meant| (meant, at + 2))
}

/// Escaped as in JSON, perhaps several times over.
fn backslash(bytes: &[u8], start: usize) -> Option<(char, usize)> {
    let at = start + bytes.get(start..)?.iter().take(DEEP).take_while(|byte| **byte == b'\\').count();
    match bytes.get(at)? {
        b'/' => Some(('/', at + 1)),
        b'u' => hex(bytes.get(at + 1..at + 5)?.strip_prefix(b"00")?).map(|meant| (meant, at + 5)),
        _ => None,
    }
}

fn is_quote(symbol: Symbol) -> bool {
    matches!(symbol.meant, '"' | '\'' | '<' | '>' | '`')
}

/// Passwords before an `@`.
fn in_addresses(symbols: &[Symbol]) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start < symbols.len() {
        let length = symbols[start..].iter().take_while(|symbol| !symbol.meant.is_whitespace()).count();
        let end = start + length;
        let found = if length > 0 { in_word(symbols, start..end) } else { None };
        start = found.as_ref().map_or(end, |range| range.end.max(end)) + 1;
        hidden.extend(found);
    }
    hidden
}

/// The password in one word, or from it on where it has spaces in it. What lies between two of a word goes with them.
fn in_word(symbols: &[Symbol], word: Range<usize>) -> Option<Range<usize>> {
    let last = symbols[word.clone()].iter().rposition(|symbol| symbol.meant == '@').map(|at| word.start + at);
    let quote = last.and_then(|last| symbols[word.start..last].iter().rposition(|symbol| is_quote(*symbol)));
    let quote = quote.map(|at| word.start + at);
    let mut scheme = word.start;
    while let Some(at) = symbols[scheme..word.end]
        .windows(3)
        .position(|three| three[0].meant == ':' && three[1].meant == '/' && three[2].meant == '/')
    {
        let address = scheme + at + 3;
        scheme = address;
        // A login has no slash before its colon, but a password may have one before its `@`.
        let first = |wanted: char| {
            symbols[address..word.end].iter().position(|symbol| symbol.meant == wanted).map(|at| address + at)
        };
        let Some(colon) = first(':') else { break };
        let tail = colon + 1..word.end;
        if let Some(last) = last.filter(|last| *last > colon) {
            // A port, and the `@` belongs to another text behind a quotation mark.
            let is_other = quote.is_some_and(|quote| quote > colon) && is_port(&symbols[tail.start..last]);
            if is_other || last == tail.start {
                continue;
            }
            return Some(tail.start..last);
        }
        let is_path = symbols[address..colon].iter().any(|symbol| matches!(symbol.meant, '/' | '?' | '#' | '['));
        if tail.is_empty() || is_path || is_port(&symbols[tail.clone()]) {
            continue;
        }
        return Some(with_spaces(symbols, &tail).unwrap_or_else(|| {
            // Where the text was cut, or this is something else.
            let length = symbols[tail.clone()].iter().take_while(|symbol| !is_quote(**symbol)).count();
            tail.start..tail.start + length
        }))
        .filter(|range| !range.is_empty());
    }
    without_scheme(symbols, word.start, last?)
}

/// Whether what follows the colon is a port and ends there.
fn is_port(after: &[Symbol]) -> bool {
    let digits = after.iter().take_while(|symbol| symbol.meant.is_ascii_digit()).count();
    digits > 0 && after.get(digits).is_none_or(|symbol| !symbol.meant.is_alphanumeric())
}

/// A password that goes on behind a space, up to the `@` before a host in the same line.
fn with_spaces(symbols: &[Symbol], tail: &Range<usize>) -> Option<Range<usize>> {
    let ahead = symbols.get(tail.end..)?.iter().take(FAR).take_while(|symbol| symbol.meant != '\n');
    let at = tail.end + ahead.clone().position(|symbol| symbol.meant == '@')?;
    let between =
        symbols[tail.end..at].windows(3).any(|three| three.iter().map(|symbol| symbol.meant).eq("://".chars()));
    let host = symbols.get(at + 1).is_some_and(|symbol| symbol.meant.is_alphanumeric() || symbol.meant == '[');
    (host && !between).then_some(tail.start..at)
}

/// `user:password@host` without anything before it.
fn without_scheme(symbols: &[Symbol], start: usize, last: usize) -> Option<Range<usize>> {
    let delimits =
        |symbol: &Symbol| matches!(symbol.meant, '(' | '[' | '{' | ',' | ';' | '=' | '|') || is_quote(*symbol);
    let begins = symbols[start..last].iter().rposition(delimits).map_or(start, |at| start + at + 1);
    let colon = begins + symbols[begins..last].iter().position(|symbol| symbol.meant == ':')?;
    let user: String = symbols[begins..colon].iter().map(|symbol| symbol.meant.to_ascii_lowercase()).collect();
    let harmless = user.is_empty() || NOT_USERS.contains(&user.as_str());
    (!harmless && colon + 1 < last).then_some(colon + 1..last)
}

/// What follows a telling name and `=`, or in JSON a colon.
fn behind_names(symbols: &[Symbol]) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut behind = 0;
    for (at, symbol) in symbols.iter().enumerate() {
        if at < behind {
            continue;
        }
        let (name_ends, mut from) = match symbol.meant {
            '=' => (at, at + 1),
            ':' if at > 0 && symbols[at - 1].meant == '"' => (at - 1, at + 1),
            _ => continue,
        };
        if !is_telling(&symbols[..name_ends]) {
            continue;
        }
        let in_json = symbol.meant == ':';
        while in_json && symbols.get(from).is_some_and(|symbol| symbol.meant == ' ') {
            from += 1;
        }
        let quote = symbols.get(from).map(|symbol| symbol.meant).filter(|meant| matches!(meant, '"' | '\''));
        let value = match quote {
            Some(_) => symbols.get(from + 1..),
            None if in_json => None,
            None => symbols.get(from..),
        };
        let Some(value) = value else { continue };
        let length = value
            .iter()
            .take(FAR * 100)
            .take_while(|symbol| match quote {
                Some(quote) => symbol.meant != quote && symbol.meant != '\n',
                None => {
                    !symbol.meant.is_whitespace()
                        && !matches!(symbol.meant, '&' | ';' | ',' | ')')
                        && !is_quote(**symbol)
                }
            })
            .count();
        let from = from + usize::from(quote.is_some());
        if length > 0 {
            behind = from + length;
            hidden.push(from..behind);
        }
    }
    hidden
}

fn is_telling(before: &[Symbol]) -> bool {
    NAMES.iter().any(|name| {
        let end = before.len().checked_sub(name.len()).map(|start| &before[start..]);
        end.is_some_and(|end| end.iter().map(|symbol| symbol.meant.to_ascii_lowercase()).eq(name.chars()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_password_is_masked_however_its_address_is_written() {
        for (text, shown) in [
            ("postgres://bob:s3cret@db:5432/x refused", "postgres://bob:***@db:5432/x refused"),
            ("postgresql+psycopg2://bob:p@ss/w@db/x", "postgresql+psycopg2://bob:***@db/x"),
            ("two a://u:p@h b://v:q@i", "two a://u:***@h b://v:***@i"),
            ("amqp://:hunter2@mq", "amqp://:***@mq"),
            ("redis://bob:my pass@cache failed", "redis://bob:***@cache failed"),
            ("cut off: postgres://bob:hunt", "cut off: postgres://bob:***"),
            (r#"{"url":"postgres:\/\/bob:hunter2@db"}"#, r#"{"url":"postgres:\/\/bob:***@db"}"#),
            (r#"{\"url\":\"mysql:\\/\\/bob:hunter2@db\"}"#, r#"{\"url\":\"mysql:\\/\\/bob:***@db\"}"#),
            (r"postgres:\u002f\u002fbob\u003ahunter2\u0040db", r"postgres:\u002f\u002fbob\u003a***\u0040db"),
            ("?dsn=postgres%3A%2F%2Fbob%3Ahunter2%40db%2Fx", "?dsn=postgres%3A%2F%2Fbob%3A***%40db%2Fx"),
            ("postgres%253A%252F%252Fbob%253Ahunter2%2540db", "postgres%253A%252F%252Fbob%253A***%2540db"),
            ("connection to bob:hunter2@db.example.com failed", "connection to bob:***@db.example.com failed"),
            ("[root:hunter2@tcp(db:3306)]", "[root:***@tcp(db:3306)]"),
            ("dsn='bob:hunter2@db'", "dsn='bob:***@db'"),
            ("host=db password=hunter2 user=bob", "host=db password=*** user=bob"),
            ("PWD='two words';UID=x", "PWD='***';UID=x"),
            (r#"{"db_password": "hunter2", "user": "bob"}"#, r#"{"db_password": "***", "user": "bob"}"#),
            ("https://x.org/?access_token=abc&page=2", "https://x.org/?access_token=***&page=2"),
        ] {
            assert_eq!(mask(text), shown);
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "see https://posthog.com/docs",
            "mail me@x.org or https://a:1/b",
            "git@github.com:org/repo.git",
            r#"{"email":"me@x.org","name":"x"}"#,
            r#"{"url":"https://a.com:443/x","owner":"me@x.org"}"#,
            "serviceAccount:etl@project.iam.gserviceaccount.com lacks a role",
            "s3://bucket/key:with:colons",
            "http://[::1]:8000/x",
            "https://db:5432, https://db:5433.",
            "password authentication failed for user \"bob\"",
            "100% of x=y",
            "\\ % %4 %zz \\u00zz",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn endless_texts_are_read_in_one_go() {
        for piece in ["://", "a:@", "%25", "\\", "://a:", "password=", "\"password\":\"", "x:y@", "://a:b c"] {
            let _ = mask(&piece.repeat(300_000 / piece.len()));
        }
    }

    proptest! {
        #[test]
        fn no_password_survives(
            before in "[a-z ]{0,8}", scheme in "[a-z][a-z0-9+]{0,6}", user in "[a-z0-9_]{0,6}",
            password in "[!#-&(-;=?-_a-~]{0,4}hunter2[!#-&(-;=?-_a-~]{0,4}", after in "[a-z/ ]{0,8}",
        ) {
            let text = format!("{before} {scheme}://{user}:{password}@db.example.org/{after}");
            prop_assert!(!mask(&text).contains("hunter2"), "{} → {}", text, mask(&text));
        }

        #[test]
        fn any_text_can_be_masked(text in r#"([a-z0-9:/@%\\ "'=&;]|://|%40|%3A|\\u0040|password=|é){0,60}"#) {
            let _ = mask(&text);
        }
    }
}
