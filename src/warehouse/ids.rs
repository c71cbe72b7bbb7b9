//! Identities. Each is its own type, so that a source can never be passed where a schema is meant.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// As long as the server's UUIDs are; fewer bytes are followed by zeros.
const INLINE: usize = 36;

/// What is opaque. The identities of a hundred thousand tables are copied for each order of them: as long as those of the
/// server they are held in place, so that nothing is counted and nothing looked up elsewhere.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Opaque {
    Inline { length: u8, bytes: [u8; INLINE] },
    Other(Arc<str>),
}

impl Opaque {
    fn new(raw: &str) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..raw.len()), u8::try_from(raw.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(raw.as_bytes());
                Self::Inline { length, bytes }
            }
            _ => Self::Other(Arc::from(raw)),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            // It was a text when it was put there.
            Self::Inline { length, bytes } => {
                bytes.get(..usize::from(*length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
            }
            Self::Other(text) => text,
        }
    }
}

impl PartialOrd for Opaque {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Opaque {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// Declares an identity that the server issues as an opaque string (contract, section 1: the version
/// nibble of its UUIDs is unusual, so nothing is parsed out of it).
macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Opaque);

        impl $name {
            /// The identity as the server wrote it.
            #[must_use]
            pub fn new(raw: &str) -> Self {
                Self(Opaque::new(raw))
            }

            /// The identity as the server wrote it, for comparison and for requests.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({:?})", stringify!($name), self.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_identity_is_what_was_written(one in "[a-z0-9é-]{0,40}", other in "[a-z0-9é-]{0,40}") {
            let (first, second) = (SchemaId::new(&one), SchemaId::new(&other));
            prop_assert_eq!(first.as_str(), one.as_str());
            prop_assert_eq!(first == second, one == other);
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
        }
    }
}
