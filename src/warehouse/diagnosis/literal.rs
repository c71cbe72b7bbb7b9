//! Which literals a regular expression cannot match without.
//!
//! They feed the prefilter: an expression is compiled and tried only when its literals occur in the text. The
//! reading is conservative: what is not understood is taken to require nothing.

use std::cmp::Reverse;
use std::ops::Range;

/// Shorter literals occur nearly everywhere and would filter nothing.
pub(super) const SHORTEST: usize = 3;

/// More than this many sets of one alternative add work, but no precision.
const MOST_SETS: usize = 4;

/// Literals of which a match contains at least one.
#[derive(Debug)]
struct AnyOf {
    /// Their places among those that were found.
    members: Range<usize>,
    /// The length of the shortest, in bytes.
    shortest: usize,
}

/// Whether a symbol may stand for something else than itself.
fn is_special(symbol: u8) -> bool {
    matches!(symbol, b'|' | b'(' | b')' | b'[' | b'.' | b'^' | b'$' | b'\\' | b'?' | b'*' | b'+' | b'{')
}

/// Reads what expressions require. One serves for many of them: there are ten thousand literals, and they are read
/// before the first screen.
#[derive(Debug, Default)]
pub(super) struct Reader<'p> {
    source: &'p str,
    pattern: &'p [u8],
    at: usize,
    literals: Vec<&'p str>,
    sets: Vec<AnyOf>,
    /// For each alternative of the expression, the places of its sets.
    alternatives: Vec<Range<usize>>,
}

impl<'p> Reader<'p> {
    /// Reads an expression; `false` if it has an alternative that requires nothing.
    pub(super) fn read(&mut self, pattern: &'p str) -> bool {
        (self.source, self.pattern, self.at) = (pattern, pattern.as_bytes(), 0);
        self.literals.clear();
        self.sets.clear();
        self.alternatives.clear();
        // Flags can change what a literal means.
        let sets_flags = |at: usize| {
            let (before, behind) = (&self.pattern[..at], &self.pattern[at + 1..]);
            behind.starts_with(b"?") && !before.ends_with(b"\\") && !matches!(behind.get(1), Some(b':' | b'<' | b'P'))
        };
        if pattern.match_indices('(').any(|(at, _)| sets_flags(at)) {
            return false;
        }
        loop {
            let first = self.sets.len();
            self.sequence();
            if self.sets.len() == first {
                return false;
            }
            self.sets[first..].sort_by_key(|set| Reverse(set.shortest));
            self.sets.truncate(first + MOST_SETS);
            self.alternatives.push(first..self.sets.len());
            if self.next().is_none() {
                return true;
            }
        }
    }

    /// For each alternative of the expression, its sets of literals: a match of it contains one of each.
    pub(super) fn alternatives(&self) -> impl Iterator<Item = impl Iterator<Item = &[&'p str]>> {
        let literals = |set: &AnyOf| &self.literals[set.members.clone()];
        self.alternatives.iter().map(move |sets| self.sets[sets.clone()].iter().map(literals))
    }

    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let symbol = self.peek()?;
        self.at += 1;
        Some(symbol)
    }

    /// Reads up to the next bar or closing bracket: the sets of all parts of the sequence.
    fn sequence(&mut self) {
        // Where the literal begins that is being read.
        let mut run = self.at;
        while let Some(symbol) = self.peek() {
            let began = self.at;
            match symbol {
                b'|' | b')' => break,
                b'(' => {
                    self.end_run(run, began);
                    self.group();
                    run = self.at;
                }
                b'[' | b'.' | b'^' | b'$' => {
                    self.end_run(run, began);
                    if symbol == b'[' {
                        self.class();
                    } else {
                        self.at += 1;
                    }
                    self.optional();
                    run = self.at;
                }
                b'\\' => {
                    self.end_run(run, began);
                    self.next();
                    run = self.at;
                    // An escaped letter or digit is a class or an assertion, never a literal.
                    if self.next().is_some_and(|escaped| !escaped.is_ascii_alphanumeric()) {
                        run = self.repeated(run);
                    } else {
                        self.optional();
                        run = self.at;
                    }
                }
                _ => {
                    let plain = self.pattern[began..].iter().position(|symbol| is_special(*symbol));
                    self.at = plain.map_or(self.pattern.len(), |length| began + length.max(1));
                    run = self.repeated(run);
                }
            }
        }
        self.end_run(run, self.at);
    }

    /// The literal that was read ends here, unless it is too short.
    fn end_run(&mut self, run: usize, end: usize) {
        // Half a character is no literal.
        if let Some(literal) = self.source.get(run..end).filter(|run| run.len() >= SHORTEST) {
            let place = self.literals.len();
            self.literals.push(literal);
            self.sets.push(AnyOf { members: place..place + 1, shortest: literal.len() });
        }
    }

    /// Ends the literal if its last symbol is repeated; answers with where the one begins that is being read.
    fn repeated(&mut self, run: usize) -> usize {
        let behind = self.at;
        if !matches!(self.peek(), Some(b'?' | b'*' | b'{' | b'+')) {
            return run;
        }
        let end = if self.optional() { behind - 1 } else { behind };
        self.end_run(run, end);
        self.at
    }

    /// Reads a group: one set for all its alternatives together.
    fn group(&mut self) {
        self.next();
        if self.peek() == Some(b'?') {
            while self.next().is_some_and(|symbol| !matches!(symbol, b':' | b'>' | b')')) {}
        }
        let first = self.literals.len();
        let mut shortest = self.best();
        while self.peek() == Some(b'|') {
            self.next();
            shortest = shortest.min(self.best());
        }
        self.next();
        let may_be_absent = self.optional();
        match shortest {
            Some(shortest) if !may_be_absent => {
                self.sets.push(AnyOf { members: first..self.literals.len(), shortest });
            }
            _ => self.literals.truncate(first),
        }
    }

    /// Reads an alternative of a group and keeps the literals of its best set only; answers with the length of the shortest.
    fn best(&mut self) -> Option<usize> {
        let (literals, sets) = (self.literals.len(), self.sets.len());
        self.sequence();
        let best = self.sets.drain(sets..).max_by_key(|set| set.shortest);
        self.literals.truncate(best.as_ref().map_or(literals, |best| best.members.end));
        let best = best?;
        self.literals.drain(literals..best.members.start);
        Some(best.shortest)
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

#[cfg(test)]
mod tests {
    use super::Reader;

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
            let mut reader = Reader::default();
            assert!(reader.read(pattern), "{pattern}");
            let alternatives = reader.alternatives().map(|sets| {
                let sets: Vec<String> = sets.map(|set| set.join(",")).collect();
                sets.join("&")
            });
            assert_eq!(alternatives.collect::<Vec<_>>().join(" or "), expected, "{pattern}");
        }
    }

    #[test]
    fn what_requires_nothing_says_so() {
        for pattern in ["", "ab", "(timeout)?", "timeout|..", "[0-9]+", "(abc|d)", "(?x)a b c d"] {
            assert!(!Reader::default().read(pattern), "{pattern}");
        }
    }
}
