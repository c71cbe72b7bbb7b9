//! A text in the form in which it is matched: lower case, single spaces, contractions written out, only the
//! error itself, and a second copy in which everything that is merely a name is blanked.
//!
//! Both copies have the same length, and every byte of them knows where in the original it came from.

use std::ops::Range;

use super::mask;

/// Of a longer text only the beginning and the end are read: endless ones occur.
const HEAD: usize = 12 * 1024;
const TAIL: usize = 6 * 1024;

/// What the workflows of `PostHog` put in front of the error of a step.
const WRAPPINGS: &[&str] = &[
    "activity task failed",
    "activity execution failed",
    "activity failed",
    "activity error",
    "workflow task failed",
    "workflow execution failed",
    "workflow failed",
    "child workflow execution failed",
    "child workflow failed",
];

/// What opens the report of one attempt to connect in the texts of libpq.
const ATTEMPT: &[u8] = b"connection to server ";

/// The folded form of a text.
#[derive(Default)]
pub(super) struct Folded {
    /// The text with its names.
    pub(super) plain: Vec<u8>,
    /// The text with its names blanked.
    pub(super) masked: Vec<u8>,
    /// For each byte, where its character stands in the original, and that character's length.
    origin: Vec<(usize, usize)>,
    /// Where lines begin, and whether they are indented.
    lines: Vec<(usize, bool)>,
}

impl Folded {
    /// Folds a text.
    pub(super) fn new(text: &str) -> Self {
        let mut folded = Self::default();
        if text.len() <= HEAD + TAIL {
            folded.read(text, 0);
        } else {
            let head = boundary(text, HEAD);
            let tail = boundary(text, text.len() - TAIL);
            folded.read(&text[..head], 0);
            folded.push(' ', head, 0);
            folded.read(&text[tail..], tail);
        }
        folded.keep_the_error_of_a_traceback();
        folded.drop_what_wraps_it();
        folded.keep_the_answer_of_the_server();
        folded.write_contractions_out();
        folded.masked = mask::names(&folded.plain);
        folded
    }

    /// The range of the original text that a range of the folded one came from.
    pub(super) fn original(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let (start, _) = *self.origin.get(range.start)?;
        let (last, length) = *self.origin.get(range.end.checked_sub(1)?)?;
        (start <= last).then_some(start..last + length)
    }

    /// The first name in quotes within a range.
    pub(super) fn quoted(&self, range: Range<usize>) -> Option<Range<usize>> {
        let is_quote = |at: usize| matches!(self.plain[at], b'"' | b'\'' | b'`');
        let is_blanked = |at: &usize| self.masked[*at] != self.plain[*at];
        let start = range.clone().find(|at| is_blanked(at) && *at > 0 && is_quote(at - 1))?;
        let end = (start..self.plain.len()).find(|at| is_quote(*at))?;
        Some(start..end)
    }

    /// Writes codes such as `pool_exhausted` as words, and says whether there are any.
    pub(super) fn spell_codes_out(&mut self) -> bool {
        let is_letter = |at: usize| self.masked.get(at).is_some_and(u8::is_ascii_lowercase);
        let joins = |at: &usize| self.masked[*at] == b'_' && is_letter(at - 1) && is_letter(at + 1);
        let found: Vec<_> = (1..self.masked.len()).filter(joins).collect();
        for at in &found {
            self.plain[*at] = b' ';
            self.masked[*at] = b' ';
        }
        !found.is_empty()
    }

    fn read(&mut self, text: &str, offset: usize) {
        self.plain.reserve(text.len());
        self.origin.reserve(text.len());
        let mut space = None;
        let mut line = None;
        for (at, symbol) in text.char_indices() {
            let at = at + offset;
            // White space comes written out, too, where one language quotes what another one said.
            let written_out = matches!(symbol, 'n' | 'r' | 't' | 'N' | 'R' | 'T') && self.plain.last() == Some(&b'\\');
            if symbol.is_whitespace() || symbol.is_control() || written_out {
                let breaks = matches!(symbol, '\n' | '\r');
                line = if breaks { Some(false) } else { line.map(|_| true) };
                if written_out {
                    self.plain.pop();
                    self.origin.pop();
                    let before = self.plain.pop_if(|last| *last == b' ').and_then(|_| self.origin.pop());
                    space.get_or_insert(before.unwrap_or((at - 1, 2)));
                }
                space.get_or_insert((at, symbol.len_utf8()));
                continue;
            }
            if let Some((at, length)) = space.take()
                && !self.plain.is_empty()
            {
                self.push(' ', at, length);
            }
            if let Some(indented) = line.take() {
                self.lines.push((self.plain.len(), indented));
            }
            let unescaped = matches!(symbol, '"' | '\'') && self.plain.last() == Some(&b'\\');
            if unescaped {
                self.plain.pop();
                self.origin.pop();
            }
            self.push(fold(symbol), at, symbol.len_utf8());
        }
    }

    fn push(&mut self, symbol: char, at: usize, length: usize) {
        if let Ok(byte) = u8::try_from(symbol)
            && byte.is_ascii()
        {
            self.plain.push(byte);
            self.origin.push((at, length));
            return;
        }
        self.plain.extend_from_slice(symbol.encode_utf8(&mut [0; 4]).as_bytes());
        self.origin.resize(self.plain.len(), (at, length));
    }

    /// Keeps what stands before an offset, and a range behind it.
    fn keep(&mut self, before: usize, range: Range<usize>) {
        for drop in [range.end..self.plain.len(), before..range.start] {
            self.plain.drain(drop.clone());
            self.origin.drain(drop);
        }
    }

    /// Above the last line of a traceback stand file names and code, which say nothing of the cause.
    fn keep_the_error_of_a_traceback(&mut self) {
        let Some(traceback) = rfind(&self.plain, b"traceback (most recent call last)") else { return };
        let lines: Vec<_> = self.lines.iter().filter(|(at, _)| *at > traceback).collect();
        let line = lines.iter().find(|(_, indented)| !indented).or(lines.last()).map(|(at, _)| *at);
        let start = line.or_else(|| {
            // Its line breaks were lost: the error begins with the class name after the last frame.
            let frame = traceback + rfind(&self.plain[traceback..], b"\", line ")?;
            let words = mask::words(&self.plain, frame + 3);
            words.filter(|(_, word)| is_class_prefix(word)).map(|(at, _)| at).next().or(Some(frame))
        });
        if let Some(start) = start {
            self.keep(0, start..self.plain.len());
        }
    }

    /// What runs the syncs says of every failure that a task failed, and only then why.
    fn drop_what_wraps_it(&mut self) {
        loop {
            let is_class = |word: &[u8]| word.ends_with(b":") && !word[0].is_ascii_digit();
            let start = mask::words(&self.plain, 0).find(|(_, word)| !is_class(word)).map_or(0, |(at, _)| at);
            let rest = self.plain.get(start..).unwrap_or_default();
            let Some(wrapping) = WRAPPINGS.iter().find(|wrapping| rest.starts_with(wrapping.as_bytes())) else {
                return;
            };
            let after = &rest[wrapping.len()..];
            // What goes on as the same sentence, or does not go on, is about the task itself.
            let separators = [&b": "[..], b". ", b", ", b" - ", b" ("];
            let Some(separator) = separators.iter().find(|separator| after.starts_with(separator)) else { return };
            if after[separator.len()..].trim_ascii().is_empty() {
                return;
            }
            self.keep(start, start + wrapping.len() + separator.len()..self.plain.len());
        }
    }

    /// libpq reports one attempt after the other, for each address, and again without encryption. The first
    /// answer that came from a server outranks the attempts that reached none or were made afterwards.
    fn keep_the_answer_of_the_server(&mut self) {
        let mut starts = find_all(&self.plain, ATTEMPT);
        let Some(&first) = starts.first() else { return };
        starts.push(self.plain.len());
        let mut attempts = starts.windows(2).map(|ends| ends[0]..ends[1]);
        // What came before the reports may be an answer as well, and then is the first one.
        if find(&self.plain[..first], b"fatal:").is_some() {
            self.keep(first, first..first);
        } else if let Some(answer) = attempts.find(|attempt| find(&self.plain[attempt.clone()], b"fatal:").is_some()) {
            self.keep(first, answer);
        }
    }

    fn write_contractions_out(&mut self) {
        if find(&self.plain, b"n't").is_none() && find(&self.plain, b"cannot").is_none() {
            return;
        }
        let (plain, origin) = (std::mem::take(&mut self.plain), std::mem::take(&mut self.origin));
        let mut at = 0;
        while at < plain.len() {
            let contraction = CONTRACTIONS.iter().find(|(short, _)| plain[at..].starts_with(short.as_bytes()));
            let (read, written) = contraction.map_or((1, None), |(short, long)| (short.len(), Some(long.as_bytes())));
            let written = written.unwrap_or(&plain[at..=at]);
            self.plain.extend_from_slice(written);
            self.origin.extend((0..written.len()).map(|byte| origin[at + byte.min(read - 1)]));
            at += read;
        }
    }
}

const CONTRACTIONS: [(&str, &str); 3] = [("cannot", "can not"), ("can't", "can not"), ("n't", " not")];

/// Writes the contractions of a pattern out, as they are in the texts it is tried on.
pub(super) fn without_contractions(pattern: &str) -> String {
    CONTRACTIONS.iter().fold(pattern.to_owned(), |text, (short, long)| text.replace(short, long))
}

fn fold(symbol: char) -> char {
    match symbol {
        '’' | '‘' | '‚' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        '—' | '–' | '‑' | '‐' | '−' => '-',
        symbol if symbol.is_ascii() => symbol.to_ascii_lowercase(),
        symbol => {
            let mut lower = symbol.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(single), None) => single,
                _ => symbol,
            }
        }
    }
}

/// `psycopg.errors.UndefinedColumn:` or `ValueError:`, already in lower case.
fn is_class_prefix(word: &[u8]) -> bool {
    let Some((b':', name)) = word.split_last() else { return false };
    let is_path = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    let known = [&b"error"[..], b"exception", b"timeout", b"warning", b"failure"].iter().any(|end| name.ends_with(end));
    is_path && (known || name.contains(&b'.'))
}

/// Where the message of a folded text begins, after class names and opening punctuation.
pub(super) fn message(text: &[u8]) -> usize {
    let is_class = |word: &[u8]| word.ends_with(b":") && !word[0].is_ascii_digit();
    let start = mask::words(text, 0).find(|(_, word)| !is_class(word)).map_or(0, |(at, _)| at);
    start + text[start..].iter().take_while(|byte| matches!(byte, b'(' | b'[' | b'<' | b'"' | b'\'')).count()
}

/// The next character boundary at or below an offset.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Compares one byte first, which nearly always settles it.
fn is(part: &[u8]) -> impl Fn(&[u8]) -> bool {
    move |window| window.first() == part.first() && window == part
}

pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(is(part))
}

fn rfind(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).rposition(is(part))
}

fn find_all(text: &[u8], part: &[u8]) -> Vec<usize> {
    let is_part = is(part);
    text.windows(part.len()).enumerate().filter(|(_, window)| is_part(window)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        String::from_utf8(Folded::new(text).plain).unwrap()
    }

    #[test]
    fn case_white_space_quotes_and_contractions_do_not_matter() {
        assert_eq!(plain("  Can’t\n\treach “DB” —\u{a0}wasn't up  "), "can not reach \"db\" - was not up");
        assert_eq!(plain(r#"{\"error\": 1}"#), r#"{"error": 1}"#);
        assert_eq!(plain(r"b'one:\nTwo\r\n\tthree \nfour\n'"), "b'one: two three four '");
    }

    #[test]
    fn codes_are_written_as_words_where_they_stood() {
        let mut folded = Folded::new("API error POOL_EXHAUSTED (req_9, _x)");
        assert!(folded.spell_codes_out());
        assert_eq!(folded.plain, b"api error pool exhausted (req_9, _x)");
        assert!(!folded.spell_codes_out());
    }

    #[test]
    fn of_a_traceback_only_the_error_is_kept() {
        let text = "Traceback (most recent call last):\n  File \"a.py\", line 3, in f\n    raise SSLError\n\
                    psycopg.errors.UndefinedColumn: column x\nLINE 1: y";
        assert_eq!(plain(text), "psycopg.errors.undefinedcolumn: column x line 1: y");
        assert_eq!(plain(&text.replace('\n', " ")), "psycopg.errors.undefinedcolumn: column x line 1: y");
    }

    #[test]
    fn what_says_only_that_a_task_failed_is_dropped() {
        for (text, left) in [
            ("Activity task failed: refused", "refused"),
            ("a.B: Workflow execution failed: Activity task failed: ValueError: x", "a.b: valueerror: x"),
            ("Activity task failed (refused)", "refused)"),
            ("Activity task failed\nbecause of this", "activity task failed because of this"),
            ("Activity task failed: ", "activity task failed:"),
            ("the activity task failed: x", "the activity task failed: x"),
        ] {
            assert_eq!(plain(text), left);
        }
    }

    #[test]
    fn the_first_answer_of_a_server_outranks_the_other_attempts() {
        let attempt = |why: &str| format!("connection to server at \"a\", port 1 failed: {why}\n");
        let text = format!("p: {}{}{}", attempt("refused"), attempt("FATAL:  one"), attempt("FATAL:  two"));
        assert_eq!(plain(&text), "p: connection to server at \"a\", port 1 failed: fatal: one ");
        let text = format!("FATAL:  zero\n{}", attempt("FATAL:  one"));
        assert_eq!(plain(&text), "fatal: zero ");
    }

    #[test]
    fn folded_ranges_lead_back_to_the_original() {
        let text = "Ünïcode  can’t\treach";
        let folded = Folded::new(text);
        let at = find(&folded.plain, b"can not").unwrap();
        assert_eq!(&text[folded.original(&(at..at + 13)).unwrap()], "can’t\treach");
    }

    #[test]
    fn endless_texts_are_cut_in_the_middle() {
        let text = format!("begin{}end", "é".repeat(1_000_000));
        let folded = Folded::new(&text);
        assert!(folded.plain.len() <= HEAD + TAIL + 3);
        assert!(folded.plain.starts_with(b"begin") && folded.plain.ends_with(b"end"));
        let end = folded.plain.len();
        assert_eq!(&text[folded.original(&(end - 3..end)).unwrap()], "end");
    }
}
