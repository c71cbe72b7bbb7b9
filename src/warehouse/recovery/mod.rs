//! What to do about it: which recovery is proposed, and how an action is followed to its end.

pub mod follow;
pub mod form;
pub mod milder;
pub mod proof;
pub mod proposal;
pub mod runbook;
