//! Stories of runbooks.
