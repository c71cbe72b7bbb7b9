//! Blanks what in a folded text is data rather than evidence: names, addresses, the text of queries.

use super::fold;

/// What a blanked byte becomes. It is part of a word for patterns, and no word that means anything.
const BLANK: u8 = b'_';

/// Longer quotations are messages, or quotes that do not belong together.
const LONGEST_NAME: usize = 120;

/// A name follows these words, in quotes even if it has spaces in it.
const NOUNS: &[&[u8]] = &[
    b"bucket",
    b"channel",
    b"collection",
    b"column",
    b"columns",
    b"container",
    b"database",
    b"dataset",
    b"field",
    b"fields",
    b"folder",
    b"function",
    b"host",
    b"index",
    b"keyspace",
    b"named",
    b"object",
    b"principal",
    b"project",
    b"publication",
    b"relation",
    b"report",
    b"repository",
    b"role",
    b"schema",
    b"sheet",
    b"slot",
    b"sobject",
    b"tab",
    b"table",
    b"tables",
    b"user",
    b"view",
    b"worksheet",
];

/// Classes of exceptions that wrap any error, and so say nothing of it.
const WRAPPERS: &[&[u8]] = &[
    b"apierror",
    b"applicationerror",
    b"baseexception",
    b"clienterror",
    b"databaseerror",
    b"dataerror",
    b"error",
    b"exception",
    b"httperror",
    b"httpstatuserror",
    b"interfaceerror",
    b"internalerror",
    b"ioerror",
    b"nonretryableexception",
    b"notsupportederror",
    b"operationalerror",
    b"oserror",
    b"programmingerror",
    b"requestexception",
    b"runtimeerror",
    b"sqlexception",
    b"valueerror",
];

/// Blanks every name in a folded text, without changing its length.
pub(super) fn names(plain: &[u8]) -> Vec<u8> {
    let mut masked = plain.to_vec();
    wrappers(&mut masked);
    queries(&mut masked);
    quotations(&mut masked);
    addresses(&mut masked);
    bare_names(&mut masked);
    masked
}

/// The words of a text from an offset on, with where they begin.
pub(super) fn words(text: &[u8], from: usize) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = from;
    text.get(from..).unwrap_or_default().split(|byte| *byte == b' ').map(move |word| {
        let start = at;
        at += word.len() + 1;
        (start, word)
    })
}

fn blank(text: &mut [u8], from: usize, to: usize) {
    if let Some(part) = text.get_mut(from..to) {
        part.fill(BLANK);
    }
}

fn find(text: &[u8], part: &[u8], from: usize) -> Option<usize> {
    fold::find(text.get(from..)?, part).map(|at| from + at)
}

/// The classes that a text begins with, unless they mean something.
fn wrappers(text: &mut [u8]) {
    let spans = words(text, 0).take_while(|(_, word)| word.ends_with(b":")).map(|(at, word)| {
        let class = &word[..word.len() - 1];
        (at, at + class.len(), WRAPPERS.contains(&class.rsplit(|byte| *byte == b'.').next().unwrap_or(class)))
    });
    let spans: Vec<_> = spans.filter(|(_, _, wraps)| *wraps).collect();
    for (start, end, _) in spans {
        blank(text, start, end);
    }
}

/// Postgres quotes the offending line of a query, others the list of columns.
fn queries(text: &mut [u8]) {
    let mut from = 0;
    while let Some(at) = find(text, b"line ", from) {
        from = at + 5;
        let digits = text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        // Where a line is only named ("at line 3: …", "procedure p, line 1: …"), the message comes after it.
        let named = [&b", "[..], b" at ", b" on ", b" in ", b" near "].iter().any(|word| text[..at].ends_with(word));
        if digits > 0 && !named && text[from + digits..].starts_with(b": ") {
            let start = from + digits + 2;
            let ends = [&b" hint:"[..], b" detail:", b" context:", b" ^"];
            let end = ends.iter().filter_map(|end| find(text, end, start)).min().unwrap_or(text.len());
            blank(text, start, end);
            from = end;
        }
    }
    from = 0;
    while let Some(at) = find(text, b"select ", from) {
        from = at + 7;
        let is_privilege =
            [&b"command"[..], b"permission", b"privilege", b"on "].iter().any(|word| text[from..].starts_with(word));
        if !is_privilege && let Some(end) = find(text, b" from ", from) {
            blank(text, from, end);
            from = end;
        }
    }
}

fn quotations(text: &mut [u8]) {
    let mut at = 0;
    while at < text.len() {
        let quote = text[at];
        let opens = matches!(quote, b'"' | b'\'' | b'`') && (at == 0 || !text[at - 1].is_ascii_alphanumeric());
        let end = if opens { closing(text, at) } else { None };
        at = match end {
            Some(end) if is_name(text, at, end) => {
                blank(text, at + 1, end);
                end + 1
            }
            _ => at + 1,
        };
    }
}

/// Where the quotation that opens at an offset ends.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let inside = &text[open + 1..text.len().min(open + 2 + LONGEST_NAME)];
    if inside.first().is_none_or(|byte| *byte == b' ') {
        return None;
    }
    let is_end =
        |at: usize| inside[at] == text[open] && inside.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
    (1..inside.len()).find(|at| is_end(*at)).map(|at| open + 1 + at)
}

/// Whether a quotation is a name, as opposed to a message, or a key or value of JSON.
fn is_name(text: &[u8], open: usize, close: usize) -> bool {
    let before = text[..open].trim_ascii_end();
    let inside = &text[open + 1..close];
    if inside.contains(&b' ') {
        return text[open] == b'`' || NOUNS.contains(&last_word(before));
    }
    let is_key = before.ends_with(b"{") || (before.ends_with(b",") && text[close + 1..].starts_with(b":"));
    let is_value = before.strip_suffix(b":").is_some_and(|key| key.ends_with(b"\"") || key.ends_with(b"'"));
    let is_argument = before.ends_with(b"(") && before.len() == open;
    !(is_key || is_value || is_argument)
}

fn last_word(text: &[u8]) -> &[u8] {
    let start = text.iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    &text[start..]
}

/// Addresses but for their scheme, paths, and mail addresses.
fn addresses(text: &mut [u8]) {
    let spans: Vec<(usize, usize)> = words(text, 0).map(|(at, word)| (at, at + word.len())).collect();
    for (start, end) in spans {
        let word = &text[start..end];
        let begins = find(word, b"://", 0).map(|at| at + 3).or_else(|| {
            let bare = word.trim_ascii_start();
            let is_path = bare.first() == Some(&b'/') && bare[1..].contains(&b'/');
            let is_mail =
                word.iter().position(|byte| *byte == b'@').is_some_and(|at| at > 0 && word[at..].contains(&b'.'));
            (is_path || is_mail).then_some(0)
        });
        if let Some(begins) = begins {
            let stop = |byte: &u8| matches!(byte, b'"' | b'\'' | b'<' | b'>' | b')' | b']' | b',' | b';');
            let length = text[start + begins..end].iter().position(stop).unwrap_or(end - start - begins);
            blank(text, start + begins, start + begins + length);
        }
    }
}

/// A word with an underscore, a dot or a digit in it after a noun, as in `for table billing_invoices`.
fn bare_names(text: &mut [u8]) {
    let spans: Vec<(usize, usize)> = words(text, 0).map(|(at, word)| (at, at + word.len())).collect();
    for pair in spans.windows(2) {
        let ((noun, noun_end), (start, end)) = (pair[0], pair[1]);
        let noun = text[noun..noun_end].trim_ascii();
        let word = &text[start..end];
        let name = word.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
        let is_name = word[..name].iter().any(|byte| matches!(byte, b'_' | b'.') || byte.is_ascii_digit());
        if is_name && NOUNS.contains(&noun) && !word.contains(&b'=') {
            blank(text, start, start + name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_blanked_and_messages_are_not() {
        for (text, masked) in [
            (r#"column "pretax_401k" does not exist"#, r#"column "___________" does not exist"#),
            (r#"column "a timeout" went"#, r#"column "_________" went"#),
            ("permission denied for table billing_invoices.", "permission denied for table ________________."),
            (r#"(1146, "table 'shop.ssl' is gone")"#, r#"(1146, "table '________' is gone")"#),
            (r#"("too many authentication failures")"#, r#"("too many authentication failures")"#),
            (r#"{"error": "invalid_grant", "code": 1}"#, r#"{"error": "invalid_grant", "code": 1}"#),
            ("the table's host 'db.x' is not up", "the table's host '____' is not up"),
            ("403 for url: https://a.b/billing?x=401, then", "403 for url: https://_________________, then"),
            ("line 1: select ssl from timeout ^ hint: no", "line 1: _______________________ ^ hint: no"),
            ("procedure p, line 1: conversion failed", "procedure p, line 1: conversion failed"),
            ("psycopg.operationalerror: keyerror: x", "________________________: keyerror: x"),
            ("relation `ssl error` x", "relation `_________` x"),
        ] {
            assert_eq!(String::from_utf8(names(text.as_bytes())).unwrap(), masked);
        }
    }
}
