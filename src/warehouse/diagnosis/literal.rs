//! Which literals a regular expression cannot match without.
//!
//! They feed the prefilter: an expression is compiled and tried only when one of its literals occurs in the
//! text. The reading is conservative: what is not understood is taken to require nothing.

/// Shorter literals occur nearly everywhere and would filter nothing.
const SHORTEST: usize = 3;

/// A set of literals of which every match contains at least one, or nothing if there is no such set.
pub(super) fn required(pattern: &str) -> Option<Vec<String>> {
    // Flags can change what a literal means.
    let sets_flags = |at: usize| !pattern[..at].ends_with('\\') && !pattern[at + 2..].starts_with([':', '<', 'P']);
    if pattern.match_indices("(?").any(|(at, _)| sets_flags(at)) {
        return None;
    }
    let mut reader = Reader { rest: pattern.as_bytes() };
    reader.alternatives()
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

    /// Reads up to the end of the group or of the pattern.
    fn alternatives(&mut self) -> Option<Vec<String>> {
        let mut all = self.sequence();
        while self.rest.first() == Some(&b'|') {
            self.next();
            let other = self.sequence();
            all = all.zip(other).map(|(mut all, other)| {
                all.extend(other);
                all
            });
        }
        all
    }

    /// Reads up to the next bar or closing bracket; the best set of all parts of the sequence.
    fn sequence(&mut self) -> Option<Vec<String>> {
        let mut best = Best::default();
        let mut run = Vec::new();
        while let Some(&symbol) = self.rest.first() {
            match symbol {
                b'|' | b')' => break,
                b'(' => {
                    best.offer_run(&mut run);
                    let inner = self.group();
                    if !self.optional() {
                        best.offer(inner);
                    }
                }
                b'[' => {
                    best.offer_run(&mut run);
                    self.class();
                    self.optional();
                }
                b'.' | b'^' | b'$' => {
                    best.offer_run(&mut run);
                    self.next();
                    self.optional();
                }
                _ => self.literal(&mut run, &mut best),
            }
        }
        best.offer_run(&mut run);
        best.set
    }

    fn literal(&mut self, run: &mut Vec<u8>, best: &mut Best) {
        let mut symbol = self.next();
        if symbol == Some(b'\\') {
            symbol = self.next();
            // An escaped letter or digit is a class or an assertion, never a literal.
            if symbol.is_none_or(|escaped| escaped.is_ascii_alphanumeric()) {
                best.offer_run(run);
                self.optional();
                return;
            }
        }
        let repeated = matches!(self.rest.first(), Some(b'?' | b'*' | b'{' | b'+'));
        if self.optional() {
            best.offer_run(run);
        } else if let Some(symbol) = symbol {
            run.push(symbol.to_ascii_lowercase());
            if repeated {
                best.offer_run(run);
            }
        }
    }

    fn group(&mut self) -> Option<Vec<String>> {
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

/// The set whose shortest member is longest.
#[derive(Default)]
struct Best {
    set: Option<Vec<String>>,
    shortest: usize,
}

impl Best {
    fn offer_run(&mut self, run: &mut Vec<u8>) {
        let literal = String::from_utf8(std::mem::take(run)).ok();
        self.offer(literal.map(|literal| vec![literal]));
    }

    fn offer(&mut self, set: Option<Vec<String>>) {
        let shortest = set.iter().flatten().map(String::len).min().unwrap_or_default();
        if shortest >= SHORTEST && shortest > self.shortest {
            self.set = set;
            self.shortest = shortest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn the_longest_part_that_cannot_be_absent_is_required() {
        for (pattern, expected) in [
            ("replication slot", &["replication slot"][..]),
            ("replication( lag)? slot", &["replication"]),
            ("(ssh|tls) handshake", &[" handshake"]),
            ("(gateway|bastion)", &["gateway", "bastion"]),
            ("timeout|refused", &["timeout", "refused"]),
            (r"pg_hba\.conf", &["pg_hba.conf"]),
            (r"\bssl[ _]?handshake [^.]{0,40}failed", &["handshake "]),
            (r"[]a-z]abc[^\]]def", &["abc"]),
            (r"(?<name>[a-z]+) went", &[" went"]),
            ("colou?r", &["colo"]),
        ] {
            assert_eq!(required(pattern).unwrap_or_default(), expected, "{pattern}");
        }
    }

    #[test]
    fn what_requires_nothing_says_so() {
        for pattern in ["", "ab", "(timeout)?", "timeout|..", "[0-9]+", "(abc|d)", "(?x)a b c d"] {
            assert_eq!(required(pattern), None, "{pattern}");
        }
    }
}
