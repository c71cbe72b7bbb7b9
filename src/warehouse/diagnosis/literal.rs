//! Which literals a regular expression cannot match without.
//!
//! They feed the prefilter: an expression is compiled and tried only when its literals occur in the text. The
//! reading is conservative: what is not understood is taken to require nothing.

/// Shorter literals occur nearly everywhere and would filter nothing.
pub(super) const SHORTEST: usize = 3;

/// More than this many sets of one alternative add work, but no precision.
const MOST_SETS: usize = 4;

/// Literals of which a match contains at least one, as they stand in the expression.
pub(super) type AnyOf<'p> = Vec<&'p str>;

/// For each alternative of an expression, sets of literals; a match of that alternative contains one of each.
/// Nothing if there is an alternative that requires nothing.
pub(super) fn required(pattern: &str) -> Option<Vec<Vec<AnyOf<'_>>>> {
    // Flags can change what a literal means.
    let sets_flags = |at: usize| !pattern[..at].ends_with('\\') && !pattern[at + 2..].starts_with([':', '<', 'P']);
    if pattern.match_indices("(?").any(|(at, _)| sets_flags(at)) {
        return None;
    }
    let mut reader = Reader { pattern: pattern.as_bytes(), at: 0 };
    let mut alternatives = Vec::new();
    loop {
        let mut sets = reader.sequence();
        sets.sort_by_key(|set| std::cmp::Reverse(shortest(set)));
        sets.truncate(MOST_SETS);
        if sets.is_empty() {
            return None;
        }
        alternatives.push(sets);
        if reader.next().is_none() {
            return Some(alternatives);
        }
    }
}

fn shortest(set: &AnyOf<'_>) -> usize {
    set.iter().map(|literal| literal.len()).min().unwrap_or_default()
}

struct Reader<'p> {
    pattern: &'p [u8],
    at: usize,
}

impl<'p> Reader<'p> {
    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let symbol = self.peek()?;
        self.at += 1;
        Some(symbol)
    }

    /// Reads up to the end of the group: one set for all its alternatives together.
    fn alternatives(&mut self) -> Option<AnyOf<'p>> {
        let mut all = Some(AnyOf::new());
        loop {
            let best = self.sequence().into_iter().max_by_key(shortest);
            all = all.zip(best).map(|(mut all, best)| {
                all.extend(best);
                all
            });
            if self.peek() != Some(b'|') {
                return all;
            }
            self.next();
        }
    }

    /// Reads up to the next bar or closing bracket: the sets of all parts of the sequence.
    fn sequence(&mut self) -> Vec<AnyOf<'p>> {
        let mut sets = Sets { pattern: self.pattern, found: Vec::new(), run: self.at };
        while let Some(symbol) = self.peek() {
            let began = self.at;
            match symbol {
                b'|' | b')' => break,
                b'(' => {
                    let inner = self.group();
                    let inner = inner.filter(|_| !self.optional());
                    sets.end_run(began, self.at);
                    sets.offer(inner);
                }
                b'[' => {
                    self.class();
                    self.optional();
                    sets.end_run(began, self.at);
                }
                b'.' | b'^' | b'$' => {
                    self.next();
                    self.optional();
                    sets.end_run(began, self.at);
                }
                _ => self.literal(&mut sets),
            }
        }
        sets.end_run(self.at, self.at);
        sets.found
    }

    fn literal(&mut self, sets: &mut Sets<'p>) {
        let began = self.at;
        let mut symbol = self.next();
        if symbol == Some(b'\\') {
            symbol = self.next();
            // An escaped letter or digit is a class or an assertion, never a literal.
            if symbol.is_none_or(|escaped| escaped.is_ascii_alphanumeric()) {
                self.optional();
                return sets.end_run(began, self.at);
            }
            // The bar before it is not part of the literal.
            sets.end_run(began, self.at - 1);
        }
        let behind = self.at;
        if matches!(self.peek(), Some(b'?' | b'*' | b'{' | b'+')) {
            let end = if self.optional() { began } else { behind };
            sets.end_run(end, self.at);
        }
    }

    fn group(&mut self) -> Option<AnyOf<'p>> {
        self.next();
        if self.peek() == Some(b'?') {
            while self.next().is_some_and(|symbol| !matches!(symbol, b':' | b'>' | b')')) {}
        }
        let inner = self.alternatives();
        self.next();
        inner
    }

    fn class(&mut self) {
        let mut depth = 0_usize;
        let mut first = true;
        while let Some(symbol) = self.next() {
            match symbol {
                b'\\' => {
                    self.next();
                }
                b'[' => depth += 1,
                // A bracket that opens the class's own list is a member of it.
                b']' if !first => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
            first = symbol == b'[' || (first && symbol == b'^');
        }
    }

    /// Consumes a repetition; whether what it follows may be absent.
    fn optional(&mut self) -> bool {
        let absent = match self.peek() {
            Some(b'?' | b'*') => {
                self.next();
                true
            }
            Some(b'{') => {
                while self.next().is_some_and(|symbol| symbol != b'}') {}
                true
            }
            Some(b'+') => {
                self.next();
                false
            }
            _ => return false,
        };
        if self.peek() == Some(b'?') {
            self.next();
        }
        absent
    }
}

/// The sets of a sequence, and where the literal that is being read began.
struct Sets<'p> {
    pattern: &'p [u8],
    found: Vec<AnyOf<'p>>,
    run: usize,
}

impl<'p> Sets<'p> {
    /// The literal that is being read ends here; the next one can begin there.
    fn end_run(&mut self, end: usize, next: usize) {
        // Half a character is no literal.
        let run = self.pattern.get(self.run..end).and_then(|run| std::str::from_utf8(run).ok());
        self.offer(run.map(|run| vec![run]));
        self.run = next;
    }

    fn offer(&mut self, set: Option<AnyOf<'p>>) {
        self.found.extend(set.filter(|set| shortest(set) >= SHORTEST));
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn parts_that_cannot_be_absent_are_required() {
        for (pattern, expected) in [
            ("replication slot", "replication slot"),
            ("replication( lag)? slot", "replication& slot"),
            ("(ssh|tls) handshake", " handshake&ssh,tls"),
            ("(gateway|bastion)", "gateway,bastion"),
            ("timeout|connection (was )?refused", "timeout or connection &refused"),
            (r"pg_hba\.conf", "pg_hba&.conf"),
            (r"a\.{2}conf", "conf"),
            ("caf\u{e9}? open", " open"),
            (r"you \(?need", "you &need"),
            (r"\bssl[ _]?handshake [^.]{0,40}failed", "handshake &failed&ssl"),
            (r"[]a-z]abc[^\]]def", "abc&def"),
            (r"(?<name>[a-z]+) went", " went"),
            ("colou?r", "colo"),
        ] {
            let alternatives = required(pattern).unwrap_or_default();
            let sets = |sets: &Vec<Vec<&str>>| sets.iter().map(|set| set.join(",")).collect::<Vec<_>>().join("&");
            assert_eq!(alternatives.iter().map(sets).collect::<Vec<_>>().join(" or "), expected, "{pattern}");
        }
    }

    #[test]
    fn what_requires_nothing_says_so() {
        for pattern in ["", "ab", "(timeout)?", "timeout|..", "[0-9]+", "(abc|d)", "(?x)a b c d"] {
            assert_eq!(required(pattern), None, "{pattern}");
        }
    }
}
