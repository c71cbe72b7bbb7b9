//! What runs effects.

pub mod budget;
pub mod retry;
