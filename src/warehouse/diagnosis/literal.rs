//! Which literals a regular expression cannot match without.
//!
//! They feed the prefilter: an expression is compiled and tried only when its literals occur in the text. The
//! reading is conservative: what is not understood is taken to require nothing.

/// Shorter literals occur nearly everywhere and would filter nothing.
const SHORTEST: usize = 3;

/// More than this many sets of one alternative add work, but no precision.
const MOST_SETS: usize = 4;

/// Literals of which a match contains at least one.
pub(super) type AnyOf = Vec<String>;

/// For each alternative of an expression, sets of literals; a match of that alternative contains one of each.
/// Nothing if there is an alternative that requires nothing.
pub(super) fn required(pattern: &str) -> Option<Vec<Vec<AnyOf>>> {
    // Flags can change what a literal means.
    let sets_flags = |at: usize| !pattern[..at].ends_with('\\') && !pattern[at + 2..].starts_with([':', '<', 'P']);
    if pattern.match_indices("(?").any(|(at, _)| sets_flags(at)) {
        return None;
    }
    let mut reader = Reader { rest: pattern.as_bytes() };
    let mut alternatives = Vec::new();
    loop {
        let mut sets = reader.sequence();
        sets.sort_by_key(|set| std::cmp::Reverse(shortest(set)));
        sets.truncate(MOST_SETS);
        alternatives.push(sets);
        if reader.next().is_none() {
            break;
        }
    }
    alternatives.iter().all(|sets| !sets.is_empty()).then_some(alternatives)
}

fn shortest(set: &AnyOf) -> usize {
    set.iter().map(String::len).min().unwrap_or_default()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Reads up to the end of the group: one set for all its alternatives together.
    fn alternatives(&mut self) -> Option<AnyOf> {
        let mut all = Some(AnyOf::new());
        loop {
            let best = self.sequence().into_iter().max_by_key(shortest);
            all = all.zip(best).map(|(mut all, best)| {
                all.extend(best);
                all
            });
            if self.rest.first() != Some(&b'|') {
                return all;
            }
            self.next();
        }
    }

    /// Reads up to the next bar or closing bracket: the sets of all parts of the sequence.
    fn sequence(&mut self) -> Vec<AnyOf> {
        let mut sets = Sets::default();
        while let Some(&symbol) = self.rest.first() {
            match symbol {
                b'|' | b')' => break,
                b'(' => {
                    sets.end_run();
                    let inner = self.group();
                    if !self.optional() {
                        sets.offer(inner);
                    }
                }
                b'[' => {
                    sets.end_run();
                    self.class();
                    self.optional();
                }
                b'.' | b'^' | b'$' => {
                    sets.end_run();
                    self.next();
                    self.optional();
                }
                _ => self.literal(&mut sets),
            }
        }
        sets.end_run();
        sets.found
    }

    fn literal(&mut self, sets: &mut Sets) {
        let mut symbol = self.next();
        if symbol == Some(b'\\') {
            symbol = self.next();
            // An escaped letter or digit is a class or an assertion, never a literal.
            if symbol.is_none_or(|escaped| escaped.is_ascii_alphanumeric()) {
                sets.end_run();
                self.optional();
                return;
            }
        }
        let repeated = matches!(self.rest.first(), Some(b'?' | b'*' | b'{' | b'+'));
        if self.optional() {
            sets.end_run();
        } else if let Some(symbol) = symbol {
            sets.run.push(symbol.to_ascii_lowercase());
            if repeated {
                sets.end_run();
            }
        }
    }

    fn group(&mut self) -> Option<AnyOf> {
        self.next();
        if self.rest.first() == Some(&b'?') {
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
        let absent = match self.rest.first() {
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
        if self.rest.first() == Some(&b'?') {
            self.next();
        }
        absent
    }
}

/// The sets of a sequence, and the literal that is being read.
#[derive(Default)]
struct Sets {
    found: Vec<AnyOf>,
    run: Vec<u8>,
}

impl Sets {
    fn end_run(&mut self) {
        let literal = String::from_utf8(std::mem::take(&mut self.run)).ok();
        self.offer(literal.map(|literal| vec![literal]));
    }

    fn offer(&mut self, set: Option<AnyOf>) {
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
            (r"pg_hba\.conf", "pg_hba.conf"),
            (r"you \(?need", "you &need"),
            (r"\bssl[ _]?handshake [^.]{0,40}failed", "handshake &failed&ssl"),
            (r"[]a-z]abc[^\]]def", "abc&def"),
            (r"(?<name>[a-z]+) went", " went"),
            ("colou?r", "colo"),
        ] {
            let alternatives = required(pattern).unwrap_or_default();
            let sets = |sets: &Vec<Vec<String>>| sets.iter().map(|set| set.join(",")).collect::<Vec<_>>().join("&");
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
