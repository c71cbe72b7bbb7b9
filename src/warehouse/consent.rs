//! Consent: the only way to a request that discards data.
//!
//! A [`Challenge`] says what would be lost and what must be answered. Answered rightly it turns into a [`Consent`]
//! for exactly one act on exactly one target. A consent cannot be built elsewhere, copied or used twice.

use jiff::SignedDuration;

use super::field::Field;
use super::ids::{SchemaId, SourceId};
use super::operation::Reshape;
use super::text::Foreign;

/// An act that discards data or cannot be undone (contract, section 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Discard {
    /// Drop the table when the next run starts, and read everything again.
    ResyncSchema(SchemaId),
    /// Drop the table and forget the cursor; the configuration stays.
    DeleteData(SchemaId),
    /// Remove the schema and its table.
    DestroySchema(SchemaId),
    /// Remove the source with all its schemas, tables, schedules and its webhook.
    DestroySource(SourceId),
    /// Switch a table off whose changes meanwhile are lost: CDC and webhook (contract, section 12).
    PauseSchema(SchemaId),
    /// Change the sync settings of a table in a way that loses data: the server imports it again, or it misses what
    /// changes meanwhile (contract, sections 8.5 and 9.4).
    ReshapeSchema(Box<Reshape>),
    /// Switch several tables of a source off, some of which lose changes meanwhile. Not atomic: see
    /// [`BulkFailure`](super::replies::BulkFailure).
    PauseSchemas(SourceId, Vec<SchemaId>),
    /// Remove the webhook of a source here and at the vendor: what the vendor would push from then on is lost
    /// (contract, section 9.3).
    DeleteWebhook(SourceId),
    /// Switch change data capture off: its tables lose their sync method and their place in the stream (contract,
    /// section 9.6).
    DisableCdc(SourceId),
    /// Make slot and publication anew, and import every CDC table again (contract, section 9.6).
    RepairCdc(SourceId),
}

impl Discard {
    /// Whether the target itself goes, not only its data.
    #[must_use]
    pub fn destroys(&self) -> bool {
        matches!(self, Self::DestroySchema(_) | Self::DestroySource(_))
    }

    /// Whether it hits several tables by what it is, whatever else is known of the loss.
    fn hits_several(&self) -> bool {
        matches!(self, Self::PauseSchemas(_, schemas) if schemas.len() > 1)
    }
}

/// What would be lost, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// Name of the target.
    pub name: Foreign,
    /// How many tables lose their data.
    pub tables: usize,
    /// Rows stored in them now; `Unknown` when any of them could not be told.
    pub rows: Field<u64>,
    /// How long the usual successful run took, where jobs tell.
    pub usual_run: Option<SignedDuration>,
}

/// What has to be given for consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A plain yes.
    Yes,
    /// This text, typed.
    Typed(String),
}

/// The longest name that is asked to be typed.
const TYPED_LIMIT: usize = 40;

/// A question that has to be answered before data may be discarded: by one act, or by several that are named
/// together.
#[derive(Debug, PartialEq)]
pub struct Challenge {
    discard: Discard,
    more: Vec<Discard>,
    loss: Loss,
    demand: Demand,
}

impl Challenge {
    /// Asks about one act. Whatever destroys its target, or hits several tables, demands its name.
    #[must_use]
    pub fn new(discard: Discard, loss: Loss) -> Self {
        Self::of_several(discard, Vec::new(), loss)
    }

    /// Asks about several acts at once. Each gets its own consent.
    #[must_use]
    pub fn of_several(discard: Discard, more: Vec<Discard>, loss: Loss) -> Self {
        let by_name = discard.destroys() || discard.hits_several() || loss.tables > 1 || !more.is_empty();
        let demand = if by_name { Demand::Typed(typable(&loss.name)) } else { Demand::Yes };
        Self { discard, more, loss, demand }
    }

    /// The act in question, or the first of them.
    #[must_use]
    pub fn discard(&self) -> &Discard {
        &self.discard
    }

    /// All acts in question.
    pub fn discards(&self) -> impl Iterator<Item = &Discard> {
        std::iter::once(&self.discard).chain(&self.more)
    }

    /// What would be lost.
    #[must_use]
    pub fn loss(&self) -> &Loss {
        &self.loss
    }

    /// What has to be given.
    #[must_use]
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Adds what was learned of the usual run while the question stood.
    pub fn learn_usual_run(&mut self, usual: SignedDuration) {
        self.loss.usual_run = Some(usual);
    }

    /// Whether this answer would be right.
    #[must_use]
    pub fn accepts(&self, typed: &str) -> bool {
        match &self.demand {
            Demand::Yes => true,
            Demand::Typed(expected) => typed.trim() == expected,
        }
    }

    /// Answers the question about one act, or the first of several. A wrong answer gives it back.
    ///
    /// # Errors
    /// The challenge itself, when `typed` is not what it demands.
    #[expect(clippy::result_large_err, reason = "once a question, and the question itself is given back")]
    pub fn answered_with(self, typed: &str) -> Result<Consent, Self> {
        if !self.accepts(typed) {
            return Err(self);
        }
        let given = self.given();
        Ok(Consent { discard: self.discard, given })
    }

    /// Answers the question about all acts: one consent for each. A wrong answer gives it back.
    ///
    /// # Errors
    /// The challenge itself, when `typed` is not what it demands.
    #[expect(clippy::result_large_err, reason = "once a question, and the question itself is given back")]
    pub fn all_answered_with(self, typed: &str) -> Result<Vec<Consent>, Self> {
        if !self.accepts(typed) {
            return Err(self);
        }
        let given = self.given();
        let all = std::iter::once(self.discard).chain(self.more);
        Ok(all.map(|discard| Consent { discard, given: given.clone() }).collect())
    }

    /// What was asked and what is answered, for the record.
    fn given(&self) -> Given {
        Given {
            name: self.loss.name.clone(),
            tables: self.loss.tables,
            rows: self.loss.rows,
            acts: 1 + self.more.len(),
            answer: self.demand.clone(),
        }
    }
}

/// The name as it is asked for: what is on the screen, or a plain word where that cannot be typed.
fn typable(name: &Foreign) -> String {
    let shown = name.shown();
    let shown = shown.trim();
    let easy = !shown.is_empty()
        && shown.len() <= TYPED_LIMIT
        && shown.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && !shown.contains("  ");
    if easy { shown.to_owned() } else { "destroy".to_owned() }
}

/// Leave to do one act on one target, once.
#[derive(Debug, PartialEq, Eq)]
pub struct Consent {
    discard: Discard,
    given: Given,
}

/// What somebody was asked who then consented, and how it was answered. It is a record and allows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The name that was shown.
    pub name: Foreign,
    /// How many tables were said to lose their data.
    pub tables: usize,
    /// How many rows were said to go.
    pub rows: Field<u64>,
    /// How many acts were asked about together.
    pub acts: usize,
    /// What had to be given, and was.
    pub answer: Demand,
}

impl Consent {
    /// What was consented to.
    #[must_use]
    pub fn discard(&self) -> &Discard {
        &self.discard
    }

    /// What was asked and answered.
    #[must_use]
    pub fn given(&self) -> &Given {
        &self.given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(name: &str, tables: usize) -> Loss {
        Loss { name: Foreign::new(name), tables, rows: Field::Known(5), usual_run: None }
    }

    #[test]
    fn destroying_demands_the_name_and_gives_the_question_back_until_it_is_right() {
        let source = Discard::DestroySource(SourceId::new("s"));
        let challenge = Challenge::new(source.clone(), loss("prod", 9));
        let challenge = challenge.answered_with("prd").unwrap_err();
        assert_eq!(challenge.answered_with(" prod ").unwrap().discard(), &source);
    }

    #[test]
    fn switching_several_tables_off_demands_the_name_of_their_source() {
        let tables = |count: usize| (0..count).map(|number| SchemaId::new(&number.to_string())).collect();
        let demand = |count| {
            let pause = Discard::PauseSchemas(SourceId::new("s"), tables(count));
            Challenge::new(pause, loss("prod", 1)).demand().clone()
        };
        assert_eq!((demand(1), demand(2)), (Demand::Yes, Demand::Typed("prod".to_owned())));
    }

    #[test]
    fn a_resync_of_one_table_demands_a_yes() {
        let challenge = Challenge::new(Discard::ResyncSchema(SchemaId::new("t")), loss("orders", 1));
        assert_eq!(challenge.demand(), &Demand::Yes);
    }

    #[test]
    fn a_name_that_cannot_be_typed_is_replaced_by_a_word() {
        for name in ["", "   ", "a\u{1b}[2J", "приклад", &"x".repeat(60)] {
            let challenge = Challenge::new(Discard::DestroySchema(SchemaId::new("t")), loss(name, 1));
            assert_eq!(challenge.demand(), &Demand::Typed("destroy".to_owned()), "{name:?}");
        }
    }
}
