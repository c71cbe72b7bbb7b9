//! An object as the server sends it, as it is looked at.

use std::sync::Arc;

use super::history::History;
use super::reader::Reader;
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::JobId;
use crate::warehouse::operation::Read;
use crate::warehouse::raw::RawLine;
use crate::warehouse::survey::Need;

/// An object as the server sends it.
#[derive(Debug)]
pub struct Raw {
    /// What it is.
    pub title: String,
    /// The call that reads it.
    pub read: Read,
    /// Which one of the jobs it is.
    pub job: Option<JobId>,
    /// Its lines, once they were read.
    pub lines: Option<Arc<Vec<RawLine>>>,
    /// Why they could not be.
    pub failure: Option<Failure>,
    /// Where it is read.
    pub reader: Reader,
    /// What it was opened from.
    pub beneath: Option<Box<History>>,
}

impl Raw {
    /// One that is still to be read.
    #[must_use]
    pub fn new(title: String, read: Read, job: Option<JobId>) -> Self {
        Self { title, read, job, lines: None, failure: None, reader: Reader::default(), beneath: None }
    }

    /// What has to be found out.
    #[must_use]
    pub fn need(&self) -> Need {
        Need::Raw(self.read.clone(), self.job.clone())
    }
}
