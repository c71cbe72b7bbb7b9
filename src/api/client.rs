//! The operations as methods.
//!
//! Every one of them sends the pure request of [`operation`](crate::warehouse::operation) exactly once. Their errors
//! are always a [`Failure`]: what went wrong, and what a person can do about it (contract, section 5).

use std::fmt;

use secrecy::SecretString;
use serde_json::value::RawValue;

use super::objects;
use super::passing::Entity;
use super::refusal::Masks;
use super::transport::{Limits, Reply, Transport};
use crate::warehouse::account::{Key, Project, User};
use crate::warehouse::failure::Failure;
use crate::warehouse::ids::{ProjectId, SchemaId, SourceId};
use crate::warehouse::job::Job;
use crate::warehouse::operation::{JobQuery, Operation, Page, Read, SchemaPatch, SourcePatch, Write};
use crate::warehouse::origin::Origin;
use crate::warehouse::replies::{CancelReply, CandidateFields, Listing, RefreshResult};
use crate::warehouse::secret::Secret;
use crate::warehouse::source::Source;
use crate::warehouse::survey::FullSchema;

/// A key at an origin: what can be asked before a project is chosen.
#[derive(Clone)]
pub struct Account {
    transport: Transport,
}

impl Account {
    /// A way to ask `origin` with `key`. Nothing is sent yet.
    ///
    /// # Errors
    /// `Internal`, when the key holds characters that cannot be sent. Whether the machine has usable certificates is
    /// found out by the first request.
    pub fn new(origin: Origin, key: SecretString, limits: Limits) -> Result<Self, Failure> {
        Ok(Self { transport: Transport::new(origin, key, limits)? })
    }

    /// Where requests go.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.transport.origin()
    }

    /// The same key, at work in a project.
    #[must_use]
    pub fn client(&self, project: ProjectId) -> Client {
        Client { account: self.clone(), project }
    }

    /// What the key may do, and the projects it is limited to (contract, section 2).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn key(&self) -> Result<Key, Failure> {
        self.read(&Read::CurrentKey, objects::key).await
    }

    /// Who owns the key (contract, section 2).
    ///
    /// # Errors
    /// See [`Failure`]; `MissingScope` without `user:read`.
    pub async fn me(&self) -> Result<User, Failure> {
        self.read(&Read::Me, objects::user).await
    }

    /// A page of the projects of the current organization (contract, section 2).
    ///
    /// # Errors
    /// See [`Failure`]; `OutOfBounds` for a key that is limited to projects.
    pub async fn projects(&self, page: Page) -> Result<Listing<Project>, Failure> {
        self.entity(&Read::Projects(page)).await
    }

    /// One project (contract, section 2).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn project(&self, id: ProjectId) -> Result<Project, Failure> {
        self.entity(&Read::Project(id)).await
    }

    /// What must not be repeated of an answer to a request with these secrets.
    pub(super) fn masks<'a>(&'a self, secrets: &'a [Secret]) -> Masks<'a> {
        self.transport.masks(secrets)
    }

    async fn entity<T: Entity + Send + 'static>(&self, read: &Read) -> Result<T, Failure> {
        self.transport.send(&read.request(ProjectId::FIRST)).await?.entity().await
    }

    async fn read<T>(&self, read: &Read, parse: impl FnOnce(&RawValue) -> Option<T>) -> Result<T, Failure> {
        // These operations stand outside of any project: which one is given here does not show in their request.
        self.transport.send(&read.request(ProjectId::FIRST)).await?.read(parse)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Account").field("origin", self.origin()).finish_non_exhaustive()
    }
}

/// A key at work in a project.
#[derive(Clone, Debug)]
pub struct Client {
    account: Account,
    project: ProjectId,
}

impl Client {
    /// A way to ask `origin` about `project` with `key`. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Account::new`].
    pub fn new(origin: Origin, key: SecretString, project: ProjectId, limits: Limits) -> Result<Self, Failure> {
        Ok(Account::new(origin, key, limits)?.client(project))
    }

    /// The same with another key: to the same origin, and nowhere else. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Account::new`].
    pub fn with_key(&self, key: &Secret) -> Result<Self, Failure> {
        let transport = self.account.transport.with_key(key.expose().into())?;
        Ok(Account { transport }.client(self.project))
    }

    /// What does not belong to the project: the key, its owner, the projects.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        self.project
    }

    /// A page of the sources with their tables in trimmed form: the cheap poll (contract, section 9.1).
    /// To read all of them, see [`read_all_sources`](super::paging::read_all_sources).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn sources(&self, page: Page) -> Result<Listing<Source>, Failure> {
        self.entity(Read::Sources(page)).await
    }

    /// One source (contract, section 9.1). Several megabytes for a wide database.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn source(&self, id: &SourceId) -> Result<Source, Failure> {
        self.entity(Read::Source(id.clone())).await
    }

    /// The newest jobs of a source, newest first, at most 50 (contract, section 9.2). Unreadable ones are left out.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn jobs(&self, query: &JobQuery) -> Result<Vec<Job>, Failure> {
        self.read(Read::Jobs(query.clone()), objects::jobs).await
    }

    /// A page of the schemas in full form; slow and large (contract, section 9.4).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn schemas(&self, page: Page) -> Result<Listing<FullSchema>, Failure> {
        self.entity(Read::Schemas(page)).await
    }

    /// One schema in full form; the only reply that names its source (contract, section 9.4).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn schema(&self, id: &SchemaId) -> Result<FullSchema, Failure> {
        self.entity(Read::Schema(id.clone())).await
    }

    /// What may be chosen for the sync of a table (contract, section 7.6). Connects to the customer's system.
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when that system cannot be asked.
    pub async fn incremental_fields(&self, id: &SchemaId) -> Result<CandidateFields, Failure> {
        self.read(Read::IncrementalFields(id.clone()), objects::candidate_fields).await
    }

    /// Changes a source, and answers with what it is then (contract, section 9.1). New connection settings are tried
    /// at the customer's system first, and nothing is saved when that refuses them.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn update_source(&self, id: &SourceId, patch: SourcePatch) -> Result<Source, Failure> {
        self.write(Write::UpdateSource(id.clone(), patch)).await?.entity().await
    }

    /// Requests a run of every enabled table. A direct source has no runs: its table list is read again instead, and
    /// what came of that is the answer (contract, section 9.2).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` under a billing pause.
    pub async fn reload_source(&self, id: &SourceId) -> Result<Option<RefreshResult>, Failure> {
        let reply = self.write(Write::ReloadSource(id.clone())).await?;
        Ok(reply.read_or_empty(objects::refresh_result)?.flatten())
    }

    /// Reads the table list of a source again (contract, section 9.2).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when the customer's system cannot be asked.
    pub async fn refresh_schemas(&self, id: &SourceId) -> Result<RefreshResult, Failure> {
        self.write(Write::RefreshSchemas(id.clone())).await?.read(objects::refresh_result)
    }

    /// Changes a schema, and answers with what it is then; its source is not named (contract, section 9.4).
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn update_schema(&self, id: &SchemaId, patch: SchemaPatch) -> Result<FullSchema, Failure> {
        self.write(Write::UpdateSchema(id.clone(), patch)).await?.entity().await
    }

    /// Requests a run. That it was accepted does not mean that one starts (contract, section 8.3).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` under a billing pause.
    pub async fn reload_schema(&self, id: &SchemaId) -> Result<(), Failure> {
        self.write(Write::ReloadSchema(id.clone())).await?.accept()
    }

    /// Cancels the run of a schema (contract, section 9.5).
    ///
    /// # Errors
    /// See [`Failure`]; `Refused` when nothing is running.
    pub async fn cancel_schema(&self, id: &SchemaId) -> Result<CancelReply, Failure> {
        let reply = self.write(Write::CancelSchema(id.clone())).await?;
        Ok(reply.read_or_empty(objects::cancel_reply)?.unwrap_or(CancelReply::Cancelling))
    }

    pub(super) async fn entity<T: Entity + Send + 'static>(&self, read: Read) -> Result<T, Failure> {
        self.send(&Operation::Read(read)).await?.entity().await
    }

    pub(super) async fn read<T>(&self, read: Read, parse: impl FnOnce(&RawValue) -> Option<T>) -> Result<T, Failure> {
        self.send(&Operation::Read(read)).await?.read(parse)
    }

    pub(super) async fn write(&self, write: Write) -> Result<Reply, Failure> {
        self.send(&Operation::Write(write)).await
    }

    pub(super) async fn send(&self, operation: &Operation) -> Result<Reply, Failure> {
        self.account.transport.send(&operation.request(self.project)).await
    }
}
