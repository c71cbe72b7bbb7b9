//! What is known about syncs. Pure: no clock, no I/O, nothing of the other rooms of the house.

pub mod diagnosis;
pub mod ids;
pub mod status;
pub mod text;
