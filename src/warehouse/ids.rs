//! Identities. Each is its own type, so that a source can never be passed where a schema is meant.

use std::fmt;
use std::sync::Arc;

/// Declares an identity that the server issues as an opaque string (contract, section 1: the version
/// nibble of its UUIDs is unusual, so nothing is parsed out of it).
macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identity as the server wrote it.
            #[must_use]
            pub fn new(raw: &str) -> Self {
                Self(Arc::from(raw))
            }

            /// The identity as the server wrote it, for comparison and for requests.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({:?})", stringify!($name), &*self.0)
            }
        }
    };
}

opaque_id! {
    /// Identity of a source.
    SourceId
}
opaque_id! {
    /// Identity of a schema (one table of a source).
    SchemaId
}
opaque_id! {
    /// Identity of a job (one run of a sync).
    JobId
}

/// Identity of a project: a positive integer (contract, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(u64);

impl ProjectId {
    /// The first project of an installation.
    pub const FIRST: Self = Self(1);

    /// A project number; zero is not one.
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
