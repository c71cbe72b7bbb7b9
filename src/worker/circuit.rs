//! Whether the server is down, by what the last requests met. While it is, nothing is asked for that nobody waits for,
//! but for the one reading by which its return is noticed; when that takes place is decided where it can be seen and
//! hurried, in the core.

use crate::warehouse::failure::{Failure, FailureKind};

/// How many failures in a row prove that it is down.
const PROOF: u32 = 3;

/// What the last requests met.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    in_a_row: u32,
    last: Option<Failure>,
}

impl Circuit {
    /// The server answered; any answer of its own is one.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// A request failed. `elsewhere`: it depends on another system than the server, which may be to blame for silence.
    pub fn failed(&mut self, failure: &Failure, elsewhere: bool) {
        match failure.kind {
            // Nothing listens there; that is proof enough.
            FailureKind::Unreachable => self.in_a_row = PROOF,
            FailureKind::Interrupted | FailureKind::TimedOut | FailureKind::Gateway if elsewhere => return,
            FailureKind::Interrupted | FailureKind::TimedOut | FailureKind::Gateway => {
                self.in_a_row = self.in_a_row.saturating_add(1);
            }
            // It never left.
            FailureKind::ReadOnly | FailureKind::Internal => return,
            _ => return self.answered(),
        }
        self.last = Some(failure.clone());
    }

    /// Why nothing is asked in the background, if so.
    #[must_use]
    pub fn open(&self) -> Option<&Failure> {
        self.last.as_ref().filter(|_| self.in_a_row >= PROOF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn failure(kind: FailureKind) -> Failure {
        Failure::new(kind, "")
    }

    #[test]
    fn it_opens_by_proof_and_closes_by_any_answer() {
        let mut circuit = Circuit::default();
        for _ in 0..2 {
            circuit.failed(&failure(FailureKind::Gateway), false);
            assert_eq!(circuit.open(), None);
        }
        circuit.failed(&failure(FailureKind::TimedOut), false);
        assert_eq!(circuit.open().map(|failure| &failure.kind), Some(&FailureKind::TimedOut));
        circuit.failed(&failure(FailureKind::NotFound), false);
        assert_eq!(circuit.open(), None, "a refusal is an answer");
        circuit.failed(&failure(FailureKind::Unreachable), true);
        assert!(circuit.open().is_some());
        circuit.answered();
        assert_eq!(circuit.open(), None);
    }

    #[test]
    fn silence_of_the_customers_system_proves_nothing() {
        let mut circuit = Circuit::default();
        for _ in 0..10 {
            circuit.failed(&failure(FailureKind::Gateway), true);
        }
        assert_eq!(circuit.open(), None);
    }

    proptest! {
        #[test]
        fn it_is_open_only_after_as_many_failures_as_prove_it(events in prop::collection::vec(0..4_u8, 0..200)) {
            let mut circuit = Circuit::default();
            let mut row = 0;
            for event in events {
                match event {
                    0 => { circuit.answered(); row = 0; }
                    1 => { circuit.failed(&failure(FailureKind::Interrupted), false); row += 1; }
                    2 => circuit.failed(&failure(FailureKind::Interrupted), true),
                    _ => { circuit.failed(&failure(FailureKind::Unreachable), false); row = PROOF; }
                }
                prop_assert_eq!(circuit.open().is_some(), row >= PROOF);
            }
        }
    }
}
