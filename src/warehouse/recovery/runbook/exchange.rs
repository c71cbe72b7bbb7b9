//! What a runbook and the program say to each other: moves, news, and what is waited for.

use crate::warehouse::consent::Consent;
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::operation::Write;
use crate::warehouse::recovery::follow::{Outcome, Subject};
use crate::warehouse::recovery::form::Purpose;
use crate::warehouse::survey::{Fact, Need};
use crate::warehouse::text::Foreign;

/// What the program should do next for a runbook.
#[derive(Debug, PartialEq)]
pub enum Move {
    /// Find this out and come back with it.
    Ask(Need),
    /// Send this and follow it to its end; the number names it.
    Write(usize, Write, Subject),
    /// Do this and follow it to its end; the number names it.
    Discard(usize, Consent, Subject),
}

/// What has happened since.
#[derive(Debug)]
pub enum News<'a> {
    /// Something was found out.
    Found(&'a Fact),
    /// The list was read to its end.
    ListRead,
    /// Something could not be found out.
    Unread(&'a Need, &'a Failure),
    /// An action has ended.
    Ended {
        /// Its number.
        unit: usize,
        /// How.
        outcome: Outcome,
        /// The same in a sentence.
        text: &'a str,
        /// Tables that a change of several did not reach.
        left_out: &'a [SchemaId],
        /// The server's refusal, where it was one: the field it objected to, and why.
        refused: Option<(Option<&'a Foreign>, &'a Foreign)>,
    },
}

/// What a runbook waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// For the user to say that it may begin.
    Start,
    /// For the user to do something by hand.
    ByHand,
    /// For the user to fill in a form.
    Form(Purpose),
    /// For the user to pick one of the choices.
    One,
    /// For the user to pick any of the choices.
    Several,
    /// For consent.
    Consent,
    /// For the user to try again, or leave it.
    Retry,
    /// For answers of the server.
    Server,
    /// For nothing: it is over.
    Nothing,
}
