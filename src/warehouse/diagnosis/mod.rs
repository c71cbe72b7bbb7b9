//! From an error text to its cause, and to what helps.
//!
//! The knowledge is data (`assets/root-causes.toml`); this is the small machine that applies it. A text is
//! folded and its names are blanked (`fold`, `mask`), HTTP statuses are told from other numbers (`http`), one
//! pass finds the rules that can match (`literal`, `filter`, `reading`), and the first rule that does decides
//! (`conclusion`). What the text is about is told apart from the words around it (`naming`).

mod catalogue;
mod cause;
mod conclusion;
mod filter;
mod fold;
mod format;
mod http;
mod literal;
mod mask;
mod naming;
mod reading;
mod rule;
mod symptom;
mod words;

pub use catalogue::Catalogue;
pub use cause::{Cause, CauseId, Letter};
pub use format::Mistake;
pub use symptom::{Evidence, Level, Symptom, Verdict};
