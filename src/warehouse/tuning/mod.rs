//! Tuning the sync of a table: what is, what is wanted, and what comes of it. Pure.
//!
//! * `setting`: what can be set, and what a value looks like;
//! * `current`: a table as it is, with everything that decides what may be wanted of it;
//! * `draft`: what is wanted of it, and how that stands to a later reading;
//! * `choices`: what can be chosen, and why the rest cannot;
//! * `conditions`: row filters, and what the server would refuse of them;
//! * `rules`: what the server would refuse, said before it is sent (contract, section 9.4);
//! * `outcome`: what happens to the data, and what should follow;
//! * `cost`: what it costs, as far as the table's own jobs tell;
//! * `request`: the exact change, which is what is weighed and sent;
//! * `made`: changes that were made, and their way back;
//! * `steps`: the change and what follows, as steps of a runbook.

mod choices;
mod conditions;
mod cost;
mod current;
mod draft;
mod made;
mod outcome;
mod request;
mod rules;
mod setting;
mod steps;

pub use choices::Offer;
pub use current::Current;
pub use draft::{Draft, Drift};
pub use made::{Back, Before, Made, restoring};
pub use outcome::{Data, Way};
pub use rules::Refusal;
pub use setting::{Setting, Value, Values};
pub use steps::{Besides, question, situation, stages};
