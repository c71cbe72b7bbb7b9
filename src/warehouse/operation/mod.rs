//! Every call the program can make, and the pure request each one is (contract, section 6).
//!
//! Preview, dry-run, `curl`, audit log and client all print and send this same request.

mod change;
mod patch;
mod read;
mod request;
mod target;
mod write;

pub use change::{Losing, Reshape, Standing, SyncChange, Weighed};
pub use patch::{BulkPatch, CdcMode, SchemaPatch, SourcePatch};
pub use read::{JobQuery, LogQuery, Read};
pub use request::{Method, Pace, Request};
pub use target::Target;
pub use write::Write;

use super::consent::Consent;
use super::ids::ProjectId;

/// A call.
#[derive(Debug, PartialEq)]
pub enum Operation {
    /// It only looks, whatever its HTTP method.
    Read(Read),
    /// It changes something that can be changed back, or moves data that is kept.
    Write(Write),
    /// It discards data or cannot be undone: only with consent.
    Discard(Consent),
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// How many items.
    pub limit: u32,
    /// How many items come before.
    pub offset: u32,
}

impl Operation {
    /// The request of this call.
    #[must_use]
    pub fn request(&self, project: ProjectId) -> Request {
        match self {
            Self::Read(read) => read.request(project),
            Self::Write(write) => write.request(project),
            Self::Discard(consent) => consent.discard().request(project),
        }
    }
}

#[cfg(test)]
mod tests;
